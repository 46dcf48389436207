"""Asset indicators/own_count: counts of each unit by itself (`own_count.sql`).

The one place where dossiers are counted; the other indicator tables add these counts up.
"""

import dagster as dg

from assets.engine.own_counts import count_dossiers
from assets.indicators.recompute import INDICATOR_DEPS
from assets.metadata import table_asset
from assets.partitions import PERIODS
from assets.resources import Installation
from schemas.indicator_tables import OWN_COUNT


class Counting(dg.Config):  # type: ignore[misc,unused-ignore]
    """How to count: only what changed, or every period anew from the whole register."""

    anew: bool = False


@table_asset(OWN_COUNT, "duckdb", "sql", partitions_def=PERIODS, deps=INDICATOR_DEPS)
def own_count(
    context: dg.AssetExecutionContext, installation: Installation, config: Counting
) -> dg.MaterializeResult[None]:
    """Count the period and every other one that the register moved."""
    with installation.warehouse() as connection:
        changed = count_dossiers(connection, context.run.run_id, anew=config.anew)
    return dg.MaterializeResult(metadata={"changed_row_count": changed})
