"""The raw store: every delivered byte under its SHA-256."""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, tzinfo
from io import BufferedReader
from pathlib import Path
from stat import S_ISREG

from assets.engine.collect.deliveries import Delivery
from assets.engine.common.disk import sync
from assets.engine.common.locks import locked
from assets.engine.common.paths import PRIVATE_FILE, Paths, private_folder
from assets.engine.common.troubles import of_one_file

# What a file's time may be: one more day lies on either side in every zone.
EARLIEST, LATEST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
CHUNK = 1 << 20
_READING = ".reading-"
_INCOMING = ".incoming-"


class FileGrew(Exception):
    """A file changed while it was copied: what was copied may be half of it."""


def written_at(status: os.stat_result, zone: tzinfo | None) -> datetime:
    """Return when a file was written last; a time that no calendar has is the nearest that it has.

    A file can carry any time, of the year 40,000 too.
    """
    seconds = min(max(status.st_mtime, EARLIEST.timestamp()), LATEST.timestamp())
    return datetime.fromtimestamp(seconds, zone)


@contextmanager
def opened(file: Path) -> Iterator[BufferedReader]:
    """Open a file to read it.

    Raises
    ------
    FileUnreadable
        It is a link, folder or device by now, or may not be read. Opening a pipe would wait for
        whoever writes to it.
    """
    with ExitStack() as held:
        with of_one_file():
            content = held.enter_context(open(file, "rb", opener=_at_once))
            if not S_ISREG(os.fstat(content.fileno()).st_mode):
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        yield content


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW)


def blob_of(paths: Paths, delivery: Delivery) -> Path:
    """Return where the bytes of a delivery lie."""
    return _blob(paths, delivery.sha256)


@contextmanager
def reading_folder(paths: Paths) -> Iterator[Path]:
    """Give a private folder for what must be unpacked to be read; nothing of it stays.

    A run that was killed leaves its folder behind; the next reading, or the next purge, removes
    it, but none that a living process holds: the sensor of the inbox reads while a run does.
    """
    with ExitStack() as held:
        remove_left_readings(paths)
        with locked(private_folder(paths.raw)):
            name = held.enter_context(tempfile.TemporaryDirectory(dir=paths.raw, prefix=_READING))
            held.enter_context(locked(private_folder(Path(name))))
        yield Path(name)


def remove_left_readings(paths: Paths) -> None:
    """Remove the folders of readings that were killed."""
    with locked(private_folder(paths.raw)):
        for folder in paths.raw.glob(f"{_READING}*"):
            _remove_unless_held(folder)


def _remove_unless_held(folder: Path) -> None:
    with suppress(BlockingIOError, FileNotFoundError), locked(folder, wait=False):
        shutil.rmtree(folder, ignore_errors=True)


def store_bytes(paths: Paths, file: Path) -> tuple[str, int]:
    """Copy a file into the store; return its SHA-256 and its size.

    Raises
    ------
    FileGrew
        Somebody wrote to the file while it was copied; nothing of it was taken.
    FileUnreadable
        Its own disk does not give all of it.
    """
    folder = private_folder(paths.raw)
    # Only runs collect, one at a time: what lies here is of one that was killed.
    for left_behind in folder.glob(f"{_INCOMING}*"):
        left_behind.unlink()
    digest = hashlib.sha256()
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=_INCOMING)
    try:
        with os.fdopen(descriptor, "wb") as target, opened(file) as origin:
            before = os.fstat(origin.fileno())
            while chunk := _next_chunk(origin):
                digest.update(chunk)
                target.write(chunk)
                if target.tell() > before.st_size:
                    break  # it grows, perhaps for ever
            size = target.tell()
            target.flush()
            os.fsync(target.fileno())
        with of_one_file():
            after = file.lstat()
        if (after.st_ino, after.st_size, after.st_mtime_ns) != (
            before.st_ino, size, before.st_mtime_ns,
        ):  # fmt: skip
            raise FileGrew
        blob = _blob(paths, digest.hexdigest())
        if not blob.exists():
            private_folder(blob.parent)
            shutil.move(temporary, blob)
            blob.chmod(PRIVATE_FILE)
            # Else the manifest could list bytes that a power cut took back.
            sync(blob.parent)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return digest.hexdigest(), size


def _next_chunk(origin: BufferedReader) -> bytes:
    with of_one_file():
        return origin.read(CHUNK)


def _blob(paths: Paths, sha256: str) -> Path:
    return paths.raw / sha256[:2] / sha256
