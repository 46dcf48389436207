"""What of the inbox no run has collected yet, and a key for it that names no file."""

import hashlib
from collections import Counter
from contextlib import suppress
from datetime import datetime

from assets.engine.collect.deliveries import newest, read_arrivals, read_manifest
from assets.engine.collect.hashes import Hashes, NotRead
from assets.engine.collect.inbox import delivery_of, new_or_touched, still_growing
from assets.engine.collect.placing import InboxFile, Placing, Unplaced
from assets.engine.collect.walking import walk_inbox
from assets.engine.common.disk import lacks_room
from assets.engine.common.paths import Paths
from assets.engine.settings import load_calendar
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


def listing_key(paths: Paths, files: list[InboxFile]) -> str:
    """Return a hash of where files lie, their sizes and times, and when a run read files last.

    It is the same while nothing changes.
    """
    lines = []
    for file in (*(file.path for file in files), paths.hashed):
        with suppress(OSError):
            status = file.lstat()
            times = f"{status.st_mtime_ns}\0{status.st_ctime_ns}"
            lines.append(f"{file}\0{status.st_ino}\0{status.st_size}\0{times}")
    return _hash(lines)


def content_keys(
    paths: Paths, sources: dict[str, Source], files: list[InboxFile], now: datetime
) -> dict[str, str]:
    """Return a hash of what the files of a period hold, by its key, the oldest period first.

    Bytes that were collected before are left out, and files of no period. How often a name was
    delivered is part of it: a correction that is taken back brings bytes that were there before,
    and is new all the same.

    A file that no folder dates, and that no run has read, counts as of the running period: its run
    reads it, and then its own period is asked for if it is another one. A sensor has a minute, and
    reading a long workbook may take half of it.
    """
    look = _Look(paths, sources, now)
    last = {(item.place, item.period): item.sha256 for item in look.deliveries}
    versions = Counter((item.place, item.period) for item in look.deliveries)
    lines: dict[str, list[str]] = {}
    for file in files:
        with suppress(OSError, Unplaced):
            if lacks_room(paths.data, file.path.lstat().st_size) or look.is_collected(file):
                continue
            key = look.period_key(file)
            sha256 = look.hashes.of(file.path)
            place = (file.place, key)
            if last.get(place) != sha256:
                line = "\0".join((*file.place, sha256, str(versions[place])))
                lines.setdefault(key, []).append(line)
    return {key: _hash(lines[key]) for key in sorted(lines)}


def unplaced(
    paths: Paths, sources: dict[str, Source], files: list[InboxFile], now: datetime
) -> Counter[str]:
    """Count the files that no run collects as they are, by where they lie and why.

    What no run has read yet is not among them.
    """
    look = _Look(paths, sources, now)
    reasons = Counter[str]()
    for file in files:
        with suppress(OSError):
            try:
                if not look.is_collected(file):
                    look.period_key(file)
            except Unplaced as reason:
                reasons[f"in {file.source}/{file.export}/, {reason}"] += 1
    return reasons


class _Look:
    """One look at manifest and inbox; of a file that may be long no more than its hash is read."""

    def __init__(self, paths: Paths, sources: dict[str, Source], now: datetime) -> None:
        arrivals = read_arrivals(paths, now)
        self.deliveries = arrivals.deliveries
        self.hashes = Hashes(paths, believes_shares=True)
        self._newest = newest(self.deliveries)
        self._calendar, self._today = load_calendar(paths.settings), arrivals.clock.today
        self._placing = Placing(
            paths, sources, self._calendar, arrivals.clock, self._newest, self.hashes, opens=False
        )

    def is_collected(self, file: InboxFile) -> bool:
        return delivery_of(file, self._newest, self.hashes) is not None

    def period_key(self, file: InboxFile) -> str:
        """Return the key of a new file's period; Unplaced if it has none."""
        try:
            return self._placing.period_of(file, None).key
        except NotRead:
            return self._calendar.month_of(self._today).key


def _hash(lines: list[str]) -> str:
    text = "\n".join(sorted(lines))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
