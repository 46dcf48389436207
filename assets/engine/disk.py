"""The disk: what must be on it before the next step, and one sentence where it is full or broken.

Belongs here: syncing, a file that is replaced as a whole, telling trouble of the disk from every
other error. Does not belong here: what is written.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from assets.engine.errors import WarehouseError
from assets.engine.paths import private_file

# What is expected, and what to do, by the number that the system gives.
_ROOM = ("a disk with room", "Free room on the disk")
_REMEDIES = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EROFS: ("a disk mounted for writing", "Mount it for writing"),
    errno.EIO: ("a sound disk", "Look at the system's log, and mend or replace the disk"),
}

# What no single file may take of the disk.
RESERVE = 64 << 20
# What DuckDB says of a block whose checksum is not that of its content.
DAMAGED = "Corrupt database file"


@contextmanager
def trouble_told(doing: str) -> Iterator[None]:
    """Raise what the disk refuses as a WarehouseError; `doing` says what was being done.

    The messages of the system and of DuckDB name files, which may be called after a person.
    """
    try:
        yield
    except (OSError, duckdb.Error) as error:
        found = _trouble(error)
        if found is None and DAMAGED in str(error):
            raise WarehouseError(
                doing,
                "blocks of a DuckDB file that are damaged",
                "a sound disk",
                "Look at the system's log. Then restore a back-up (make restore), or load "
                "everything again: make rebuild.",
            ) from None
        if found is None:
            raise
        expected, remedy = _REMEDIES[found]
        raise WarehouseError(
            doing,
            os.strerror(found),
            expected,
            f"What was published before stays. {remedy}, and run the period again.",
        ) from None


def is_unreadable(error: duckdb.Error) -> bool:
    """Return whether a file is no DuckDB database, or damaged, rather than its disk in trouble."""
    return _trouble(error) is None and (
        isinstance(error, duckdb.IOException) or DAMAGED in str(error)
    )


def lacks_room(folder: Path, size: int) -> bool:
    """Return whether a file of a size would fill the disk of a folder that is not full already.

    A full one stops everything, and says so; a file that is too large costs itself.
    """
    free = shutil.disk_usage(folder).free
    return RESERVE < free < size + RESERVE


def sync(path: Path) -> None:
    """Return when a file's content, or a folder's list of files, would survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(file: Path, content: bytes) -> None:
    """Write a private file that is as before or whole, whatever happens meanwhile."""
    aside = file.with_name(f".{file.name}.new")
    with open(aside, "wb", opener=private_file) as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    aside.replace(file)
    sync(file.parent)


def _trouble(error: BaseException) -> int | None:
    """Return the system's number for what is wrong with the disk; None if nothing is."""
    if isinstance(error, OSError):
        return error.errno if error.errno in _REMEDIES else None
    # What follows a failed write says only that nothing more can be done with the database.
    told = " ".join(str(cause) for cause in (error, error.__context__) if cause is not None)
    return next((number for number in _REMEDIES if os.strerror(number) in told), None)
