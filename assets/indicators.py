"""Layer indicators: counts and rates by period; the formulas stand in `engine/indicators/*.sql`."""

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
import duckdb

from assets.checks import PERIOD_WHOLE, period_whole, period_whole_spec
from assets.engine.common.calendar import Calendar, Period, local_now
from assets.engine.common.messages import counted
from assets.engine.indicators import (
    Change,
    compute_table,
    count_dossiers,
    count_payments,
    figures_by_level,
    moved_dossiers,
    sum_payments,
)
from assets.metadata import markdown_table, numbers, selected, table_key, table_spec
from assets.partitions import SINGLE_RUN, Partitions, periods_of
from assets.resources import Installation
from schemas.tables import (
    BY_LEVEL,
    BY_LEVEL_CURRENT,
    BY_UNIT,
    BY_UNIT_CURRENT,
    BY_UNIT_FIELD,
    BY_UNIT_FIRST_DUE,
    BY_UNIT_PROCEDURE,
    DOSSIER,
    DOSSIER_VERSION,
    FORM_06A,
    OWN_COUNT,
    OWN_PAYMENT,
    PAYMENT_REQUEST,
    PAYMENT_SUM,
    PAYMENT_VERSION,
    PERIOD,
    PROCEDURE,
    PROCESSING_TIME,
    UNIT,
    UNIT_SUCCESSION,
    WORKING_DAY,
    Table,
)

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

COUNTED = (DOSSIER, PAYMENT_REQUEST, UNIT, PROCEDURE, PERIOD)
# What every other indicator table adds up.
OWN_COUNTS = (OWN_COUNT, OWN_PAYMENT, PERIOD)
# Each table with what else it is made of, in the order in which they are made: the coarsest first,
# for what it says of a closed period the finer ones repeat for each unit.
TABLES = {
    BY_LEVEL: (UNIT,),
    BY_UNIT: (UNIT,),
    BY_UNIT_FIELD: (),
    BY_UNIT_PROCEDURE: (),
    FORM_06A: (UNIT,),
    BY_UNIT_FIRST_DUE: (UNIT,),
    PROCESSING_TIME: (DOSSIER, WORKING_DAY),
    BY_UNIT_CURRENT: (UNIT, UNIT_SUCCESSION),
    BY_LEVEL_CURRENT: (UNIT, UNIT_SUCCESSION),
}
# What an operator reads period by period; the other tables hold every period anyway.
BY_PERIOD = (BY_LEVEL, BY_UNIT)
# Dagster spreads a backfill's periods through partitioned parents only, never through a register.
PARTITIONED_PARENTS = (DOSSIER_VERSION, PAYMENT_VERSION)


class Counting(dg.Config):  # type: ignore[misc,unused-ignore]
    """How to count: only what changed, or every period anew from the whole register."""

    anew: bool = False


def _specs(partitions: Partitions) -> Iterator[dg.AssetSpec]:
    for table in (OWN_COUNT, OWN_PAYMENT):
        yield table_spec(table, "duckdb", "sql", deps=COUNTED)
    for table, others in TABLES.items():
        deps = (*OWN_COUNTS, *others)
        if table in BY_PERIOD:
            deps = (*deps, *PARTITIONED_PARENTS)
        periods = partitions if table in BY_PERIOD else None
        yield table_spec(table, "duckdb", "sql", partitions_def=periods, deps=deps)
    yield table_spec(PAYMENT_SUM, "duckdb", "sql", deps=(DOSSIER, PAYMENT_REQUEST, PERIOD))


def indicator_assets(partitions: Partitions) -> list[dg.AssetsDefinition]:
    """Return the step of this layer."""
    step = dg.multi_asset(
        name="indicators",
        specs=list(_specs(partitions)),
        check_specs=[period_whole_spec(partitions)],
        can_subset=True,
        backfill_policy=SINGLE_RUN,
    )
    return [step(indicators)]


