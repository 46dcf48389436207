"""The partitions: reporting months, in the country's time zone.

https://docs.dagster.io/guides/build/partitions-and-backfills/partitioning-assets
"""

import warnings
from collections.abc import Sequence
from datetime import datetime

import dagster as dg

from assets.engine.common.calendar import TIMEZONE, Calendar, Period, local_now
from assets.engine.common.errors import MotcuaError

PARTITION_TAG = "dagster/partition"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
Partitions = dg.MonthlyPartitionsDefinition
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)
    # A backfill of any range of periods is one run.
    SINGLE_RUN = dg.BackfillPolicy.single_run()


def periods_partitions(calendar: Calendar) -> Partitions:
    """Return the partitions of a calendar: every reporting month up to the running one."""
    return dg.MonthlyPartitionsDefinition(
        start_date=calendar.first_period.isoformat(),
        day_offset=calendar.first_day_of_month,
        timezone=TIMEZONE,
        end_offset=1,  # the running month, so that a night can load what it has so far
    )


def range_tags(first: str, last: str) -> dict[str, str]:
    """Return the tags of a run of all periods from one key to another."""
    return {RANGE_START_TAG: first, RANGE_END_TAG: last}


def keys_of(calendar: Calendar, run: dg.DagsterRun) -> list[str]:
    """Return the keys of a run's periods as its tags name them; none if it is of no period."""
    if PARTITION_TAG in run.tags:
        return [run.tags[PARTITION_TAG]]
    if RANGE_START_TAG not in run.tags:
        return []
    first, last = run.tags[RANGE_START_TAG], run.tags[RANGE_END_TAG]
    keys = periods_partitions(calendar).get_partition_keys()
    return [first, *(key for key in keys if first < key < last), *([last] if last > first else [])]


def periods_of(calendar: Calendar, run: dg.DagsterRun) -> list[Period]:
    """Return the periods of a run.

    Dagster reads a key that is no first day (2023-11-16) as the next period without a word, so
    the keys are checked here. Raises MotcuaError on such a key.
    """
    return [begun_period(calendar, key) for key in keys_of(calendar, run)]


def begun_period(calendar: Calendar, key: str) -> Period:
    """Return the period of a key; MotcuaError if it is no first day, or has not begun."""
    period, today = calendar.month_from_key(key), local_now().date()
    if period.start > today:
        raise MotcuaError(
            "Starting a run",
            f"the partition {period.key} ({period.label})",
            "a period that has begun",
            f"The running period is {calendar.month_of(today).key}.",
        )
    return period


def runs_of(
    instance: dg.DagsterInstance,
    calendar: Calendar,
    period: Period,
    statuses: Sequence[dg.DagsterRunStatus] = ENDED,
    *,
    job_name: str | None = None,
    created_after: datetime | None = None,
    limit: int | None = None,
) -> list[dg.RunRecord]:
    """Return the runs of a period, alone or among others, the newest first."""
    keys = periods_partitions(calendar).get_partition_keys()
    of_ranges = {
        RANGE_START_TAG: [key for key in keys if key <= period.key],
        RANGE_END_TAG: [key for key in keys if key >= period.key],
    }
    records: list[dg.RunRecord] = []
    for tags in ({PARTITION_TAG: period.key}, of_ranges):
        found = dg.RunsFilter(
            tags=tags, statuses=statuses, job_name=job_name, created_after=created_after
        )
        records += instance.get_run_records(found, limit=limit)
    return sorted(records, key=lambda record: record.storage_id, reverse=True)[:limit]
