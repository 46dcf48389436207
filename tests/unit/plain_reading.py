"""A list of dossiers or payments read in plain Python: what the engine should make of it.

It shares no code with the engine; settings and units are read as data.
"""

import csv
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.support import SETTINGS

# Of the period of every generated list.
LAST_DAY = "2023-01-14"

Value = str | int | bool | date | None
Values = tuple[Value, ...]
Texts = dict[str, str]

# What each column holds, in the order of the tables of the warehouse.
COLUMNS = {
    "dossiers_commune": {
        "dossier_code": "dossier", "procedure_code": "procedure", "unit_code": "unit",
        "channel": "value", "submitted_date": "date", "received_date": "date", "due_date": "date",
        "supplement_requested_date": "date", "finished_date": "date", "returned_date": "date",
        "refused_date": "date", "result_kind": "value", "has_digitised_input": "flag",
        "has_reused_input": "flag", "has_e_result": "flag", "state": "value",
    },
    "payments": {
        "request_code": "request", "dossier_code": "dossier", "requested_date": "date",
        "collected_date": "date", "fee_amount": "amount", "charge_amount": "amount",
        "amount": "amount", "method": "value", "collection": "value", "state": "value",
    },
}  # fmt: skip
KEYS = {"dossiers_commune": "dossier_code", "payments": "request_code"}
NEEDED = {
    "dossiers_commune": ("dossier_code", "state"),
    "payments": ("request_code", "dossier_code", "amount", "state"),
}
_BLANKS = re.compile("[\\s\u00a0\u200b-\u200d\u2060\ufeff]+")
_NOTHING = ("", "-", "--", "–", "—")
_CODES = {
    "dossier": re.compile(r"(\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(\.\d{1,4}){0,3}-\d{6}-\d{4,7}"),
    "request": re.compile(r"[A-Z][A-Z0-9]*([-._/][A-Z0-9]+)*[-._/][A-Z0-9]*\d[A-Z0-9]*"),
}
_DAY = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})( \d\d?:\d\d:\d\d)?")
_COLUMN_NUMBER = re.compile(r"\d{1,2}|\(\d{1,2}\)")
_COUNT = re.compile(r"(\d{1,9}|\d{1,3}([.,]\d{3}){1,2})( hồ sơ)?", re.IGNORECASE)
_LABEL_COUNT = re.compile(r": (\d+) hồ sơ$", re.IGNORECASE)
_NO_DAYS = (date(1, 1, 1), date(1900, 1, 1), date(1970, 1, 1))


@dataclass
class Outcome:
    """What became of the rows of a list, by their numbers in the file.

    `checks` are what totals rows state beside what the rows give: row, column, stated, counted.
    """

    accepted: dict[int, Values] = field(default_factory=dict)
    rejected: set[tuple[int, str]] = field(default_factory=set)
    checks: set[tuple[int, str, int, int]] = field(default_factory=set)
    layout: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    read: int = 0


def read(
    rows: Sequence[Sequence[str]], export: str, header: Mapping[str, str], *, is_grid: bool
) -> Outcome:
    """Return what should become of `rows`; `header` is the text over each column.

    Where all cells of a row are known (`is_grid`), missing ones are empty; else a row of another
    length than the header is broken.
    """
    reading = _Reading(export, header, is_grid)
    body = next(n for n, cells in enumerate(rows, 1) if list(cells) == [*header.values()])
    for number, cells in enumerate(rows[body:], body + 1):
        if not is_grid and not cells:
            continue
        if not is_grid and len(cells) != len(header):
            reading.outcome.read += 1
            reading.outcome.rejected.add((number, "column_count"))
        else:
            reading.take(number, [plain(cell) for cell in cells])
    reading.finish()
    return reading.outcome


