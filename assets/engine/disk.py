"""The disk: what must be on it before the next step, and one sentence where it is full or broken.

Belongs here: syncing, telling trouble of the disk from every other error. Does not belong here:
keeping files whole, which those do that write them.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from assets.engine.errors import WarehouseError

_NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
_TEXTS = tuple(os.strerror(number) for number in _NUMBERS)


@contextmanager
def trouble_told(doing: str) -> Iterator[None]:
    """Raise what the disk refuses as a WarehouseError; `doing` says what was being done.

    The messages of the system and of DuckDB name files, which may be called after a person.
    """
    try:
        yield
    except (OSError, duckdb.Error) as error:
        found = _trouble(error)
        if found is None:
            raise
        raise WarehouseError(
            doing,
            found,
            "a disk with room",
            "What was published before stays. Free room on the disk, and run the period again.",
        ) from None


def sync(path: Path) -> None:
    """Return when a file's content, or a folder's list of files, would survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _trouble(error: BaseException) -> str | None:
    """Return what is wrong with the disk, in the words of the system; None if nothing is."""
    if isinstance(error, OSError):
        return os.strerror(error.errno) if error.errno in _NUMBERS else None
    # What follows a failed write says only that nothing more can be done with the database.
    told = " ".join(str(cause) for cause in (error, error.__context__) if cause is not None)
    return next((text for text in _TEXTS if text in told), None)
