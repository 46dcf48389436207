"""Asset publish/return_files: what each unit gets back to repair."""

import dagster as dg

from assets.engine.return_files import write_return_files
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.tables import RETURN_FILES


@table_asset(RETURN_FILES, "csv", deps=[["quarantine", "summary"]])
def return_files(installation: Installation) -> dg.MaterializeResult[None]:
    """Write a CSV a unit with its rejected rows and the sentences; remove what is repaired."""
    paths = installation.paths
    with installation.warehouse() as connection:
        rows = write_return_files(connection, paths)
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(str(paths.returns)),
            "file_count": len(rows),
            "dagster/row_count": sum(rows.values()),
        }
    )
