"""The schedules, evaluated at ticks of their own choosing and never at the clock's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from assets.resources import Installation
from pipelines.definitions import defs
from pipelines.schedules import nightly_schedule
from tests.definitions.registry import assets_definitions

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def _requests_at(tick: datetime, settings: Path | None = None) -> list[dg.RunRequest]:
    installation = Installation(settings_folder=str(settings or ""))
    with dg.build_schedule_context(
        scheduled_execution_time=tick,
        repository_def=defs.get_repository_def(),
        resources={"installation": installation},
    ) as context:
        return list(nightly_schedule.evaluate_tick(context).run_requests or [])


def _asked_at(tick: datetime, settings: Path | None = None) -> list[tuple[str | None, str]]:
    return [
        (request.partition_key, request.tags["motcua/run"])
        for request in _requests_at(tick, settings)
    ]


def _hanoi(*tick: int) -> datetime:
    return datetime(*tick, tzinfo=HANOI)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("tick", "asked"),
    [
        ((2022, 12, 15, 1, 30), [("2022-12-15", "nightly")]),
        ((2023, 1, 15, 1, 30), [("2022-12-15", "closing"), ("2023-01-15", "nightly")]),
        ((2023, 11, 14, 1, 30), [("2023-10-15", "nightly")]),
        ((2023, 11, 15, 1, 30), [("2023-10-15", "closing"), ("2023-11-15", "nightly")]),
        ((2023, 11, 16, 1, 30), [("2023-10-15", "nightly"), ("2023-11-15", "nightly")]),
        ((2023, 11, 19, 1, 30), [("2023-10-15", "nightly"), ("2023-11-15", "nightly")]),
        ((2023, 11, 20, 1, 30), [("2023-11-15", "nightly")]),
        ((2023, 12, 14, 1, 30), [("2023-11-15", "nightly")]),
        ((2023, 12, 15, 1, 30), [("2023-11-15", "closing"), ("2023-12-15", "nightly")]),
        ((2023, 12, 31, 1, 30), [("2023-12-15", "nightly")]),
        ((2024, 1, 1, 1, 30), [("2023-12-15", "nightly")]),
        ((2024, 3, 15, 1, 30), [("2024-02-15", "closing"), ("2024-03-15", "nightly")]),
    ],
)
def test_a_night_asks_for_the_running_period_and_some_days_for_the_one_before(
    tick: tuple[int, ...], asked: list[tuple[str, str]]
) -> None:
    moment = _hanoi(*tick)
    assert _asked_at(moment) == asked
    run_keys = [request.run_key for request in _requests_at(moment)]
    assert run_keys == [f"{moment:%Y-%m-%d}:{key}" for key, _ in asked]


@pytest.mark.parametrize(("days", "nights"), [(0, [15]), (5, [15, 18]), (27, [*range(15, 42, 3)])])
def test_the_settings_say_how_long_the_period_before_is_redone(
    tmp_path: Path, days: int, nights: list[int]
) -> None:
    (tmp_path / "operations.toml").write_text(f"days_after_close = {days}\n", encoding="utf-8")
    ticks = [_hanoi(2023, 11, 15, 1, 30) + timedelta(days=number) for number in range(0, 30, 3)]
    redone = [
        (night - _hanoi(2023, 11, 1)).days + 1
        for night in ticks
        if "2023-10-15" in dict(_asked_at(night, tmp_path))
    ]
    assert redone == nights


def test_a_slip_in_the_settings_does_not_cost_the_night(tmp_path: Path) -> None:
    (tmp_path / "operations.toml").write_text("days_after_close = 'x'\n", encoding="utf-8")
    assert _asked_at(_hanoi(2023, 11, 19, 1, 30), tmp_path) == [
        ("2023-10-15", "nightly"), ("2023-11-15", "nightly"),
    ]  # fmt: skip


def test_the_tick_counts_in_local_time() -> None:
    """01:30 on the 15th in Hà Nội is the 14th in UTC: the period has changed all the same."""
    local = _hanoi(2023, 11, 15, 1, 30)
    assert local.astimezone(UTC).day == 14
    assert _asked_at(local.astimezone(UTC)) == _asked_at(local)
    in_winter_time = local.astimezone(ZoneInfo("America/New_York"))
    assert _asked_at(in_winter_time) == _asked_at(local)


def test_nights_have_run_keys_of_their_own() -> None:
    nights = [_requests_at(_hanoi(2023, 11, day, 1, 30)) for day in (15, 16, 17)]
    run_keys = [request.run_key for night in nights for request in night]
    assert len(set(run_keys)) == 6


def test_it_runs_each_night_at_half_past_one_in_hanoi() -> None:
    assert nightly_schedule.cron_schedule == "30 1 * * *"
    assert nightly_schedule.execution_timezone == "Asia/Ho_Chi_Minh"
    assert nightly_schedule.job_name == "nightly"


def test_every_run_of_an_asset_job_has_its_time_limit() -> None:
    for name in ("nightly", "take_in", "compute"):
        assert defs.resolve_job_def(name).tags["dagster/max_runtime"] == str(360 * 60)


def test_every_asset_is_late_when_a_night_did_not_make_it() -> None:
    """Freshness is asked of all alike, so that the UI shows it for each group."""
    for asset in assets_definitions():
        policy = asset.get_asset_spec().freshness_policy
        assert policy == dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=26))
