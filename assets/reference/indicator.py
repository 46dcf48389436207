"""Asset reference/indicator: what every measure means, from `schemas.measures` and `rates.sql`."""

import dagster as dg

from assets.engine.reference import load_indicators
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.measures import FORMULA_VERSION
from schemas.tables import INDICATOR


@table_asset(INDICATOR, "duckdb", code_version=FORMULA_VERSION)
def indicator(installation: Installation) -> dg.MaterializeResult[None]:
    """Replace the table by the definitions of this version."""
    with installation.warehouse() as connection:
        rows = load_indicators(connection)
    return dg.MaterializeResult(
        metadata={"dagster/row_count": rows, "formula_version": FORMULA_VERSION},
        data_version=dg.DataVersion(FORMULA_VERSION),
    )
