"""Asset quarantine/outside: records that no period counts, by reason and unit."""

import dagster as dg

from assets.engine.compute import rebuild_table
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.quarantine_tables import OUTSIDE


@table_asset(
    OUTSIDE,
    "duckdb",
    "sql",
    deps=[["core", "dossier"], ["core", "payment_request"], ["reference", "period"]],
)
def outside(installation: Installation) -> dg.MaterializeResult[None]:
    """Write the table anew from the whole warehouse."""
    with installation.warehouse() as connection:
        rows = rebuild_table(connection, OUTSIDE)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
