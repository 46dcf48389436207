"""Reporting periods: months from the 15th to the 14th, and what is made of whole months.

A reporting month bears the name of the calendar month in which it ends. The closing day is a
setting of the installation, so a calendar is a value: whoever has the folders of an installation
loads its calendar (`assets.engine.settings`) and passes it on.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from assets.engine.common.errors import MotcuaError
from schemas.settings import Statistic

TIMEZONE = "Asia/Ho_Chi_Minh"

PeriodKind = Literal["month", "quarter", "half_year", "nine_months", "year", "year_to_date"]
# First and last month of each period of the reporting year, by number.
_SPANS: dict[PeriodKind, tuple[tuple[int, int], ...]] = {
    "month": tuple((number, number) for number in range(1, 13)),
    "quarter": ((1, 3), (4, 6), (7, 9), (10, 12)),
    "half_year": ((1, 6), (7, 12)),
    "nine_months": ((1, 9),),
    "year": ((1, 12),),
    "year_to_date": tuple((1, number) for number in range(1, 13)),
}
_ROMAN = ("I", "II", "III", "IV")


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
        names: dict[PeriodKind, str] = {
            "month": f"Tháng {self.end:%m/%Y}",
            "quarter": f"Quý {_ROMAN[(self.end.month - 1) // 3]}/{self.end:%Y}",
            "half_year": f"6 tháng {'đầu' if self.end.month == 6 else 'cuối'} năm {self.end:%Y}",
            "nine_months": f"9 tháng năm {self.end:%Y}",
            "year": f"Năm {self.end:%Y}",
            "year_to_date": f"Lũy kế đến tháng {self.end:%m/%Y}",
        }
        return f"{names[self.kind]} ({days})"


@dataclass(frozen=True)
class Calendar:
    """Reporting months that begin after `days_before` days of a calendar month.

    Without an argument the calendar of the law: from the 15th to the 14th.
    """

    days_before: int = Statistic().days_before

    @property
    def first_day_of_month(self) -> int:
        """Day on which a reporting month begins: 15, or 1."""
        return self.days_before + 1

    @property
    def first_period(self) -> date:
        """First day of the first reporting month there is: month 1/2023.

        Frozen: a partition definition that starts elsewhere loses its history in Dagster.
        """
        return self.month(2023, 1).start

    def month(self, year: int, number: int) -> Period:
        """Return a month of a reporting year; months 0 and 13 are its neighbours'."""
        return Period(
            "month",
            self._begin_after(year, number - 1),
            self._begin_after(year, number) - timedelta(days=1),
        )

    def month_of(self, day: date) -> Period:
        """Return the reporting month that holds `day`."""
        month = self.month(day.year, day.month)
        return month if day <= month.end else self.month(day.year, day.month + 1)

    def month_from_key(self, key: str) -> Period:
        """Return the month whose partition key is `key`; MotcuaError if no month has it."""
        try:
            month = self.month_of(date.fromisoformat(key))
        except ValueError:
            month = None
        if month is None or month.key != key or month.start < self.first_period:
            example = self.month(2023, 11)
            is_near = month is not None and month.start >= self.first_period
            meant = f": that day lies in {month.key}" if month and is_near else ""
            raise MotcuaError(
                "Reading a period key",
                repr(key),
                f"the first day of a reporting month from {self.first_period} on, such as "
                f"{example.key}",
                f"Give the day on which the period starts{meant}.",
            )
        return month

    def previous_month(self, month: Period) -> Period:
        """Return the reporting month before `month` begins."""
        return self.month_of(month.start - timedelta(days=1))

    def next_month(self, month: Period) -> Period:
        """Return the reporting month after `month` ends."""
        return self.month_of(month.end + timedelta(days=1))

    def periods_of(self, month: Period) -> list[Period]:
        """Return every period of the reporting year that holds `month` or ends with it.

        The year to date is that up to `month`.
        """
        year, number = month.end.year, month.end.month
        return [
            Period(kind, self.month(year, first).start, self.month(year, last).end)
            for kind, spans in _SPANS.items()
            for first, last in spans
            if first <= number <= last and (kind != "year_to_date" or last == number)
        ]

    def periods_until(self, first: date, cutoff: date) -> list[Period]:
        """Return every period of every kind that holds a month between `first` and the cut-off.

        A period has figures when it starts on or before the cut-off, even if it is not over.
        """
        periods: dict[Period, None] = {}
        month = self.month_of(first)
        while month.start <= cutoff:
            periods.update(dict.fromkeys(self.periods_of(month)))
            month = self.next_month(month)
        return list(periods)

    def _begin_after(self, year: int, number: int) -> date:
        """Return the first day after the reporting month `number`, which may be 0 or 13."""
        # A calendar month ends its reporting month; behind it comes the next one's first day.
        months = year * 12 + number - (1 if self.days_before else 0)
        return date(months // 12, months % 12 + 1, self.first_day_of_month)


def local_now() -> datetime:
    """Return the time in Viet Nam, with its zone."""
    return datetime.now(ZoneInfo(TIMEZONE))
