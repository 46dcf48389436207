"""The one code location: explicit lists of everything Dagster knows.

Belongs here: lists. Does not belong here: anything that decides or computes.
"""

import dagster as dg

from assets.checks import balance, periods_complete, portals_answered
from assets.core import core
from assets.indicators import indicators
from assets.publish import publish, purge, return_files
from assets.quarantine import quarantine
from assets.raw import delivery
from assets.reference import reference
from assets.resources import Installation
from pipelines.housekeeping import housekeeping
from pipelines.jobs import compute, daily_check, nightly, take_in
from pipelines.schedules import daily_check_schedule, housekeeping_schedule, nightly_schedule
from pipelines.sensors import (
    daily_check_sensor,
    dead_run_sensor,
    failure_sensor,
    inbox_sensor,
)

defs = dg.Definitions(
    assets=[delivery, reference, core, indicators, quarantine, publish, return_files, purge],
    asset_checks=[portals_answered, balance, periods_complete],
    jobs=[nightly, take_in, compute, daily_check, housekeeping],
    schedules=[nightly_schedule, daily_check_schedule, housekeeping_schedule],
    sensors=[inbox_sensor, dead_run_sensor, failure_sensor, daily_check_sensor],
    resources={"installation": Installation()},
    # One process a run: DuckDB's file lock allows one, and it starts five times as fast.
    executor=dg.in_process_executor,
)
