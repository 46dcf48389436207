"""Schedules: a legal calendar is pure time, so nothing here looks at data.

Belongs here: when jobs run. Does not belong here: which assets run (`pipelines.jobs`).
https://docs.dagster.io/guides/automate/schedules
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import dagster as dg

from assets.engine.periods import TIMEZONE
from assets.partitions import PERIODS
from pipelines.jobs import nightly


@dg.schedule(
    job=nightly,
    cron_schedule="30 1 * * *",
    execution_timezone=TIMEZONE,
    description="Hằng đêm 01:30: kỳ đang chạy và kỳ trước | Nightly: running period, one before",
)
def nightly_schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """Request the running period and the one before it, by the tick's time, never the clock's."""
    tick = context.scheduled_execution_time.astimezone(ZoneInfo(TIMEZONE))
    for key in PERIODS.get_partition_keys(current_time=tick)[-2:]:
        yield dg.RunRequest(partition_key=key, run_key=f"{tick:%Y-%m-%d}:{key}")
