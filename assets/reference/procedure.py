"""Asset reference/procedure: `reference/procedure.csv` and what delivered catalogues add."""

import dagster as dg

from assets.engine.reference import file_version, load_procedures
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.tables import PROCEDURE


@table_asset(PROCEDURE, "csv", "duckdb", deps=[["core", "procedure_version"]])
def procedure(installation: Installation) -> dg.MaterializeResult[None]:
    """Check the CSV against its schema; replace the table by it and the delivered catalogues."""
    folder = installation.paths.reference
    with installation.warehouse() as connection:
        rows, delivered = load_procedures(connection, folder)
    return dg.MaterializeResult(
        metadata={"dagster/row_count": rows + delivered, "delivered_count": delivered},
        data_version=dg.DataVersion(f"{file_version(folder, 'procedure')}-{delivered}"),
    )
