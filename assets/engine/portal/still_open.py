"""Old periods to ask portals for once more: those with dossiers that may still change."""

from pathlib import Path

import duckdb

from assets.engine.common.calendar import Period
from assets.engine.common.paths import Paths
from assets.engine.portal.checkpoint import read_checkpoint
from assets.engine.settings import load_calendar
from assets.engine.warehouse import sql_file
from schemas.settings import Source
from schemas.tables import quoted

_SQL = Path(__file__).with_name("still_open.sql")


def periods_still_open(paths: Paths, sources: dict[str, Source], closed: Period) -> list[Period]:
    """Return the months before a closed one with dossiers that a portal may have changed since.

    A portal is asked by the day of reception, so no other period tells of them. One that answered
    for a month since the close is not asked for it again; one that was down then is. Read from the
    published files, which no run ever locks.
    """
    asked = [
        f"{name}/{export_name}"
        for name, source in sources.items()
        for export_name, export in source.exports.items()
        if source.api and export.api and export.kind == "dossier"
    ]
    files = {name: paths.published / f"{name}.duckdb" for name in ("motcua", "dossiers")}
    if not asked or not all(file.exists() for file in files.values()):
        return []
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {quoted(str(files['motcua']))} AS figures (READ_ONLY)")
        connection.execute(f"ATTACH {quoted(str(files['dossiers']))} AS dossiers (READ_ONLY)")
        rows = connection.execute(
            sql_file(_SQL), {"asked": asked, "before": closed.start}
        ).fetchall()
    calendar = load_calendar(paths.settings)
    months = {
        month: None
        for day, source, export in rows
        if not _has_answered(paths, source, export, month := calendar.month_of(day), closed)
    }
    return list(months)


def _has_answered(paths: Paths, source: str, export: str, month: Period, closed: Period) -> bool:
    """Say whether a portal gave all of a month since another one's close."""
    completed = read_checkpoint(paths, source, export, month.key).completed
    if completed is None or not completed.is_whole_period:
        return False
    return completed.started_at.date() > closed.end
