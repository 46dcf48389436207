"""Old periods to ask a portal for once more: it would not tell of their dossiers by itself.

Belongs here: which periods these are, by what was published last. Does not belong here: when they
are asked for (`pipelines.schedules`), asking (`collecting`).
"""

from datetime import date

import duckdb

from assets.engine.paths import Paths
from assets.engine.periods import Period, month_of
from assets.engine.warehouse import ENGINE_SQL, sql_file
from schemas.columns import quoted
from schemas.settings import Source


def periods_still_open(paths: Paths, sources: dict[str, Source], before: date) -> list[Period]:
    """Return the months before a day with dossiers that a portal may have closed since.

    Only of exports whose API knows the day of reception alone: one with `since_param` tells what
    changed, of whatever month. Read from the published files, which no run ever locks.
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
            sql_file(ENGINE_SQL / "still_open.sql"), {"asked": asked, "before": before}
        ).fetchall()
    return [month_of(day) for (day,) in rows]
