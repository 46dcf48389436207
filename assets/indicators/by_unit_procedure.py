"""Asset indicators/by_unit_procedure: measures by period, unit and procedure."""

import dagster as dg

from assets.indicators.recompute import OWN_COUNTS, recompute
from assets.metadata import table_asset
from assets.partitions import PERIODS
from assets.resources import Installation
from schemas.indicator_tables import BY_UNIT_PROCEDURE


@table_asset(BY_UNIT_PROCEDURE, "duckdb", "sql", partitions_def=PERIODS, deps=[*OWN_COUNTS])
def by_unit_procedure(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Compute the period and every other one whose own counts changed."""
    return recompute(context, installation, BY_UNIT_PROCEDURE)
