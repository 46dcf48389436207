"""Layer raw: the files of a period, copied byte for byte into the raw store."""

import time
from collections.abc import Iterator
from enum import Enum

import dagster as dg

from assets.engine.collect import Collected, collect_period, read_inbox
from assets.engine.common.calendar import Period, local_now
from assets.engine.common.messages import counted
from assets.engine.common.troubles import trouble_told
from assets.engine.portal import FromPortals, collect_portals
from assets.engine.settings import operations_or_defaults
from assets.metadata import table_key, table_spec
from assets.partitions import SINGLE_RUN, Partitions, periods_of
from assets.resources import Installation
from schemas.settings import Operations
from schemas.tables import MANIFEST


class Portals(Enum):
    """What portals are asked for: the period, the period anew, or nothing.

    Anew where pages that came are distrusted, or a period has no row any more; nothing where what
    lies in the raw store is enough.
    """

    fetch = "fetch"
    anew = "anew"
    stored = "stored"


class DeliveryConfig(dg.Config):
    """What a run may choose: `api: stored` asks no portal, `api: anew` from the first page."""

    api: Portals = Portals.fetch


def raw_assets(partitions: Partitions) -> list[dg.AssetsDefinition]:
    """Return the step of this layer."""
    step = dg.multi_asset(
        name="raw__delivery",
        specs=[table_spec(MANIFEST, "file", partitions_def=partitions)],
        backfill_policy=SINGLE_RUN,
    )
    return [step(delivery)]


def delivery(
    context: dg.AssetExecutionContext, config: DeliveryConfig, installation: Installation
) -> Iterator[dg.MaterializeResult[None]]:
    """Collect what the inbox and the portals hold; the same bytes again are nothing new.

    A portal that fails does not fail this step: all that follows would be skipped, and the night
    be lost for every other source. The check `portals_answered` fails the run in its stead. Nor do
    slow portals: half of the run's time is left for the rest of it.
    """
    now = local_now()
    paths, sources = installation.paths, installation.sources()
    with installation.warehouse():
        pass  # with another hash key or closing day nothing may be collected either
    with trouble_told("Collecting inbox and portals", with_files=True):
        operations = operations_or_defaults(paths.settings, context.log.error)
        give_up_at = time.monotonic() + _seconds_for_portals(context, operations)
        inbox = read_inbox(paths, sources, now)
        periods = periods_of(installation.calendar(), context.run)
        for period in periods:
            collected = collect_period(inbox, period)
            fetched = FromPortals()
            if config.api is not Portals.stored:
                fetched = collect_portals(
                    paths,
                    sources,
                    period,
                    now=now,
                    run_id=context.run.run_id,
                    progress=context.log.info,
                    is_anew=config.api is Portals.anew,
                    give_up_at=give_up_at,
                )
            _report(context, period, collected, fetched, is_only=len(periods) == 1)
        for reason, count in sorted(inbox.strays.items()):
            context.log.warning(
                "in the inbox, collected by no run: %s, %s", counted(count, "item"), reason
            )
    yield dg.MaterializeResult(
        asset_key=table_key(MANIFEST), metadata={"stray_file_count": sum(inbox.strays.values())}
    )


def _report(
    context: dg.AssetExecutionContext,
    period: Period,
    collected: Collected,
    fetched: FromPortals,
    *,
    is_only: bool,
) -> None:
    """Keep what a period brought for the event of its partition; log it, unless it is nothing."""
    for sentence in fetched.failures:
        context.log.error(sentence)
    new = [*collected.new, *fetched.new]
    if new or is_only:
        context.log.info(
            "%s: %s collected, %s bytes",
            period.label,
            counted(len(new), "new file"),
            f"{sum(item.size for item in new):,}",
        )
    for reason, count in sorted(collected.left.items()):
        context.log.warning(
            "in the inbox, not collected this time: %s, %s", counted(count, "file"), reason
        )
    if collected.growing:
        context.log.warning(
            "%s of the inbox still being written: collected with the next run of this period.",
            counted(collected.growing, "file"),
        )
    context.add_asset_metadata(
        {
            "period_label": period.label,
            "new_file_count": len(new),
            "unreadable_file_count": collected.left.total(),
            "growing_file_count": collected.growing,
            "new_bytes": sum(item.size for item in new),
            "fetched_page_count": fetched.page_count,
            "fetched_row_count": fetched.row_count,
            "portal_failure_count": len(fetched.failures),
        },
        asset_key=table_key(MANIFEST),
        partition_key=period.key,
    )


def _seconds_for_portals(context: dg.AssetExecutionContext, operations: Operations) -> float:
    """Return how long portals may be asked: what waiting for another run took is the run's, too."""
    record = context.instance.get_run_record_by_id(context.run.run_id)
    waited = time.time() - record.start_time if record and record.start_time else 0.0
    return max(0.0, 60 * operations.portal_minutes - waited)
