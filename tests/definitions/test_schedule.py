"""The nightly schedule, evaluated at ticks of its own choosing and never at the clock's."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from pipelines.definitions import defs
from pipelines.schedules import nightly_schedule

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def _requests_at(tick: datetime) -> list[tuple[str | None, str | None]]:
    with dg.build_schedule_context(
        scheduled_execution_time=tick, repository_def=defs.get_repository_def()
    ) as context:
        requests = nightly_schedule.evaluate_tick(context).run_requests or []
    return [(request.partition_key, request.run_key) for request in requests]


@pytest.mark.parametrize(
    ("tick", "keys"),
    [
        ((2022, 12, 15, 1, 30), ["2022-12-15"]),
        ((2023, 1, 15, 1, 30), ["2022-12-15", "2023-01-15"]),
        ((2023, 11, 14, 1, 30), ["2023-09-15", "2023-10-15"]),
        ((2023, 11, 15, 1, 30), ["2023-10-15", "2023-11-15"]),
        ((2023, 12, 31, 1, 30), ["2023-11-15", "2023-12-15"]),
    ],
)
def test_a_night_asks_for_the_running_period_and_the_one_before(
    tick: tuple[int, ...], keys: list[str]
) -> None:
    moment = datetime(*tick, tzinfo=HANOI)  # type: ignore[arg-type,misc]
    expected = [(key, f"{moment:%Y-%m-%d}:{key}") for key in keys]
    assert _requests_at(moment) == expected


def test_the_tick_counts_in_local_time() -> None:
    """01:30 on the 15th in Hà Nội is the 14th in UTC: the period has changed all the same."""
    local = datetime(2023, 11, 15, 1, 30, tzinfo=HANOI)
    assert local.astimezone(UTC).day == 14
    assert _requests_at(local.astimezone(UTC)) == _requests_at(local)


def test_nights_have_run_keys_of_their_own() -> None:
    nights = [_requests_at(datetime(2023, 11, day, 1, 30, tzinfo=HANOI)) for day in (12, 13, 14)]
    run_keys = [run_key for night in nights for _, run_key in night]
    assert len(set(run_keys)) == 6


def test_it_runs_each_night_at_half_past_one_in_hanoi() -> None:
    assert nightly_schedule.cron_schedule == "30 1 * * *"
    assert nightly_schedule.execution_timezone == "Asia/Ho_Chi_Minh"
    assert nightly_schedule.job_name == "nightly"
