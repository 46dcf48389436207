"""Asset raw/delivery: the files of a period, copied byte for byte into the raw store."""

import dagster as dg

from assets.engine.inbox import collect_period, stray_files
from assets.engine.periods import local_now
from assets.metadata import table_asset
from assets.partitions import PERIODS, period_of
from assets.resources import Installation
from schemas.quarantine_tables import MANIFEST


@table_asset(MANIFEST, "file", partitions_def=PERIODS)
def delivery(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Collect what the inbox holds for the period; the same bytes again are nothing new."""
    period, now = period_of(context), local_now()
    paths, sources = installation.paths, installation.sources()
    collected = collect_period(paths, sources, period, now)
    strays = stray_files(paths, sources, now)
    for item in collected.new:
        context.log.info("collected %s, %s bytes", item.reference, f"{item.size:,}")
    if collected.unreadable:
        context.log.error(
            "%s files of the inbox cannot be read. Check their permissions; they are collected "
            "with the next run of this period.",
            collected.unreadable,
        )
    if collected.growing:
        context.log.warning(
            "%s files of the inbox are still being written. They are collected with the next run "
            "of this period.",
            collected.growing,
        )
    for reason, count in strays.items():
        context.log.warning("files in the inbox that no run collects: %s, %s", count, reason)
    return dg.MaterializeResult(
        metadata={
            "period_label": period.label,
            "new_file_count": len(collected.new),
            "unreadable_file_count": collected.unreadable,
            "growing_file_count": collected.growing,
            "stray_file_count": sum(strays.values()),
            "new_bytes": sum(item.size for item in collected.new),
        }
    )
