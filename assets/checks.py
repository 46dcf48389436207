"""Asset checks: what an operator must see at a glance.

The gate against publishing is in the steps themselves: a check blocks within one run only, and a
hand-picked selection can leave it out.
https://docs.dagster.io/guides/test/asset-checks
"""

import warnings
from collections.abc import Iterator
from datetime import date

import dagster as dg
import duckdb

from assets.engine.collect import unlike_twins
from assets.engine.common.calendar import Calendar, Period, local_now
from assets.engine.common.errors import BalanceError, PortalError
from assets.engine.common.messages import SHOWN, counted, joined
from assets.engine.indicators import check_balance
from assets.engine.portal import failures_of_runs
from assets.engine.status import (
    clock_findings,
    closed_months,
    delivered_months,
    first_difference,
    kept_readings,
    partial_months,
    period_findings,
    period_sentence,
    period_state,
    published_months,
    unanswered_months,
)
from assets.engine.warehouse import scalar
from assets.metadata import table_key
from assets.partitions import Partitions, periods_of, runs_of
from assets.resources import Installation
from schemas.rows import KINDS, Kind
from schemas.tables import BY_LEVEL, INDICATOR_TABLES, MANIFEST, MOTCUA_FILE

FILES_LOADED = {
    kind: dg.AssetCheckSpec(
        "files_loaded",
        asset=kind.table.split("."),
        description="Không có tệp nào bị từ chối | No delivered file is refused",
    )
    for kind in KINDS.values()
}
PERIOD_WHOLE = dg.AssetCheckKey(table_key(BY_LEVEL), "period_whole")


