"""A manifest from before its lines had typed fields for what a portal delivers.

A whole period was named `api.json` and a delivery of changes `since-<time>.json`; the file's time
was the moment at which the portal was asked, and the day before it the last one covered. Bytes
stay as they are.
"""

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from assets.engine.common.calendar import Calendar
from assets.engine.common.disk import write_whole
from assets.engine.common.errors import WarehouseError
from assets.engine.settings import load_calendar

Line = dict[str, Any]
_CHANGES = re.compile(r"since-\d{8}T\d{6}\.json")
# In a line that takes a delivery back: when that was.
WITHDRAWN = "withdrawn_at"
_TEXTS = ("source", "export", "period", "name", "sha256")
_NEEDED = {*_TEXTS, "size", "modified_at", "collected_at"}
_MAY_LACK = {"scope", "asked_at", "covers_to", WITHDRAWN}


def convert_manifest(file: Path, settings: Path) -> None:
    """Rewrite a manifest without typed fields; one that has them stays as it is."""
    if not file.exists():
        return
    with file.open("rb") as manifest:
        first = whole_lines(manifest.readline())
    if first and not _has_fields(first):
        lines = with_fields(whole_lines(file.read_bytes()), settings)
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        write_whole(file, text.encode("utf-8", "surrogateescape"))


def whole_lines(content: bytes) -> list[Line]:
    """Return the lines of a manifest; one that a power cut left unfinished is no delivery."""
    *whole, _ = content.decode("utf-8", "surrogateescape").split("\n")
    lines = []
    for number, line in enumerate(whole, start=1):
        try:
            lines.append(_checked(json.loads(line)))
        except (ValueError, TypeError, AttributeError):
            raise WarehouseError(
                "Reading raw/manifest.jsonl", f"a damaged line, number {number:,}",
                "a line of JSON a delivery",
                "Restore a back-up (make restore), or bring this file back from one.",
            ) from None  # fmt: skip
    return lines


def _checked(line: Line) -> Line:
    """Return a line that is one of a delivery; ValueError, TypeError or AttributeError if not."""
    is_known = line.keys() >= _NEEDED and line.keys() <= _NEEDED | _MAY_LACK
    if not is_known or line.get("scope") not in (None, "whole", "changes"):
        raise ValueError
    if not all(isinstance(line[name], str) for name in _TEXTS) or not isinstance(line["size"], int):
        raise TypeError
    date.fromisoformat(line["period"])
    for name in ("modified_at", "collected_at", "asked_at", WITHDRAWN):
        is_empty = name not in _NEEDED and line.get(name) is None
        if not is_empty and datetime.fromisoformat(line[name]).tzinfo is None:
            raise ValueError
    if line.get("covers_to") is not None:
        date.fromisoformat(line["covers_to"])
    return line


def with_fields(lines: list[Line], settings: Path) -> list[Line]:
    """Return lines with the typed fields, derived by an installation's calendar where missing."""
    if _has_fields(lines):
        return lines
    calendar = load_calendar(settings)
    return [_converted(line, calendar) for line in lines]


def _has_fields(lines: list[Line]) -> bool:
    """Return whether lines have the typed fields: a manifest is converted as a whole."""
    return all("scope" in line for line in lines[:1])


def _converted(line: Line, calendar: Calendar) -> Line:
    name = line["name"]
    scope = "whole" if name == "api.json" else "changes" if _CHANGES.fullmatch(name) else None
    if scope is None:
        return line | {"scope": None, "asked_at": None, "covers_to": None}
    month = calendar.month_of(date.fromisoformat(line["period"]))
    written = datetime.fromisoformat(line["modified_at"]).date()
    if written <= month.start:
        # A clock that was wrong gave it a day before the period began.
        written = datetime.fromisoformat(line["collected_at"]).date()
    covers_to = min(month.end, written - timedelta(days=1))
    fields = {"scope": scope, "asked_at": line["modified_at"], "covers_to": covers_to.isoformat()}
    return line | fields
