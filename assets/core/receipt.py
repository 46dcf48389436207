"""Asset core/receipt: receipts, each in its latest version."""

import dagster as dg

from assets.core.register_state import register_state
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.core_tables import RECEIPT
from schemas.exports import RECEIPT as RECEIPT_KIND


@table_asset(RECEIPT, "duckdb", deps=[["core", "receipt_version"]])
def receipt(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Report the register, which each load keeps up to date."""
    return register_state(context, installation, RECEIPT_KIND)
