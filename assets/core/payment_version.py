"""Asset core/payment_version: every accepted row of the payment exports, by delivery period."""

import dagster as dg

from assets.core.take_in import take_in
from assets.metadata import table_asset
from assets.partitions import PERIODS
from assets.resources import Installation
from schemas.core_tables import PAYMENT_VERSION
from schemas.exports import PAYMENT


@table_asset(
    PAYMENT_VERSION,
    "duckdb",
    "pandas",
    partitions_def=PERIODS,
    deps=[["raw", "delivery"], ["reference", "unit"]],
)
def payment_version(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Read, judge and load the period's payment files; bring the register up to date."""
    return take_in(context, installation, PAYMENT)
