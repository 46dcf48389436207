"""What of the inbox no run has collected yet, and a key for it that names no file.

Belongs here: comparing the inbox with the manifest for whoever asks for runs (`pipelines.sensors`).
Does not belong here: copying files in (`assets.engine.inbox`).
"""

import hashlib
from collections import Counter
from contextlib import suppress
from datetime import datetime

from assets.engine.disk import lacks_room
from assets.engine.hashed import Hashes
from assets.engine.inbox import delivery_of, new_or_touched, still_growing
from assets.engine.paths import Paths
from assets.engine.periods import load_calendar
from assets.engine.placing import InboxFile, Placing, Unplaced
from assets.engine.raw_store import newest, read_arrivals, read_manifest
from assets.engine.walking import walk_inbox
from schemas.settings import Source


def pending_files(paths: Paths, sources: dict[str, Source]) -> list[InboxFile]:
    """Return the files, whole by now, that may hold other bytes than their name stands for.

    No file is opened: this is asked every minute.
    """
    hashes = Hashes(paths, believes_shares=True)
    files = walk_inbox(paths, sources).files
    found = list(new_or_touched(files, newest(read_manifest(paths)), hashes))
    growing = still_growing(file.path for file in found)
    return [file for file in found if file.path not in growing]


def listing_key(files: list[InboxFile]) -> str:
    """Return a hash of where files lie, their sizes and times: the same while nothing changes."""
    lines = []
    for file in files:
        with suppress(OSError):
            status = file.path.lstat()
            times = f"{status.st_mtime_ns}\0{status.st_ctime_ns}"
            lines.append(f"{file.path}\0{status.st_ino}\0{status.st_size}\0{times}")
    return _hash(lines)


def content_keys(
    paths: Paths, sources: dict[str, Source], files: list[InboxFile], now: datetime
) -> dict[str, str]:
    """Return a hash of what the files of a period hold, by its key, the oldest period first.

    Bytes that were collected before are left out, and files of no period. How often a name was
    delivered is part of it: a correction that is taken back brings bytes that were there before,
    and is new all the same.
    """
    arrivals = read_arrivals(paths, now)
    deliveries = arrivals.deliveries
    taken, hashes = newest(deliveries), Hashes(paths, believes_shares=True)
    placing = Placing(paths, sources, load_calendar(paths.settings), arrivals.clock, taken)
    last = {(item.place, item.period): item.sha256 for item in deliveries}
    versions = Counter((item.place, item.period) for item in deliveries)
    lines: dict[str, list[str]] = {}
    for file in files:
        with suppress(OSError, Unplaced):
            if lacks_room(paths.data, file.path.lstat().st_size):
                continue
            delivered = delivery_of(file, taken, hashes)
            if delivered is not None:
                continue
            period = placing.period_of(file, delivered)
            sha256 = hashes.of(file.path)
            place = (file.place, period.key)
            if last.get(place) != sha256:
                line = "\0".join((*file.place, sha256, str(versions[place])))
                lines.setdefault(period.key, []).append(line)
    return {key: _hash(lines[key]) for key in sorted(lines)}


def _hash(lines: list[str]) -> str:
    text = "\n".join(sorted(lines))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
