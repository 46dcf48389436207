"""Asset raw/purge: delivered bytes removed after the days their source keeps them."""

import dagster as dg

from assets.engine.periods import local_now
from assets.engine.purging import purge_raw, unclaimed
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.quarantine_tables import PURGE


@table_asset(PURGE, "file", deps=[["publish", "motcua"]])
def purge(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Purge what is older than `keep_raw_days` of its source; the loaded rows stay."""
    paths, sources = installation.paths, installation.sources()
    purged = purge_raw(paths, sources, local_now())
    for source, count in sorted(unclaimed(paths, sources).items()):
        context.log.warning(
            "the raw bytes of %s, which no settings file is named after any more, are never "
            "purged (deliveries: %s). Bring sources/%s.toml back with its keep_raw_days.",
            source,
            f"{count:,}",
            source,
        )
    for item in purged:
        context.log.info("purged %s, %s bytes", item.reference, f"{item.size:,}")
    return dg.MaterializeResult(
        metadata={
            "purged_file_count": len(purged),
            "purged_bytes": sum(item.size for item in purged),
        }
    )
