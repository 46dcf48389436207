"""Asset indicators/form_06a: form II.06a, columns 3 to 13 (`form_06a.sql`)."""

import dagster as dg

from assets.indicators.recompute import OWN_COUNTS, recompute
from assets.metadata import table_asset
from assets.partitions import PERIODS
from assets.resources import Installation
from schemas.indicator_tables import FORM_06A


@table_asset(
    FORM_06A, "duckdb", "sql", partitions_def=PERIODS, deps=[*OWN_COUNTS, ["reference", "unit"]]
)
def form_06a(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Compute the period and every other one whose own counts changed."""
    return recompute(context, installation, FORM_06A)
