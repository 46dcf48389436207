"""Asset indicators/payment_sum: requests and money by month, unit and outcome."""

import dagster as dg

from assets.engine.compute import rebuild_table
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.indicator_tables import PAYMENT_SUM


@table_asset(
    PAYMENT_SUM,
    "duckdb",
    "sql",
    deps=[["core", "dossier"], ["core", "payment_request"], ["reference", "period"]],
)
def payment_sum(installation: Installation) -> dg.MaterializeResult[None]:
    """Write the table anew from the whole warehouse (`payment_sum.sql`)."""
    with installation.warehouse() as connection:
        rows = rebuild_table(connection, PAYMENT_SUM)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
