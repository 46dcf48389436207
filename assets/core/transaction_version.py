"""Asset core/transaction_version: accepted rows of the transaction exports, by delivery period."""

import dagster as dg

from assets.core.take_in import take_in
from assets.metadata import table_asset
from assets.partitions import PERIODS
from assets.resources import Installation
from schemas.core_tables import TRANSACTION_VERSION
from schemas.exports import TRANSACTION


@table_asset(
    TRANSACTION_VERSION, "duckdb", "pandas", partitions_def=PERIODS, deps=[["raw", "delivery"]]
)
def transaction_version(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Read, judge and load the period's transaction files; bring the register up to date."""
    return take_in(context, installation, TRANSACTION)
