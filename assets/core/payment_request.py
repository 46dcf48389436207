"""Asset core/payment_request: one row a payment request with its latest state."""

import dagster as dg

from assets.core.register_state import register_state
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.core_tables import PAYMENT_REQUEST
from schemas.exports import PAYMENT


@table_asset(PAYMENT_REQUEST, "duckdb", deps=[["core", "payment_version"]])
def payment_request(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Report the register, which each load keeps up to date."""
    return register_state(context, installation, PAYMENT)
