"""Deliveries in which names stand where no name may stand, for one period of the inbox.

All people are invented and marked (`data/sample/sample_people.py`).
"""

import shutil
from pathlib import Path

from assets.engine.common.paths import Paths
from tests.assets.deliveries import COMMUNE, delivered_file

NAMED_FILE = "Lý Thị Mẫu 00001 000990000001.csv"


def write_hostile_files(paths: Paths, key: str) -> int:
    """Write the files beside the sample's own of the period; return how many there are."""
    sample_csv = delivered_file(paths, COMMUNE, key).read_bytes()
    sample_xlsx = delivered_file(paths, "dossiers_district", key)
    sample_html = delivered_file(paths, "payments", key)
    commune = paths.inbox / "xin_man" / COMMUNE / key
    district = paths.inbox / "xin_man" / "dossiers_district" / key
    payments = paths.inbox / "xin_man" / "payments" / key
    header, *rows = sample_csv.split(b"\r\n")
    few, many = rows[:60], rows[:850]
    bad = [variant for row in rows[850:856] for variant in _bad_rows(row)]
    files = {
        # Few enough bad rows to load the file, and so many that it is refused.
        commune / NAMED_FILE: [header, *many, *bad],
        commune / "refused.csv": [header, *few[:5], *bad],
        commune / "stray-quote.csv": [header, *few, *map(_with_stray_quotes, rows[860:864])],
        commune / "open-quote.csv": [header, *few, rows[410].replace(b";", b';"', 9), rows[411]],
        commune / "no-header.csv": few,
        commune / "renamed-column.csv": [header.replace("Trạng thái".encode(), b"X"), *few],
        commune / "latin.csv": [header, *few, b"\xff\xfe" + rows[412]],
    }
    for file, lines in files.items():
        file.write_bytes(b"\r\n".join(lines) + b"\r\n")
    _cut(sample_xlsx, district / "cut.xlsx")
    (district / "text.xlsx").write_bytes(b"PK\x03\x04" + b"\n".join(rows[:40]))
    shutil.copyfile(sample_html, district / "payments-instead.xls")
    html = sample_html.read_text(encoding="utf-8")
    # One cell too many at the start of each row: every text moves one column on.
    moved = html.replace("<tr><td>", "<tr><td></td><td>")
    (payments / "moved.xls").write_text(moved, encoding="utf-8")
    (payments / "cut.xls").write_text(html[: len(html) // 2], encoding="utf-8")
    return len(files) + 5


def _bad_rows(row: bytes) -> list[bytes]:
    """Return a row in the ways a hurried hand or program breaks it."""
    number, code, rest = row.split(b";", 2)
    return [
        b";".join((number, b"", code, rest)),
        b";".join((code, rest, b"")),
        b";".join((number, code, rest, b"Thon", rest.split(b";")[4])),
        b";".join((number, code, rest.replace("ẫ".encode(), "ẫ".encode() + b"\xff", 1))),
        b";".join((number, rest.split(b";")[4], rest)),
    ]


def _with_stray_quotes(row: bytes) -> bytes:
    return row.replace(b";", b';"Xu"an" ', 1)


def _cut(origin: Path, target: Path) -> None:
    content = origin.read_bytes()
    target.write_bytes(content[: len(content) * 2 // 3])
