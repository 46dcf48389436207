"""The periods that have figures: from the first delivery to the data's cut-off."""

from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from assets.engine.common.calendar import Calendar
from assets.engine.warehouse import transaction
from schemas.settings import Statistic
from schemas.tables import FORMULA_VERSION, PERIOD


@dataclass(frozen=True)
class Cutoff:
    """The last day that counts, and the exports that are delivered no further than that.

    `held_back_by` is empty where all exports reach equally far.
    """

    first_period: date | None
    day: date | None
    held_back_by: list[str]


def data_cutoff(
    connection: duckdb.DuckDBPyConnection, exports: set[tuple[str, str]] | None = None
) -> Cutoff:
    """Return the last day that the newest delivery of every export covers; never the clock's.

    `exports` are source and export of today's settings: one that is there no more is delivered no
    more and holds nothing back. None: all that ever delivered.
    """
    rows = connection.execute(
        """
        SELECT source, export, min(delivery_period), max(covers_to) FROM ops.delivery
        WHERE state = 'loaded' AND kind IN ('dossier', 'payment') GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
    if not rows:
        return Cutoff(None, None, [])
    current = [row for row in rows if exports is None or (row[0], row[1]) in exports] or rows
    reached = {f"{source}/{export}": covers_to for source, export, _, covers_to in current}
    day = min(reached.values())
    is_uneven = max(reached.values()) > day
    held_back_by = [name for name, covers_to in reached.items() if covers_to == day]
    return Cutoff(min(row[2] for row in rows), day, held_back_by if is_uneven else [])


def refresh_periods(
    connection: duckdb.DuckDBPyConnection, cutoff: Cutoff, statistic: Statistic
) -> pd.DataFrame:
    """Write `reference.period`: every period from the first delivery to the data's cut-off.

    A row's `cutoff_date` is the last day it counts: the cut-off, at most the period's last day, so
    that a closed period's rows stay as they are. Returns the table.
    """
    rows = expected_periods(cutoff, statistic)
    frame = pd.DataFrame(rows, columns=list(PERIOD.column_names))
    with transaction(connection):
        connection.execute("DELETE FROM reference.period")
        if rows:
            connection.execute("INSERT INTO reference.period BY NAME FROM frame")
    return frame


def expected_periods(cutoff: Cutoff, statistic: Statistic) -> list[tuple[object, ...]]:
    """Return the rows of `reference.period` that deliveries and settings ask for."""
    if cutoff.first_period is None or cutoff.day is None:
        return []
    calendar = Calendar(statistic.days_before)
    return [
        (p.kind, p.start, p.end, p.label, min(p.end, cutoff.day), cutoff.day < p.end,
         statistic.end_basis, statistic.closed_other, FORMULA_VERSION)
        for p in calendar.periods_until(cutoff.first_period, cutoff.day)
    ]  # fmt: skip
