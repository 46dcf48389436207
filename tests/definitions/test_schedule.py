"""The schedules, evaluated at ticks of their own choosing and never at the clock's."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.storage.runs import SqlRunStorage
from dagster._core.storage.runs.schema import RunsTable
from dagster._core.test_utils import create_run_for_test

from assets.engine.common.calendar import local_now
from assets.resources import Installation
from pipelines.jobs import FILES_ONLY
from pipelines.schedules import nightly_schedule
from tests.assets.runs import real_instance
from tests.code_location import defs
from tests.definitions.registry import asset_specs
from tests.support import CALENDAR

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def _requests_at(
    tick: datetime, settings: Path | None = None, instance: dg.DagsterInstance | None = None
) -> list[dg.RunRequest]:
    installation = Installation(settings_folder=str(settings or ""))
    with dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=tick,
        repository_def=defs.get_repository_def(),
        resources={"installation": installation},
    ) as context:
        return list(nightly_schedule.evaluate_tick(context).run_requests or [])


def _asked_at(
    tick: datetime, settings: Path | None = None, instance: dg.DagsterInstance | None = None
) -> list[tuple[str | None, str]]:
    return [
        (request.partition_key, request.tags["motcua/run"])
        for request in _requests_at(tick, settings, instance)
    ]


def _ran(
    instance: dg.DagsterInstance,
    *keys: str,
    status: dg.DagsterRunStatus = dg.DagsterRunStatus.SUCCESS,
    kind: str = "closing",
    job: str = "nightly",
    run_config: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Leave a run of each period, made now: long after the close of those of the tests."""
    for key in keys:
        tags = {"dagster/partition": key, "motcua/run": kind}
        create_run_for_test(instance, job, status=status, tags=tags, run_config=dict(run_config))


@pytest.fixture(scope="module")
def one_instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    with real_instance(tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.fixture
def instance(one_instance: dg.DagsterInstance) -> dg.DagsterInstance:
    """An instance without any run."""
    one_instance.run_storage.wipe()
    return one_instance


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
    tick: tuple[int, ...], asked: list[tuple[str, str]], instance: dg.DagsterInstance
) -> None:
    _ran(instance, "2022-12-15", "2023-09-15", "2023-10-15", "2023-11-15", "2024-01-15")
    moment = _hanoi(*tick)
    assert _asked_at(moment, instance=instance) == asked
    run_keys = [request.run_key for request in _requests_at(moment, instance=instance)]
    assert run_keys == [f"{moment:%Y-%m-%d}:{key}" for key, _ in asked]


@pytest.mark.parametrize(("days", "nights"), [(0, [15]), (5, [15, 18]), (27, [*range(15, 42, 3)])])
def test_the_settings_say_how_long_the_period_before_is_redone(
    tmp_path: Path, days: int, nights: list[int], instance: dg.DagsterInstance
) -> None:
    _ran(instance, "2023-10-15")
    (tmp_path / "operations.toml").write_text(f"days_after_close = {days}\n", encoding="utf-8")
    ticks = [_hanoi(2023, 11, 15, 1, 30) + timedelta(days=number) for number in range(0, 30, 3)]
    redone = [
        (night - _hanoi(2023, 11, 1)).days + 1
        for night in ticks
        if "2023-10-15" in dict(_asked_at(night, tmp_path, instance))
    ]
    assert redone == nights


LATE = ((2023, 11, 20, 1, 30), (2023, 12, 14, 1, 30))


@pytest.mark.parametrize("tick", LATE)
@pytest.mark.parametrize(
    ("status", "kind", "job"),
    [
        (dg.DagsterRunStatus.FAILURE, "closing", "nightly"),
        (dg.DagsterRunStatus.CANCELED, "closing", "nightly"),
        (dg.DagsterRunStatus.SUCCESS, "", "take_in"),
    ],
)
def test_a_period_without_a_good_run_since_its_close_is_asked_for_until_there_is_one(
    tick: tuple[int, ...],
    status: dg.DagsterRunStatus,
    kind: str,
    job: str,
    instance: dg.DagsterInstance,
) -> None:
    """The machine was off all these nights, or each of them failed."""
    late = [("2023-10-15", "closing"), ("2023-11-15", "nightly")]
    assert _asked_at(_hanoi(*tick), instance=instance) == late
    _ran(instance, "2023-10-15", status=status, kind=kind, job=job)
    _ran(instance, "2023-09-15", "2023-11-15")
    assert _asked_at(_hanoi(*tick), instance=instance) == late
    _ran(instance, "2023-10-15", kind="nightly")
    assert _asked_at(_hanoi(*tick), instance=instance) == late[1:]


