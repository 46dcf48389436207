"""Asset core/procedure_version: procedures of delivered catalogues, by delivery period."""

import dagster as dg

from assets.core.take_in import take_in
from assets.metadata import table_asset
from assets.partitions import PERIODS
from assets.resources import Installation
from schemas.core_tables import PROCEDURE_VERSION
from schemas.exports import PROCEDURE


@table_asset(
    PROCEDURE_VERSION, "duckdb", "pandas", partitions_def=PERIODS, deps=[["raw", "delivery"]]
)
def procedure_version(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Read, judge and load the period's procedure catalogues."""
    return take_in(context, installation, PROCEDURE)
