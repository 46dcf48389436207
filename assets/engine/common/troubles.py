"""Troubles of the machine: four parts for what the system, DuckDB or SQLite refuses.

Their own messages never leave this module: they name files, which may be called after a person,
and quote rows and statements. The place in the code stays in the traceback.
"""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from assets.engine.common.errors import MotcuaError, WarehouseError
from assets.engine.common.paths import Paths

# What was found, what is expected and what to do.
_Parts = tuple[str, str, str]

_AGAIN = "What was published before stays. {}, and run the period again."
_ROOM = ("a disk with room", _AGAIN.format("Free room on the disk"))
_SOUND = ("a sound disk", _AGAIN.format("Look at the system's log, and mend or replace the disk"))
_RIGHTS = (
    "folders and files that the user who runs Motcua may read and write",
    "Give MOTCUA_DATA and DAGSTER_HOME to that user, and run it again; make doctor looks at both.",
)
_FOLDERS = (
    "the folders that Motcua makes, with files where it puts files",
    "Look at MOTCUA_DATA and DAGSTER_HOME: move what does not belong there away, mount what is "
    "missing, and run it again; make doctor looks at both.",
)
_MEMORY = (
    "2 GB of memory, and room on the disk of warehouse/",
    _AGAIN.format("End other programs or free room"),
)
_OPEN_FILES = (
    "a limit of 1,024 open files or more",
    "Raise it (ulimit -n, or LimitNOFILE of the service), and run it again.",
)
_SHARE = ("a disk that answers", _AGAIN.format("Mount it again, or see why it does not answer"))
# What no single file of the inbox can be the reason of, by the number that the system gives.
_MACHINE = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EROFS: ("a disk mounted for writing", _AGAIN.format("Mount it for writing")),
    errno.EIO: _SOUND,
    errno.ENOMEM: _MEMORY,
    errno.EMFILE: _OPEN_FILES,
    errno.ENFILE: _OPEN_FILES,
}
_OF_FILES = {
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.ESTALE: _SHARE,
    errno.ENOTCONN: _SHARE,
    errno.EHOSTDOWN: _SHARE,
    errno.ETIMEDOUT: _SHARE,
}
# Below MOTCUA_DATA these names say nothing of anybody.
_KNOWN_FOLDERS = ("inbox", "raw", "warehouse", "published", "returns", "dagster")

DAMAGED = (
    "blocks of a DuckDB file that are damaged",
    "a sound disk",
    "Look at the system's log. Then restore a back-up (make restore), or load everything again: "
    "make rebuild.",
)
# What DuckDB says of a block whose checksum is not that of its content, of a file that ends within
# a block, and of content that it does not understand.
_SIGNS_OF_DAMAGE = (
    "Corrupt database file", "Could not read enough bytes", "ailed to deserialize",
    "Serialization Error", "database has been invalidated",
)  # fmt: skip
_SIGN_OF_A_NEWER_DUCKDB = "The database file was created with a newer version of DuckDB"

_HISTORY = "Reading or writing Dagster's history in DAGSTER_HOME"
_HISTORY_PARTS = {
    sqlite3.SQLITE_FULL: ("a full disk", *_ROOM),
    sqlite3.SQLITE_IOERR: (
        "an error of its disk", "a sound disk with room",
        _AGAIN.format("Free room on the disk, or look at the system's log"),
    ),
    sqlite3.SQLITE_READONLY: ("a file that may not be written to", *_RIGHTS),
    sqlite3.SQLITE_CANTOPEN: (
        "a file that cannot be opened", "a file of the user who runs Motcua, on a disk mounted for "
        "writing, and a limit of 1,024 open files or more",
        "Look at DAGSTER_HOME (make doctor) and at ulimit -n, and run it again.",
    ),
    sqlite3.SQLITE_BUSY: (
        "a file that another process holds", "no process that holds it for long",
        "End that process (a copy of DAGSTER_HOME, say), and run it again.",
    ),
    sqlite3.SQLITE_NOMEM: ("no memory left", *_MEMORY),
}  # fmt: skip
_DAMAGED_HISTORY = (
    "a damaged SQLite file",
    "the files that Dagster wrote",
    "Move history/, schedules/ and storage/ out of DAGSTER_HOME, run it again, and switch "
    "schedules and sensors on again in the UI. No figure depends on them; a back-up has them, too.",
)


class FileUnreadable(OSError):
    """A delivered file cannot be read, whatever the reason: it costs that file only."""


