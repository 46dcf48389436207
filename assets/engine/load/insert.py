"""Inserting the accepted rows of a staged file, each record once; equal rows are counted."""

from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from assets.engine import register
from assets.engine.collect import Delivery
from assets.engine.load.record_keys import own_code_sql, record_sql, stored_columns
from assets.engine.load.staging import StagedFile
from assets.engine.warehouse import sql_file
from schemas.rows import DOSSIER, Kind
from schemas.tables import BOOKKEEPING, TABLES

_SQL = Path(__file__).parent


class Inserted(NamedTuple):
    """How many rows repeat another one, and the keys of records that stand on several rows."""

    duplicates: int
    repeated_keys: pa.Table | None


def insert_versions(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, kind: Kind, staged: StagedFile
) -> Inserted:
    """Insert the accepted rows of a file as versions of a delivery; equal rows once."""
    repeated = _repeated(connection, kind, staged)
    _insert(connection, delivery, kind, staged, repeated)
    if not repeated.num_rows:
        return Inserted(0, None)
    duplicates = _duplicate_count(connection, kind, staged, repeated)
    return Inserted(duplicates, _repeated_keys(connection, kind, delivery.delivery_id))


def _repeated(connection: duckdb.DuckDBPyConnection, kind: Kind, staged: StagedFile) -> pa.Table:
    """Return the records that stand on more than one row of a file."""
    sql = sql_file(_SQL / "repeated.sql", record=record_sql(kind))
    return connection.sql(sql, params={"files": staged.rows}).to_arrow_table()


def _insert(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    kind: Kind,
    staged: StagedFile,
    repeated: pa.Table,
) -> None:
    """Insert the accepted rows of a file, each once."""
    names = TABLES[kind.table].column_names[len(BOOKKEEPING) :]
    columns = stored_columns(names, staged.export, delivery.source)
    sql = sql_file(
        _SQL / "insert_versions.sql",
        table=kind.table,
        record=record_sql(kind),
        own_code=own_code_sql(kind, staged.export, delivery.source),
        second_code="other_dossier_code" if kind is DOSSIER else "CAST(NULL AS VARCHAR)",
        typed_columns=_typed_columns(kind),
        shared_flag=register.SHARED_CODE,
        columns=", ".join(f"{sql} AS {name}" for name, sql in columns.items()),
    )
    connection.register("repeated", repeated)
    connection.execute(
        sql, {"files": staged.rows, "delivery_id": delivery.delivery_id, "period": delivery.period}
    )
    connection.unregister("repeated")


def _duplicate_count(
    connection: duckdb.DuckDBPyConnection, kind: Kind, staged: StagedFile, repeated: pa.Table
) -> int:
    """Return how many rows of a file repeat another one in every typed column."""
    sql = sql_file(
        _SQL / "duplicate_count.sql", record=record_sql(kind), typed_columns=_typed_columns(kind)
    )
    connection.register("repeated", repeated)
    count = connection.execute(sql, {"files": staged.rows}).fetchall()[0][0]
    connection.unregister("repeated")
    return int(count)


def _repeated_keys(connection: duckdb.DuckDBPyConnection, kind: Kind, delivery_id: str) -> pa.Table:
    """Return the keys of the records that stand on several rows, equal ones taken out."""
    return connection.sql(
        f"SELECT {kind.identity} AS key FROM {kind.table} WHERE delivery_id = $id "
        "GROUP BY ALL HAVING count(*) > 1",
        params={"id": delivery_id},
    ).to_arrow_table()


def _typed_columns(kind: Kind) -> str:
    return ", ".join(column.name for column in kind.columns)
