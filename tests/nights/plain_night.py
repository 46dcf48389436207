"""The job `nightly` as plain calls in one process: the same stages in the same order.

For tests of hundreds of nights, most of whose seconds Dagster's own records would cost.
"""

from assets.engine import load
from assets.engine.collect import collect_period, purge_raw, read_inbox
from assets.engine.common.calendar import local_now
from assets.engine.common.errors import MotcuaError
from assets.engine.common.paths import Paths
from assets.engine.indicators import (
    check_balance,
    check_is_counted,
    compute_table,
    count_dossiers,
    count_payments,
    data_cutoff,
    load_indicators,
    refresh_periods,
    sum_payments,
    take_over_published,
)
from assets.engine.publish import (
    check_not_fewer,
    publish_by_unit_csv,
    publish_dossiers,
    publish_motcua,
)
from assets.engine.quarantine import rebuild_quarantine
from assets.engine.reference import load_procedures, load_reference, load_working_days
from assets.engine.settings import load_calendar, load_sources, load_statistic
from assets.engine.status import check_before_computing
from assets.engine.warehouse import warehouse
from assets.indicators import TABLES
from assets.quarantine import MADE_OF
from assets.reference import FROM_CSV
from schemas.rows import KINDS
from schemas.settings import Source

RUN = "night"


def nightly(paths: Paths, keys: list[str]) -> list[str]:
    """Spend a night over the periods of `keys`; return why it was refused, if it was."""
    try:
        sources = load_sources(paths.sources)
        _collect(paths, sources, keys)
        _load(paths, sources, keys)
        _publish(paths, sources)
        purge_raw(paths, sources, local_now())
    except MotcuaError as error:
        return [str(error)]
    return []


def _collect(paths: Paths, sources: dict[str, Source], keys: list[str]) -> None:
    with warehouse(paths):
        pass  # with another hash key or closing day nothing may be collected either
    found = read_inbox(paths, sources, local_now())
    for key in keys:
        collect_period(found, load_calendar(paths.settings).month_from_key(key))


def _load(paths: Paths, sources: dict[str, Source], keys: list[str]) -> None:
    with warehouse(paths) as connection:
        for table in FROM_CSV:
            load_reference(connection, paths.reference, table.name)
        load_working_days(connection)
        load_indicators(connection)
        load.load_lacking(
            connection, paths, sources, kinds=list(KINDS.values()), but=keys, run_id=RUN,
            progress=lambda _: None,
        )  # fmt: skip
        for key in keys:
            for kind in KINDS.values():
                load.load_period(
                    connection, paths, sources, kind=kind, run_id=RUN, progress=lambda _: None,
                    period=load_calendar(paths.settings).month_from_key(key),
                )  # fmt: skip
        load_procedures(connection, paths.reference)


def _publish(paths: Paths, sources: dict[str, Source]) -> None:
    with warehouse(paths) as connection:
        check_before_computing(connection, paths, sources)
        take_over_published(connection, paths, lambda _: None)
        exports = {(name, export) for name, source in sources.items() for export in source.exports}
        cutoff = data_cutoff(connection, exports)
        refresh_periods(connection, cutoff, load_statistic(paths.settings))
        count_dossiers(connection, RUN)
        count_payments(connection)
        for table in TABLES:
            compute_table(connection, table, RUN)
        sum_payments(connection)
        for table in MADE_OF:
            rebuild_quarantine(connection, table)
        check_is_counted(connection, paths, sources)
        check_balance(connection)
        check_not_fewer(connection, paths)
        for publish in (publish_motcua, publish_dossiers, publish_by_unit_csv):
            publish(connection, paths)
