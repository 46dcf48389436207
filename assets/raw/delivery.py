"""Asset raw/delivery: the files of a period, copied byte for byte into the raw store."""

import time
from enum import Enum

import dagster as dg

from assets.engine.collecting import FromPortals, collect_portals
from assets.engine.inbox import collect_period, stray_files
from assets.engine.operations import operations_or_defaults
from assets.engine.periods import local_now
from assets.engine.wording import counted
from assets.metadata import table_asset
from assets.partitions import PERIODS, period_of
from assets.resources import Installation
from schemas.operations import Operations
from schemas.quarantine_tables import MANIFEST


class Portals(Enum):
    """What portals are asked for: what is new, the whole period, or nothing.

    Nothing where what lies in the raw store is enough.
    """

    fetch = "fetch"
    whole = "whole"
    stored = "stored"


class DeliveryConfig(dg.Config):
    """What a run may choose: `api: stored` asks no portal, `api: whole` for all of the period."""

    api: Portals = Portals.fetch


@table_asset(MANIFEST, "file", partitions_def=PERIODS)
def delivery(
    context: dg.AssetExecutionContext, config: DeliveryConfig, installation: Installation
) -> dg.MaterializeResult[None]:
    """Collect what the inbox and the portals hold; the same bytes again are nothing new.

    A portal that fails does not fail this step: all that follows would be skipped, and the night
    be lost for every other source. The check `portals_answered` fails the run in its stead. Nor do
    slow portals: half of the run's time is left for the rest of it.
    """
    period, now = period_of(context, installation), local_now()
    paths, sources = installation.paths, installation.sources()
    collected = collect_period(paths, sources, period, now)
    strays = stray_files(paths, sources, now)
    fetched = FromPortals()
    if config.api is not Portals.stored:
        operations = operations_or_defaults(paths.settings, context.log.error)
        fetched = collect_portals(
            paths,
            sources,
            period,
            now=now,
            run_id=context.run.run_id,
            progress=context.log.info,
            is_whole_wanted=config.api is Portals.whole,
            give_up_at=time.monotonic() + _seconds_for_portals(context, operations),
        )
    for sentence in fetched.failures:
        context.log.error(sentence)
    new = [*collected.new, *fetched.new]
    for item in new:
        context.log.info("collected %s, %s bytes", item.reference, f"{item.size:,}")
    if collected.unreadable:
        context.log.error(
            "%s of the inbox cannot be read. Check the permissions; what can be read then is "
            "collected with the next run of this period.",
            counted(collected.unreadable, "file"),
        )
    if collected.growing:
        context.log.warning(
            "%s of the inbox still being written: collected with the next run of this period.",
            counted(collected.growing, "file"),
        )
    for reason, count in strays.items():
        context.log.warning("files in the inbox that no run collects: %s, %s", count, reason)
    return dg.MaterializeResult(
        metadata={
            "period_label": period.label,
            "new_file_count": len(new),
            "unreadable_file_count": collected.unreadable,
            "growing_file_count": collected.growing,
            "stray_file_count": sum(strays.values()),
            "new_bytes": sum(item.size for item in new),
            "fetched_page_count": fetched.page_count,
            "fetched_row_count": fetched.row_count,
            "portal_failure_count": len(fetched.failures),
        }
    )


def _seconds_for_portals(context: dg.AssetExecutionContext, operations: Operations) -> float:
    """Return how long portals may be asked: what waiting for another run took is the run's, too."""
    record = context.instance.get_run_record_by_id(context.run.run_id)
    waited = time.time() - record.start_time if record and record.start_time else 0.0
    return max(0.0, 60 * operations.portal_minutes - waited)