def indicators(
    context: dg.AssetExecutionContext, installation: Installation, config: Counting
) -> Iterator[dg.MaterializeResult[None] | dg.Output[None] | dg.AssetCheckEvaluation]:
    """Count, then compute the run's periods and every other one whose own counts changed.

    Raises BalanceError, and keeps a table as it was, if a row does not balance.
    """
    with installation.warehouse() as connection:
        installation.make_whole(connection, context.log.warning)
        for table in selected(context, (OWN_COUNT, OWN_PAYMENT)):
            changed = (
                count_dossiers(connection, context.run.run_id, anew=config.anew)
                if table is OWN_COUNT
                else count_payments(connection)
            )
            context.log.info("counted %s: %s", table.name, counted(changed, "changed row"))
            yield dg.MaterializeResult(
                asset_key=table_key(table), metadata={"changed_row_count": changed}
            )
        has_warned = False
        for table in selected(context, TABLES):
            started = time.monotonic()
            change = compute_table(connection, table, context.run.run_id)
            if change.closed:
                _warn(context, change, moved_dossiers(connection, context.run.run_id),
                      is_repeated=has_warned)  # fmt: skip
                has_warned = True
            yield _result(
                context, connection, installation.calendar(),
                table=table, change=change, seconds=time.monotonic() - started,
            )  # fmt: skip
        if selected(context, [PAYMENT_SUM]):
            rows = sum_payments(connection)
            yield dg.MaterializeResult(
                asset_key=table_key(PAYMENT_SUM), metadata={"dagster/row_count": rows}
            )
        if PERIOD_WHOLE in context.selected_asset_check_keys:
            yield from period_whole(connection, installation.calendar(), context.run)


def _warn(
    context: dg.AssetExecutionContext, change: Change, moved: int, *, is_repeated: bool
) -> None:
    """Warn of closed periods that changed; what a finer table repeats is for the debug log."""
    log = context.log.debug if is_repeated else context.log.warning
    for closed in change.closed[:SHOWN_CHANGES]:
        log("A closed period changed. %s", closed.sentence)
    if len(change.closed) > SHOWN_CHANGES:
        log(
            "A closed period changed. %s more: see ops.revision.",
            counted(len(change.closed) - SHOWN_CHANGES, "row"),
        )
    if moved:
        first = change.closed[0]
        log(
            "%s changed; FROM explain_change('%s', '%s', DATE '%s') in dossiers.duckdb "
            "lists those that moved the first of these figures.",
            counted(moved, "dossier"),
            first.measure,
            first.period_kind,
            first.period_end,
        )
    else:
        log(
            "No dossier changed: formulas, settings, units, procedures, holidays, payments or "
            "deliveries left behind did."
        )


def _result(
    context: dg.AssetExecutionContext,
    connection: duckdb.DuckDBPyConnection,
    calendar: Calendar,
    *,
    table: Table,
    change: Change,
    seconds: float,
) -> dg.MaterializeResult[None]:
    """Return the event of a table; one of each period that changed, if it is read by period."""
    key = table_key(table)
    metadata: dict[str, Any] = {"moved_month_count": len(change.months)}
    own = {"dagster/row_count": change.row_count, "seconds": round(seconds, 3)}
    if table not in BY_PERIOD:
        return dg.MaterializeResult(asset_key=key, metadata=metadata | own)
    periods = periods_of(calendar, context.run)
    for period in periods:
        event = _of_period(connection, table, period) | metadata | own
        context.add_asset_metadata(event, asset_key=key, partition_key=period.key)
    today = local_now().date()
    moved_by = {"moved_by": ", ".join(period.key for period in periods)}
    for month in map(calendar.month_of, change.months):
        if month not in periods and calendar.first_period <= month.start <= today:
            # After the commit: an event cannot be taken back.
            event = _of_period(connection, table, month) | metadata | moved_by
            context.log_event(
                dg.AssetMaterialization(asset_key=key, partition=month.key, metadata=event)
            )
    return dg.MaterializeResult(asset_key=key)


def _of_period(
    connection: duckdb.DuckDBPyConnection, table: Table, period: Period
) -> dict[str, Any]:
    """Return what an event says; of figures `by_level` alone tells, where they are read."""
    label = {"period_label": period.label}
    if table is not BY_LEVEL:
        return label
    levels = figures_by_level(connection, period.start)
    if not levels:
        return {**label, "has_figures": False}
    # What is told first stands at the top of the page.
    return {
        **label,
        "rates": dg.MetadataValue.md(_rates(levels)),
        **numbers(levels["all"]),
        "has_figures": True,
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
