"""Rows that are layout: told from data, counted by kind, totals kept as check values.

Belongs here: page heads repeated, column numbers, group titles, totals, signatures, blank rows.
Does not belong here: the header of a list (`assets.engine.headers`).
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assets.engine.text import clean, label_key
from assets.engine.typing_sql import TEXTS
from schemas.exports import Kind
from schemas.settings import Export

ROWS = "rows"
_TOTAL = re.compile(r"(tổng|cộng)\b")
_COLUMN_NUMBER = re.compile(r"\(?\d{1,2}\)?( ?=.*)?")
_MOST_LAYOUT_CELLS = 3
_WORKING = (TEXTS, "lead_text", "filled_count", "stated_rows", "is_broken")


def layout_kind(
    texts: dict[str, str], row: dict[str, Any], needed: list[str], header: dict[str, list[str]]
) -> str | None:
    """Return the kind of layout that a row without a key is; None if it is data all the same.

    Parameters
    ----------
    texts
        Mapped column to its text, cleaned; empty where there is none.
    row
        `lead_text` and `filled_count` of `assets.engine.text_table`.
    needed
        Columns that every row of data has and no totals row.
    header
        Mapped column to the keys of the texts in its header.
    """
    lead = clean(row["lead_text"] or "")
    filled = {name: text for name, text in texts.items() if text}
    if not filled and not lead:
        return "blank"
    repeated = sum(label_key(text) in header.get(name, ()) for name, text in filled.items())
    if repeated >= min(2, len(needed)):
        return "repeated_header"
    totals = [text for text in (lead, *filled.values()) if _TOTAL.match(label_key(text))]
    stated = {name: text for name, text in filled.items() if text not in (lead, *totals)}
    if totals and not any(name in stated for name in needed):
        return "total"
    if all(_COLUMN_NUMBER.fullmatch(text) for text in filled.values()) and filled:
        return "column_numbers" if any(name in stated for name in needed) else None
    # A title may stand in the column of the key, behind its numeral; it is no code without digits.
    titles = [name for name in stated if name in needed]
    is_title = len(titles) <= 1 and not any(re.search(r"\d", stated[name]) for name in titles)
    count = len(stated) + 1 if row["filled_count"] is None else row["filled_count"]
    few = 1 + len(titles) if row["filled_count"] is None else _MOST_LAYOUT_CELLS
    return "group" if lead and is_title and count <= few else None


@dataclass(frozen=True)
class CheckValue:
    """What a totals row states of a column, and what the rows it speaks of give."""

    row_number: int
    column_name: str
    stated: int
    counted: int


@dataclass
class _Total:
    row_number: int
    stated: dict[str, int]
    above: dict[str, int]


@dataclass
class LayoutLog:
    """The layout rows of one list, while it is read."""

    export: Export
    header: dict[str, list[str]]
    counts: Counter[str] = field(default_factory=Counter)
    sums: Counter[str] = field(default_factory=Counter)
    totals: list[_Total] = field(default_factory=list)
    last_groups: int = 0

    @property
    def kind(self) -> Kind:
        """What a row of data is."""
        return self.export.definition

    def take_out(self, batch: pa.Table) -> pa.Table:
        """Return the rows of data of `batch`; note the others."""
        kinds = self._kinds(batch)
        data = batch
        if kinds:
            is_layout = np.zeros(batch.num_rows, bool)
            is_layout[list(kinds)] = True
            data = batch.filter(pa.array(~is_layout))
            self._note(batch.filter(pa.array(is_layout)), list(kinds.values()), data)
        elif data.num_rows:
            self.last_groups = 0
        for name, amount in _sums(self.kind, data).items():
            self.sums[name] += amount
        return data.drop_columns(list(_WORKING))

    def _kinds(self, batch: pa.Table) -> dict[int, str]:
        """Return the kind of each layout row by its position; only rows without a key can be."""
        positions = np.flatnonzero(pc.is_valid(batch[TEXTS]).to_numpy())
        rows = batch.select([TEXTS, "lead_text", "filled_count"]).take(positions).to_pylist()
        mapped = [column.name for column in self.export.mapped]
        needed = [c.name for c in self.export.mapped if c.needed and c.reading != "amount"]
        kinds = {}
        for position, row in zip(positions.tolist(), rows, strict=True):
            texts = {name: clean(text or "") for name, text in zip(mapped, row[TEXTS], strict=True)}
            if kind := layout_kind(texts, row, needed, self.header):
                kinds[position] = kind
        return kinds

    def _note(self, layout: pa.Table, kinds: list[str], data: pa.Table) -> None:
        self.counts.update(kinds)
        last_data = pc.max(data["row_number"]).as_py() or 0
        numbers = layout["row_number"].to_pylist()
        behind = sum(
            kind == "group" and number > last_data
            for kind, number in zip(kinds, numbers, strict=True)
        )
        self.last_groups = behind if data.num_rows else self.last_groups + behind
        for row in layout.filter(pa.array([kind == "total" for kind in kinds])).to_pylist():
            above = data.filter(pc.less(data["row_number"], row["row_number"]))
            here = Counter(self.sums) + Counter(_sums(self.kind, above))
            stated = {name: row[name] for name in _amounts(self.kind) if row[name] is not None}
            if row["stated_rows"] is not None:
                stated[ROWS] = row["stated_rows"]
            self.totals.append(_Total(row["row_number"], stated, dict(here)))

    def finish(self) -> None:
        """Call the notes below the last row of data signatures, once the list is read."""
        if self.last_groups:
            self.counts["signature"] += self.last_groups
            self.counts["group"] -= self.last_groups
        self.counts = +self.counts

    def check_values(self) -> list[CheckValue]:
        """Return what the totals rows state beside what the rows give.

        The last totals row, or one above all rows, speaks of the whole list; another one of the
        rows since the totals row before it.
        """
        values = []
        before: dict[str, int] = {}
        for number, total in enumerate(self.totals):
            is_whole = number == len(self.totals) - 1 or not total.above.get(ROWS)
            for name, stated in total.stated.items():
                counted = (
                    self.sums[name] if is_whole else total.above.get(name, 0) - before.get(name, 0)
                )
                values.append(CheckValue(total.row_number, name, stated, counted))
            before = total.above
        return values


def _amounts(kind: Kind) -> list[str]:
    return [column.name for column in kind.columns if column.reading == "amount"]


def _sums(kind: Kind, rows: pa.Table) -> dict[str, int]:
    sums = {name: int(pc.sum(rows[name]).as_py() or 0) for name in _amounts(kind)}
    return sums | {ROWS: rows.num_rows}