@pytest.mark.parametrize("kind", ["inbox", ""])
def test_a_run_that_asked_no_portal_is_no_closing_run(
    kind: str, instance: dg.DagsterInstance
) -> None:
    """By the sensor of the inbox, or in the launchpad while the portal was down."""
    _ran(instance, "2023-10-15", kind=kind, run_config=FILES_ONLY)
    assert dict(_asked_at(_hanoi(*LATE[0]), instance=instance))["2023-10-15"] == "closing"


def test_a_closing_run_that_has_still_to_end_is_not_asked_for_once_more(
    instance: dg.DagsterInstance,
) -> None:
    _ran(instance, "2023-10-15", status=dg.DagsterRunStatus.STARTED)
    assert _asked_at(_hanoi(*LATE[0]), instance=instance) == [("2023-11-15", "nightly")]


@pytest.mark.parametrize("night", [16, 18, 19])
@pytest.mark.parametrize("has_failed", [False, True])
def test_the_first_night_that_goes_well_after_the_close_is_the_closing_run(
    night: int, has_failed: bool, instance: dg.DagsterInstance
) -> None:
    """The machine was off over the close, for fewer days than the closed period is redone."""
    tick = _hanoi(2023, 11, night, 1, 30)
    if has_failed:
        _ran(instance, "2023-10-15", status=dg.DagsterRunStatus.FAILURE)
    assert dict(_asked_at(tick, instance=instance))["2023-10-15"] == "closing"
    _ran(instance, "2023-10-15")
    assert dict(_asked_at(tick, instance=instance))["2023-10-15"] == "nightly"


@pytest.mark.parametrize(("hour", "is_since"), [(-1, False), (1, True)])
def test_a_run_before_the_close_is_no_closing_run(
    hour: int, is_since: bool, instance: dg.DagsterInstance
) -> None:
    """The close is midnight in Hà Nội, whatever zone the history of runs is kept in."""
    running = CALENDAR.month_of(local_now().date())
    closed = CALENDAR.previous_month(running)
    _ran(instance, closed.key)
    (record,) = instance.get_run_records()
    midnight = datetime.combine(running.start, time(), HANOI)
    moment = midnight + timedelta(hours=hour)
    storage = instance.run_storage
    assert isinstance(storage, SqlRunStorage)
    with storage.connect() as connection:
        connection.execute(
            RunsTable.update()
            .where(RunsTable.c.run_id == record.dagster_run.run_id)
            .values(create_timestamp=moment.astimezone(UTC).replace(tzinfo=None))
        )
    late = midnight + timedelta(days=10, hours=1.5)
    kinds = dict(_asked_at(late, instance=instance))
    assert (closed.key in kinds) is not is_since


def test_a_slip_in_the_settings_does_not_cost_the_night(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    _ran(instance, "2023-10-15")
    (tmp_path / "operations.toml").write_text("days_after_close = 'x'\n", encoding="utf-8")
    assert _asked_at(_hanoi(2023, 11, 19, 1, 30), tmp_path, instance) == [
        ("2023-10-15", "nightly"), ("2023-11-15", "nightly"),
    ]  # fmt: skip


def test_the_tick_counts_in_local_time() -> None:
    """01:30 on the 15th in Hà Nội is the 14th in UTC: the period has changed all the same."""
    local = _hanoi(2023, 11, 15, 1, 30)
    assert local.astimezone(UTC).day == 14
    assert _asked_at(local.astimezone(UTC)) == _asked_at(local)
    in_winter_time = local.astimezone(ZoneInfo("America/New_York"))
    assert _asked_at(in_winter_time) == _asked_at(local)


def test_nights_have_run_keys_of_their_own(instance: dg.DagsterInstance) -> None:
    ticks = [_hanoi(2023, 11, day, 1, 30) for day in (15, 16, 17)]
    nights = [_requests_at(tick, instance=instance) for tick in ticks]
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
    policy = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=26))
    assert {spec.key for spec in asset_specs() if spec.freshness_policy != policy} == set()
