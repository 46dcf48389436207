"""Schedules: a legal calendar is pure time, so nothing here looks at data.

Belongs here: when jobs run. Does not belong here: which assets run (`pipelines.jobs`).
https://docs.dagster.io/guides/automate/schedules
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import dagster as dg

from assets.engine.operations import operations_or_defaults
from assets.engine.periods import TIMEZONE, month_from_key
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
        yield dg.RunRequest(
            partition_key=key, run_key=f"{tick:%Y-%m-%d}:{key}", tags={RUN_TAG: kind}
        )


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