@contextmanager
def of_one_file() -> Iterator[None]:
    """Raise what the system refuses as an error of the one delivered file that is read."""
    try:
        yield
    except OSError as error:
        raise FileUnreadable(error.errno, os.strerror(error.errno or 0)) from None


@contextmanager
def trouble_told(doing: str, *, with_files: bool = False) -> Iterator[None]:
    """Raise what the machine or DuckDB refuses as an error in four parts.

    Parameters
    ----------
    doing
        What is being done, as the first of the four parts.
    with_files
        Whether an error of a single file (it may not be read, is gone) is one, too. Else it stays
        as it is: that file can be left out.
    """
    try:
        yield
    except (MotcuaError, FileUnreadable):
        raise
    except Exception as error:
        told = in_four_parts(error, doing, with_files=with_files)
        if told is None:
            raise
        raise told.with_traceback(error.__traceback__) from None


def in_four_parts(
    error: BaseException, doing: str, *, with_files: bool = True
) -> MotcuaError | None:
    """Return what an error says of the machine, DuckDB or SQLite; None where it is another one.

    What wraps such an error, as Dagster and SQLAlchemy do, is it.
    """
    for cause in _causes(error):
        if isinstance(cause, MotcuaError):
            return cause
        parts: _Parts | None = None
        if isinstance(cause, sqlite3.Error):
            number = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
            return WarehouseError(_HISTORY, *_HISTORY_PARTS.get(number, _DAMAGED_HISTORY))
        if isinstance(cause, duckdb.Error):
            parts = _of_duckdb(cause)
        elif isinstance(cause, MemoryError):
            parts = ("no memory left", *_MEMORY)
        elif isinstance(cause, OSError):
            parts = _of_the_system(cause, with_files=with_files)
        if parts is not None:
            return WarehouseError(doing, *parts)
    return None


def is_unreadable(error: duckdb.Error) -> bool:
    """Return whether a file is no DuckDB database, or damaged, rather than its disk in trouble."""
    text = str(error)
    return _number_in(error) is None and (
        any(sign in text for sign in _SIGNS_OF_DAMAGE)
        or (isinstance(error, duckdb.IOException) and _SIGN_OF_A_NEWER_DUCKDB not in text)
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        original = getattr(current, "orig", None)
        current = original if isinstance(original, BaseException) else current.__cause__


def _of_duckdb(error: duckdb.Error) -> _Parts:
    text, number = str(error), _number_in(error)
    if number is not None:
        return os.strerror(number), *_MACHINE[number]
    if _SIGN_OF_A_NEWER_DUCKDB in text:
        return (
            "a file that a newer DuckDB made",
            f"one that DuckDB {duckdb.__version__} can read",
            "Install the version of Motcua that made it again, or restore a back-up of this one.",
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return "no memory left for DuckDB", *_MEMORY
    if any(sign in text for sign in _SIGNS_OF_DAMAGE):
        return DAMAGED
    return (
        f"an error of DuckDB ({type(error).__name__})",
        "none",
        "What was published before stays. Run the period again; where it comes again, report it "
        "with the traceback in the log of the run.",
    )


def _number_in(error: duckdb.Error) -> int | None:
    """Return the system's number for what DuckDB says is wrong with the machine, if it does."""
    # What follows a failed write says only that nothing more can be done with the database.
    text = " ".join(str(cause) for cause in (error, error.__context__) if cause is not None)
    return next((number for number in _MACHINE if os.strerror(number) in text), None)


def _of_the_system(error: OSError, *, with_files: bool) -> _Parts | None:
    number = error.errno
    if number in _MACHINE:
        return f"{os.strerror(number)}{_where(error)}", *_MACHINE[number]
    if "temporary directory" in str(error):
        return "no temporary folder", "one that may be written to", "Set TMPDIR to such a folder."
    if not with_files or number is None:
        return None
    return f"{os.strerror(number)}{_where(error)}", *_OF_FILES.get(number, _FOLDERS)


def _where(error: OSError) -> str:
    """Return in which folder of the installation a file lies, never which file it is."""
    data = Path(Paths.from_environment().data)
    if isinstance(error.filename, str) and Path(error.filename).is_relative_to(data):
        place = Path(error.filename).relative_to(data).parts[:1]
        return f" in {place[0]}/" if place and place[0] in _KNOWN_FOLDERS else ""
    return ""
