"""Asset indicators/by_unit: measures by period, unit and scope (`by_unit.sql`)."""

import dagster as dg

from assets.indicators.recompute import OWN_COUNTS, recompute
from assets.metadata import table_asset
from assets.partitions import PERIODS
from assets.resources import Installation
from schemas.indicator_tables import BY_UNIT


@table_asset(
    BY_UNIT, "duckdb", "sql", partitions_def=PERIODS, deps=[*OWN_COUNTS, ["reference", "unit"]]
)
def by_unit(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Compute the period and every other one whose own counts changed."""
    return recompute(context, installation, BY_UNIT)
