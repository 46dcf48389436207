"""Files to send back: each unit's rejected rows with the sentences that say how to repair them.

A file names dossiers by their code, so that the unit finds them; it holds no row of another unit.
"""

import csv
from datetime import date
from pathlib import Path

import duckdb

from assets.engine.common.calendar import Calendar
from assets.engine.common.disk import sync
from assets.engine.common.paths import Paths, private_file, private_folder
from assets.engine.publish.cells import text_cells
from assets.engine.settings import load_calendar
from assets.engine.warehouse import sql_file
from schemas.rows import RULES
from schemas.tables import REPAIRERS

_REJECTED_SQL = Path(__file__).with_name("rejected_by_unit.sql")
HEADER = (
    "Kỳ", "Nguồn", "Loại xuất", "Tệp (SHA-256)", "Phần", "Dòng", "Mã hồ sơ hoặc yêu cầu",
    "Mã hồ sơ", "Quy tắc", "Hình dạng giá trị", "Ai sửa", "Cách sửa", "How to repair",
)  # fmt: skip
UNASSIGNED = "unassigned"
# Spreadsheets with Vietnamese regional settings put a line with commas into one cell.
DELIMITER = ";"


def write_return_files(connection: duckdb.DuckDBPyConnection, paths: Paths) -> dict[str, int]:
    """Write one CSV (`;`, UTF-8 with BOM) a unit; return its rows by unit.

    Rows of which neither the row nor its dossier tells the unit go to `unassigned.csv`. A file
    whose rows are all repaired is removed.
    """
    folder = private_folder(paths.returns)
    for left_by_a_killed_run in folder.glob(".*.building"):
        left_by_a_killed_run.unlink()
    by_unit: dict[str, list[tuple[object, ...]]] = {}
    calendar = load_calendar(paths.settings)
    for unit_code, period, *row in connection.execute(
        sql_file(_REJECTED_SQL), {"unassigned": UNASSIGNED}
    ).fetchall():
        by_unit.setdefault(unit_code, []).append(_line(calendar, period, row))
    for unit_code, rows in by_unit.items():
        building = folder / f".{unit_code}.building"
        with open(building, "x", encoding="utf-8-sig", newline="", opener=private_file) as handle:
            writer = csv.writer(handle, delimiter=DELIMITER)
            writer.writerow(HEADER)
            writer.writerows(map(text_cells, rows))
        # Else a power cut after the rename could leave the name with an empty file behind it.
        sync(building)
        building.replace(folder / f"{unit_code}.csv")
    for file in folder.glob("*.csv"):
        if file.stem not in by_unit:
            file.unlink()
    sync(folder)
    return {unit_code: len(rows) for unit_code, rows in sorted(by_unit.items())}


def _line(calendar: Calendar, period: date, row: list[object]) -> tuple[object, ...]:
    *place, rule_id, found = row
    rule = RULES[str(rule_id)]
    return (
        calendar.month_of(period).label, *place, rule_id, found,
        REPAIRERS[rule.repairer], rule.vi, rule.en,
    )  # fmt: skip
