"""Asset indicators/processing_time: working days by procedure (`processing_time.sql`)."""

import dagster as dg

from assets.indicators.recompute import OWN_COUNTS, recompute
from assets.metadata import table_asset
from assets.partitions import PERIODS
from assets.resources import Installation
from schemas.indicator_tables import PROCESSING_TIME


@table_asset(
    PROCESSING_TIME, "duckdb", "sql",
    partitions_def=PERIODS,
    deps=[*OWN_COUNTS, ["core", "dossier"], ["reference", "working_day"]],
)  # fmt: skip
def processing_time(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Compute the period and every other one whose own counts changed."""
    return recompute(context, installation, PROCESSING_TIME)
