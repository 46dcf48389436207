"""The partitions: reporting months, in the country's time zone.

Belongs here: the one partition definition, the period of a run, and the runs of a period. Does not
belong here: the calendar (`assets.engine.periods`).
https://docs.dagster.io/guides/build/partitions-and-backfills/partitioning-assets
"""

import dagster as dg

from assets.engine.errors import MotcuaError
from assets.engine.periods import (
    CALENDAR,
    FIRST_PERIOD,
    TIMEZONE,
    Period,
    month_from_key,
)

# end_offset=1: the running period is there too, so that a night can take in what it has so far.
PERIODS = dg.MonthlyPartitionsDefinition(
    start_date=FIRST_PERIOD.isoformat(),
    day_offset=CALENDAR.first_day_of_month,
    timezone=TIMEZONE,
    end_offset=1,
)

PARTITION_TAG = "dagster/partition"
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def period_of(context: dg.AssetExecutionContext) -> Period:
    """Return the period of the run's partition.

    Dagster reads a key that is no first day (2023-11-16) as the next period without a word, so
    the key is checked here. Raises MotcuaError on such a key.
    """
    return begun_period(context.partition_key)


def begun_period(key: str) -> Period:
    """Return the period of a key; MotcuaError if it is no first day, or has not begun."""
    period = month_from_key(key)
    if not PERIODS.has_partition_key(period.key):
        raise MotcuaError(
            "Starting a run",
            f"the partition {period.key} ({period.label})",
            "a period that has begun",
            f"The running period is {PERIODS.get_last_partition_key()}.",
        )
    return period


def ended_runs(period: Period) -> dg.RunsFilter:
    """Return what finds the runs of a period that ended, well or not."""
    return dg.RunsFilter(tags={PARTITION_TAG: period.key}, statuses=ENDED)
