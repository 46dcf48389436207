"""The reporting periods by the words of `design.md` section 2: a period is two days."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

ClosingDay = int | Literal["last"]

# First and last month of each period of a year. The year to date is not among them: it ends with
# each of the twelve months.
PARTS_OF_YEAR = {
    "month": [(month, month) for month in range(1, 13)],
    "quarter": [(1, 3), (4, 6), (7, 9), (10, 12)],
    "half_year": [(1, 6), (7, 12)],
    "nine_months": [(1, 9)],
    "year": [(1, 12)],
}


@dataclass(frozen=True, order=True)
class Span:
    """A reporting period: its kind, first and nominal last day."""

    kind: str
    first: date
    last: date


def closing(year: int, month: int, closing_day: ClosingDay) -> date:
    """Return the last day of a reporting month: it bears the name of the month it ends in."""
    days = monthrange(year, month)[1]
    return date(year, month, days if closing_day == "last" else closing_day)


def span(kind: str, year: int, months: tuple[int, int], closing_day: ClosingDay) -> Span:
    """Return the period from one reporting month of a year to another."""
    first_month, last_month = months
    before = (year - 1, 12) if first_month == 1 else (year, first_month - 1)
    first = closing(*before, closing_day) + timedelta(days=1)
    return Span(kind, first, closing(year, last_month, closing_day))


def month_holding(day: date, closing_day: ClosingDay) -> Span:
    """Return the reporting month that holds a day."""
    for year in (day.year, day.year + 1):
        for months in PARTS_OF_YEAR["month"]:
            found = span("month", year, months, closing_day)
            if found.first <= day <= found.last:
                return found
    raise AssertionError(day)


def spans(first_day: date, cutoff: date, closing_day: ClosingDay) -> list[Span]:
    """Return every period that has figures: of data delivered from `first_day` to `cutoff`.

    A period has some if one of its months is the first delivered one or later, and it starts on
    or before the cut-off. A year to date has some if the month has that it ends with.
    """
    delivered = month_holding(first_day, closing_day)
    found = []
    for year in range(delivered.last.year, month_holding(cutoff, closing_day).last.year + 1):
        for kind, parts in PARTS_OF_YEAR.items():
            of_kind = [span(kind, year, months, closing_day) for months in parts]
            found += [s for s in of_kind if s.first <= cutoff and s.last >= delivered.last]
        found += [
            span("year_to_date", year, (1, month.last.month), closing_day)
            for month in found
            if month.kind == "month" and month.last.year == year
        ]
    return found
