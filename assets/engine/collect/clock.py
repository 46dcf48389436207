"""How far the clock of this machine is believed: today, and at each collection.

The manifest lists collections in the order in which they came, so a clock that ran ahead for some
days, or was behind, shows there. The days that agree with most others are believed, whichever they
are: nobody has to know the right time. Where as many days agree with others, those are believed
that collected no file of a later day; and where that says nothing, the later collections, as
`Clock.contradiction` tells. What the clock says now, and no night agrees with, is believed less
than any night: a file that waits is collected later, one that was put wrong stays so.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from itertools import groupby

_STEP = timedelta(microseconds=1)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Clock:
    """The time that this machine says, and the day that is believed.

    The clock is behind where as many collections agree without what it says now as with it: then
    `today` is the day of the last that is believed. A `contradiction` are two days of collections
    of which nothing says which is right: the first is not believed, the second is.
    """

    now: datetime
    today: date
    is_behind: bool
    contradiction: tuple[date, date] | None = None

    @classmethod
    def right(cls, now: datetime) -> "Clock":
        """Return a clock of which nothing says that it is wrong."""
        return cls(now, now.date(), is_behind=False)


def read_clock(
    times: Sequence[datetime], now: datetime, written: Sequence[datetime] = ()
) -> tuple[list[datetime], Clock]:
    """Return when collections were, as far as that is believed, and the clock of today.

    `times` are in the order in which the collections came; `written` says of each when its file was
    written, if that is known. A time that does not agree is put before the next one that does;
    after the last one that does where none follows.
    """
    nights = [list(night) for _, night in groupby(times, datetime.date)]
    days = [night[0].date() for night in nights]
    early = _collected_too_early(nights, written, now)
    agreeing, contradiction = _believed(days, early, now.date())
    # One that no night agrees with is believed less than any night.
    is_behind = bool(days) and (len(days) not in agreeing or len(agreeing) == 1)
    if is_behind:
        agreeing, contradiction = _believed(days, early)
    # The latest that each can have been, from the last to the first.
    latest: list[datetime | None] = []
    following = None
    for index in reversed(range(len(nights))):
        for time in reversed(nights[index]):
            if index in agreeing:
                following = time
            elif following is not None:
                following -= _STEP
            latest.append(following)
    if following is None:
        last = datetime.combine(now.date(), time_of_day.min, now.tzinfo)
    else:
        last = following - _STEP
    believed = []
    for moment in reversed(latest):
        last = moment if moment is not None and moment >= last else last + _STEP
        believed.append(last)
    today = last.date() if is_behind else now.date()
    return believed, Clock(now, today, is_behind, contradiction)


def _collected_too_early(
    nights: list[list[datetime]], written: Sequence[datetime], now: datetime
) -> set[int]:
    """Return the nights most of whose files were written a day after they were collected.

    A file whose time is still to come says nothing.
    """
    found, file = set(), iter(written)
    for index, night in enumerate(nights):
        times = zip(night, file, strict=False)
        later = sum(time + _ONE_DAY < moment <= now + _ONE_DAY for time, moment in times)
        if 2 * later > len(night):
            found.add(index)
    return found


def _believed(
    nights: Sequence[date], early: set[int], *now: date
) -> tuple[set[int], tuple[date, date] | None]:
    """Return the positions of the days that are believed, and two nights that are a contradiction.

    One of them, the first, is not believed, though as many days agree with it as with the other.
    """
    days = [*nights, *now]
    found = _agreeing(days)
    others = [position for position in range(len(days)) if position not in early]
    without_early = {others[index] for index in _agreeing([days[other] for other in others])}
    if early and len(without_early) == len(found):
        return without_early, None
    # The same backwards: the earliest of as many.
    count = len(days)
    back = [date.fromordinal(date.max.toordinal() - day.toordinal()) for day in reversed(days)]
    earliest = {count - 1 - position for position in _agreeing(back)}
    doubted, believed = earliest - found, found - earliest - set(range(len(nights), count))
    if not doubted or not believed:
        return found, None
    return found, (days[max(doubted)], days[max(believed)])


def _agreeing(days: Sequence[date]) -> set[int]:
    """Return the positions of the most days that never go back, the later of as many."""
    ends: list[int] = []
    by_length: dict[int, list[int]] = {}
    for position in reversed(range(len(days))):
        day = -days[position].toordinal()
        length = bisect_right(ends, day)
        ends[length : length + 1] = [day]
        by_length.setdefault(length, []).append(position)
    found: list[int] = []
    for length in reversed(range(len(ends))):
        found.append(
            next(
                position
                for position in by_length[length]
                if not found or (position > found[-1] and days[position] >= days[found[-1]])
            )
        )
    return set(found)
