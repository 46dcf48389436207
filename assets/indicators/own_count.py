"""Asset indicators/own_count: counts of each unit by itself (`sql/own_count.sql`).

The one place where dossiers are counted; the other indicator tables sum these counts.
"""

import dagster as dg

from assets.indicators.recompute import INDICATOR_DEPS, recompute
from assets.metadata import table_asset
from assets.partitions import PERIODS
from assets.resources import Installation
from schemas.tables import OWN_COUNT


@table_asset(OWN_COUNT, "duckdb", "sql", partitions_def=PERIODS, deps=INDICATOR_DEPS)
def own_count(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Recompute the period and every other one that the register moved."""
    return recompute(context, installation, OWN_COUNT)
