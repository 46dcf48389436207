"""The tables of the warehouse: durable ones are migrated, derived ones made anew.

Every warehouse, new or old, gets its durable tables by the same migrations in the same order, so
`migrations/` is the only place that ever changes one. A derived table that differs from its
definition is dropped; the next run computes it. Then every period is counted anew, and compared
with what was reported: the rows of the measured tables come back from the log first.
"""

import hashlib
from datetime import datetime

import duckdb

from assets.engine.common.errors import WarehouseError
from assets.engine.warehouse.sql import WAREHOUSE_SQL, sql_file
from schemas.rows import KINDS
from schemas.tables import DERIVED_TABLES, DURABLE_TABLES, MEASURED_TABLES, WAREHOUSE_TABLES, Table

_MIGRATIONS = sorted((WAREHOUSE_SQL / "migrations").glob("*.sql"))
# The registers are views: each version table flags the row that is the latest.
_REGISTERS = {
    kind.register: f"CREATE VIEW {kind.register} AS FROM {kind.table} WHERE is_latest"
    for kind in KINDS.values()
}
# Name, type and whether it may be empty, of each column.
_Columns = list[tuple[str, str, bool]]


def _columns(table: Table) -> _Columns:
    return [(column.name, column.type, column.nullable) for column in table.columns]


_DEFINITIONS = hashlib.sha256(
    repr(
        (
            [(table.qualified_name, _columns(table)) for table in WAREHOUSE_TABLES],
            list(_REGISTERS.values()),
            [file.name for file in _MIGRATIONS],
        )
    ).encode()
).hexdigest()


def version_to_change(connection: duckdb.DuckDBPyConnection) -> int | None:
    """Return the last migration of the tables; None if nothing differs from this version's."""
    try:
        rows = connection.execute("SELECT version, definitions FROM ops.schema_version").fetchall()
    except duckdb.CatalogException:  # a new warehouse, or one from before the first migration
        return 0
    return None if rows[0][1] == _DEFINITIONS else int(rows[0][0])


def check_version(version: int) -> None:
    """Raise WarehouseError if a migration that this version does not know was the last."""
    if version > len(_MIGRATIONS):
        raise WarehouseError(
            "Opening the warehouse",
            f"tables of a newer version of Motcua, after migration {version}",
            f"at most migration {len(_MIGRATIONS)}, the last that this version knows",
            "Install the newer version again, or restore the back-up from before the upgrade.",
        )


def change_tables(connection: duckdb.DuckDBPyConnection, version: int, now: datetime) -> None:
    """Bring every table to its definition; the caller's transaction keeps all of it or nothing.

    Raises
    ------
    WarehouseError
        A newer version of Motcua made the tables, or one that no migration begins at.
    """
    check_version(version)
    for name in _REGISTERS:
        connection.execute(f"DROP VIEW IF EXISTS {name}")
    _migrate(connection, version)
    _replace_derived(connection)
    for statement in _REGISTERS.values():
        connection.execute(statement)
    connection.execute("DELETE FROM ops.schema_version")
    connection.execute(
        "INSERT INTO ops.schema_version VALUES (?, ?, ?)", [len(_MIGRATIONS), _DEFINITIONS, now]
    )


def restore_reported(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Fill a measured table with what the revision log says was reported last."""
    sql = sql_file(
        WAREHOUSE_SQL / "reported.sql",
        table=table.qualified_name,
        name=table.name,
        columns=", ".join(table.column_names),
        key=", ".join(table.key),
    )
    connection.execute(sql)


def expect_recount(connection: duckdb.DuckDBPyConnection) -> None:
    """Have the next computation count every period from the whole register."""
    connection.execute("UPDATE ops.counted_period SET basis = ''")


def _migrate(connection: duckdb.DuckDBPyConnection, version: int) -> None:
    try:
        for file in _MIGRATIONS[version:]:
            connection.execute(sql_file(file))
    except (duckdb.CatalogException, duckdb.BinderException):
        _refuse_unknown("columns that no migration knows")
    existing = _existing(connection)
    differing = [
        table.qualified_name
        for table in DURABLE_TABLES
        if sorted(existing.get(table.qualified_name, [])) != sorted(_columns(table))
    ]
    if differing:
        _refuse_unknown(f"other columns in {', '.join(differing)}")


def _refuse_unknown(found: str) -> None:
    raise WarehouseError(
        "Bringing the tables of the warehouse to this version",
        found,
        "the tables that the migrations make",
        "An unknown version of Motcua made them: install it again, or load everything anew by "
        "make rebuild, which says first what was purged.",
    )


def _replace_derived(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the derived tables anew that differ from their definitions, and drop unknown ones."""
    existing = _existing(connection)
    for name in existing.keys() - {table.qualified_name for table in WAREHOUSE_TABLES}:
        connection.execute(f"DROP TABLE {name}")
    outdated = [
        table for table in DERIVED_TABLES if existing.get(table.qualified_name) != _columns(table)
    ]
    for table in outdated:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.layer}")
        connection.execute(f"DROP TABLE IF EXISTS {table.qualified_name}")
        connection.execute(table.create_sql())
        if table in MEASURED_TABLES:
            restore_reported(connection, table)
    if outdated:
        expect_recount(connection)


def _existing(connection: duckdb.DuckDBPyConnection) -> dict[str, _Columns]:
    """Return the columns of the tables there are, in their order; views have none here."""
    rows = connection.execute(
        """
        SELECT schema_name || '.' || table_name, column_name, data_type, is_nullable
        FROM duckdb_columns() SEMI JOIN duckdb_tables() USING (database_oid, table_oid)
        WHERE database_name = current_database() AND NOT internal
        ORDER BY table_oid, column_index
        """
    ).fetchall()
    found: dict[str, _Columns] = {}
    for name, *column in rows:
        found.setdefault(name, []).append((column[0], column[1], column[2]))
    return found
