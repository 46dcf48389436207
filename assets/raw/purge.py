"""Asset raw/purge: delivered bytes removed after the days their source keeps them."""

import dagster as dg

from assets.engine.periods import local_now
from assets.engine.purging import purge_raw
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.quarantine_tables import PURGE


@table_asset(PURGE, "file", deps=[["publish", "motcua"]])
def purge(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Purge what is older than `keep_raw_days` of its source; the loaded rows stay."""
    purged = purge_raw(installation.paths, installation.sources(), local_now())
    for item in purged:
        context.log.info("purged %s, %s bytes", item.reference, f"{item.size:,}")
    return dg.MaterializeResult(
        metadata={
            "purged_file_count": len(purged),
            "purged_bytes": sum(item.size for item in purged),
        }
    )
