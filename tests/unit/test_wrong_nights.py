"""What a night of a wrong clock leaves in the manifest, and what is believed of it later."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assets.engine.collect import Manifest, read_arrivals
from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.errors import WarehouseError
from assets.engine.common.paths import Paths
from assets.engine.publish import check_not_fewer, publish_motcua
from assets.engine.status import clock_findings
from assets.engine.warehouse import warehouse
from pipelines.commands import cli
from tests.nights.wrong_clock import clock_at, figures, spend_night
from tests.unit.deliveries import ask, deliver_csv, dossier

KEY = "2023-01-15"
MARCH = "2023-02-15"


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


def _night(paths: Paths, now: datetime, rows: int) -> None:
    """Spend a night with a list that nothing dates, written by this machine a moment before."""
    listed = [dossier(number, received_date="16/01/2023") for number in range(1, rows + 1)]
    file = deliver_csv(paths, listed, period="")
    os.utime(file, (now.timestamp(),) * 2)
    with clock_at(now):
        spend_night(paths, now)


def _months(paths: Paths) -> list[str]:
    assert figures(paths)["by_level"]
    months = "SELECT DISTINCT period_start FROM reference.period WHERE period_kind = 'month'"
    return sorted(str(day) for (day,) in ask(paths, months))


def _ahead(paths: Paths) -> None:
    """Spend a right night, and one whose clock is ahead by a month."""
    _night(paths, _at(-10), 1)
    _night(paths, _at(20), 2)


def test_a_night_ahead_leaves_the_figures_once_the_clock_is_right(installation: Paths) -> None:
    _ahead(installation)
    assert _months(installation) == [KEY, MARCH]
    with warehouse(installation) as connection:
        publish_motcua(connection, installation)
    _night(installation, _at(-9), 3)
    assert _months(installation) == [KEY]
    # Readers lose no more than months that have not begun.
    with warehouse(installation) as connection, clock_at(_at(-9)):
        check_not_fewer(connection, installation)
    with (
        warehouse(installation) as connection,
        pytest.raises(WarehouseError, match="2 periods missing"),
    ):
        check_not_fewer(connection, installation)
    assert ask(installation, "SELECT count(*) FROM core.dossier") == [(3,)]
    reach = (
        "SELECT delivery_period::VARCHAR, covers_to::VARCHAR, state FROM ops.delivery ORDER BY 2"
    )
    assert sorted(ask(installation, reach)) == [
        (KEY, "2023-01-20", "superseded"), (KEY, "2023-01-21", "loaded"),
    ]  # fmt: skip
    assert list(clock_findings(installation, _at(-8))) == []


def test_a_delivery_to_come_counts_nowhere_and_is_named_until_its_day(installation: Paths) -> None:
    _ahead(installation)
    next((installation.inbox).rglob("a.csv")).unlink()
    for day in (-9, 14):
        with clock_at(_at(day)):
            spend_night(installation, _at(day))
        (finding,) = clock_findings(installation, _at(day))
        for text in ("1 delivery of 2023-02-15", "clock ran ahead", f"TODAY={_at(day):%Y-%m-%d}"):
            assert text in finding.said + finding.to_do
        assert finding.level == "wrong"
        assert _months(installation) == [KEY]
        assert ask(installation, "SELECT count(*) FROM core.dossier_version") == [(1,)]
    with clock_at(_at(21)):
        spend_night(installation, _at(21))
    assert list(clock_findings(installation, _at(21))) == []
    assert ask(installation, "SELECT count(*) FROM core.dossier_version") == [(3,)]


def test_what_was_withdrawn_never_counts(
    installation: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _ahead(installation)
    next((installation.inbox).rglob("a.csv")).unlink()
    monkeypatch.setenv("MOTCUA_DATA", str(installation.data))
    with clock_at(_at(-9)):
        assert cli.main(["withdraw", "2023-02-20"]) == 1
        assert "clock says 2023-01-22" in capsys.readouterr().err
        assert cli.main(["withdraw", "2023-01-22"]) == 0
    assert "Withdrawn: 1 file of periods to come" in capsys.readouterr().out
    for day in (-9, 21):
        with clock_at(_at(day)):
            spend_night(installation, _at(day))
        assert list(clock_findings(installation, _at(day))) == []
        assert ask(installation, "SELECT count(*) FROM core.dossier_version") == [(1,)]


def test_after_several_nights_ahead_files_wait_until_the_clock_is_put_right(
    installation: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most collections say that it is behind now; whoever knows better says so."""
    _night(installation, _at(-10), 1)
    for number, day in enumerate((20, 21, 22), start=2):
        _night(installation, _at(day), number)
    _night(installation, _at(-6), 5)
    (finding,) = clock_findings(installation, _at(-6))
    assert "files that nothing dates wait" in finding.said
    assert ask(installation, "SELECT count(*) FROM core.dossier") == [(4,)]
    monkeypatch.setenv("MOTCUA_DATA", str(installation.data))
    with clock_at(_at(-6)):
        assert cli.main(["withdraw", "2023-01-25"]) == 0
    _night(installation, _at(-5), 5)
    assert list(clock_findings(installation, _at(-5))) == []
    assert ask(installation, "SELECT count(*) FROM core.dossier") == [(5,)]
    assert _months(installation) == [KEY]


