"""Publishing: readers' files built from an allow-list of tables and renamed into place.

Readers never meet a lock: a file in place is read-only and whole, and a new one replaces it by
rename.
"""

import csv
from contextlib import suppress
from pathlib import Path

import duckdb

from assets.engine.common.disk import sync
from assets.engine.common.errors import WarehouseError
from assets.engine.common.messages import counted
from assets.engine.common.paths import Paths, private_folder
from assets.engine.publish.cells import text_cells
from assets.engine.publish.macros import for_dossiers, for_motcua
from assets.engine.settings import load_calendar
from assets.engine.warehouse import transaction
from schemas.tables import BY_UNIT, PUBLISHED_DOSSIER_TABLES, PUBLISHED_TABLES, Table, quoted

# Clients of DuckDB 1.5 are supported until March 2027 and cannot open newer files.
STORAGE_VERSION = "v1.5.0"
READABLE_BY_ALL = 0o444
READABLE_BY_GROUP = 0o440


def publish_motcua(connection: duckdb.DuckDBPyConnection, paths: Paths) -> dict[str, int]:
    """Publish `motcua.duckdb`: aggregates and dimensions. Returns rows by table."""
    return _publish(
        connection, paths.published / "motcua.duckdb", PUBLISHED_TABLES, READABLE_BY_ALL,
        for_motcua(),
    )  # fmt: skip


def publish_dossiers(connection: duckdb.DuckDBPyConnection, paths: Paths) -> dict[str, int]:
    """Publish `dossiers.duckdb`: row level, without names or codes. Returns rows by table."""
    return _publish(
        connection, paths.published / "dossiers.duckdb", PUBLISHED_DOSSIER_TABLES,
        READABLE_BY_GROUP,
        for_dossiers(load_calendar(paths.settings)),
    )  # fmt: skip


def publish_by_unit_csv(connection: duckdb.DuckDBPyConnection, paths: Paths) -> dict[str, int]:
    """Publish `indicators.by_unit` as CSV for spreadsheets (UTF-8 with BOM). Returns its rows."""
    target = paths.published / "by_unit.csv"
    new = _new_file(target)
    rows = connection.execute(
        f"SELECT {', '.join(BY_UNIT.column_names)} FROM indicators.by_unit "
        f"ORDER BY {', '.join(BY_UNIT.key)}"
    ).fetchall()
    with new.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(BY_UNIT.column_names)
        writer.writerows(map(text_cells, rows))
    _into_place(new, target, READABLE_BY_ALL)
    return {BY_UNIT.qualified_name: len(rows)}


def _publish(
    connection: duckdb.DuckDBPyConnection, target: Path, tables: tuple[Table, ...], mode: int,
    statements: list[str],
) -> dict[str, int]:  # fmt: skip
    new = _new_file(target)
    connection.execute(
        f"ATTACH {quoted(str(new))} AS published (STORAGE_VERSION {quoted(STORAGE_VERSION)})"
    )
    try:
        # Hundreds of comments, each synced to the disk by itself, would take longer than the rows.
        with transaction(connection):
            for table in tables:
                _create(connection, table)
        rows = {table.qualified_name: _copy(connection, table) for table in tables}
        connection.execute("CHECKPOINT published")
    finally:
        connection.execute("DETACH published")
    with duckdb.connect(str(new)) as built:
        for statement in statements:
            built.execute(statement)
    _check_opens(new, rows)
    _into_place(new, target, mode)
    return rows


def _create(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Create `table` in the new file, with the comments that readers see."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS published.{table.layer}")
    connection.execute(table.create_sql("published"))
    for statement in table.comment_sql("published"):
        connection.execute(statement)


def _copy(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    name = table.qualified_name
    columns = ", ".join(table.column_names)
    # Ten million rows are not sorted by their key each night; small tables are, for the reader.
    order = "" if table in PUBLISHED_DOSSIER_TABLES else f"ORDER BY {', '.join(table.key)}"
    inserted = connection.execute(
        f"INSERT INTO published.{name} SELECT {columns} FROM {name} {order}"
    )
    return int(inserted.fetchall()[0][0])


def _check_opens(file: Path, rows: dict[str, int]) -> None:
    """Raise WarehouseError unless the new file opens read-only and holds what was written."""
    with duckdb.connect(str(file), read_only=True) as reader:
        for name, count in rows.items():
            found = reader.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
            if found != count:
                raise WarehouseError(
                    f"Checking the new {file.name}", f"{counted(found, 'row')} in {name}",
                    counted(count, "row"),
                    "The published file of before stays in place. Run again.",
                )  # fmt: skip


def _new_file(target: Path) -> Path:
    """Return where the file is built: in a folder that nobody else may enter."""
    target.parent.mkdir(parents=True, exist_ok=True)
    new = private_folder(target.parent / ".building") / target.name
    for stray in (new, _wal(new)):
        stray.unlink(missing_ok=True)
    return new


def _into_place(new: Path, target: Path, mode: int) -> None:
    new.chmod(mode)
    # Else a power cut after the rename could leave the name with an empty file behind it.
    sync(new)
    # A reader that opened the old file for writing left its log, which the new one cannot replay.
    _wal(target).unlink(missing_ok=True)
    new.replace(target)
    sync(target.parent)
    with suppress(OSError):  # another file is being built there
        new.parent.rmdir()


def _wal(file: Path) -> Path:
    return file.with_name(file.name + ".wal")
