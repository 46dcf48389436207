"""Print the published rates as a table, and which files were refused."""

from datetime import date
from typing import Any

import duckdb

from assets.engine.common.calendar import Period
from assets.engine.common.messages import SHOWN, counted
from assets.engine.common.paths import Paths

SHOWN_RATES = (
    ("on_time_pct", "on time"), ("early_pct", "early"), ("late_pct", "late"),
    ("online_of_total_pct", "online/total"), ("digitised_pct", "digitised"),
    ("online_payment_pct", "paid online"),
)  # fmt: skip
SHOWN_COUNTS = (
    ("total_to_handle_count", "to handle"), ("resolved_count", "resolved"),
    ("pending_count", "pending"), ("pending_overdue_count", "overdue"),
)  # fmt: skip


def print_rejections(
    reader: duckdb.DuckDBPyConnection, paths: Paths, first: Period, last: Period
) -> None:
    """Print which rules rejected the most rows of the periods, and where the rows are."""
    rules = reader.execute(
        "SELECT rule_id, rule_en, CAST(sum(row_count) AS BIGINT) FROM quarantine.summary "
        "WHERE severity = 'reject' AND delivery_period BETWEEN ? AND ? "
        "GROUP BY ALL ORDER BY 3 DESC, 1",
        [first.start, last.start],
    ).fetchall()
    if not rules:
        return
    print("Rejected rows, by the rule that they broke:")
    for rule_id, sentence, count in rules[:SHOWN]:
        print(f"  {count:,} {rule_id}: {sentence}")
    if len(rules) > SHOWN:
        print(f"  and {counted(len(rules) - SHOWN, 'more rule')}")
    print(f"  All rules: quarantine.summary of the published file; the rows: {paths.returns}")


def print_refusals(
    reader: duckdb.DuckDBPyConnection, first: Period, last: Period, replaced: set[str]
) -> None:
    """Print which files are refused; none of them fails a run, for the night goes on.

    In the stead of those of `replaced` an older file of their name is in force.
    """
    refused = reader.execute(
        "SELECT delivery_period, reason, delivery_id FROM ops.delivery "
        "WHERE reason IS NOT NULL AND state <> 'superseded' ORDER BY ALL"
    ).fetchall()
    own = [item for item in refused if first.start <= item[0] <= last.start]
    if own:
        print(f"Refused in {'this period' if first == last else 'these periods'}: {len(own)}")
    for _, reason, delivery_id in own:
        stays = " (an older file of the same name stays in force)"
        print(f"  {reason}{stays if delivery_id in replaced else ''}")
    if len(refused) > len(own):
        print(f"Still refused in other periods: {len(refused) - len(own)} (see ops.delivery)")


def print_rates(
    reader: duckdb.DuckDBPyConnection, period_end: date, period_kinds: tuple[str, ...]
) -> None:
    """Print counts and rates (%) by level of the periods of these kinds that end on a day."""
    shown = SHOWN_COUNTS + SHOWN_RATES
    has_figures = False
    for period_kind in period_kinds:
        rows = reader.execute(
            f"""
            SELECT period_label, is_provisional, unit_level, {", ".join(name for name, _ in shown)}
            FROM indicators.by_level WHERE period_kind = ? AND period_end = ?
            ORDER BY unit_level <> 'all', unit_level
            """,
            [period_kind, period_end],
        ).fetchall()
        if rows:
            has_figures = True
            _print_table([title for _, title in shown], rows)
    if not has_figures:
        cutoff = reader.execute("SELECT max(cutoff_date) FROM reference.period").fetchall()[0][0]
        print(f"No figures for this period: the data reaches to {cutoff or 'no day yet'}.")


def _print_table(titles: list[str], rows: list[tuple[Any, ...]]) -> None:
    print(f"\n{rows[0][0]}{' (provisional)' if rows[0][1] else ''}")
    print(f"{'level':<12}" + "".join(f"{title:>14}" for title in titles))
    for row in rows:
        cells = ["–" if value is None else f"{value:,}" for value in row[3:]]
        print(f"{row[2]:<12}" + "".join(f"{cell:>14}" for cell in cells))
    print()
