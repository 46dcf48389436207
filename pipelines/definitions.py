"""The one code location: everything Dagster knows of an installation.

Nothing is read when the module is imported: Dagster calls `motcua` to load the code location, and
the commands call `definitions` with the folders of their installation.
https://docs.dagster.io/api/dagster/definitions
"""

import dagster as dg

from assets.checks import balance, periods_complete, portals_answered
from assets.core import core_assets
from assets.engine.common.paths import Paths
from assets.engine.settings import load_calendar, operations_or_defaults
from assets.indicators import indicator_assets
from assets.partitions import periods_partitions
from assets.publish import publish_assets
from assets.quarantine import quarantine_assets
from assets.raw import raw_assets
from assets.reference import reference_assets
from assets.resources import Installation
from pipelines.housekeeping import housekeeping
from pipelines.jobs import limited_jobs
from pipelines.schedules import daily_check_schedule, housekeeping_schedule, nightly_schedule
from pipelines.sensors import (
    daily_check_sensor,
    dead_run_sensor,
    failure_sensor,
    inbox_sensor,
)


def definitions(paths: Paths) -> dg.Definitions:
    """Return what Dagster knows of an installation; SettingsError if `statistic.toml` is wrong."""
    partitions = periods_partitions(load_calendar(paths.settings))
    # The schedule warns of a mistake in `operations.toml` at its ticks, where it is read.
    operations = operations_or_defaults(paths.settings, lambda _: None)
    return dg.Definitions(
        assets=[
            *raw_assets(partitions),
            *reference_assets(),
            *core_assets(partitions),
            *indicator_assets(partitions),
            *quarantine_assets(),
            *publish_assets(),
        ],
        asset_checks=[portals_answered, balance, periods_complete],
        jobs=[*limited_jobs(operations), housekeeping],
        schedules=[nightly_schedule, daily_check_schedule, housekeeping_schedule],
        sensors=[inbox_sensor, dead_run_sensor, failure_sensor, daily_check_sensor],
        resources={
            "installation": Installation(
                data_folder=str(paths.data), settings_folder=str(paths.settings)
            )
        },
        # One process a run: DuckDB's file lock allows one, and it starts five times as fast.
        executor=dg.in_process_executor,
    )


@dg.definitions
def motcua() -> dg.Definitions:
    """Return the definitions of the installation that the environment names."""
    return definitions(Paths.from_environment())
