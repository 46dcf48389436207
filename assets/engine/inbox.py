"""The inbox: which files wait there and which reporting period each belongs to.

Belongs here: walking `inbox/<source>/<export>/` and placing a file in its period. Does not belong
here: copying (`assets.engine.raw_store`) and reading rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assets.engine import raw_store
from assets.engine.containers import period_line
from assets.engine.errors import FileRefused, MotcuaError
from assets.engine.paths import Paths
from assets.engine.periods import Period, month_from_key, month_of
from assets.engine.raw_store import Delivery
from schemas.settings import Source


@dataclass(frozen=True)
class Waiting:
    """A file in the inbox of a known export, with the folder that may name its period."""

    source: str
    export: str
    file: Path
    name: str
    folder_key: str | None


def waiting_files(paths: Paths, sources: dict[str, Source]) -> Iterator[Waiting]:
    """Yield the files of every export of every source, in the order of their paths."""
    for source, settings in sorted(sources.items()):
        for export in sorted(settings.exports):
            root = paths.inbox / source / export
            for file in sorted(root.rglob("*")):
                if file.is_file() and not file.name.startswith((".", "~$")):
                    parts = file.relative_to(root).parts
                    folder = parts[0] if len(parts) > 1 else None
                    yield Waiting(source, export, file, "/".join(parts), folder)


def collect_period(
    paths: Paths, sources: dict[str, Source], period: Period, now: datetime
) -> list[Delivery]:
    """Copy into the raw store what the inbox holds for `period`; return what was new."""
    new = []
    for waiting in waiting_files(paths, sources):
        if period_of(waiting, now) == period:
            delivery = raw_store.collect(
                paths, waiting.file, source=waiting.source, export=waiting.export,
                period=period.key, name=waiting.name, now=now,
            )  # fmt: skip
            if delivery is not None:
                new.append(delivery)
    return new


def period_of(waiting: Waiting, now: datetime) -> Period:
    """Return the period of a file: its folder's, else its own period line's, else the running.

    A folder that is no period key is no period; a folder that disagrees with the file's own line
    is found when the file is read, and refuses it.
    """
    if waiting.folder_key is not None:
        try:
            return month_from_key(waiting.folder_key)
        except MotcuaError:
            pass
    try:
        line = period_line(waiting.file)
    except FileRefused:
        line = None
    return month_of(line[1] if line is not None and line[0] <= line[1] else now.date())
