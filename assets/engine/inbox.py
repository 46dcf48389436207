"""The inbox: which files lie there, which are new, and collecting those of a period.

Belongs here: one pass over `inbox/<source>/<export>/`, and collecting a period's files. Does not
belong here: which period a file belongs to (`assets.engine.placing`), copying
(`assets.engine.raw_store`) and reading rows.

The manifest is asked first: a file whose bytes its name stands for already has its period there,
and is opened only if its time changed. That of an unchanged file is never opened.
"""

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from assets.engine.coverage import coverage
from assets.engine.disk import trouble_told
from assets.engine.formats.archive import fits
from assets.engine.manifest import Manifest
from assets.engine.paths import Paths
from assets.engine.periods import Period, load_calendar
from assets.engine.placing import InboxFile, period_of
from assets.engine.raw_store import Delivery, FileGrew, Place, holds, is_unchanged
from schemas.settings import Source

# What office programs leave beside an open document.
LOCK = "~$"
IGNORED = (".", LOCK)
# Windows shares may keep a file's time still while it is written, so its size is looked at too.
LOOK_SECONDS = 0.5
QUIET_SECONDS = 3.0
# A folder of another form may be named after a person.
_IDENTIFIER = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True)
class Inbox:
    """What one pass over the inbox found.

    `new` are the files by the key of their period whose name does not stand for their bytes yet;
    `strays` counts those that no run will ever collect, by where they lie and why.
    """

    manifest: Manifest
    now: datetime
    new: dict[str, list[InboxFile]]
    growing: set[Path]
    unreadable: int
    strays: dict[str, int]


@dataclass
class Collected:
    """What a period's collection took, and how many files it could not read or must wait for."""

    unreadable: int
    growing: int = 0
    new: list[Delivery] = field(default_factory=list)


def inbox_files(paths: Paths, sources: dict[str, Source]) -> Iterator[InboxFile]:
    """Yield the files of every export of every source, in the order of their paths."""
    for source, settings in sorted(sources.items()):
        for export in sorted(settings.exports):
            root = paths.inbox / source / export
            for file in sorted(root.rglob("*")):
                if _is_of(file, settings.exports[export].files):
                    parts = file.relative_to(root).parts
                    folder = parts[0] if len(parts) > 1 else None
                    yield InboxFile(source, export, file, "/".join(parts), folder)


def _is_of(file: Path, patterns: list[str]) -> bool:
    """Say whether a file is one of an export: by its name, and no lock of an office program."""
    is_named = fits(file.name, patterns) and not file.name.startswith(IGNORED)
    return is_named and file.is_file()


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
        status = file.stat()
    except OSError:  # told when it is collected
        return 0, 0.0
    return status.st_size, status.st_mtime


def read_inbox(paths: Paths, sources: dict[str, Source], now: datetime) -> Inbox:
    """Place every file of the inbox; a file that vanished or may not be read stops no other.

    A file that is still being written is waited for a moment. One that its name stands for with
    the same size and time is not looked at again.
    """
    manifest, calendar = Manifest(paths), load_calendar(paths.settings)
    files = list(inbox_files(paths, sources))
    growing = still_growing(file.path for file in new_or_touched(files, manifest.newest))
    if growing:
        # Who puts a file there and runs its period at once means that file too.
        time.sleep(QUIET_SECONDS)
        growing = still_growing(growing)
    new: dict[str, list[InboxFile]] = {}
    unreadable, strays = 0, _misplaced_files(paths, sources, {file.path for file in files})
    for file in files:
        try:
            delivered = delivery_of(file, manifest.newest)
            period = period_of(paths, calendar, file, now, delivered)
        except OSError:
            unreadable += 1
            continue
        if period is None:
            strays[
                f"in {file.source}/{file.export}/, of a period before {calendar.first_period} or "
                "to come, or in a folder that is no period key such as "
                f"{calendar.month(2023, 11).key}"
            ] += 1
        elif delivered is None or _covers_more(file, delivered, period, now):
            new.setdefault(period.key, []).append(file)
    return Inbox(manifest, now, new, growing, unreadable, dict(strays))


def collect_period(inbox: Inbox, period: Period) -> Collected:
    """Copy into the raw store what the inbox holds for `period`.

    What could not be read is counted; its name, which the system's message would quote, is in no
    message. A file that is still being written is left to the next run.
    """
    collected = Collected(inbox.unreadable)
    for file in inbox.new.get(period.key, []):
        if file.path in inbox.growing:
            collected.growing += 1
            continue
        try:
            with trouble_told(f"Copying a file of {file.source}/{file.export}"):
                delivery = inbox.manifest.collect(
                    file.path, source=file.source, export=file.export, period=period.key,
                    name=file.name, now=inbox.now,
                )  # fmt: skip
        except FileGrew:
            collected.growing += 1
        except OSError:
            collected.unreadable += 1
        else:
            collected.new += [delivery] if delivery else []
    return collected


def new_or_touched(
    files: Iterable[InboxFile], newest: Mapping[Place, Delivery]
) -> Iterator[InboxFile]:
    """Yield the files whose name does not stand for their size and time; none is opened."""
    for file in files:
        with suppress(OSError):  # it is gone
            before = newest.get(file.place)
            if before is None or not is_unchanged(file.path, before):
                yield file


def delivery_of(file: InboxFile, newest: Mapping[Place, Delivery]) -> Delivery | None:
    """Return the newest delivery of a file's name if the file still holds its bytes."""
    before = newest.get(file.place)
    return before if before is not None and holds(file.path, before) else None


def _covers_more(file: InboxFile, delivered: Delivery, month: Period, now: datetime) -> bool:
    """Return whether the bytes of a delivery cover more of its month, delivered again.

    A list without rows is the same bytes before and after the close of its month. What nothing
    dates lies on in the inbox, and is not delivered again whatever its time says.
    """
    if file.folder_key is None:
        return False
    written = datetime.fromtimestamp(file.path.stat().st_mtime, now.tzinfo)
    again = replace(delivered, modified_at=written.isoformat(), collected_at=now.isoformat())
    return coverage(again, month).day > coverage(delivered, month).day


def _misplaced_files(paths: Paths, sources: dict[str, Source], known: set[Path]) -> Counter[str]:
    """Count the files that are of no export, by where they lie."""
    strays: Counter[str] = Counter()
    for file in paths.inbox.rglob("*"):
        if file.name.startswith(LOCK) and file.is_file():
            strays["lock files of an office program: close the list there and save it"] += 1
        elif file not in known and not file.name.startswith(IGNORED) and file.is_file():
            strays[_misplaced(file.relative_to(paths.inbox).parts[:-1], sources)] += 1
    return strays


def _misplaced(folders: tuple[str, ...], sources: dict[str, Source]) -> str:
    """Return where a file lies that is of no export, and where it may belong."""
    if not folders:
        return "outside any folder: move each to <source>/<export>/"
    source = folders[0]
    if source not in sources:
        return (
            f"in {_told(source)}/, which no settings file is named after{_meant(source, sources)}"
        )
    exports = sources[source].exports
    if len(folders) == 1:
        return f"in {source}/, outside the folders of its exports ({', '.join(sorted(exports))})"
    export = folders[1]
    if export not in exports:
        meant = _meant(export, exports)
        return f"in {source}/{_told(export)}/, which is no export of that source{meant}"
    return f"in {source}/{export}/, under a name that the export's `files` do not fit"


def _told(folder: str) -> str:
    return folder if _IDENTIFIER.fullmatch(folder) else "(a folder of another form)"


def _meant(folder: str, known: Iterable[str]) -> str:
    close = get_close_matches(folder.casefold(), list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
