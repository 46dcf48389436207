"""What readers may ask of the published files: views and table macros, with their meaning.

Belongs here: the statements that create them. Does not belong here: their SQL
(`assets/indicators/sql`) and writing the files (`publish`).
"""

from assets.engine.indicator_sql import (
    as_reported_sql,
    change_sql,
    explain_sql,
    figure_change_sql,
)
from assets.engine.warehouse import calendar_sql
from schemas.columns import quoted
from schemas.indicator_tables import FIGURE_CHANGE


def for_motcua() -> list[str]:
    """Return the statements for `motcua.duckdb`: `ops.as_reported`, `ops.figure_change`."""
    return [
        f"CREATE MACRO ops.as_reported(asked_table, asked_at) AS TABLE {as_reported_sql()}",
        _meaning(
            "ops.as_reported",
            "Số liệu như đã công bố: tên bảng, thời điểm",
            "Figures as reported: name of a table of measures, a moment",
        ),
        f"CREATE VIEW ops.figure_change AS {figure_change_sql()}",
        *FIGURE_CHANGE.comment_sql(kind="VIEW"),
    ]


def for_dossiers() -> list[str]:
    """Return the statements for `dossiers.duckdb`: `explain`, `explain_change`, the calendar."""
    return [
        calendar_sql(),
        "CREATE MACRO explain(asked_measure, asked_kind, asked_end, asked_unit := NULL, "
        f"asked_scope := 'subtree') AS TABLE {explain_sql()}",
        _meaning(
            "explain",
            "Hồ sơ đứng sau một con số: chỉ tiêu, loại kỳ, ngày cuối kỳ, đơn vị, phạm vi",
            "Dossiers behind a figure: measure, period_kind, period_end, unit_code, scope",
        ),
        "CREATE MACRO explain_change(asked_measure, asked_kind, asked_end) AS TABLE "
        f"{change_sql()}",
        _meaning(
            "explain_change",
            "Hồ sơ làm thay đổi một con số: chỉ tiêu, loại kỳ, ngày cuối kỳ",
            "Dossiers that changed a figure: measure, period_kind, period_end",
        ),
    ]


def _meaning(macro: str, vi: str, en: str) -> str:
    return f"COMMENT ON MACRO TABLE {macro} IS {quoted(f'{vi} | {en}')}"
