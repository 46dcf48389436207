"""The warehouse: one DuckDB file that only runs open, and how to open it safely."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from assets.engine.common.calendar import TIMEZONE, local_now
from assets.engine.common.errors import WarehouseError, WarehouseHeld
from assets.engine.common.paths import PRIVATE_FILE, Paths, private_folder
from assets.engine.common.troubles import is_unreadable, trouble_told
from assets.engine.settings import load_calendar
from assets.engine.warehouse.hash_key import dossier_hash_key
from assets.engine.warehouse.held import check_key_and_calendar, check_key_is_there
from assets.engine.warehouse.sql import WAREHOUSE_SQL, calendar_sql, sql_file, transaction
from assets.engine.warehouse.tables import change_tables, version_to_change

MEMORY_LIMIT = "2GB"
CONNECT_SECONDS = 20.0

# Nothing is downloaded while the pipeline runs.
_SETTINGS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": MEMORY_LIMIT,
}
# Tables are written by all cores at once; what needs an order asks for it.
_FILE_SETTINGS = {**_SETTINGS, "preserve_insertion_order": "false"}


@contextmanager
def warehouse(
    paths: Paths, report_wait: Callable[[str], None] = lambda _: None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse with its tables and macros in place; close it whatever happens.

    `report_wait` is told once who holds the file, if another process does.

    Raises
    ------
    WarehouseError
        Another process holds the file for longer than `CONNECT_SECONDS`, a newer version of
        Motcua made its tables, or the disk refuses what is written.
    SettingsError
        Its rows were loaded with another hash key or closing day, or their key is not there.
    """
    with trouble_told("Writing the warehouse or a published file", with_files=True):
        private_folder(paths.warehouse)
        connection = _open(paths, report_wait)
        try:
            # Whoever holds the file is alone here: these are of a run that was killed.
            for left_behind in _temporary(paths).iterdir():
                left_behind.unlink()
            paths.warehouse_file.chmod(PRIVATE_FILE)
            check_key_is_there(connection, paths)
            _prepare(connection, paths)
            if (version := version_to_change(connection)) is not None:
                # In one transaction: each commit is synced to the disk by itself.
                with transaction(connection):
                    change_tables(connection, version, local_now().replace(tzinfo=None))
            check_key_and_calendar(connection, load_calendar(paths.settings))
            yield connection
        finally:
            connection.close()


@contextmanager
def looking(paths: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse to look at it only; duckdb.IOException if a run holds it."""
    with duckdb.connect(str(paths.warehouse_file), read_only=True) as connection:
        check_key_is_there(connection, paths)
        _prepare(connection, paths)
        yield connection


def checkpoint(paths: Paths) -> None:
    """Write all of the warehouse into its file, so that a copy of the file is whole."""
    with _open(paths) as connection:
        connection.execute("CHECKPOINT")


@contextmanager
def passing_warehouse(paths: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a new warehouse in memory, which is gone when it is closed."""
    with duckdb.connect(":memory:", config={**_SETTINGS, "temp_directory": ""}) as connection:
        _prepare(connection, paths)
        with transaction(connection):
            change_tables(connection, 0, local_now().replace(tzinfo=None))
        yield connection


@contextmanager
def reader(paths: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory connection that parses delivered text and never writes to disk.

    People's names pass through its memory only: it has no temporary folder to spill to.
    """
    connection = duckdb.connect(":memory:", config={**_SETTINGS, "temp_directory": ""})
    try:
        _prepare(connection, paths)
        yield connection
    finally:
        connection.close()


def _prepare(connection: duckdb.DuckDBPyConnection, paths: Paths) -> None:
    connection.execute(f"SET TimeZone = '{TIMEZONE}'")
    connection.execute(sql_file(WAREHOUSE_SQL / "macros.sql"))
    connection.execute(calendar_sql(load_calendar(paths.settings), "TEMP"))
    connection.execute("SET VARIABLE dossier_hash_key = ?", [dossier_hash_key(paths)])


def _open(
    paths: Paths, report_wait: Callable[[str], None] = lambda _: None
) -> duckdb.DuckDBPyConnection:
    temporary = private_folder(_temporary(paths))
    deadline, is_reported = time.monotonic() + CONNECT_SECONDS, False
    if paths.warehouse_file.is_file() and not paths.warehouse_file.stat().st_size:
        paths.warehouse_file.unlink()  # a full disk left it, say: as good as none
    while True:
        try:
            settings = {**_FILE_SETTINGS, "temp_directory": str(temporary)}
            return duckdb.connect(str(paths.warehouse_file), config={**settings})
        except duckdb.Error as error:
            if "lock on file" not in str(error):
                if not is_unreadable(error):
                    raise
                raise WarehouseError(
                    f"Opening the warehouse {paths.warehouse_file}",
                    "a file that DuckDB cannot read",
                    "a DuckDB database",
                    "Restore a back-up (make restore), or load everything again: make rebuild.",
                ) from None
            found = re.search(r"PID (\d+)", str(error))
            holder = f"process {found.group(1) if found else 'unknown'}"
            if not is_reported:
                report_wait(f"Waiting at most {CONNECT_SECONDS:.0f} s: {holder} has the warehouse.")
                is_reported = True
            if time.monotonic() > deadline:
                raise WarehouseHeld(
                    f"Opening the warehouse {paths.warehouse_file}",
                    f"{holder} holding it",
                    "no other program on it: analysts read data/published instead",
                    "Wait for the other run, or close that program, and run again.",
                ) from None
        time.sleep(0.25)


def _temporary(paths: Paths) -> Path:
    return paths.warehouse / "tmp"
