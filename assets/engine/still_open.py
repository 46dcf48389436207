"""Old periods to ask a portal for once more: it would not tell of their dossiers by itself.

Belongs here: which periods these are, by what was published last. Does not belong here: when they
are asked for (`pipelines.schedules`), asking (`collecting`).
"""

from datetime import datetime
from pathlib import Path

import duckdb

from assets.engine.common.calendar import Period
from assets.engine.common.paths import Paths
from assets.engine.portal_journal import read_journal
from assets.engine.settings import load_calendar
from assets.engine.warehouse import sql_file
from schemas.settings import Source
from schemas.tables import quoted

_SQL = Path(__file__).with_name("still_open.sql")


def periods_still_open(paths: Paths, sources: dict[str, Source], closed: Period) -> list[Period]:
    """Return the months before a closed one with dossiers that a portal may have changed since.

    Only of exports whose API knows the day of reception alone: one with `since_param` tells what
    changed, of whatever month. A portal that answered for a month since the close is not asked for
    it again; one that was down then is. Read from the published files, which no run ever locks.
    """
    asked = [
        f"{name}/{export_name}"
        for name, source in sources.items()
        for export_name, export in source.exports.items()
        if source.api and export.api and not export.api.since_param and export.kind == "dossier"
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
    """Say whether a portal was asked for a month since another one's close, and gave all of it."""
    completed = read_journal(paths, source, export, month.key).completed
    if completed is None or not completed.is_whole_period:
        return False
    return datetime.fromisoformat(completed.started_at).date() > closed.end
