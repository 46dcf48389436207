"""What a night of a wrong clock leaves in the manifest, and what is believed of it later."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from assets.engine.manifest import Manifest
from assets.engine.paths import Paths
from assets.engine.periods import TIMEZONE
from assets.engine.raw_store import read_arrivals

KEY = "2023-01-15"


def _at(day: int) -> datetime:
    return datetime(2023, 1, 31, 1, 30, tzinfo=ZoneInfo(TIMEZONE)) + timedelta(days=day)


def _collect(paths: Paths, name: str, text: str, day: int, period: str = KEY) -> None:
    file = Path(paths.data) / "x"
    file.write_text(text)
    Manifest(paths, _at(day)).collect(
        file, source="s", export="e", period=period, name=name, now=_at(day)
    )


def _listed(paths: Paths, day: int) -> tuple[list[str], list[str], list[str]]:
    found = read_arrivals(paths, _at(day))
    lists = (found.deliveries, found.to_come, found.withdrawn)
    names = [[item.name for item in items] for items in lists]
    return names[0], names[1], names[2]


def test_a_delivery_of_a_period_to_come_counts_when_its_day_has_come(installation: Paths) -> None:
    _collect(installation, "a.csv", "1", 1)
    _collect(installation, "b.csv", "2", 100, "2023-04-15")
    assert _listed(installation, 100) == (["a.csv", "b.csv"], [], [])
    assert _listed(installation, 2) == (["a.csv"], ["b.csv"], [])
    _collect(installation, "c.csv", "3", 2)
    assert _listed(installation, 73) == (["a.csv", "c.csv"], ["b.csv"], [])
    assert _listed(installation, 74) == (["a.csv", "b.csv", "c.csv"], [], [])


def test_a_file_that_is_put_right_leaves_the_period_to_come(installation: Paths) -> None:
    for number, day in enumerate((1, 2), start=1):
        _collect(installation, "a.csv", str(number), day)
    _collect(installation, "a.csv", "3", 100, "2023-04-15")
    _collect(installation, "a.csv", "3", 3)
    assert _listed(installation, 3) == (["a.csv"] * 3, [], ["a.csv"])
    assert _listed(installation, 200) == (["a.csv"] * 3, [], ["a.csv"])


def test_a_withdrawn_file_that_comes_again_is_new(installation: Paths) -> None:
    _collect(installation, "a.csv", "1", 1)
    manifest = Manifest(installation, _at(2))
    manifest.withdraw(manifest.deliveries[0], _at(2))
    assert _listed(installation, 2) == ([], [], ["a.csv"])
    _collect(installation, "a.csv", "1", 3)
    assert _listed(installation, 3) == (["a.csv"], [], ["a.csv"])


def test_nothing_leaves_in_a_night_whose_clock_is_behind(installation: Paths) -> None:
    for day in (1, 2, 3):
        _collect(installation, f"{day}.csv", str(day), day)
    assert _listed(installation, -60) == (["1.csv", "2.csv", "3.csv"], [], [])
    assert read_arrivals(installation, _at(-60)).clock.is_behind
