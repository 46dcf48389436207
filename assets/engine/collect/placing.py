"""Placing: which reporting period a file of the inbox belongs to."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from assets.engine.collect.clock import Clock
from assets.engine.collect.deliveries import Delivery, Place
from assets.engine.collect.hashes import Hashes
from assets.engine.collect.raw_store import reading_folder, written_at
from assets.engine.collect.row_days import newest_day
from assets.engine.common.calendar import Calendar, Period
from assets.engine.common.errors import FileRefused, MotcuaError
from assets.engine.common.paths import Paths
from assets.engine.common.text import name_key
from assets.engine.extract import period_line
from schemas.settings import Source

_LIKE_A_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_ONE_DAY = timedelta(days=1)


class Unplaced(Exception):
    """No run collects a file as it is; the text says why, and what to do."""


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


@dataclass(frozen=True)
class Placing:
    """Placing the files of an installation on the day that its clock says.

    `newest` is the last delivery of each name. What files say is remembered with their `hashes`;
    who must not wait for a long list `opens` none, and gets NotRead where it is not known yet.
    """

    paths: Paths
    sources: Mapping[str, Source]
    calendar: Calendar
    clock: Clock
    newest: Mapping[Place, Delivery] = field(default_factory=dict)
    hashes: Hashes | None = None
    opens: bool = True

    def period_of(self, file: InboxFile, delivered: Delivery | None) -> Period:
        """Return the period of a file: its folder's, else its period line's, else by its rows.

        A folder that disagrees with the file's own line is found when the file is read, and
        refuses it.

        `delivered` is the newest delivery of its name, if the file still holds its bytes: it stays
        in that period. A file that nothing dates lies in the inbox long after its period, and would
        be delivered again as the word of each later one. Its time does not matter, for a copy, or a
        back-up that was put back, has one of its own.

        Raises
        ------
        Unplaced
            The folder looks like a day but is no period key, the period has not begun or lies
            before the first, or nothing says which it is.
        NotRead
            Only its line or rows can say, and were not read yet.
        """
        if file.folder_key is not None and _LIKE_A_DAY.fullmatch(file.folder_key):
            try:
                period = self.calendar.month_from_key(file.folder_key)
            except MotcuaError:
                raise self._of_no_period() from None
            return self._begun(period)
        if delivered is not None:
            return self.calendar.month_of(date.fromisoformat(delivered.period))
        return self.stated(file.path) or self._undated(file)

    def stated(self, file: Path) -> Period | None:
        """Return the period in which the file's own period line ends; None if it has no line.

        Raises Unplaced if no run can have that period.
        """
        said = self._answer(file, "line", lambda: self._last_stated_day(file))
        if not said:
            return None
        last = date.fromisoformat(said)
        if last < self.calendar.first_period:
            raise self._of_no_period()
        return self._begun(self.calendar.month_of(last))

    def _last_stated_day(self, file: Path) -> str:
        try:
            with reading_folder(self.paths) as workspace:
                line = period_line(file, workspace)
        except FileRefused:
            return ""
        return line[1].isoformat() if line and line[0] <= line[1] else ""

    def _undated(self, file: InboxFile) -> Period:
        """Return the period of a file that neither folder nor line dates, by its time and rows."""
        clock = self.clock
        if clock.is_behind:
            raise Unplaced(
                f"dated by neither folder nor line, and this machine's clock ({clock.now:%d/%m/%Y})"
                f" is behind what was collected until {clock.today:%d/%m/%Y}: it waits until the "
                "clock is set right (timedatectl). If it is right, and ran ahead then: make "
                f"withdraw TODAY={clock.now:%Y-%m-%d}"
            )
        written = written_at(file.path.lstat(), clock.now.tzinfo)
        before = self.newest.get(file.place)
        if before is not None and written <= datetime.fromisoformat(before.modified_at):
            # Its name stood for other bytes then: an older copy was put back since.
            written = max(written, datetime.fromisoformat(before.collected_at))
        running = self.calendar.month_of(clock.today)
        if before is not None and running.start < min(written.date(), clock.today):
            return running  # whatever its rows say
        return self.covering(written.date(), self._newest_day(file), is_known=before is not None)

    def covering(self, written: date, newest: date | None, *, is_known: bool) -> Period:
        """Return the period that a file written on one day covers last, by its `newest` row.

        The list of the night after a close is of the closed period if a row is of that one, and
        none of the new one. A list without a row of either is of the new period: it says nothing of
        the closed one, and must not supersede what was said of it.

        Raises Unplaced if its name was never delivered, and all rows are of whole periods before.
        """
        clock, calendar = self.clock, self.calendar
        written = min(written, clock.today)
        if written <= calendar.first_period:  # a copy can carry any time
            written = clock.today
        if newest is None:
            return calendar.month_of(written)
        covered = calendar.month_of(max(written - _ONE_DAY, newest))
        if covered.start <= newest:
            return covered
        last = calendar.previous_month(calendar.month_of(written))
        if newest < last.start and not is_known:
            raise Unplaced(
                "dated by neither folder nor line, under a name that was never delivered, and no "
                f"row is of {last.label} or later: put it into a folder of its export that its "
                f"period names, such as {calendar.month_of(newest).key}"
            )
        return calendar.month_of(written)

    def _newest_day(self, file: InboxFile) -> date | None:
        source = self.sources.get(file.source)
        if source is None:
            return None
        export, today = source.exports[file.export], self.clock.today
        settings = hashlib.sha256(export.model_dump_json().encode()).hexdigest()
        said = self._answer(
            file.path,
            f"rows {settings}",
            lambda: str(newest_day(self.paths, export.variants(today), file.path, today) or ""),
        )
        return date.fromisoformat(said) if said else None

    def _answer(self, file: Path, question: str, ask: Callable[[], str]) -> str:
        if self.hashes is None:
            return ask()
        return self.hashes.answer(file, question, ask, opens=self.opens)

    def _begun(self, period: Period) -> Period:
        if period.start > self.clock.today:
            raise self._of_no_period()
        return period

    def _of_no_period(self) -> Unplaced:
        return Unplaced(
            f"of a period before {self.calendar.first_period} or to come, or in a folder that is "
            f"no period key such as {self.calendar.month(2023, 11).key}"
        )