class _Reading:
    def __init__(self, export: str, header: Mapping[str, str], is_grid: bool) -> None:
        self.export, self.header, self.is_grid = export, header, is_grid
        self.columns = COLUMNS[export]
        self.outcome = Outcome()
        self.seen: set[Values] = set()
        self.groups_behind = 0
        # The rows of data so far: how many, and the sum of each column of money.
        self.sums: Counter[str] = Counter()
        self.totals: list[tuple[int, dict[str, int], Counter[str]]] = []

    def take(self, number: int, cells: list[str]) -> None:
        cells += [""] * (len(self.header) - len(cells))
        row = dict(zip(self.header, cells, strict=True))
        texts = {name: row[name] for name in self.columns}
        typed = {name: typed_value(self.export, name, text) for name, text in texts.items()}
        kind = None
        if typed[KEYS[self.export]] is None:
            kind = self._layout_kind(cells, texts, typed)
        if kind:
            self.outcome.layout[kind] += 1
            self.groups_behind += kind == "group"
            if kind == "total":
                self.totals.append((number, self._stated(row, typed), self.sums.copy()))
            return
        self.groups_behind = 0
        self.sums["rows"] += 1
        for name, kind_of in self.columns.items():
            amount = typed[name]
            if kind_of == "amount" and isinstance(amount, int):
                self.sums[name] += amount
        self._judge(number, texts, typed)

    def _layout_kind(self, cells: list[str], texts: Texts, typed: dict[str, Value]) -> str | None:
        found = [cell for cell in cells if cell]
        if not found:
            return "blank"
        lead = found[0]
        mapped = {name: text for name, text in texts.items() if text}
        needed = [name for name in NEEDED[self.export] if self.columns[name] != "amount"]
        if sum(_label(text) == _label(self.header[name]) for name, text in mapped.items()) >= 2:
            return "repeated_header"
        says = {self.columns[name] for name, value in typed.items() if value is not None}
        # A totals row may count in the column of the state, which numbers no column then.
        is_total = re.match(r"(tổng|cộng)\b", _label(lead))
        if is_total and typed["state"] is None and not says & {"dossier", "request", "date"}:
            return "total"
        if all(_COLUMN_NUMBER.fullmatch(text) for text in mapped.values()) and any(
            texts[name] for name in needed
        ):
            return "column_numbers"
        if says & {"date", "value", "flag", "amount"}:
            return None
        others = {name: text for name, text in mapped.items() if text != lead}
        titles = [text for name, text in others.items() if name in needed]
        is_short = len(set(found)) <= 3 if self.is_grid else len(others) == len(titles)
        is_title = len(titles) <= 1 and not any(re.search(r"\d", text) for text in titles)
        return "group" if is_short and is_title else None

    def _stated(self, row: Texts, typed: dict[str, Value]) -> dict[str, int]:
        stated = {
            name: value
            for name, value in typed.items()
            if self.columns[name] == "amount" and isinstance(value, int)
        }
        # Of text only the mapped cells, the second and the last are ever read.
        cells = list(row)
        read = cells if self.is_grid else [cells[1], *self.columns, cells[-1]]
        counts = [row[name] for name in read if self.columns.get(name) != "amount"]
        counts += _LABEL_COUNT.findall(next(text for text in row.values() if text))
        count = next((text for text in counts if _COUNT.fullmatch(text)), None)
        return stated | ({"rows": int(re.sub(r"\D", "", count))} if count else {})

    def _judge(self, number: int, texts: Texts, typed: dict[str, Value]) -> None:
        outcome = self.outcome
        outcome.read += 1
        broken = set()
        for name, kind in self.columns.items():
            is_missing = texts[name] in _NOTHING
            if is_missing and name in NEEDED[self.export]:
                broken.add(f"{name}_missing")
            elif not is_missing and kind != "unit" and typed[name] is None:
                broken.add(f"{name}_{'unknown' if kind in ('value', 'flag') else 'unreadable'}")
        # A day that says "none" could be read.
        days = {name: None if typed[name] in _NO_DAYS else typed[name] for name in typed}
        if self.export == "payments":
            broken |= self._payment_faults(days, broken)
        values = tuple(days.values())
        if broken:
            outcome.rejected |= {(number, rule) for rule in broken}
        elif values in self.seen:
            outcome.duplicates += 1
        else:
            self.seen.add(values)
            outcome.accepted[number] = values

    def _payment_faults(self, row: dict[str, Value], broken: set[str]) -> set[str]:
        faults = set()
        is_dated = row["collected_date"] is not None or "collected_date_unreadable" in broken
        if row["state"] == "paid" and not is_dated:
            faults.add("collected_date_missing")
        amount = row["amount"]
        is_known = row["state"] is not None and row["state"] != "refunded"
        if isinstance(amount, int) and amount < 0 and is_known:
            faults.add("amount_negative")
        return faults

    def finish(self) -> None:
        """Call the groups behind the last row of data signatures; compare totals with rows."""
        self.outcome.layout["group"] -= self.groups_behind
        self.outcome.layout["signature"] += self.groups_behind
        self.outcome.layout = +self.outcome.layout
        before: Counter[str] = Counter()
        for place, (number, stated, above) in enumerate(self.totals):
            # The last one, or one above all rows, speaks of the whole list.
            is_whole = place == len(self.totals) - 1 or not above["rows"]
            counted = {n: self.sums[n] if is_whole else above[n] - before[n] for n in stated}
            self.outcome.checks |= {(number, n, stated[n], counted[n]) for n in stated}
            before = above


