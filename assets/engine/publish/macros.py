"""What readers may ask of the published files: views and table macros, with their meaning."""

from assets.engine.common.calendar import Calendar
from assets.engine.indicators import as_reported_sql, change_sql, explain_sql, figure_change_sql
from assets.engine.warehouse import calendar_sql
from schemas.tables import AS_REPORTED, CALENDAR_MACROS, EXPLAIN, EXPLAIN_CHANGE, FIGURE_CHANGE

EXPLAIN_CALL = (
    "explain(asked_measure, asked_kind, asked_end, asked_unit := NULL, asked_scope := 'subtree')"
)
EXPLAIN_CHANGE_CALL = "explain_change(asked_measure, asked_kind, asked_end)"


def for_motcua() -> list[str]:
    """Return the statements for `motcua.duckdb`: `ops.as_reported`, `ops.figure_change`."""
    return [
        f"CREATE MACRO ops.as_reported(asked_table, asked_at) AS TABLE {as_reported_sql()}",
        AS_REPORTED.comment_sql(),
        f"CREATE VIEW ops.figure_change AS {figure_change_sql()}",
        *FIGURE_CHANGE.comment_sql(kind="VIEW"),
    ]


def for_dossiers(calendar: Calendar) -> list[str]:
    """Return the statements for `dossiers.duckdb`: `explain`, `explain_change`, the calendar."""
    return [
        calendar_sql(calendar),
        *(macro.comment_sql() for macro in CALENDAR_MACROS),
        f"CREATE MACRO {EXPLAIN_CALL} AS TABLE {explain_sql()}",
        EXPLAIN.comment_sql(),
        f"CREATE MACRO {EXPLAIN_CHANGE_CALL} AS TABLE {change_sql()}",
        EXPLAIN_CHANGE.comment_sql(),
    ]
