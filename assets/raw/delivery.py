"""Asset raw/delivery: the files of a period, copied byte for byte into the raw store."""

import dagster as dg

from assets.engine.inbox import collect_period
from assets.engine.periods import local_now
from assets.metadata import table_asset
from assets.partitions import PERIODS, period_of
from assets.resources import Installation
from schemas.tables import MANIFEST


@table_asset(MANIFEST, "file", partitions_def=PERIODS)
def delivery(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Collect what the inbox holds for the period; the same bytes again are nothing new."""
    period = period_of(context)
    new = collect_period(installation.paths, installation.sources(), period, local_now())
    for item in new:
        context.log.info("collected %s, %s bytes", item.reference, f"{item.size:,}")
    return dg.MaterializeResult(
        metadata={
            "period_label": period.label,
            "new_file_count": len(new),
            "new_bytes": sum(item.size for item in new),
        }
    )
