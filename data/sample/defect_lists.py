"""Lists of dossiers and payments by header, as the defects of dates, keys and payments need them.

Belongs here: rows by the text of their header, as delimited text, workbook or reply of an
interface. Not here: how a container holds cells (``sample_lists``) and which rows show which
defect (the ``defects_*`` modules).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sample_lists import Cell, Line, csv_text, person, xlsx_bytes

JANUARY, FEBRUARY, MARCH = "2023-01-15", "2023-02-15", "2023-03-15"
CHI_CA, NAN_MA = "UBND xã Chí Cà", "UBND xã Nàn Ma"
DISTRICT = "UBND huyện Xín Mần"
# No export maps the column it stands in.
PERSON = person(1).name

Cells = Mapping[str, Cell]


def code(sequence: int, day: str = "230120") -> str:
    """Return the code of an invented dossier: unit, day of reception, number."""
    return f"000.06.33.H22-{day}-{sequence:04}"


def csv_list(header: Sequence[str], rows: Sequence[Cells], *above: str) -> bytes:
    """Return delimited text: the lines above, the header, and each row's cells by header."""
    titles: list[Line] = [[line, *[""] * (len(header) - 1)] for line in above]
    return csv_text([*titles, *_lines(header, rows)]).encode("utf-8-sig")


def workbook(header: Sequence[str], rows: Sequence[Cells]) -> bytes:
    """Return a workbook: dates as dates, numbers as numbers, texts as texts."""
    return xlsx_bytes([_lines(header, rows)])


def json_list(key: str, records: Sequence[Mapping[str, object]]) -> bytes:
    """Return the records as the array ``key`` of an object, as interfaces reply."""
    reply = {key: records, "totalElements": len(records)}
    return json.dumps(reply, ensure_ascii=False, indent=1).encode() + b"\n"


def _lines(header: Sequence[str], rows: Sequence[Cells]) -> list[Line]:
    return [list(header), *[[row.get(name, "") for name in header] for row in rows]]
