"""Changing delivered files as a portal's correction would: the communes' CSV, cell by cell."""

import csv
import io
from pathlib import Path

from assets.engine.paths import Paths

COMMUNE = "dossiers_commune"
CODE = "Mã hồ sơ"


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
    file.write_bytes(b"\xef\xbb\xbf" + buffer.getvalue().encode())


def _records(file: Path) -> list[list[str]]:
    text = file.read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
