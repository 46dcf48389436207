"""One night through the engine, step by step as the job `nightly` takes them."""

from collections.abc import Callable, Sequence
from datetime import datetime

import duckdb

from assets.engine import load
from assets.engine.collect import inbox
from assets.engine.collect import retention as purging
from assets.engine.common.calendar import Period
from assets.engine.common.paths import Paths
from assets.engine.indicators import (
    balance,
    compute_table,
    data_cutoff,
    load_indicators,
    own_counts,
    refresh_periods,
    sum_payments,
)
from assets.engine.publish import files as publish
from assets.engine.publish import write_return_files
from assets.engine.quarantine import rebuild_quarantine
from assets.engine.reference import files as reference
from assets.engine.settings import load_sources
from assets.engine.warehouse import warehouse
from schemas.rows import KINDS, REFERENCE_SCHEMAS
from schemas.settings import Statistic
from schemas.tables import CONFLICT, GONE, INDICATOR_TABLES, ORPHAN, OUTSIDE, SUMMARY
from tests.support import CALENDAR

STAGES = ("collect", "load", "compute", "publish")
Step = Callable[[duckdb.DuckDBPyConnection], object]


def spend(paths: Paths, keys: list[str], now: datetime, say: Callable[[str], object] = str) -> None:
    """Take the periods in, compute and publish; `say` is told the stage that begins."""
    sources, periods = load_sources(paths.sources), [CALENDAR.month_from_key(key) for key in keys]
    say("collect")
    for period in periods:
        inbox.collect_period(inbox.read_inbox(paths, sources, now), period)
    say("load")
    with warehouse(paths) as connection:
        for step in _load_steps(paths, periods):
            step(connection)
        say("compute")
        for step in _compute_steps():
            step(connection)
        say("publish")
        for step in _publish_steps(paths):
            step(connection)
    purging.purge_raw(paths, sources, now)


def _load_steps(paths: Paths, periods: list[Period]) -> Sequence[Step]:
    def references(connection: duckdb.DuckDBPyConnection) -> None:
        for name in REFERENCE_SCHEMAS:
            reference.load_reference(connection, paths.reference, name)
        load_indicators(connection)

    sources = load_sources(paths.sources)
    return [references] + [
        lambda connection, kind=kind, period=period: load.load_period(
            connection, paths, sources, kind=kind, period=period, run_id="night",
            progress=lambda _: None,
        )
        for period in periods
        for kind in KINDS.values()
    ]  # fmt: skip


def _compute_steps() -> list[Step]:
    def counts(connection: duckdb.DuckDBPyConnection) -> None:
        reference.load_working_days(connection)
        refresh_periods(connection, data_cutoff(connection), Statistic())
        own_counts.count_dossiers(connection, "night")
        own_counts.count_payments(connection)

    def indicators(connection: duckdb.DuckDBPyConnection) -> None:
        for table in INDICATOR_TABLES:
            compute_table(connection, table, "night")
        balance.check_balance(connection)

    def lists(connection: duckdb.DuckDBPyConnection) -> None:
        sum_payments(connection)
        for table in (SUMMARY, OUTSIDE, CONFLICT, GONE, ORPHAN):
            rebuild_quarantine(connection, table)

    return [counts, indicators, lists]


def _publish_steps(paths: Paths) -> list[Step]:
    return [
        lambda connection: publish.publish_motcua(connection, paths),
        lambda connection: publish.publish_dossiers(connection, paths),
        lambda connection: publish.publish_by_unit_csv(connection, paths),
        lambda connection: write_return_files(connection, paths),
    ]
