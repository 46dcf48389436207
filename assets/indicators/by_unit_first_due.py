"""Asset indicators/by_unit_first_due: judged by the first due date, for management."""

import dagster as dg

from assets.indicators.recompute import OWN_COUNTS, recompute
from assets.metadata import table_asset
from assets.partitions import PERIODS
from assets.resources import Installation
from schemas.indicator_tables import BY_UNIT_FIRST_DUE


@table_asset(
    BY_UNIT_FIRST_DUE, "duckdb", "sql",
    partitions_def=PERIODS,
    deps=[*OWN_COUNTS, ["reference", "unit"]],
)  # fmt: skip
def by_unit_first_due(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Compute the period and every other one whose own counts changed."""
    return recompute(context, installation, BY_UNIT_FIRST_DUE)
