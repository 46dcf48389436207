"""Asset quarantine/gone: dossiers that a newer whole list no longer holds."""

import dagster as dg

from assets.engine.compute import rebuild_table
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.quarantine_tables import GONE


@table_asset(GONE, "duckdb", "sql", deps=[["core", "dossier"]])
def gone(installation: Installation) -> dg.MaterializeResult[None]:
    """Write the table anew from the whole warehouse."""
    with installation.warehouse() as connection:
        rows = rebuild_table(connection, GONE)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
