"""The raw store: every delivered byte under its SHA-256, and the manifest that lists deliveries.

Belongs here: copying bytes in, the manifest, which file of a name is current. Does not belong
here: where files are found (`assets.engine.inbox`) and what is in them. File names may hold a
person's name, so they stay in the manifest (0600) and never reach DuckDB, logs or messages.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from assets.engine.disk import sync
from assets.engine.locks import locked
from assets.engine.paths import PRIVATE_FILE, Paths, private_folder

CHUNK = 1 << 20
_READING = ".reading-"
_INCOMING = ".incoming-"
# What follows a dot may be part of a person's name.
SUFFIXES = ("csv", "gz", "htm", "html", "json", "jsonl", "ndjson", "tsv", "txt", "xls", "xlsm",
            "xlsx", "xml", "zip")  # fmt: skip


# Source, export and name.
Place = tuple[str, str, str]


class FileGrew(Exception):
    """A file changed while it was copied: what was copied may be half of it."""


@dataclass(frozen=True)
class Delivery:
    """One file as it was delivered: a row of the manifest."""

    source: str
    export: str
    period: str
    name: str
    sha256: str
    size: int
    modified_at: str
    collected_at: str

    @property
    def delivery_id(self) -> str:
        """Identity of these bytes in this place; the same whenever and in whatever order loaded."""
        place = "/".join((self.source, self.export, self.period, self.sha256))
        return hashlib.sha256(place.encode()).hexdigest()[:16]

    @property
    def suffix(self) -> str:
        """Suffix of the file name without the dot, if it is one of a container, else `other`."""
        suffix = Path(self.name).suffix.lower().lstrip(".")
        return suffix if suffix in SUFFIXES else "other"

    @property
    def reference(self) -> str:
        """How messages point at the file: all but its name, which the manifest holds."""
        return (
            f"{self.source}/{self.export}/{self.period}, .{self.suffix} file {self.sha256[:8]} "
            "(its name stands in raw/manifest.jsonl)"
        )


def read_manifest(paths: Paths) -> list[Delivery]:
    """Return every delivery in the order of arrival."""
    file = _manifest(paths)
    if not file.exists():
        return []
    # A line that a power cut left unfinished is a delivery that was not taken.
    *whole, _ = file.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    return [Delivery(**json.loads(line)) for line in whole]


def newest(paths: Paths) -> dict[Place, Delivery]:
    """Return the last delivery of each name, whatever period it went into."""
    return {(item.source, item.export, item.name): item for item in read_manifest(paths)}


def holds(file: Path, delivery: Delivery) -> bool:
    """Say whether a file holds the bytes of a delivery; it is read only if its time is another."""
    status = file.stat()
    if status.st_size != delivery.size:
        return False
    if datetime.fromtimestamp(status.st_mtime, UTC) == datetime.fromisoformat(delivery.modified_at):
        return True
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == delivery.sha256


def collect(
    paths: Paths, file: Path, *, source: str, export: str, period: str, name: str, now: datetime,
    is_listed_again: bool = False,
) -> Delivery | None:  # fmt: skip
    """Copy `file` into the store and list it; None if its name already stands for these bytes.

    With `is_listed_again`, bytes of another time are listed whether or not they are the same.

    Raises
    ------
    FileGrew
        Somebody wrote to the file while it was copied; nothing of it was taken.
    """
    place = (source, export, period, name)
    known = [
        item
        for item in read_manifest(paths)
        if (item.source, item.export, item.period, item.name) == place
    ]
    status = file.stat()
    modified_at = datetime.fromtimestamp(status.st_mtime, now.tzinfo).isoformat()
    if known and (known[-1].size, known[-1].modified_at) == (status.st_size, modified_at):
        return None
    digest, size = _store_bytes(paths, file)
    if known and known[-1].sha256 == digest and not is_listed_again:
        return None
    delivery = Delivery(
        source, export, period, name, digest, size,
        modified_at=modified_at,
        collected_at=now.isoformat(),
    )  # fmt: skip
    _end_last_line(_manifest(paths))
    with _manifest(paths).open("a", encoding="utf-8", errors="surrogateescape") as manifest:
        manifest.write(json.dumps(asdict(delivery), ensure_ascii=False) + "\n")
        manifest.flush()
        os.fsync(manifest.fileno())
    _manifest(paths).chmod(PRIVATE_FILE)
    return delivery


def blob_of(paths: Paths, delivery: Delivery) -> Path:
    """Return where the bytes of a delivery lie."""
    return _blob(paths, delivery.sha256)


@contextmanager
def reading_folder(paths: Paths) -> Iterator[Path]:
    """Give a private folder for what must be unpacked to be read; nothing of it stays.

    A run that was killed leaves its folder behind; the next reading removes it, but none that a
    living process holds: the sensor of the inbox reads while a run does.
    """
    with ExitStack() as held:
        with locked(private_folder(paths.raw)):
            for folder in paths.raw.glob(f"{_READING}*"):
                _remove_unless_held(folder)
            name = held.enter_context(tempfile.TemporaryDirectory(dir=paths.raw, prefix=_READING))
            held.enter_context(locked(private_folder(Path(name))))
        yield Path(name)


def _remove_unless_held(folder: Path) -> None:
    with suppress(BlockingIOError, FileNotFoundError), locked(folder, wait=False):
        shutil.rmtree(folder, ignore_errors=True)


def _end_last_line(manifest: Path) -> None:
    """Drop what a power cut left of a line, so that the next one stands by itself.

    In place: a full disk takes no line that is written anew, but lets any go.
    """
    if manifest.exists():
        content = manifest.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(manifest, whole)
            sync(manifest)


def _store_bytes(paths: Paths, file: Path) -> tuple[str, int]:
    folder = private_folder(paths.raw)
    # Only runs collect, one at a time: what lies here is of one that was killed.
    for left_behind in folder.glob(f"{_INCOMING}*"):
        left_behind.unlink()
    before = file.stat()
    digest = hashlib.sha256()
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=_INCOMING)
    try:
        with os.fdopen(descriptor, "wb") as target, file.open("rb") as origin:
            while chunk := origin.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
            size = target.tell()
            target.flush()
            os.fsync(target.fileno())
        after = file.stat()
        if (after.st_size, after.st_mtime_ns) != (size, before.st_mtime_ns):
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


def _blob(paths: Paths, sha256: str) -> Path:
    return paths.raw / sha256[:2] / sha256


def _manifest(paths: Paths) -> Path:
    return paths.raw / "manifest.jsonl"
