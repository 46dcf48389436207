"""What a command says before it runs: of a new installation, and of a closing day that changed."""

from datetime import date
from pathlib import Path

import pytest

from assets.engine.collect import Manifest
from assets.engine.common.calendar import Calendar, local_now
from assets.engine.common.errors import MotcuaError
from assets.engine.common.paths import Paths
from pipelines.commands.first_time import check_place, closing_day_changed
from pipelines.commands.withdraw import withdraw
from tests.support import SETTINGS


def test_a_new_installation_is_announced_once_it_may_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = Paths(tmp_path / "data", SETTINGS)
    check_place(paths, "check-source")
    assert capsys.readouterr().out == ""
    check_place(paths, "period")
    assert capsys.readouterr().out == f"New installation in {paths.data}\n"
    paths.data.mkdir()
    check_place(paths, "period")
    check_place(paths, "rebuild")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("command", "place"), [("period", "dta/motcua"), ("rebuild", "dta"), ("withdraw", "dta"),
                           ("backup", "dta"), ("run", "dta/motcua"), ("ui", "dta/motcua")],
)  # fmt: skip
def test_a_mistyped_data_folder_makes_no_installation(
    tmp_path: Path, command: str, place: str
) -> None:
    with pytest.raises(MotcuaError, match="Correct MOTCUA_DATA; for a new installation: mkdir"):
        check_place(Paths(tmp_path / place, SETTINGS), command)
    assert not (tmp_path / "dta").exists()


def test_a_key_of_the_former_closing_day_names_what_changed_and_the_key_of_today(
    installation: Paths, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"a;b")
    Manifest(installation, local_now()).collect(
        file, source="xin_man", export="payments", period="2023-10-15", name="a.csv",
        now=local_now(),
    )  # fmt: skip
    months = Calendar(0)
    told = str(closing_day_changed(installation, months, "2023-10-15"))
    assert "another closing_day in statistic.toml than the 14 that deliveries came under" in told
    assert "Set closing_day back to 14" in told
    assert "PERIOD=2023-10-01" in told
    for key in ("2023-10-01", "2023-10-16", "thang 10"):
        assert closing_day_changed(installation, months, key) is None
    assert closing_day_changed(installation, Calendar(), "2023-10-15") is None


def test_a_day_within_a_period_is_told_with_its_key() -> None:
    with pytest.raises(MotcuaError, match="starts: that day lies in 2023-10-15"):
        Calendar().month_from_key("2023-10-16")


@pytest.mark.parametrize(
    ("today", "command"),
    [
        ("30/11/2026", "2026-11-30"),
        ("30-11-2026", "2026-11-30"),
        ("20261130", "2026-11-30"),
        ("31/11/2026", "YYYY-MM-DD"),
        ("hom nay", "YYYY-MM-DD"),
    ],
)
def test_the_day_of_a_withdrawal_is_asked_for_in_the_right_form(
    installation: Paths, today: str, command: str
) -> None:
    with pytest.raises(MotcuaError, match="the day of today as YYYY-MM-DD") as caught:
        withdraw(installation, today)
    assert caught.value.to_do == f"Give it so: make withdraw TODAY={command}"


def test_another_day_than_the_clock_s_is_told_with_the_command(installation: Paths) -> None:
    with pytest.raises(MotcuaError) as caught:
        withdraw(installation, "2020-01-01")
    today = local_now().date()
    assert today != date(2020, 1, 1)
    assert caught.value.to_do.endswith(f"if the clock is right: make withdraw TODAY={today}")
