"""Asset publish/by_unit_csv: `published/by_unit.csv`, indicators.by_unit for spreadsheets."""

import dagster as dg

from assets.engine.publish import publish_by_unit_csv
from assets.metadata import table_asset
from assets.publish.published_file import publish
from assets.resources import Installation
from schemas.tables import BY_UNIT_FILE


@table_asset(BY_UNIT_FILE, "csv", deps=[["indicators", "by_unit"]])
def by_unit_csv(installation: Installation) -> dg.MaterializeResult[None]:
    """Replace the published file, unless something does not balance."""
    return publish(installation, publish_by_unit_csv, "by_unit.csv")
