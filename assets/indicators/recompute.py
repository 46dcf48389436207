"""What the indicator assets share: recomputing every period that the register moved.

Belongs here: the step from a Dagster run to `engine.compute`, and one event a month moved. Does
not belong here: formulas.
"""

import time
from datetime import date
from typing import Any

import dagster as dg
import duckdb

from assets.engine.compute import Change, compute_table, figures_by_level, moved_dossiers
from assets.engine.periods import Period
from assets.engine.wording import counted
from assets.metadata import markdown_table, numbers
from assets.partitions import PERIODS, period_of
from assets.resources import Installation
from schemas.columns import Table
from schemas.indicator_tables import BY_LEVEL

# More sentences than this nobody reads; the revision log has them all.
SHOWN_CHANGES = 5

# What the table of a materialisation shows: measure and its head.
RATE_TABLE = {
    "total_to_handle_count": "Phải giải quyết / To handle",
    "resolved_count": "Đã giải quyết / Resolved",
    "on_time_pct": "Đúng hạn / On time (%)",
    "online_pct": "Trực tuyến / Online (%)",
    "digitised_pct": "Số hóa / Digitised (%)",
}
LEVEL_NAMES = {
    "all": "Toàn bộ / All",
    "province": "Tỉnh / Province",
    "department": "Sở, ngành / Department",
    "district": "Huyện / District",
    "commune": "Xã / Commune",
    "unassigned": "Chưa rõ / Unassigned",
}

# Direct dependencies on the partitioned versions make a backfill of several periods reach the
# indicators: Dagster does not spread partitions through the unpartitioned registers.
INDICATOR_DEPS: list[list[str]] = [
    ["core", "dossier_version"],
    ["core", "payment_version"],
    ["core", "dossier"],
    ["core", "payment_request"],
    ["reference", "unit"],
    ["reference", "procedure"],
    ["reference", "period"],
]
# What every other indicator table adds up.
OWN_COUNTS = [["indicators", "own_count"], ["indicators", "own_payment"], ["reference", "period"]]


def recompute(
    context: dg.AssetExecutionContext, installation: Installation, table: Table
) -> dg.MaterializeResult[None]:
    """Compute `table` for every period; log an event for each other month that changed.

    Raises BalanceError, and keeps the table as it was, if a row does not balance.
    """
    period, calendar = period_of(context, installation), installation.calendar()
    started = time.monotonic()
    with installation.warehouse() as connection:
        change = compute_table(connection, table, context.run.run_id)
        moved = moved_dossiers(connection, context.run.run_id)
        metadata = _metadata(connection, table, period, change)
        others = {
            month: _metadata(connection, table, calendar.month_of(month), change)
            for month in change.months
            if month != period.start
        }
    _log_other_months(context, others)
    for closed in change.closed[:SHOWN_CHANGES]:
        context.log.warning("A closed period changed. %s", closed.sentence)
    if len(change.closed) > SHOWN_CHANGES:
        context.log.warning(
            "A closed period changed. %s more: see ops.revision.",
            counted(len(change.closed) - SHOWN_CHANGES, "row"),
        )
    if change.closed and moved:
        first = change.closed[0]
        context.log.warning(
            "%s changed; FROM explain_change('%s', '%s', DATE '%s') in dossiers.duckdb "
            "lists those that moved the first of these figures.",
            counted(moved, "dossier"),
            first.measure,
            first.period_kind,
            first.period_end,
        )
    elif change.closed:
        context.log.warning(
            "No dossier changed: formulas, settings, units, procedures, holidays or payments did."
        )
    return dg.MaterializeResult(
        metadata={
            **metadata,
            "dagster/row_count": change.row_count,
            "seconds": round(time.monotonic() - started, 3),
        }
    )


def _log_other_months(
    context: dg.AssetExecutionContext, others: dict[date, dict[str, Any]]
) -> None:
    """Log after the commit: an event cannot be taken back."""
    keys = set(PERIODS.get_partition_keys())
    for month, metadata in others.items():
        if month.isoformat() in keys:
            context.log_event(
                dg.AssetMaterialization(
                    asset_key=context.asset_key,
                    partition=month.isoformat(),
                    metadata={**metadata, "moved_by": context.partition_key},
                )
            )


def _metadata(
    connection: duckdb.DuckDBPyConnection, table: Table, period: Period, change: Change
) -> dict[str, Any]:
    """Return what an event says; of figures `by_level` alone tells, where they are read."""
    label, moved = {"period_label": period.label}, {"moved_month_count": len(change.months)}
    if table is not BY_LEVEL:
        return {**label, **moved}
    levels = figures_by_level(connection, period.start)
    if not levels:
        return {**label, "has_figures": False, **moved}
    # What is told first stands at the top of the page.
    return {
        **label,
        "rates": dg.MetadataValue.md(_rates(levels)),
        **numbers(levels["all"]),
        "has_figures": True,
        **moved,
    }


def _rates(levels: dict[str, dict[str, object]]) -> str:
    """Return the rates of each level as a Markdown table, the whole first."""
    rows = [
        [LEVEL_NAMES[level], *(_cell(figures.get(name)) for name in RATE_TABLE)]
        for level, figures in levels.items()
    ]
    return markdown_table(["Cấp / Level", *RATE_TABLE.values()], rows)


def _cell(value: object) -> str:
    """Return a count as 1,234, a rate as 99.05, nothing to divide by as a dash."""
    return "–" if value is None else f"{value:,}"
