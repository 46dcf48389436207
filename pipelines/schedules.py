"""Schedules: a legal calendar is pure time, so data and history answer two questions only.

These are which old periods a portal has to be asked for once more since the last close, and whether
the period that closed then has had a good run since.

https://docs.dagster.io/guides/automate/schedules
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import dagster as dg
import duckdb

from assets.engine.common.calendar import TIMEZONE, Calendar, Period
from assets.engine.common.errors import MotcuaError
from assets.engine.portal import periods_still_open
from assets.engine.settings import operations_or_defaults
from assets.partitions import runs_of
from assets.resources import Installation
from pipelines.housekeeping import housekeeping
from pipelines.jobs import FILES_ONLY, daily_check, nightly

RUN_TAG = "motcua/run"
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dg.schedule(
    job_name=nightly.name,
    cron_schedule="30 1 * * *",
    execution_timezone=TIMEZONE,
    description="Hằng đêm 01:30: kỳ đang chạy, kỳ trước trong vài ngày sau khi khóa sổ | Nightly: "
    "running period, the one before for some days after its close; then its closing run",
)
def nightly_schedule(
    context: dg.ScheduleEvaluationContext, installation: Installation
) -> Iterator[dg.RunRequest]:
    """Request the running period, and first the one before it while corrections of it come.

    That one comes behind the old periods whose dossiers their portal may have closed by its end.
    Its first night is its closing run, however few days are set. Where no run of it has gone well
    since its close, because the machine was off or each failed, the next night is, however late.
    By the tick's time, never the clock's: of the nights that were missed Dagster makes up for the
    last one, late, and it asks for its own periods.
    """
    tick = context.scheduled_execution_time.astimezone(ZoneInfo(TIMEZONE))
    settings = operations_or_defaults(installation.paths.settings, context.log.error)
    calendar = installation.calendar()
    running = calendar.month_of(tick.date())
    for period in (calendar.previous_month(running), running):
        if period.start < calendar.first_period:
            continue
        days_after_close = (tick.date() - period.end).days
        is_closing = days_after_close > 0 and (
            days_after_close == 1 or not _has_had_closing_run(context.instance, calendar, period)
        )
        if days_after_close > settings.days_after_close and not is_closing:
            continue
        if days_after_close > 0:
            for old in _still_open(context, installation, period):
                yield _request(tick, old.key, "still_open")
        yield _request(tick, period.key, "closing" if is_closing else "nightly")


def _request(tick: datetime, key: str, kind: str) -> dg.RunRequest:
    return dg.RunRequest(partition_key=key, run_key=f"{tick:%Y-%m-%d}:{key}", tags={RUN_TAG: kind})


def _has_had_closing_run(instance: dg.DagsterInstance, calendar: Calendar, period: Period) -> bool:
    """Say whether a run of a period went well since its close, or is still to end.

    Not one that asked no portal, as those of the inbox sensor.
    """
    closed_at = datetime.combine(period.end + timedelta(days=1), time(), ZoneInfo(TIMEZONE))
    records = runs_of(
        instance,
        calendar,
        period,
        [dg.DagsterRunStatus.SUCCESS, *UNFINISHED],
        job_name=nightly.name,
        created_after=closed_at.astimezone(UTC),  # Dagster compares without the zone
    )
    runs = [record.dagster_run for record in records]
    steps = [cast(dict[str, object], run.run_config.get("ops", {})) for run in runs]
    return any(step.get("raw__delivery") != FILES_ONLY["ops"]["raw__delivery"] for step in steps)


def _still_open(
    context: dg.ScheduleEvaluationContext, installation: Installation, closed: Period
) -> list[Period]:
    """Return the old periods to ask for again; none, and why, rather than no night at all."""
    try:
        return periods_still_open(installation.paths, installation.sources(), closed)
    except (MotcuaError, duckdb.Error, OSError, ValueError) as error:
        context.log.warning("Old periods are not asked for again: %s", error)
        return []


daily_check_schedule = dg.ScheduleDefinition(
    name="daily_check_schedule",
    job_name=daily_check.name,
    cron_schedule="0 7 * * *",
    execution_timezone=TIMEZONE,
    description="Hằng ngày 07:00: soát các kỳ đã khóa sổ | Daily: was a closed period forgotten?",
)
housekeeping_schedule = dg.ScheduleDefinition(
    name="housekeeping_schedule",
    job=housekeeping,
    cron_schedule="0 4 * * 0",
    execution_timezone=TIMEZONE,
    description="Chủ nhật 04:00: dọn lịch sử chạy cũ | Sundays: forgets runs of long ago",
)