def test_files_of_a_begun_period_are_listed_again_as_of_the_right_time(
    installation: Paths,
) -> None:
    _collect(installation, "a.csv", "1", -3)
    _collect(installation, "b.csv", "2", 100)
    manifest = Manifest(installation, _at(-2))
    assert manifest.put_right(_at(-2)) == (1, 0)
    found = read_arrivals(installation, _at(-2))
    assert [(item.name, item.collected_at) for item in found.deliveries] == [
        ("a.csv", _at(-3).isoformat()), ("b.csv", _at(-2).isoformat()),
    ]  # fmt: skip
    assert found.ahead == found.to_come == []


def _dated_night(paths: Paths, now: datetime, number: int) -> None:
    """Spend a night with one more list whose folder dates it."""
    deliver_csv(paths, [dossier(number, received_date="16/01/2023")], period=KEY, name=f"{number}")
    with clock_at(now):
        spend_night(paths, now)


def test_what_a_night_behind_collected_is_named_until_the_next_file_comes(
    installation: Paths,
) -> None:
    _collect(installation, "a.csv", "1", 1)
    _collect(installation, "b.csv", "2", 2)
    _collect(installation, "c.csv", "3", -40)
    (finding,) = clock_findings(installation, _at(3))
    assert finding.level == "look"
    assert f"1 delivery of {KEY}" in finding.said
    assert "clock was behind" in finding.said
    _collect(installation, "d.csv", "4", 4)
    assert list(clock_findings(installation, _at(5))) == []


def test_two_nights_of_which_nothing_says_which_is_right_are_named(installation: Paths) -> None:
    _collect(installation, "a.csv", "1", 2)
    _collect(installation, "b.csv", "2", 1)
    (finding,) = clock_findings(installation, _at(3))
    assert "collected on 02/02/2023" in finding.said
    assert "collected on 01/02/2023" in finding.said
    assert read_arrivals(installation, _at(3)).clock.contradiction
    # The periods of long ago were handed in.
    _collect(installation, "c.csv", "3", 70)
    assert list(clock_findings(installation, _at(71))) == []


def test_a_clock_that_goes_back_by_seconds_is_not_named(installation: Paths) -> None:
    for name, day in (("a.csv", 1.1), ("b.csv", 1.09)):
        file = installation.data / "x"
        file.write_text(name)
        now = _at(0) + timedelta(days=day)
        Manifest(installation, now).collect(
            file, source="s", export="e", period=KEY, name=name, now=now
        )
    assert list(clock_findings(installation, _at(2))) == []


SET_BACK = datetime(2020, 1, 1, 1, 30, tzinfo=ZoneInfo(TIMEZONE))


def _as_many_nights_set_back(paths: Paths) -> datetime:
    """Spend three right nights and publish; then one of 2020. Return what the clock says next."""
    for number, day in enumerate((-12, -11, -10), start=1):
        _dated_night(paths, _at(day), number)
    figures(paths)
    with warehouse(paths) as connection, clock_at(_at(-10)):
        publish_motcua(connection, paths)
    _dated_night(paths, SET_BACK + timedelta(days=4), 4)
    return SET_BACK + timedelta(days=5)


def test_a_clock_that_would_put_most_aside_is_refused_until_it_is_right(
    installation: Paths,
) -> None:
    set_back = _as_many_nights_set_back(installation)
    with pytest.raises(WarehouseError, match="4 of 4 deliveries of periods to come") as caught:
        _dated_night(installation, set_back, 6)
    assert "the clock says 06/01/2020" in caught.value.found
    assert "make withdraw TODAY=2020-01-06" in caught.value.to_do
    assert ask(installation, "SELECT count(*) FROM core.dossier_version") == [(4,)]
    _dated_night(installation, _at(-9), 7)
    assert ask(installation, "SELECT count(*) FROM core.dossier") == [(6,)]
    assert _months(installation) == [KEY]
    with warehouse(installation) as connection, clock_at(_at(-9)):
        check_not_fewer(connection, installation)


def test_a_clock_by_which_most_is_to_come_publishes_no_less(installation: Paths) -> None:
    """The warehouse was lost, too: what begins by that clock is all that is loaded."""
    set_back = _as_many_nights_set_back(installation)
    installation.warehouse_file.unlink()
    _dated_night(installation, set_back, 6)
    figures(installation)
    with (
        warehouse(installation) as connection,
        clock_at(set_back),
        pytest.raises(WarehouseError, match="3 of 3 deliveries of periods to come"),
    ):
        check_not_fewer(connection, installation)


def test_what_the_machine_refuses_is_told_without_its_path(
    installation: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (installation.raw / "manifest.jsonl").mkdir(parents=True)
    monkeypatch.setenv("MOTCUA_DATA", str(installation.data))
    with clock_at(_at(-9)):
        assert cli.main(["withdraw", "2023-01-22"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Running the command withdraw: found ")
    assert str(installation.data) not in said
