"""Asset reference/unit_succession: which unit goes on for one that ended (from CSV)."""

import dagster as dg

from assets.engine.reference import file_version, load_reference
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.tables import UNIT_SUCCESSION


@table_asset(UNIT_SUCCESSION, "csv", "duckdb", deps=[["reference", "unit"]])
def unit_succession(installation: Installation) -> dg.MaterializeResult[None]:
    """Check the CSV against its schema and the units; replace the table by it."""
    folder = installation.paths.reference
    with installation.warehouse() as connection:
        rows = load_reference(connection, folder, "unit_succession")
    return dg.MaterializeResult(
        metadata={"dagster/row_count": rows},
        data_version=dg.DataVersion(file_version(folder, "unit_succession")),
    )
