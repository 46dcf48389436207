"""Reporting periods: from the 15th of a month to the 14th of the next.

Belongs here: the calendar of Decree 09/2019/ND-CP, Article 12, period keys and labels. Does not
belong here: Dagster partitions made from it (`assets.partitions`).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from assets.engine.errors import MotcuaError

TIMEZONE = "Asia/Ho_Chi_Minh"
FIRST_DAY_OF_MONTH = 15
# Frozen: a partition definition that starts elsewhere loses its history in Dagster.
FIRST_PERIOD = date(2022, 12, 15)

PeriodKind = Literal["month", "year_to_date"]


@dataclass(frozen=True, order=True)
class Period:
    """A reporting period: kind, first day and nominal last day (inclusive)."""

    kind: PeriodKind
    start: date
    end: date

    @property
    def key(self) -> str:
        """Partition key of a month: its first day, ISO."""
        return self.start.isoformat()

    @property
    def label(self) -> str:
        """Name as reports print it, with both days: `Tháng 11/2023 (15/10/2023–14/11/2023)`."""
        days = f"{self.start:%d/%m/%Y}–{self.end:%d/%m/%Y}"
        name = "Tháng" if self.kind == "month" else "Lũy kế đến tháng"
        return f"{name} {self.end:%m/%Y} ({days})"

    def next_month(self) -> "Period":
        """Return the reporting month after this one ends."""
        return month_of(self.end + timedelta(days=1))


def month_of(day: date) -> Period:
    """Return the reporting month that holds `day`."""
    if day.day >= FIRST_DAY_OF_MONTH:
        start = day.replace(day=FIRST_DAY_OF_MONTH)
    else:
        start = (day.replace(day=1) - timedelta(days=1)).replace(day=FIRST_DAY_OF_MONTH)
    next_start = (start.replace(day=1) + timedelta(days=32)).replace(day=FIRST_DAY_OF_MONTH)
    return Period("month", start, next_start - timedelta(days=1))


def year_to_date(month: Period) -> Period:
    """Return the period from the start of the reporting year (15 December) to the month's end."""
    year = month.end.year
    return Period("year_to_date", date(year - 1, 12, FIRST_DAY_OF_MONTH), month.end)


def month_from_key(key: str) -> Period:
    """Return the month whose partition key is `key`; MotcuaError if it is no first day."""
    try:
        month = month_of(date.fromisoformat(key))
    except ValueError:
        month = None
    if month is None or month.key != key or month.start < FIRST_PERIOD:
        raise MotcuaError(
            "Reading a period key",
            repr(key),
            f"the first day of a reporting month from {FIRST_PERIOD} on, such as 2023-10-15",
            f"Give the 15th of the month in which the period starts; the first is {FIRST_PERIOD}.",
        )
    return month


def periods_until(first: date, cutoff: date) -> list[Period]:
    """Return every period of every kind whose month lies between `first` and the cut-off.

    A period has figures when it starts on or before the cut-off, even if it is not over.
    """
    periods = []
    month = month_of(first)
    while month.start <= cutoff:
        periods += [month, year_to_date(month)]
        month = month.next_month()
    return periods


def local_now() -> datetime:
    """Return the time in Viet Nam, with its zone."""
    return datetime.now(ZoneInfo(TIMEZONE))
