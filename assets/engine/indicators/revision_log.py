"""The revision log where the warehouse lost it: taken over from another file that has it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from assets.engine.common.errors import WarehouseError
from assets.engine.common.paths import Paths
from assets.engine.warehouse import expect_recount, restore_reported, transaction
from schemas.tables import MEASURED_TABLES, MOVED_DOSSIER, REVISION, Table, quoted

_LAST = f"SELECT max(computed_at) FROM {REVISION.qualified_name}"


def take_over_published(
    connection: duckdb.DuckDBPyConnection, paths: Paths, warn: Callable[[str], None]
) -> None:
    """Add the computations of the published files if these know later ones than the warehouse.

    A file that cannot be read is a warning where the warehouse has a log of its own.

    Raises
    ------
    WarehouseError
        The file that has the only, or the later, log cannot be read.
    """
    figures = paths.published / "motcua.duckdb"
    own = _last_computed(connection)
    try:
        published = _last_published(figures)
    except WarehouseError as error:
        if own is None:
            raise
        warn(f"{error} Publishing replaces it: the warehouse has a log of its own.")
        return
    if published is not None and (own is None or published > own):
        take_over(connection, figures, paths.published / "dossiers.duckdb")


def take_over(connection: duckdb.DuckDBPyConnection, figures: Path, dossiers: Path) -> int:
    """Add the computations that only these files know; return how many revisions.

    The measured tables then hold what was reported last, and the next computation counts every
    period anew. The files may be one, or not be there.
    """
    with _attached(connection, dossiers, MOVED_DOSSIER) as rows, transaction(connection):
        _add(connection, MOVED_DOSSIER, rows)
    with _attached(connection, figures, REVISION) as rows, transaction(connection):
        added = _add(connection, REVISION, rows)
        if added:
            for table in MEASURED_TABLES:
                connection.execute(f"DELETE FROM {table.qualified_name}")
                restore_reported(connection, table)
            expect_recount(connection)
    return added


def _add(connection: duckdb.DuckDBPyConnection, table: Table, rows: str | None) -> int:
    """Add those of the rows whose computation the table does not know."""
    if rows is None:
        return 0
    inserted = connection.execute(
        f"""
        INSERT INTO {table.qualified_name} BY NAME
        FROM ({rows}) ANTI JOIN (SELECT DISTINCT computed_at, run_id FROM {table.qualified_name})
            USING (computed_at, run_id)
        """
    )
    return int(inserted.fetchall()[0][0])


def _last_computed(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    rows: list[tuple[datetime | None]] = connection.execute(_LAST).fetchall()
    return rows[0][0]


def _last_published(file: Path) -> datetime | None:
    """Return when the last computation of a published file was; None if it has no log."""
    if not file.exists():
        return None
    try:
        with duckdb.connect(str(file), read_only=True) as origin:
            return _last_computed(origin)
    except duckdb.CatalogException:
        return None
    except duckdb.Error:
        raise _unreadable(file, REVISION) from None


@contextmanager
def _attached(
    connection: duckdb.DuckDBPyConnection, file: Path, table: Table
) -> Iterator[str | None]:
    """Attach a file; give the query of its rows, in the columns that `table` has, too."""
    names = _readable_columns(file, table) if file.exists() else []
    if not names:
        yield None
        return
    connection.execute(f"ATTACH {quoted(str(file))} AS former (READ_ONLY)")
    try:
        yield f"SELECT {', '.join(names)} FROM former.{table.qualified_name}"
    finally:
        connection.execute("DETACH former")


def _readable_columns(file: Path, table: Table) -> list[str]:
    """Return the columns of `table` that a file has, once all of its rows were read.

    By a database of its own: a damaged block would end the one that holds the warehouse.
    """
    name = table.qualified_name
    try:
        with duckdb.connect(str(file), read_only=True) as origin:
            found = origin.execute(
                "SELECT column_name FROM duckdb_columns() WHERE schema_name = ? AND table_name = ?",
                [table.layer, table.name],
            ).fetchall()
            if found:
                origin.execute(f"SELECT bit_xor(hash(log)) FROM {name} AS log").fetchall()
    except duckdb.Error:
        raise _unreadable(file, table) from None
    return [column for column in table.column_names if (column,) in found]


def _unreadable(file: Path, table: Table) -> WarehouseError:
    return WarehouseError(
        f"Taking over {table.qualified_name}",
        f"a file {file.name} that DuckDB cannot read",
        "the log of what was reported",
        f"Restore {file} from a back-up, or remove it to begin a new log.",
    )
