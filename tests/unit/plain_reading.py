"""A delimited list of dossiers read in plain Python: what the engine should make of it.

Belongs here: rows, rules and duplicates by their definitions. It shares no code with the engine.
"""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from tests.unit.deliveries import COMMUNE_HEADERS

STATES = {"đang xử lý": "in_process", "đã xử lý xong": "finished", "mới đăng ký": "new"}
CHANNELS = {"trực tuyến": "online", "trực tiếp": "direct"}
DATES = [name for name in COMMUNE_HEADERS if name.endswith("_date")]
_CODE = re.compile(r"000\.06\.33\.H22-230105-\d{4}")
_DAY = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})( \d\d:\d\d:\d\d)?")


@dataclass
class Outcome:
    """What became of the rows: numbers with codes, numbers with rules, and how many others."""

    accepted: set[tuple[int, str]] = field(default_factory=set)
    rejected: set[tuple[int, str]] = field(default_factory=set)
    duplicates: int = 0
    layout: int = 0
    read: int = 0


def read(text: str) -> Outcome:
    outcome = Outcome()
    seen = set()
    for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=";"), 1):
        if number == 1 or not cells:
            continue
        if len(cells) != len(COMMUNE_HEADERS):
            outcome.read += 1
            outcome.rejected.add((number, "column_count"))
            continue
        row = dict(zip(COMMUNE_HEADERS, (_plain(cell) for cell in cells), strict=True))
        mapped = {name: text for name, text in row.items() if name not in ("number", "person")}
        if not any(mapped.values()):
            outcome.layout += 1
            continue
        outcome.read += 1
        values, broken = _judge(mapped)
        if broken:
            outcome.rejected |= {(number, rule) for rule in broken}
        elif values in seen:
            outcome.duplicates += 1
        else:
            seen.add(values)
            outcome.accepted.add((number, values[0]))
    return outcome


def _judge(row: dict[str, str]) -> tuple[tuple[str, ...], set[str]]:
    broken = set()
    code = row["dossier_code"].replace(" ", "").upper()
    if not _CODE.fullmatch(code):
        broken.add(f"dossier_code_{'unreadable' if code else 'missing'}")
    state = STATES.get(row["state"].casefold(), "")
    if not state:
        broken.add(f"state_{'unknown' if row['state'] else 'missing'}")
    channel = CHANNELS.get(row["channel"].casefold(), "")
    if row["channel"] and not channel:
        broken.add("channel_unknown")
    days = []
    for name in DATES:
        day = _day(row[name])
        days.append(str(day))
        if row[name] and day is None:
            broken.add(f"{name}_unreadable")
    return (code, state, channel, row["unit_code"].casefold(), *days), broken


def _plain(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFC", cell).replace("\u200b", " ").split())


def _day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        return None
