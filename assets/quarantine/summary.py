"""Asset quarantine/summary: rejected rows by rule."""

import dagster as dg

from assets.engine.compute import compute_quarantine
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.tables import SUMMARY


@table_asset(
    SUMMARY,
    "duckdb",
    "sql",
    deps=[["core", "dossier_version"], ["core", "payment_version"]],
)
def summary(installation: Installation) -> dg.MaterializeResult[None]:
    """Write the table anew from the whole warehouse."""
    with installation.warehouse() as connection:
        rows = compute_quarantine(connection, SUMMARY)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
