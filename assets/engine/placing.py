"""Placing: which reporting period a file of the inbox belongs to.

Belongs here: its folder, its own period line, the running period. Does not belong here: which files
there are (`assets.engine.inbox`), which days a delivered file covers (`assets.engine.coverage`).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from assets.engine.errors import FileRefused, MotcuaError
from assets.engine.opening import period_line
from assets.engine.paths import Paths
from assets.engine.periods import Calendar, Period
from assets.engine.raw_store import Delivery, Place, reading_folder
from assets.engine.text import name_key

_LIKE_A_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


@dataclass(frozen=True)
class InboxFile:
    """A file in the inbox of a known export, with the folder that may name its period.

    `name` is its path below the folder of its export, so each period's folder has names of its own.
    """

    source: str
    export: str
    path: Path
    name: str
    folder_key: str | None

    @property
    def place(self) -> Place:
        """Its source, export and name as it is compared: what the manifest knows it by."""
        return self.source, self.export, name_key(self.name)


def period_of(
    paths: Paths, calendar: Calendar, file: InboxFile, now: datetime, delivered: Delivery | None
) -> Period | None:
    """Return the period of a file: its folder's, else its own period line's, else the running.

    None if the folder looks like a day but is not a period key, or the line ends in a period that
    no run can have. A folder that disagrees with the file's own line is found when the file is
    read, and refuses it.

    `delivered` is the newest delivery of its name, if the file still holds its bytes: it stays in
    that period. A file that nothing dates lies in the inbox long after its period, and would be
    delivered again as the word of each later one. Its time does not matter, for a copy, or a backup
    that was put back, has one of its own.
    """
    if file.folder_key is not None and _LIKE_A_DAY.fullmatch(file.folder_key):
        try:
            period = calendar.month_from_key(file.folder_key)
        except MotcuaError:
            return None
        return period if period.start <= now.date() else None
    if delivered is not None:
        return calendar.month_of(date.fromisoformat(delivered.period))
    try:
        with reading_folder(paths) as workspace:
            line = period_line(file.path, workspace)
    except FileRefused:
        line = None
    running = calendar.month_of(now.date())
    if line is None or line[0] > line[1]:
        return running
    return calendar.month_of(line[1]) if calendar.first_period <= line[1] <= running.end else None
