"""A month of nights on a machine whose clock is wrong for some of them."""

import os
import random
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from assets.engine import load
from assets.engine.collect import collect_period, read_inbox
from assets.engine.common import calendar as periods
from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.paths import Paths
from assets.engine.load import check_nothing_lacks
from assets.engine.settings import load_sources
from assets.engine.status import clock_findings, closed_months, partial_months
from assets.engine.warehouse import warehouse
from schemas.rows import KINDS
from tests.support import CALENDAR, compute_all, load_references
from tests.unit.deliveries import deliver_csv, deliver_payments, deliver_workbook, dossier, payment

ZONE = ZoneInfo(TIMEZONE)
# The month that closes on 14/01/2023, and the first days of the next.
FIRST_NIGHT = datetime(2022, 12, 29, 1, 30, tzinfo=ZONE)
NIGHTS = 30
ERRORS = {
    "minutes": timedelta(minutes=7), "hours": timedelta(hours=5), "a day": timedelta(hours=26),
    "days": timedelta(days=9), "months": timedelta(days=100), "years": timedelta(days=3000),
}  # fmt: skip
FIGURES = ("by_level", "by_unit", "by_unit_procedure")
Said = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class Month:
    """The nights of a month: by how much the clock is wrong in which, and who writes the lists.

    `is_own` says that this machine writes them, with its wrong clock; else another one does.
    """

    errors: Mapping[int, timedelta] = field(default_factory=dict)
    is_own: bool = False

    @classmethod
    def random(cls, seed: int) -> "Month":
        """Return a month in which the clock is wrong for one to four nights in a row.

        The first is wrong by all that a clock may be, in every second night, both ways.
        """
        if seed == 0:
            errors = [error * way for error in ERRORS.values() for way in (1, -1)]
            return cls({2 + 2 * n: error for n, error in enumerate(errors)}, is_own=True)
        chance = random.Random(seed)
        error = ERRORS[sorted(ERRORS)[seed % len(ERRORS)]] * chance.choice((1, -1))
        first, length = chance.randrange(1, NIGHTS - 6), chance.randint(1, 4)
        return cls(dict.fromkeys(range(first, first + length), error), chance.random() < 0.5)


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Have this machine's clock say a moment."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Stopped":
            return cls.fromtimestamp(moment.timestamp(), tz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(periods, "datetime", Stopped)
        yield


def spend_month(paths: Paths, month: Month, asleep: Collection[int] = ()) -> None:
    """Spend its nights, each with the lists that came before it, but those asleep."""
    for number in range(NIGHTS):
        right = FIRST_NIGHT + timedelta(days=number)
        said = right + month.errors.get(number, timedelta())
        _deliver(paths, right, said if month.is_own else right)
        if number not in asleep:
            with clock_at(said):
                spend_night(paths, said)


def spend_night(paths: Paths, now: datetime) -> None:
    """Collect and load the running period and the one before, and all that the sensor asks for."""
    sources, running = load_sources(paths.sources), CALENDAR.month_of(now.date())
    months = [m for m in (CALENDAR.previous_month(running), running)
              if m.start >= CALENDAR.first_period]  # fmt: skip
    inbox = read_inbox(paths, sources, now)
    # A list that waits may be written over before its period runs again.
    months += [period for key in sorted(inbox.new)
               if (period := CALENDAR.month_from_key(key)) not in months]  # fmt: skip
    for period in months:
        collect_period(inbox, period)
    with warehouse(paths) as connection:
        load_references(connection, paths)
        load.load_lacking(
            connection, paths, sources, kinds=list(KINDS.values()), but=[], run_id="night",
            progress=lambda _: None,
        )  # fmt: skip
        for period in months:
            for kind in KINDS.values():
                load.load_period(
                    connection, paths, sources, kind=kind, period=period, run_id="night",
                    progress=lambda _: None,
                )  # fmt: skip
        check_nothing_lacks(connection, paths, sources)


def figures(paths: Paths) -> Said:
    """Return the figures of what is loaded, and how far they reach."""
    with warehouse(paths) as connection:
        compute_all(connection)
        return {
            name: connection.execute(f"FROM indicators.{name} ORDER BY ALL").fetchall()
            for name in FIGURES
        }


def named(paths: Paths, now: datetime) -> list[str]:
    """Return what is named on a day whose clock is right: of clocks, files and closed periods."""
    sources = load_sources(paths.sources)
    exports = {(name, export) for name, source in sources.items() for export in source.exports}
    with clock_at(now):
        found = [finding.said for finding in clock_findings(paths, now) if finding.level == "wrong"]
        found += list(read_inbox(paths, sources, now).strays)
        with warehouse(paths) as connection:
            months = closed_months(CALENDAR, CALENDAR.first_period, now.date())
            partial = partial_months(connection, months, now.date(), exports)
    return found + sorted(f"partial: {month}" for month in partial)


def _deliver(paths: Paths, right: datetime, written: datetime) -> None:
    """Put the lists of an evening into the inbox, with the time of who wrote them."""
    day = (right - timedelta(days=1)).date()
    start = CALENDAR.month_of(day).start
    days = [start + timedelta(days=n) for n in range((day - start).days + 1)]
    files = [
        # The month until now under one name, the day alone under its own, a list with a line.
        deliver_csv(paths, [_row(item) for item in days], period="", name="thang.csv"),
        deliver_csv(paths, [_row(day, "1")], period="", name=f"ngay-{day}.csv"),
    ]
    if right.day % 3 == 0 or right.day == 15:
        line = f"Từ ngày {start:%d/%m/%Y} đến ngày {day:%d/%m/%Y}"
        rows = [_row(item, "2") for item in days[::3]]
        files.append(deliver_workbook(paths, rows, period=None, name=f"{start}.xlsx", line=line))
        paid = [
            payment(number, dossier_code=_code(item, ""), collected_date=f"{item:%d/%m/%Y}")
            for number, item in enumerate(days, start=int(f"{start:%m}00"))
        ]
        files.append(deliver_payments(paths, paid, period=start.isoformat(), name="phi.xls"))
    for file in files:
        os.utime(file, (written.timestamp(),) * 2)


def _code(day: date, suffix: str) -> str:
    return f"000.06.33.H22-{day:%y%m%d}-000{suffix or '0'}"


def _row(day: date, suffix: str = "") -> dict[str, str]:
    """Return a dossier of a day, which is finished on the same day where that is even."""
    row = dossier(
        1, dossier_code=_code(day, suffix), received_date=f"{day:%d/%m/%Y}",
        due_date=f"{day + timedelta(days=5):%d/%m/%Y}",
    )  # fmt: skip
    if day.day % 2 == 0:
        row |= {"state": "Đã xử lý xong", "finished_date": f"{day:%d/%m/%Y}"}
    return row
