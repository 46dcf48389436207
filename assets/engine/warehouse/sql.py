"""Statements: SQL files, transactions, single values, tables written anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd

from assets.engine.common.calendar import Calendar
from schemas.tables import CLOSED_STATES, Table, quoted

WAREHOUSE_SQL = Path(__file__).parent


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block does, or nothing of it."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def drop_temporary(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the temporary tables of a step, so that the next one of the same run finds none."""
    tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
    for (name,) in tables:
        connection.execute(f"DROP TABLE temp.{name}")


def sql_file(path: Path, **parts: str) -> str:
    """Return the statement that an SQL file holds, each `{{placeholder}}` filled by its part."""
    sql = path.read_text(encoding="utf-8")
    for placeholder, text in parts.items():
        sql = sql.replace("{{" + placeholder + "}}", text)
    return sql


def calendar_sql(calendar: Calendar, temp: str = "") -> str:
    """Return the statements that create the macros of counting: "TEMP" ones, or to stay."""
    return sql_file(
        WAREHOUSE_SQL / "calendar.sql",
        temp=temp,
        closed_states=", ".join(map(quoted, CLOSED_STATES)),
        days_before=str(calendar.days_before),
    )


def scalar(connection: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> object:
    """Return the first column of the first row, or None if there is no row."""
    # To the end: a result that is not fetched whole keeps the connection from other work.
    rows = connection.execute(sql, parameters).fetchall()
    return rows[0][0] if rows else None


def replace_rows(connection: duckdb.DuckDBPyConnection, table: Table, frame: pd.DataFrame) -> None:
    """Replace the rows of a table by those of a frame of texts; the caller's transaction holds."""
    columns = ", ".join(f"CAST({c.name} AS {c.type}) AS {c.name}" for c in table.columns)
    connection.execute(f"DELETE FROM {table.qualified_name}")
    connection.register("given", frame)
    connection.execute(f"INSERT INTO {table.qualified_name} BY NAME SELECT {columns} FROM given")
    connection.unregister("given")


def rebuild_table(connection: duckdb.DuckDBPyConnection, table: Table, sql: str) -> int:
    """Write a table anew from a SELECT; return the number of rows."""
    with transaction(connection):
        connection.execute(f"DELETE FROM {table.qualified_name}")
        inserted = connection.execute(f"INSERT INTO {table.qualified_name} BY NAME {sql}")
        return int(inserted.fetchall()[0][0])
