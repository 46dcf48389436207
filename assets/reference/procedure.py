"""Asset reference/procedure: the administrative procedures, from `reference/procedure.csv`."""

import dagster as dg

from assets.engine.reference import file_version, load_reference
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.tables import PROCEDURE


@table_asset(PROCEDURE, "csv", "duckdb")
def procedure(installation: Installation) -> dg.MaterializeResult[None]:
    """Check the CSV against its schema and replace the table by it."""
    folder = installation.paths.reference
    with installation.warehouse() as connection:
        rows = load_reference(connection, folder, "procedure")
    return dg.MaterializeResult(
        metadata={"dagster/row_count": rows},
        data_version=dg.DataVersion(file_version(folder, "procedure")),
    )
