"""A month of nights whose clock is wrong for some ends with the figures of one that was right.

It is wrong by minutes to years, ahead or behind, for one to four nights; the lists bear its times
or those of another machine. When it is right again, what differs is named: a clock, a file that
waits, a closed period that is not whole.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from assets.engine.common.paths import Paths
from tests.nights.wrong_clock import (
    FIRST_NIGHT,
    NIGHTS,
    Month,
    Said,
    figures,
    named,
    spend_month,
)
from tests.support import SETTINGS, made_once, new_installation
from tests.tier import WRONG_CLOCKS

CLOSE = date(2023, 1, 15)
LAST_NIGHT = FIRST_NIGHT + timedelta(days=NIGHTS - 1)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """The figures of a month whose clock is right; the night after the close and the last do."""

    def spend(folder: Path) -> None:
        nights = {(CLOSE - FIRST_NIGHT.date()).days, NIGHTS - 1}
        asleep = set(range(NIGHTS)) - nights
        spend_month(new_installation(folder / "data"), Month(), asleep)

    paths = Paths(made_once(tmp_path_factory, "right clock", spend) / "data", SETTINGS)
    found = figures(paths)
    assert named(paths, LAST_NIGHT) == []
    return found


@pytest.mark.parametrize("seed", range(WRONG_CLOCKS))
def test_a_month_whose_clock_was_wrong_says_the_same(
    seed: int, undisturbed: Said, installation: Paths
) -> None:
    month = Month.random(seed)
    spend_month(installation, month)
    found = figures(installation)
    differing = {name for name, rows in found.items() if rows != undisturbed[name]}
    assert not differing or named(installation, LAST_NIGHT), (month, differing)
