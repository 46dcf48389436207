"""Asset indicators/by_unit_current: history on today's units (`sql/by_unit_current.sql`)."""

import dagster as dg

from assets.engine.compute import rebuild_table
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.tables import BY_UNIT_CURRENT


@table_asset(
    BY_UNIT_CURRENT,
    "duckdb",
    "sql",
    deps=[
        ["indicators", "own_count"],
        ["reference", "period"],
        ["reference", "unit"],
        ["reference", "unit_succession"],
    ],
)
def by_unit_current(installation: Installation) -> dg.MaterializeResult[None]:
    """Write the table anew: the next cut-off may be the first day of other units."""
    with installation.warehouse() as connection:
        rows = rebuild_table(connection, BY_UNIT_CURRENT)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
