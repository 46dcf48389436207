"""Asset quarantine/conflict: versions of a dossier that contradict each other."""

import dagster as dg

from assets.engine.compute import rebuild_table
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.quarantine_tables import CONFLICT


@table_asset(CONFLICT, "duckdb", "sql", deps=[["core", "dossier"]])
def conflict(installation: Installation) -> dg.MaterializeResult[None]:
    """Write the table anew from the whole warehouse."""
    with installation.warehouse() as connection:
        rows = rebuild_table(connection, CONFLICT)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
