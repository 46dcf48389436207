"""One period in one sentence: its files, its rows, how far its figures reach."""

from dataclasses import dataclass
from datetime import date

import duckdb

from assets.engine.common.calendar import Period


@dataclass(frozen=True)
class PeriodState:
    """Whether nothing is left to do for a period, and the sentence that says so."""

    is_whole: bool
    sentence: str


def period_state(connection: duckdb.DuckDBPyConnection, period: Period, today: date) -> PeriodState:
    """Say what came of a period; the figures of one that is not over by `today` may end earlier."""
    files, refused, read, accepted, rejected = connection.execute(
        """
        SELECT count(*) FILTER (state = 'loaded'),
               count(*) FILTER (reason IS NOT NULL AND state <> 'superseded'),
               coalesce(sum(read_count) FILTER (state = 'loaded'), 0),
               coalesce(sum(accepted_count) FILTER (state = 'loaded'), 0),
               coalesce(sum(quarantined_count) FILTER (state = 'loaded'), 0)
        FROM ops.delivery WHERE delivery_period = ?
        """,
        [period.start],
    ).fetchall()[0]
    counted = connection.execute(
        "SELECT cutoff_date FROM reference.period WHERE period_kind = 'month' AND period_start = ?",
        [period.start],
    ).fetchall()
    figures_to = counted[0][0] if counted else None
    is_late = today > period.end and figures_to != period.end
    figures = f"figures to {figures_to:%d/%m/%Y}" if figures_to else "no figures"
    to_do = (
        f". It ended on {period.end:%d/%m/%Y}: deliver the exports that reach no further (the "
        "warning of reference/period names them)"
    )
    return PeriodState(
        bool(files) and not refused and not is_late,
        f"{period.label}: files taken in {files}, refused {refused}; rows taken in {accepted:,} "
        f"of {read:,}, rejected {rejected:,}; {figures}{to_do if is_late else ''}.",
    )
