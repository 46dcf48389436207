"""Asset reference/holiday: days off and weekend days worked instead, from `holiday.csv`."""

import dagster as dg

from assets.engine.reference import file_version, load_reference
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.tables import HOLIDAY


@table_asset(HOLIDAY, "csv", "duckdb")
def holiday(installation: Installation) -> dg.MaterializeResult[None]:
    """Check the CSV against its schema and replace the table by it."""
    folder = installation.paths.reference
    with installation.warehouse() as connection:
        rows = load_reference(connection, folder, "holiday")
    return dg.MaterializeResult(
        metadata={"dagster/row_count": rows},
        data_version=dg.DataVersion(file_version(folder, "holiday")),
    )
