"""Asset indicators/by_unit_current: history on today's units (`by_unit_current.sql`)."""

import dagster as dg

from assets.indicators.recompute import OWN_COUNTS, recompute
from assets.metadata import table_asset
from assets.partitions import PERIODS
from assets.resources import Installation
from schemas.indicator_tables import BY_UNIT_CURRENT


@table_asset(
    BY_UNIT_CURRENT, "duckdb", "sql",
    partitions_def=PERIODS,
    deps=[*OWN_COUNTS, ["reference", "unit"], ["reference", "unit_succession"]],
)  # fmt: skip
def by_unit_current(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Compute the period and every other one whose own counts changed."""
    return recompute(context, installation, BY_UNIT_CURRENT)
