"""Asset quarantine/orphan: payments, transactions and receipts without their dossier."""

import dagster as dg

from assets.engine.compute import rebuild_table
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.quarantine_tables import ORPHAN


@table_asset(
    ORPHAN,
    "duckdb",
    "sql",
    deps=[
        ["core", "dossier"],
        ["core", "payment_request"],
        ["core", "payment_transaction"],
        ["core", "receipt"],
    ],
)
def orphan(installation: Installation) -> dg.MaterializeResult[None]:
    """Write the table anew from the whole warehouse."""
    with installation.warehouse() as connection:
        rows = rebuild_table(connection, ORPHAN)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