def period_whole_spec(partitions: Partitions) -> dg.AssetCheckSpec:
    """Return the check of the periods, which each have a verdict of their own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)  # partitions of a check
        return dg.AssetCheckSpec(
            PERIOD_WHOLE.name,
            asset=PERIOD_WHOLE.asset_key,
            partitions_def=partitions,
            description="Kỳ đã đủ tệp và đủ số liệu | The period has its files, and figures to "
            "its end",
        )


def files_loaded(connection: duckdb.DuckDBPyConnection, kind: Kind) -> dg.AssetCheckResult:
    """Warn if a file of `kind` is refused, of whatever period."""
    refused = connection.execute(
        "SELECT reason FROM ops.delivery "
        "WHERE kind = ? AND reason IS NOT NULL AND state <> 'superseded' "
        "ORDER BY delivery_period DESC, source, export",
        [kind.name],
    ).fetchall()
    return dg.AssetCheckResult(
        asset_key=FILES_LOADED[kind].asset_key,
        check_name=FILES_LOADED[kind].name,
        passed=not refused,
        severity=dg.AssetCheckSeverity.WARN,
        description=_said([reason for (reason,) in refused]) or "All files were taken.",
        metadata={"refused_file_count": len(refused)},
    )


def _said(reasons: list[str]) -> str:
    more = [f"and {len(reasons) - SHOWN} more"] if len(reasons) > SHOWN else []
    return joined([*reasons[:SHOWN], *more]) + "." if reasons else ""


def period_whole(
    connection: duckdb.DuckDBPyConnection, calendar: Calendar, run: dg.DagsterRun
) -> Iterator[dg.Output[None] | dg.AssetCheckEvaluation]:
    """Warn of each of the run's periods that misses a file, or whose figures end too early.

    A run of several periods has no one result, so each period's is yielded by itself. Executed by
    itself a check has no period: then the last one that has figures.
    """
    last = scalar(
        connection, "SELECT max(period_start) FROM reference.period WHERE period_kind = 'month'"
    )
    periods = periods_of(calendar, run) or ([calendar.month_from_key(str(last))] if last else [])
    spec = dg.AssetCheckSpec(PERIOD_WHOLE.name, asset=PERIOD_WHOLE.asset_key)
    yield dg.Output(None, output_name=spec.get_python_identifier())
    for period in periods:
        state = period_state(connection, period, local_now().date())
        yield _whole(period.key, passed=state.is_whole, sentence=state.sentence)
    if not periods:
        yield _whole(None, passed=False, sentence="No period has figures yet.")


def _whole(key: str | None, *, passed: bool, sentence: str) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=PERIOD_WHOLE.asset_key,
        check_name=PERIOD_WHOLE.name,
        partition=key,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=sentence,
    )


@dg.asset_check(
    asset=table_key(BY_LEVEL),
    additional_deps=[table_key(table) for table in INDICATOR_TABLES if table is not BY_LEVEL],
    blocking=True,
    description="Mọi dòng cân đối: phải giải quyết = đã giải quyết + đóng khác + đang giải quyết + "
    "tạm dừng | Every row balances, months chain, levels add up",
)
def balance(installation: Installation) -> dg.AssetCheckResult:
    """Fail, and keep everything unpublished, if any row of any period does not balance."""
    with installation.warehouse() as connection:
        try:
            check_balance(connection)
        except BalanceError as error:
            return dg.AssetCheckResult(passed=False, description=str(error))
    return dg.AssetCheckResult(passed=True, description="Every row of every period balances.")


@dg.asset_check(
    asset=table_key(MANIFEST),
    description="Mọi cổng đã trả lời | Every portal that was asked gave all it has",
)
def portals_answered(
    context: dg.AssetCheckExecutionContext, installation: Installation
) -> dg.AssetCheckResult:
    """Raise what kept a portal from being collected.

    A check that merely fails leaves its run a success, of which nobody is told; one that raises
    fails the run, and no step waits for it. A run that goes on from a failed one asks no portal
    again, so what the runs before it said still stands.
    """
    run = context.run
    runs = {run.run_id, run.parent_run_id, run.root_run_id}
    failures = failures_of_runs(installation.paths, installation.sources(), runs)
    if failures:
        raise PortalError(
            f"Collecting from portals ({len(failures)} failed)",
            joined(failures),
            "an answer of every portal",
            "Everything else of this run went on; run the period again once this is mended.",
        )
    return dg.AssetCheckResult(passed=True, description="Every portal that was asked answered.")


@dg.asset_check(
    asset=table_key(MOTCUA_FILE),
    description="Mọi kỳ đã khóa sổ đều có số liệu công bố | No closed period is missing, failed, "
    "partial or unpublished",
)
def periods_complete(
    context: dg.AssetCheckExecutionContext, installation: Installation
) -> dg.AssetCheckResult:
    """Fail if a period that closed since the first delivery needs a hand, and name it."""
    now, calendar = local_now(), installation.calendar()
    today = now.date()
    sources = installation.sources()
    exports = {(name, export) for name, source in sources.items() for export in source.exports}
    with installation.warehouse() as connection:
        first = scalar(connection, "SELECT min(delivery_period) FROM ops.delivery")
        months = closed_months(calendar, first, today) if isinstance(first, date) else []
        found = period_findings(
            months,
            failed=_failed(context.instance, calendar, months),
            delivered=delivered_months(connection),
            unanswered=unanswered_months(installation.paths),
            partial=partial_months(connection, months, today, exports),
            published=published_months(connection, installation.paths),
        )
        difference = first_difference(connection, installation.paths, sources)
        kept = kept_readings(connection, installation.paths, sources)
    clock = list(clock_findings(installation.paths, now))
    unlike = sorted(unlike_twins(installation.paths, sources).items())
    twins = [f"{counted(count, 'file')} in the inbox with rows that no run collects: {why}."
             for why, count in unlike]  # fmt: skip
    said = [
        *(f"{item.said}; {item.to_do}" for item in clock),
        str(difference.error) if difference else "",
        period_sentence(found) if found or not difference else "",
        kept or "",
        *twins,
    ]
    return dg.AssetCheckResult(
        passed=not (found or difference or twins or any(item.level == "wrong" for item in clock)),
        description=" ".join(filter(None, said)),
        metadata={
            "closed_period_count": len(months),
            "open_period_count": sum(map(len, found.values())),
        },
    )


def _failed(instance: dg.DagsterInstance, calendar: Calendar, months: list[Period]) -> set[date]:
    """Return the months whose last run that ended did not end well."""
    failed = set()
    for month in months:
        last = runs_of(instance, calendar, month, limit=1)
        if last and last[0].dagster_run.status is not dg.DagsterRunStatus.SUCCESS:
            failed.add(month.start)
    return failed
