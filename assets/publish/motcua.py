"""Asset publish/motcua: `published/motcua.duckdb`, aggregates and dimensions for everybody."""

import dagster as dg

from assets.engine.publish import publish_motcua
from assets.metadata import table_asset
from assets.publish.published_file import publish
from assets.resources import Installation
from schemas.tables import MOTCUA_FILE


@table_asset(
    MOTCUA_FILE,
    "duckdb",
    deps=[
        ["indicators", "by_unit"],
        ["indicators", "by_level"],
        ["indicators", "by_unit_field"],
        ["indicators", "by_unit_procedure"],
        ["indicators", "by_unit_first_due"],
        ["indicators", "form_06a"],
        ["indicators", "processing_time"],
        ["indicators", "payment_sum"],
        ["quarantine", "summary"],
        ["quarantine", "outside"],
        ["reference", "procedure"],
        ["reference", "working_day"],
        ["reference", "indicator"],
    ],
)
def motcua(installation: Installation) -> dg.MaterializeResult[None]:
    """Replace the published file, unless something does not balance."""
    return publish(installation, publish_motcua, "motcua.duckdb")
