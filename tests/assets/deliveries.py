"""Changing delivered files as a portal's correction would: the communes' CSV, cell by cell."""

import csv
import io
from pathlib import Path

import duckdb

from assets.engine.common.paths import Paths

COMMUNE = "dossiers_commune"
CODE = "Mã hồ sơ"
WITHDRAWN = {"Trạng thái": "Công dân yêu cầu rút hồ sơ", "Loại kết quả": "Trả lại/Xin rút"}


def delivered_file(paths: Paths, export: str, key: str) -> Path:
    """Return the one file in the inbox of an export and period."""
    (file,) = (paths.inbox / "xin_man" / export / key).iterdir()
    return file


def read_commune(file: Path) -> list[dict[str, str]]:
    """Return the rows of a communes' file that have as many cells as its header."""
    header, *rows = _records(file)
    return [dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header)]


def correct_commune(file: Path, changes: dict[str, dict[str, str]]) -> None:
    """Write new cells into the rows of some dossiers, by code and header; the rest stays."""
    header, *rows = _records(file)
    found = set()
    for row in rows:
        code = row[header.index(CODE)] if len(row) > 1 else ""
        if code in changes:
            found.add(code)
            for name, text in changes[code].items():
                row[header.index(name)] = text
    assert found == set(changes)
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerows([header, *rows])
    file.write_bytes(b"\xef\xbb\xbf" + buffer.getvalue().encode(errors="surrogateescape"))


def withdraw_one(paths: Paths, key: str) -> None:
    """Withdraw a dossier resolved in a period: one resolved less, one closed more."""
    with duckdb.connect(str(paths.warehouse_file), read_only=True) as connection:
        rows = connection.execute(
            """
            SELECT dossier_code FROM core.dossier
            WHERE delivery_period = $key AND unit_code <> '033' AND state = 'returned'
                AND result_kind = 'result' AND received_date >= $key AND finished_date >= $key
                AND finished_date <= CAST($key AS DATE) + 27
            ORDER BY ALL
            """,
            {"key": key},
        ).fetchall()
    correct_commune(delivered_file(paths, COMMUNE, key), {str(rows[0][0]): WITHDRAWN})


def _records(file: Path) -> list[list[str]]:
    # A list that was cut within a letter keeps its half letter.
    text = file.read_bytes().decode("utf-8-sig", "surrogateescape")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
