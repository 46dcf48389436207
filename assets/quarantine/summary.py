"""Asset quarantine/summary: rejected and flagged rows by rule."""

import dagster as dg

from assets.engine.compute import rebuild_table
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.quarantine_tables import SUMMARY


@table_asset(
    SUMMARY,
    "duckdb",
    "sql",
    deps=[
        ["core", "dossier"],
        ["core", "payment_request"],
        ["core", "payment_transaction"],
        ["core", "receipt"],
        ["reference", "procedure"],
    ],
)
def summary(installation: Installation) -> dg.MaterializeResult[None]:
    """Write the table anew from the whole warehouse."""
    with installation.warehouse() as connection:
        rows = rebuild_table(connection, SUMMARY)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
