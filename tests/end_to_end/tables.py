"""Reading every table of an installation's DuckDB files, to compare one state with another."""

from pathlib import Path

import duckdb

from assets.engine.common.paths import Paths

Tables = dict[str, list[tuple[object, ...]]]

# What tells when, as of when and by which run something was done, never what is the case.
TIMES = frozenset(
    {"collected_at", "reading_version", "loaded_at", "counted_at", "computed_at", "changed_at",
     "run_id"}
)  # fmt: skip


def duckdb_files(paths: Paths) -> list[Path]:
    """Return the warehouse and the published DuckDB files."""
    return [paths.warehouse_file, *sorted(paths.published.glob("*.duckdb"))]


def all_tables(paths: Paths, *, without: frozenset[str] = frozenset()) -> Tables:
    """Return the sorted rows of every table of every file, by `folder/file layer.table`."""
    state = {
        f"{file.parent.name}/{file.name} {name}": rows
        for file in duckdb_files(paths)
        for name, rows in rows_of(file, without=without).items()
    }
    csv_file = paths.published / "by_unit.csv"
    state["published/by_unit.csv"] = [
        (line,) for line in csv_file.read_text("utf-8-sig").splitlines()
    ]
    return state


def rows_of(file: Path, *, without: frozenset[str] = frozenset()) -> Tables:
    """Return the sorted rows of every table of a DuckDB file."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return {
            name: [
                _hashable(row)
                for row in connection.execute(
                    f"SELECT {', '.join(c for c in columns if c not in without)} FROM {name} "
                    "ORDER BY ALL"
                ).fetchall()
            ]
            for name, columns in columns_by_table(connection).items()
        }


def _hashable(row: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)


def columns_by_table(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return the columns of every table of the open file, views left out."""
    rows = connection.execute(
        """
        SELECT schema_name || '.' || table_name, list(column_name ORDER BY column_index)
        FROM duckdb_columns() SEMI JOIN duckdb_tables() USING (database_name, table_oid)
        WHERE database_name = current_database() AND NOT internal GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
    assert rows
    return dict(rows)


def differences(before: Tables, after: Tables) -> dict[str, tuple[int, int]]:
    """Return the tables that differ, with how many rows went and came."""
    assert set(before) == set(after)
    return {
        name: (len(set(before[name]) - set(after[name])), len(set(after[name]) - set(before[name])))
        for name in before
        if before[name] != after[name]
    }


def level_figures(paths: Paths, kind: str, end: str) -> dict[str, int]:
    """Return what the published file says of the whole for a period."""
    with duckdb.connect(str(paths.published / "motcua.duckdb"), read_only=True) as connection:
        cursor = connection.execute(
            "SELECT COLUMNS('.*_count') FROM indicators.by_level "
            "WHERE unit_level = 'all' AND period_kind = ? AND period_end = ?",
            [kind, end],
        )
        (row,) = cursor.fetchall()
        return dict(zip([column[0] for column in cursor.description], row, strict=True))
