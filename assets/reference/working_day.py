"""Asset reference/working_day: every day from 1900 to 2099, worked or not, from the holidays."""

import dagster as dg

from assets.engine.compute import rebuild_table
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.tables import WORKING_DAY


@table_asset(WORKING_DAY, "duckdb", "sql", deps=[["reference", "holiday"]])
def working_day(installation: Installation) -> dg.MaterializeResult[None]:
    """Write the table anew from the holidays (`engine/sql/working_day.sql`)."""
    with installation.warehouse() as connection:
        rows = rebuild_table(connection, WORKING_DAY)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
