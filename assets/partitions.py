"""The partitions: reporting months, in the country's time zone.

Belongs here: the one partition definition, the period of a run, and the runs of a period. Does not
belong here: the calendar (`assets.engine.periods`).
https://docs.dagster.io/guides/build/partitions-and-backfills/partitioning-assets
"""

import dagster as dg

from assets.engine.errors import MotcuaError
from assets.engine.paths import Paths
from assets.engine.periods import TIMEZONE, Calendar, Period, load_calendar, local_now
from assets.resources import Installation

PARTITION_TAG = "dagster/partition"
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def periods_partitions(calendar: Calendar) -> dg.MonthlyPartitionsDefinition:
    """Return the partitions of a calendar: every reporting month up to the running one."""
    return dg.MonthlyPartitionsDefinition(
        start_date=calendar.first_period.isoformat(),
        day_offset=calendar.first_day_of_month,
        timezone=TIMEZONE,
        end_offset=1,  # the running month, so that a night can load what it has so far
    )


def _calendar_of_the_environment() -> Calendar:
    try:
        return load_calendar(Paths.from_environment().settings)
    except MotcuaError:  # whoever needs the calendar raises it with its sentence
        return Calendar()


# Until the definitions are built by a function of an installation.
PERIODS = periods_partitions(_calendar_of_the_environment())


def period_of(context: dg.AssetExecutionContext, installation: Installation) -> Period:
    """Return the period of the run's partition.

    Dagster reads a key that is no first day (2023-11-16) as the next period without a word, so
    the key is checked here. Raises MotcuaError on such a key.
    """
    return begun_period(installation.calendar(), context.partition_key)


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


def ended_runs(period: Period) -> dg.RunsFilter:
    """Return what finds the runs of a period that ended, well or not."""
    return dg.RunsFilter(tags={PARTITION_TAG: period.key}, statuses=ENDED)
