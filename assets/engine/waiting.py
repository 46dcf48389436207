"""What of the inbox no run has collected yet, and a key for it that names no file.

Belongs here: comparing the inbox with the manifest. Does not belong here: copying files in
(`assets.engine.inbox`) and asking for runs (`pipelines.sensors`).
"""

import hashlib
from collections import Counter
from contextlib import suppress
from datetime import datetime

from assets.engine.inbox import Waiting, period_of, still_growing, waiting_files
from assets.engine.paths import Paths
from assets.engine.periods import load_calendar
from assets.engine.raw_store import newest, read_manifest
from schemas.settings import Source


def new_files(paths: Paths, sources: dict[str, Source], now: datetime) -> list[Waiting]:
    """Return the files, whole by now, whose name does not stand for their size and time yet.

    No file is opened: this is asked every minute.
    """
    known = {
        (place, item.size, item.modified_at) for place, item in newest(read_manifest(paths)).items()
    }
    found = []
    for waiting in waiting_files(paths, sources):
        with suppress(OSError):  # gone meanwhile
            status = waiting.file.stat()
            modified_at = datetime.fromtimestamp(status.st_mtime, now.tzinfo).isoformat()
            if (waiting.place, status.st_size, modified_at) not in known:
                found.append(waiting)
    growing = still_growing(waiting.file for waiting in found)
    return [waiting for waiting in found if waiting.file not in growing]


def listing_key(files: list[Waiting]) -> str:
    """Return a hash of where files lie, their sizes and times: the same while nothing changes."""
    lines = []
    for waiting in files:
        with suppress(OSError):
            status = waiting.file.stat()
            lines.append(f"{waiting.file}\0{status.st_size}\0{status.st_mtime_ns}")
    return _hash(lines)


def by_period(paths: Paths, files: list[Waiting], now: datetime) -> dict[str, list[Waiting]]:
    """Return the files by the key of the period they belong to; those of none are left out."""
    placed: dict[str, list[Waiting]] = {}
    taken, calendar = newest(read_manifest(paths)), load_calendar(paths.settings)
    for waiting in files:
        with suppress(OSError):
            period = period_of(paths, calendar, waiting, now, taken)
            if period is not None:
                placed.setdefault(period.key, []).append(waiting)
    return dict(sorted(placed.items()))


def content_key(paths: Paths, period: str, files: list[Waiting]) -> str | None:
    """Return a hash of what files of a period hold; None if all of it was collected before.

    How often a name was delivered is part of it: a correction that is taken back brings bytes
    that were there before, and is new all the same.
    """
    latest: dict[tuple[str, str, str], str] = {}
    versions: Counter[tuple[str, str, str]] = Counter()
    for item in read_manifest(paths):
        if item.period == period:
            latest[item.source, item.export, item.name] = item.sha256
            versions[item.source, item.export, item.name] += 1
    lines = []
    for waiting in files:
        with suppress(OSError), waiting.file.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            if latest.get(waiting.place) != sha256:
                lines.append("\0".join((*waiting.place, sha256, str(versions[waiting.place]))))
    return _hash(lines) if lines else None


def _hash(lines: list[str]) -> str:
    text = "\n".join(sorted(lines))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
