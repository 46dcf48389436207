"""Deliveries that the warehouse lacks or has as of old settings: loading them, or accepting it.

They are of a run that was ended, of a warehouse that was lost, came after the back-up that was
restored, or were read before settings or units changed.
"""

from collections import Counter
from collections.abc import Callable, Collection

import duckdb

from assets.engine.collect import Delivery
from assets.engine.common.messages import counted
from assets.engine.common.paths import Paths
from assets.engine.load.delivered import check_is_listed, lacking
from assets.engine.load.plan import load_period
from assets.engine.load.reading_version import LOST
from assets.engine.load.records import record_delivery
from assets.engine.load.report import Loaded
from assets.engine.load.set_aside import set_aside
from assets.engine.settings import load_calendar
from assets.engine.warehouse import transaction
from schemas.rows import DOSSIER, Kind
from schemas.settings import Source


def load_lacking(
    connection: duckdb.DuckDBPyConnection,
    paths: Paths,
    sources: dict[str, Source],
    *,
    kinds: Collection[Kind],
    but: Collection[str],
    run_id: str,
    progress: Callable[[str], None],
) -> None:
    """Load every delivery of `kinds` that the warehouse lacks, and read again what is outdated.

    `but` are the run's own periods. Raises WarehouseError if the manifest is older than the
    warehouse: then it does not say what supersedes what.
    """
    set_aside(connection, paths, progress)
    check_is_listed(connection, paths)
    lacks = lacking(connection, paths, sources)
    lacked = Counter(d.period for d in lacks.loadable)
    outdated = Counter(d.period for d in lacks.outdated)
    calendar = load_calendar(paths.settings)
    for key in sorted({*lacked, *outdated} - set(but)):
        period = calendar.month_from_key(key)
        if lacked[key]:
            progress(f"{period.label}: {counted(lacked[key], 'file')} that the warehouse lacks")
        if outdated[key]:
            progress(
                f"{period.label}: {counted(outdated[key], 'file')} to read again, for settings or "
                "units changed"
            )
        for kind in kinds:
            results = load_period(
                connection, paths, sources, kind=kind, period=period, run_id=run_id,
                progress=progress,
            )  # fmt: skip
            for result in results:
                if result.reason and result.is_new:
                    progress(result.reason)


def accept_loss(
    connection: duckdb.DuckDBPyConnection, paths: Paths, sources: dict[str, Source], run_id: str
) -> list[Delivery]:
    """Record the deliveries that cannot be loaded as refused; return them.

    Delivered again, they are loaded: their bytes are read whatever was recorded of them.
    """
    lost = lacking(connection, paths, sources).not_loadable
    with transaction(connection):
        for delivery in lost:
            kind, origin, is_snapshot = _described(connection, sources, delivery)
            reason = (
                f"Reading {delivery.reference}: found no bytes or no settings to load it by when "
                "the loss was accepted; expected the raw file. Deliver it again to load it."
            )
            record_delivery(
                connection,
                Loaded(delivery, "refused", reason),
                kind=kind,
                origin=origin,
                is_snapshot=is_snapshot,
                version=LOST,
                run_id=run_id,
            )
    return lost


def _described(
    connection: duckdb.DuckDBPyConnection, sources: dict[str, Source], delivery: Delivery
) -> tuple[str, str, bool]:
    """Return the kind of a delivery, its origin, and whether it is a whole list.

    Of an export that neither settings nor warehouse know: dossiers of a local portal.
    """
    source = sources.get(delivery.source)
    export = source.exports.get(delivery.export) if source else None
    if source and export:
        return export.kind, source.origin, export.is_snapshot
    known = connection.execute(
        "SELECT kind, origin, is_snapshot FROM ops.delivery WHERE source = ? AND export = ? "
        "ORDER BY loaded_at DESC LIMIT 1",
        [delivery.source, delivery.export],
    ).fetchall()
    return known[0] if known else (DOSSIER.name, "local", False)
