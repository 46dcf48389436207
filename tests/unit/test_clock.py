"""Which of the times of collections are believed, and what day it is."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assets.engine.collect import Clock
from assets.engine.collect.clock import read_clock
from assets.engine.common.calendar import TIMEZONE

FIRST = datetime(2023, 1, 1, 1, 30, tzinfo=ZoneInfo(TIMEZONE))


def _at(day: float) -> datetime:
    return FIRST + timedelta(days=day - 1)


def _read(*days: float, now: float) -> tuple[list[float], Clock]:
    """Return the believed times as days, to a tenth; microseconds do not show."""
    times, clock = read_clock([_at(day) for day in days], _at(now))
    assert times == sorted(times)
    return [round((time - FIRST) / timedelta(days=1) + 1, 1) for time in times], clock


@pytest.mark.parametrize(
    ("days", "now", "believed", "today"),
    [
        pytest.param((), 5, [], 5, id="nothing collected yet"),
        pytest.param((1, 2, 2, 3), 4, [1, 2, 2, 3], 4, id="all agree"),
        pytest.param((1, 2, 3), 3.4, [1, 2, 3], 3, id="the same day"),
        pytest.param((1, 2, 103), 4, [1, 2, 2], 4, id="ahead in the last night"),
        pytest.param((1, 2, 103, 4), 5, [1, 2, 4, 4], 5, id="ahead one night before"),
        pytest.param((1, 2, 103, 104, 105), 6, [1, 2, 103, 104, 105], 105, id="three against one"),
        pytest.param((1, 2, 103, 104, 5), 6, [1, 2, 5, 5, 5], 6, id="two against two"),
        pytest.param((1, 2, -30, 4), 5, [1, 2, 4, 4], 5, id="behind one night before"),
        pytest.param((1, 2, 3), -27, [1, 2, 3], 3, id="behind tonight"),
        pytest.param((1, 2, 3, -26), -25, [1, 2, 3, 3], 3, id="behind last night, and tonight"),
        pytest.param((1, 2, -6000, 4, 5), 6, [1, 2, 4, 4, 5], 6, id="an empty battery"),
        pytest.param((103,), 2, [103], 103, id="the very first night against now"),
        pytest.param((103, 2), 3, [2, 2], 3, id="ahead in the first, then right"),
        pytest.param((1, 2.4, 2.1), 3, [1, 2.4, 2.4], 3, id="hours ahead"),
        pytest.param((1, 2, 4, 3), 4, [1, 2, 3, 3], 4, id="a day ahead"),
        pytest.param((1, 2, 3, 103, 5, 6, -50, 8), 9, [1, 2, 3, 5, 5, 6, 8, 8], 9, id="both ways"),
    ],
)
def test_the_days_that_agree_with_most_others_are_believed(
    days: tuple[float, ...], now: float, believed: list[float], today: int
) -> None:
    found, clock = _read(*days, now=now)
    assert found == believed
    assert replace(clock, contradiction=None) == Clock(
        _at(now), date(2022, 12, 31) + timedelta(days=today), today > now
    )


def test_two_nights_with_which_as_many_agree_are_a_contradiction() -> None:
    assert _read(1, 2, 4, 3, now=4)[1].contradiction == (_at(4).date(), _at(3).date())
    assert _read(1, -30, now=10)[1].contradiction == (_at(1).date(), _at(-30).date())
    # With three against one, or against now alone, there is none.
    assert _read(1, 2, -30, now=10)[1].contradiction is None
    assert _read(1, 103, now=2)[1].contradiction is None


def test_of_as_many_nights_one_that_collected_a_later_file_is_not_believed() -> None:
    collected = [_at(1), _at(-30), _at(-30)]
    believed, clock = read_clock(collected, _at(10), [_at(0), _at(9), _at(9)])
    assert [time.date() for time in believed] == [_at(1).date()] * 3
    assert clock == Clock.right(_at(10))
    # A file of a time that is still to come says nothing.
    collected = [_at(200), _at(1)]
    believed, clock = read_clock(collected, _at(201), [_at(7000), _at(1)])
    assert clock.contradiction == (_at(200).date(), _at(1).date())
    # A file of a time that no night had says nothing where more nights agree.
    believed, _ = read_clock([_at(1), _at(2), _at(3)], _at(10), [_at(0), _at(900), _at(0)])
    assert believed == [_at(1), _at(2), _at(3)]


def test_the_order_of_arrival_is_kept() -> None:
    """Times of nights that are not believed are those of others, but for microseconds."""
    for days in ((1, 2, 103, 104, 105, 6, 7, 8, 9), (1, 2, 3, -20, -19, 6), (103, 104, 3, 4, 5)):
        times, _ = read_clock([_at(day) for day in days], _at(10))
        assert len(set(times)) == len(days)
        assert times == sorted(times)
