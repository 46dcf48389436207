"""The inbox: which files lie there, which are new, and collecting those of a period.

The manifest is asked first: a file whose bytes its name stands for already has its period there,
and is read only if it may have changed since it was read last (`assets.engine.collect.hashes`).
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from assets.engine.collect.covered_days import coverage
from assets.engine.collect.deliveries import Delivery, Place
from assets.engine.collect.hashes import Hashes, settled_stamp
from assets.engine.collect.manifest import Manifest
from assets.engine.collect.placing import InboxFile, Placing, Unplaced
from assets.engine.collect.raw_store import FileGrew, written_at
from assets.engine.collect.walking import unreadable, walk_inbox
from assets.engine.common.calendar import Period
from assets.engine.common.disk import lacks_room
from assets.engine.common.paths import Paths
from assets.engine.common.troubles import trouble_told
from assets.engine.settings import load_calendar
from schemas.settings import Source

# Windows shares may keep a file's time still while it is written, so its size is looked at too.
LOOK_SECONDS = 0.5
QUIET_SECONDS = 3.0
_NO_ROOM = "larger than the room on the disk of raw/: make room, or deliver it in parts"


@dataclass(frozen=True)
class Inbox:
    """What one pass over the inbox found.

    `new` are the files by the key of their period whose name does not stand for their bytes yet;
    `strays` counts what no run collects as it is, by where it lies and why.
    """

    manifest: Manifest
    hashes: Hashes
    now: datetime
    new: dict[str, list[InboxFile]]
    growing: set[Path]
    strays: Counter[str]


@dataclass
class Collected:
    """What a period's collection took, and what it left: growing files, and others by reason."""

    growing: int = 0
    new: list[Delivery] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)


def still_growing(files: Iterable[Path]) -> set[Path]:
    """Return which of the files somebody may still be writing. Takes one look at all of them.

    A file is whole if its size and time stay the same over `LOOK_SECONDS` and the time lies
    `QUIET_SECONDS` back. A time to come, as a share with another clock writes, says nothing. A
    sender that pauses for longer is taken for one that is done: what it delivers after the pause
    supersedes, under the same name, what was taken.
    """
    before = {file: _size_and_time(file) for file in files}
    if not before:
        return set()
    time.sleep(LOOK_SECONDS)
    quiet_since = time.time() - QUIET_SECONDS
    return {
        file
        for file, seen in before.items()
        if _size_and_time(file) != seen or quiet_since < seen[1] <= quiet_since + QUIET_SECONDS
    }


def _size_and_time(file: Path) -> tuple[int, float]:
    try:
        status = file.lstat()
    except OSError:  # named when it is collected
        return 0, 0.0
    return status.st_size, status.st_mtime


def read_inbox(paths: Paths, sources: dict[str, Source], now: datetime) -> Inbox:
    """Place every file of the inbox; a file that vanished or may not be read stops no other.

    A file that is still being written is waited for a moment. One whose bytes its name stands for
    is not looked at again.
    """
    manifest, hashes = Manifest(paths, now), Hashes(paths)
    placing = Placing(
        paths, sources, load_calendar(paths.settings), manifest.clock, manifest.newest, hashes
    )
    walk = walk_inbox(paths, sources)
    touched = new_or_touched(walk.files, manifest.newest, hashes)
    growing = still_growing(file.path for file in touched)
    if growing:
        # Who puts a file there and runs its period at once means that file too.
        time.sleep(QUIET_SECONDS)
        growing = still_growing(growing)
    new: dict[str, list[InboxFile]] = {}
    for file in walk.files:
        try:
            delivered = delivery_of(file, manifest.newest, hashes)
            period = placing.period_of(file, delivered)
            if delivered is None or _covers_more(file, delivered, period, now):
                new.setdefault(period.key, []).append(file)
        except OSError as error:
            walk.strays[unreadable(file, error)] += 1
        except Unplaced as reason:
            walk.strays[f"in {file.source}/{file.export}/, {reason}"] += 1
    hashes.keep()
    return Inbox(manifest, hashes, now, new, growing, walk.strays)


def collect_period(inbox: Inbox, period: Period) -> Collected:
    """Copy into the raw store what the inbox holds for `period`.

    What cannot be taken is counted by what is wrong; its name, which the system's message would
    quote, is in no message. A file that is still being written is left to the next run.
    """
    collected = Collected()
    for file in inbox.new.get(period.key, []):
        if file.path in inbox.growing:
            collected.growing += 1
            continue
        try:
            if lacks_room(inbox.manifest.paths.data, file.path.lstat().st_size):
                collected.left[f"in {file.source}/{file.export}/{period.key}/, {_NO_ROOM}"] += 1
                continue
            stamp = settled_stamp(file.path)
            with trouble_told(f"Copying a file of {file.source}/{file.export}", with_files=True):
                delivery = inbox.manifest.collect(
                    file.path, source=file.source, export=file.export, period=period.key,
                    name=file.name, now=inbox.now,
                )  # fmt: skip
            if delivery is not None:
                inbox.hashes.note(file.path, stamp, delivery.sha256)
                collected.new.append(delivery)
        except FileGrew:
            collected.growing += 1
        except OSError as error:
            collected.left[unreadable(file, error)] += 1
    inbox.hashes.keep()
    return collected


def new_or_touched(
    files: Iterable[InboxFile], newest: Mapping[Place, Delivery], hashes: Hashes
) -> Iterator[InboxFile]:
    """Yield the files that may hold other bytes than their name stands for; none is opened."""
    for file in files:
        with suppress(OSError):  # it is gone
            before = newest.get(file.place)
            if before is None or hashes.known(file.path) != before.sha256:
                yield file


def delivery_of(
    file: InboxFile, newest: Mapping[Place, Delivery], hashes: Hashes
) -> Delivery | None:
    """Return the newest delivery of a file's name if the file still holds its bytes."""
    before = newest.get(file.place)
    if before is None or file.path.lstat().st_size != before.size:
        return None
    return before if hashes.of(file.path) == before.sha256 else None


def _covers_more(file: InboxFile, delivered: Delivery, month: Period, now: datetime) -> bool:
    """Return whether the bytes of a delivery cover more of its month, delivered again.

    A list without rows is the same bytes each night, and before and after the close of its month.
    """
    written = written_at(file.path.lstat(), now.tzinfo)
    again = replace(delivered, modified_at=written.isoformat(), collected_at=now.isoformat())
    return coverage(again, month).day > coverage(delivered, month).day
