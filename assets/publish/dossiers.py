"""Asset publish/dossiers: `published/dossiers.duckdb`, row level without names or codes."""

import dagster as dg

from assets.engine.publish import publish_dossiers
from assets.metadata import table_asset
from assets.publish.published_file import publish
from assets.resources import Installation
from schemas.tables import DOSSIERS_FILE


@table_asset(
    DOSSIERS_FILE,
    "duckdb",
    deps=[
        ["core", "dossier"],
        ["core", "payment_request"],
        ["core", "payment_transaction"],
        ["core", "receipt"],
        ["quarantine", "conflict"],
        ["quarantine", "gone"],
        ["quarantine", "orphan"],
        ["indicators", "by_unit"],
        ["indicators", "by_unit_procedure"],
        ["reference", "procedure"],
    ],
)
def dossiers(installation: Installation) -> dg.MaterializeResult[None]:
    """Replace the published file, unless something does not balance."""
    return publish(installation, publish_dossiers, "dossiers.duckdb")
