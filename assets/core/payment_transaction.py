"""Asset core/payment_transaction: transactions, each in its latest state."""

import dagster as dg

from assets.core.register_state import register_state
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.core_tables import PAYMENT_TRANSACTION
from schemas.exports import TRANSACTION


@table_asset(PAYMENT_TRANSACTION, "duckdb", deps=[["core", "transaction_version"]])
def payment_transaction(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Report the register, which each load keeps up to date."""
    return register_state(context, installation, TRANSACTION)
