"""The inbox: which files wait there and which reporting period each belongs to.

Belongs here: walking `inbox/<source>/<export>/` and placing a file in its period. Does not belong
here: copying (`assets.engine.raw_store`) and reading rows.
"""

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path

from assets.engine import raw_store
from assets.engine.disk import trouble_told
from assets.engine.errors import FileRefused, MotcuaError
from assets.engine.manifest import Manifest
from assets.engine.opening import period_line
from assets.engine.paths import Paths
from assets.engine.periods import Calendar, Period, load_calendar
from assets.engine.raw_store import Delivery, Place
from assets.engine.unpack import fits
from schemas.settings import Source

# What office programs leave beside an open document.
LOCK = "~$"
IGNORED = (".", LOCK)
# Windows shares may keep a file's time still while it is written, so its size is looked at too.
LOOK_SECONDS = 0.5
QUIET_SECONDS = 3.0
# A folder of another form may be named after a person.
_IDENTIFIER = re.compile(r"[a-z0-9_]+")
_LIKE_A_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


@dataclass(frozen=True)
class Waiting:
    """A file in the inbox of a known export, with the folder that may name its period.

    `name` is its path below the folder of its export, so each period's folder has names of its own.
    """

    source: str
    export: str
    file: Path
    name: str
    folder_key: str | None

    @property
    def place(self) -> Place:
        """Its source, export and name: what the manifest knows it by."""
        return self.source, self.export, self.name


def waiting_files(paths: Paths, sources: dict[str, Source]) -> Iterator[Waiting]:
    """Yield the files of every export of every source, in the order of their paths."""
    for source, settings in sorted(sources.items()):
        for export in sorted(settings.exports):
            root = paths.inbox / source / export
            for file in sorted(root.rglob("*")):
                if _is_of(file, settings.exports[export].files):
                    parts = file.relative_to(root).parts
                    folder = parts[0] if len(parts) > 1 else None
                    yield Waiting(source, export, file, "/".join(parts), folder)


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


@dataclass
class Collected:
    """What a period's collection took, and how many files it could not read or must wait for."""

    new: list[Delivery]
    unreadable: int = 0
    growing: int = 0


def collect_period(
    paths: Paths, sources: dict[str, Source], period: Period, now: datetime
) -> Collected:
    """Copy into the raw store what the inbox holds for `period`.

    A file that vanished or may not be read is counted and stops no other; its name, which the
    system's message would quote, is told to nobody. A file that is still being written is waited
    for a moment, and then left to the next run.
    """
    collected, calendar = Collected([]), load_calendar(paths.settings)
    files = list(waiting_files(paths, sources))
    manifest = Manifest(paths)
    growing = still_growing(waiting.file for waiting in files)
    if growing:
        # Who puts a file there and runs its period at once means that file too.
        time.sleep(QUIET_SECONDS)
        growing = still_growing(growing)
    for waiting in files:
        try:
            if period_of(paths, calendar, waiting, now, manifest.newest) != period:
                continue
            if waiting.file in growing:
                collected.growing += 1
                continue
            with trouble_told(f"Copying a file of {waiting.source}/{waiting.export}"):
                delivery = manifest.collect(
                    waiting.file, source=waiting.source, export=waiting.export,
                    period=period.key, name=waiting.name, now=now,
                )  # fmt: skip
        except raw_store.FileGrew:
            collected.growing += 1
            continue
        except OSError:
            collected.unreadable += 1
            continue
        if delivery is not None:
            collected.new.append(delivery)
    return collected


def period_of(
    paths: Paths,
    calendar: Calendar,
    waiting: Waiting,
    now: datetime,
    taken: Mapping[Place, Delivery],
) -> Period | None:
    """Return the period of a file: its folder's, else its own period line's, else the running.

    None if the folder looks like a day but is no period key, or the line ends in a period that
    no run can have. A folder that disagrees with the file's own line is found when the file is
    read, and refuses it.

    `taken` is the newest delivery of each name. A file that nothing dates lies in the inbox long
    after its period, and would be delivered again as the word of each later one: while its bytes
    are those that its name stands for, it stays where it was taken into. Its time does not matter,
    for a copy, or a backup that was put back, has one of its own.
    """
    if waiting.folder_key is not None and _LIKE_A_DAY.fullmatch(waiting.folder_key):
        try:
            period = calendar.month_from_key(waiting.folder_key)
        except MotcuaError:
            return None
        return period if period.start <= now.date() else None
    try:
        with raw_store.reading_folder(paths) as workspace:
            line = period_line(waiting.file, workspace)
    except FileRefused:
        line = None
    if line is None or line[0] > line[1]:
        before = taken.get(waiting.place)
        if before is not None and raw_store.holds(waiting.file, before):
            return calendar.month_of(date.fromisoformat(before.period))
        return calendar.month_of(now.date())
    is_of_a_period = calendar.first_period <= line[1] <= calendar.month_of(now.date()).end
    return calendar.month_of(line[1]) if is_of_a_period else None


def stray_files(paths: Paths, sources: dict[str, Source], now: datetime) -> dict[str, int]:
    """Return how many files of the inbox no run will ever collect, by where and why."""
    known = set()
    strays: Counter[str] = Counter()
    calendar = load_calendar(paths.settings)
    for waiting in waiting_files(paths, sources):
        known.add(waiting.file)
        with suppress(OSError):  # told when it is collected
            # Whatever was taken in before has a period all the same.
            if period_of(paths, calendar, waiting, now, taken={}) is None:
                strays[
                    f"in {waiting.source}/{waiting.export}/, of a period before "
                    f"{calendar.first_period} or to come, or in a folder that is no period key "
                    f"such as {calendar.month(2023, 11).key}"
                ] += 1
    for file in paths.inbox.rglob("*"):
        if file.name.startswith(LOCK) and file.is_file():
            strays["lock files of an office program: close the list there and save it"] += 1
        elif file not in known and not file.name.startswith(IGNORED) and file.is_file():
            strays[_misplaced(file.relative_to(paths.inbox).parts[:-1], sources)] += 1
    return dict(strays)


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
