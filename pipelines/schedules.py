"""Schedules: a legal calendar is pure time, so data answers one question only.

That is which old periods a portal has to be asked for once more before a closing run.

Belongs here: when jobs run. Does not belong here: which assets run (`pipelines.jobs`).
https://docs.dagster.io/guides/automate/schedules
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
import duckdb

from assets.engine.errors import MotcuaError
from assets.engine.operations import operations_or_defaults
from assets.engine.periods import TIMEZONE, Period, month_from_key
from assets.engine.still_open import periods_still_open
from assets.partitions import PERIODS
from assets.resources import Installation
from pipelines.housekeeping import housekeeping
from pipelines.jobs import daily_check, nightly

RUN_TAG = "motcua/run"


@dg.schedule(
    job=nightly,
    cron_schedule="30 1 * * *",
    execution_timezone=TIMEZONE,
    description="Hằng đêm 01:30: kỳ đang chạy, kỳ trước trong vài ngày sau khi khóa sổ | Nightly: "
    "running period, the one before for some days after its close; then its closing run",
)
def nightly_schedule(
    context: dg.ScheduleEvaluationContext, installation: Installation
) -> Iterator[dg.RunRequest]:
    """Request the running period, and first the one before it while corrections of it come.

    A closing run comes behind the old periods whose dossiers their portal may have closed since.
    By the tick's time, never the clock's: a night that is caught up asks for its own periods.
    """
    tick = context.scheduled_execution_time.astimezone(ZoneInfo(TIMEZONE))
    settings = operations_or_defaults(installation.paths.settings, context.log.error)
    for key in PERIODS.get_partition_keys(current_time=tick)[-2:]:
        days_after_close = (tick.date() - month_from_key(key).end).days
        if days_after_close > max(settings.days_after_close, 1):
            continue
        # The first night after the close is the closing run, however few days are set.
        kind = "closing" if days_after_close == 1 else "nightly"
        if kind == "closing":
            for old in _still_open(context, installation, month_from_key(key)):
                yield _request(tick, old.key, "still_open")
        yield _request(tick, key, kind)


def _request(tick: datetime, key: str, kind: str) -> dg.RunRequest:
    return dg.RunRequest(partition_key=key, run_key=f"{tick:%Y-%m-%d}:{key}", tags={RUN_TAG: kind})


def _still_open(
    context: dg.ScheduleEvaluationContext, installation: Installation, closing: Period
) -> list[Period]:
    """Return the old periods to ask for again; none, and why, rather than no night at all."""
    try:
        return periods_still_open(installation.paths, installation.sources(), closing.start)
    except (MotcuaError, duckdb.Error) as error:
        context.log.warning("Old periods are not asked for again: %s", error)
        return []


daily_check_schedule = dg.ScheduleDefinition(
    name="daily_check_schedule",
    job=daily_check,
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
