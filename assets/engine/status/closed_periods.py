"""Closed periods that lack a delivery, a part of one, or figures that readers can open."""

from collections.abc import Collection, Iterable
from datetime import date

import duckdb

from assets.engine.common.calendar import Calendar, Period
from assets.engine.common.paths import Paths
from assets.engine.portal import checkpoints
from assets.engine.status.period import period_state
from schemas.tables import quoted

# More labels than this nobody reads in a sentence.
SHOWN = 5


def closed_months(calendar: Calendar, first: date, today: date) -> list[Period]:
    """Return the months from the one that holds `first` on that ended before `today`."""
    months = []
    month = calendar.month_of(first)
    while month.end < today:
        months.append(month)
        month = calendar.next_month(month)
    return months


def delivered_months(connection: duckdb.DuckDBPyConnection) -> set[date]:
    """Return the first days of the months of which a list of dossiers is in force."""
    rows = connection.execute(
        "SELECT DISTINCT delivery_period FROM ops.delivery "
        "WHERE kind = 'dossier' AND state = 'loaded'"
    ).fetchall()
    return {day for (day,) in rows}


def unanswered_months(paths: Paths) -> set[date]:
    """Return the first days of the months of which a portal owes an answer, or the rest of one.

    The run that failed is not enough: a later one that asked no portal may have ended well.
    """
    return {
        date.fromisoformat(period)
        for _, _, period, checkpoint in checkpoints(paths)
        if checkpoint.failed is not None or checkpoint.begun is not None
    }


def partial_months(
    connection: duckdb.DuckDBPyConnection,
    months: list[Period],
    today: date,
    exports: Collection[tuple[str, str]],
) -> set[date]:
    """Return the first days of those months whose lists are not all there, or end too early.

    `exports` are source and export of today's settings; each owes a list of every month from its
    first on. The cut-off of figures does not tell: a list of a later month moves it on.
    """
    rows = connection.execute(
        "SELECT source, export, delivery_period, max(covers_to) FROM ops.delivery "
        "WHERE state = 'loaded' AND kind IN ('dossier', 'payment') GROUP BY ALL"
    ).fetchall()
    reached: dict[tuple[str, str], dict[date, date]] = {}
    for source, export, start, day in rows:
        if (source, export) in exports:
            reached.setdefault((source, export), {})[start] = day
    return {
        month.start
        for month in months
        if not period_state(connection, month, today).is_whole
        or any(
            min(days) <= month.start and days.get(month.start, date.min) < month.end
            for days in reached.values()
        )
    }


def published_months(connection: duckdb.DuckDBPyConnection, paths: Paths) -> set[date]:
    """Return the first days of the months that the published file tells as the warehouse does."""
    file = paths.published / "motcua.duckdb"
    if not file.exists():
        return set()
    connection.execute(f"ATTACH {quoted(str(file))} AS told (READ_ONLY)")
    try:
        rows = connection.execute(
            "(SELECT period_start FROM told.indicators.by_level WHERE period_kind = 'month') "
            "EXCEPT (SELECT period_start FROM "
            "(FROM indicators.by_level EXCEPT FROM told.indicators.by_level) "
            "WHERE period_kind = 'month')"
        ).fetchall()
    finally:
        connection.execute("DETACH told")
    return {day for (day,) in rows}


def period_findings(
    months: list[Period], *,
    failed: set[date], delivered: set[date], unanswered: set[date], partial: set[date],
    published: set[date],
) -> dict[str, list[Period]]:  # fmt: skip
    """Return the months that need a hand, by what is wrong; each stands once."""
    found: dict[str, list[Period]] = {}
    for month in months:
        if month.start in failed:
            found.setdefault("whose last run failed", []).append(month)
        elif month.start not in delivered:
            found.setdefault("without any list of dossiers", []).append(month)
        elif month.start in unanswered:
            found.setdefault("of which a portal did not give all", []).append(month)
        elif month.start in partial:
            found.setdefault(
                "whose lists are refused, miss an export or do not reach its end", []
            ).append(month)
        elif month.start not in published:
            found.setdefault("whose figures are not published", []).append(month)
    return found


def period_sentence(found: dict[str, list[Period]]) -> str:
    """Return what `findings` says, with what to do about it."""
    if not found:
        return "Every closed period is taken in, counted and published."
    said = "; ".join(f"{len(months)} {what}: {_labels(months)}" for what, months in found.items())
    return (
        f"Closed periods: {said}. Deliver what is missing, and run each again by "
        "make period PERIOD=<its first day>, or in the UI by Jobs, nightly, Materialize."
    )


def _labels(months: Iterable[Period]) -> str:
    labels = [month.label for month in months]
    more = f" and {len(labels) - SHOWN} more" if len(labels) > SHOWN else ""
    return ", ".join(labels[:SHOWN]) + more
