"""Asset core/dossier: the register, one row a dossier with its latest state."""

import dagster as dg

from assets.core.register_state import register_state
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.core_tables import DOSSIER
from schemas.exports import DOSSIER as DOSSIER_KIND


@table_asset(DOSSIER, "duckdb", deps=[["core", "dossier_version"]])
def dossier(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Report the register, which each load keeps up to date."""
    return register_state(context, installation, DOSSIER_KIND)
