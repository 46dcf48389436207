"""Chance and the calendar: what is drawn, and which days people work.

Belongs here: draws of items, days and times, and the count of working days. Not here: what the
draws are for. Every draw uses up a fixed number of random numbers, in the order of the calls:
to reorder calls is to change every file.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar

T = TypeVar("T")

HOLIDAYS = (
    date(2023, 1, 2),
    *(date(2023, 1, day) for day in range(20, 27)),
    *(date(2023, 5, day) for day in range(1, 4)),
    date(2023, 9, 4),
)


def days_between(first: date, last: date) -> list[date]:
    """Return all days from the first to the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def day_weight(day: date) -> float:
    """Return how many dossiers a day gets: few on holidays, some online at weekends."""
    return 0.02 if day in HOLIDAYS else (1.1, 1.0, 1.0, 1.0, 0.95, 0.05, 0.02)[day.weekday()]


def due_day(received: date, working_days: int) -> date:
    """Return the day that lies so many working days after the reception."""
    day = received
    while working_days:
        day += timedelta(days=1)
        working_days -= _is_working(day)
    return day


def _is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


class Dice(random.Random):
    """The one source of chance; all but ``shuffle`` rests on ``random`` alone."""

    def chance(self, share: float) -> bool:
        """Return true in this share of the calls."""
        return self.random() < share

    def below(self, count: int) -> int:
        """Return a whole number from 0 to below the count."""
        return int(self.random() * count)

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.below(len(items))]

    def pick_weighted(self, items: Sequence[T], summed: Sequence[float]) -> T:
        """Return one of the items, given the running sums of their weights."""
        return items[bisect(summed, self.random() * summed[-1])]

    def any_time(self, day: date) -> datetime:
        """Return a time of the day or night."""
        return datetime.combine(day, time()) + timedelta(seconds=self.below(86400))

    def office_time(self, day: date) -> datetime:
        """Return a time between 7:30 and 17:15, so that some things happen after 17:00."""
        return datetime.combine(day, time(7, 30)) + timedelta(seconds=self.below(35100))

    def not_before(self, earlier: datetime, day: date) -> datetime:
        """Return a time on the day that does not precede the earlier event."""
        at = self.office_time(day)
        if at >= earlier:
            return at
        soon = earlier + timedelta(seconds=60 + self.below(5400))
        return min(soon, datetime.combine(earlier.date(), time(23, 59, 59)))

    def working_day(self, first: date, last: date) -> date | None:
        """Return a working day of the span, the first day if there is none."""
        days = days_between(first, last)
        return self.pick([day for day in days if _is_working(day)] or days[:1]) if days else None
