"""Asset indicators/by_level: measures by period and level (`sql/by_level.sql`)."""

import dagster as dg

from assets.indicators.recompute import recompute
from assets.metadata import table_asset
from assets.partitions import PERIODS
from assets.resources import Installation
from schemas.tables import BY_LEVEL


@table_asset(
    BY_LEVEL,
    "duckdb",
    "sql",
    partitions_def=PERIODS,
    deps=[["indicators", "own_count"], ["reference", "period"]],
)
def by_level(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Recompute the period and every other one that the register moved."""
    return recompute(context, installation, BY_LEVEL)