def plain(cell: str) -> str:
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", cell)).strip()


def _label(text: str) -> str:
    """Return the form in which spellings of one label are equal: case, đ, the tone's place."""
    folded = plain(text).lower().replace("ð", "đ")
    # hoà is hòa, huỷ is hủy: the tone of the second vowel goes to the first.
    parted = unicodedata.normalize("NFD", folded)
    moved = re.sub("(o(?=[ae])|u(?=y))([aey])([\u0300\u0301\u0303\u0309\u0323])", r"\1\3\2", parted)
    return unicodedata.normalize("NFC", moved)


def typed_value(export: str, name: str, text: str) -> Value:
    """Return what a text of a column says; None if that is nothing or cannot be read."""
    kind = COLUMNS[export][name]
    if text in _NOTHING:
        return None
    if kind in ("value", "flag"):
        return _VALUES[export][name].get(_label(text))
    if kind == "unit":
        return _UNITS.get(_label(text))
    if kind in _CODES:
        code = text.replace(" ", "").upper()
        return code if _CODES[kind].fullmatch(code) else None
    return {"date": _day, "amount": _amount, "procedure": _procedure}[kind](text)


def _procedure(text: str) -> str | None:
    code = text.replace(" ", "").upper()
    if re.fullmatch(r"[1-9]\.\d{6}(\.000\.00\.00\.H22)?", code):
        return code[:8]
    if re.fullmatch(r"[1-9]\.\d{1,5}", code):
        return code.ljust(8, "0")
    if re.fullmatch(r"[1-9]\d{6}", code):
        return f"{code[0]}.{code[1:]}"
    return text.upper() if re.fullmatch(r"[A-Z]{3}-[A-Z]{3}-\d{6}", text.upper()) else None


def _day(text: str) -> date | None:
    if re.fullmatch(r"\d{5}", text):
        return (
            date(1899, 12, 30) + timedelta(days=int(text)) if 36526 <= int(text) <= 73050 else None
        )
    match = _DAY.fullmatch(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        return None


def _amount(text: str) -> int | None:
    number = re.sub(r" ?(đ|₫|đồng|vnđ|vnd)\.?$", "", text.lower())
    if number in ("miễn phí", "không thu", "không thu phí"):
        return 0
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+", number):
        return int(number.replace(".", ""))
    if match := re.fullmatch(r"(-?(0|[1-9]\d*))([.,]0|,00)?", number):
        return int(match[1])
    return None


def spellings_of(export: str, name: str) -> list[str]:
    """Return the texts that the settings list for a column."""
    return [text for texts in _LISTS[export][name].values() for text in texts]


def _lists() -> dict[str, dict[str, dict[str, list[str]]]]:
    settings = tomllib.loads((SETTINGS / "sources" / "xin_man.toml").read_text(encoding="utf-8"))
    lists = settings["values"]
    return {"dossiers_commune": lists["dossier"], "payments": lists["payment"]}


def _meant(listed: dict[str, list[str]]) -> dict[str, Value]:
    said: dict[str, Value] = {"true": True, "false": False}
    return {
        _label(text): said.get(value, value) for value, texts in listed.items() for text in texts
    }


def _units() -> dict[str, str]:
    """Return what codes and names mean in the lists' period: the last to bear a name has it."""
    text = (SETTINGS / "reference" / "unit.csv").read_text(encoding="utf-8")
    lines = sorted(csv.DictReader(text.splitlines()), key=lambda line: line["valid_from"])
    meant: dict[str, str] = {}
    for line in lines:
        if line["valid_from"] > LAST_DAY:
            continue
        code = line["unit_code"]
        # A spreadsheet takes a code for a number and drops its zeros.
        meant |= {_label(line["unit_name"]): code, code: code, code.lstrip("0"): code}
    return meant


_LISTS, _UNITS = _lists(), _units()
_VALUES = {
    export: {name: _meant(listed) for name, listed in lists.items()}
    for export, lists in _LISTS.items()
}
