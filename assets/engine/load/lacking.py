"""Deliveries that the warehouse lacks: loading them, or recording that they are lost.

They are of a run that was ended, of a warehouse that was lost, or came after the back-up that was
restored.
"""

from collections import Counter
from collections.abc import Callable, Collection

import duckdb

from assets.engine.held import lacking
from assets.engine.load.plan import load_period
from assets.engine.load.records import record_delivery
from assets.engine.load.report import Loaded
from assets.engine.paths import Paths
from assets.engine.periods import load_calendar
from assets.engine.warehouse import transaction
from assets.engine.wording import counted
from schemas.exports import Kind
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
    """Load every delivery of `kinds` that the warehouse lacks; `but` are the run's own periods."""
    lacks = lacking(connection, paths, sources)
    counts = Counter(d.period for d in lacks.loadable)
    calendar = load_calendar(paths.settings)
    for key in sorted(counts.keys() - set(but)):
        period = calendar.month_from_key(key)
        progress(f"{period.label}: {counted(counts[key], 'file')} that the warehouse lacks")
        for kind in kinds:
            load_period(
                connection, paths, sources, kind=kind, period=period, run_id=run_id,
                progress=progress,
            )  # fmt: skip


def accept_loss(
    connection: duckdb.DuckDBPyConnection, paths: Paths, sources: dict[str, Source], run_id: str
) -> int:
    """Record the deliveries that cannot be loaded as refused; return how many.

    Delivered again, they are loaded: their bytes are read whatever was recorded of them.
    """
    lost = lacking(connection, paths, sources).lost
    with transaction(connection):
        for delivery in lost:
            source = sources[delivery.source]
            reason = (
                f"Reading {delivery.reference}: found no bytes that can be loaded when the "
                "warehouse was rebuilt, and the loss was accepted; expected the raw file. Deliver "
                "it again to load it."
            )
            record_delivery(
                connection,
                Loaded(delivery, "refused", reason),
                source,
                source.exports[delivery.export],
                version="lost",
                run_id=run_id,
            )
    return len(lost)
