"""Layout rows of a list: taken out of its data, counted by kind, totals kept as check values."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assets.engine.common.text import clean
from assets.engine.extract.layout_kind import KeylessRow, layout_kind, stated_rows
from assets.engine.extract.typing_sql import COUNT_TEXTS, TEXTS
from schemas.rows import Kind
from schemas.settings import ANY_TEXT, Export

ROWS = "rows"
_WORKING = (TEXTS, COUNT_TEXTS, "lead_text", "filled_count", "is_broken")


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
        # Records of JSON have no header, and none of them is layout: one without a text is missed.
        kinds = self._kinds(batch) if self.header else {}
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
        kinds: dict[int, str] = {}
        above, last = "", -1
        for position, row in zip(
            positions.tolist(), self._keyless_rows(batch, positions), strict=True
        ):
            above = above if position == last + 1 else ""
            kind = layout_kind(row, self.export.mapped, self.header, above)
            if kind:
                kinds[position] = kind
            above, last = above if kind == "blank" else kind or "", position
        return kinds

    def _keyless_rows(self, batch: pa.Table, positions: np.ndarray) -> list[KeylessRow]:
        mapped = self.export.mapped
        names = [column.name for column in mapped]
        in_file = [name for name in self.header if name in names] or names
        # A note stands in whatever column, in those too in which any text means yes.
        typed = [
            column.name
            for column in mapped
            if column.reading not in ("unit", "name")
            and not any(ANY_TEXT in texts for texts in self._values(column.name))
        ]
        columns = [*dict.fromkeys([TEXTS, "lead_text", "filled_count", *typed])]
        rows = []
        for row in batch.select(columns).take(positions).to_pylist():
            cleaned = {
                name: clean(text or "") for name, text in zip(names, row[TEXTS], strict=True)
            }
            texts = {name: cleaned[name] for name in in_file if cleaned[name]}
            lead = clean(row["lead_text"] or "") or next(iter(texts.values()), "")
            # A title merged over all columns may be a state or a channel, but not the row's.
            merged = lead if cleaned[self.kind.key] == lead else None
            meant = frozenset(
                name for name in typed if row[name] is not None and cleaned[name] != merged
            )
            rows.append(KeylessRow(lead, texts, meant, row["filled_count"]))
        return rows

    def _values(self, column: str) -> Iterable[list[str]]:
        return self.export.values.get(column, {}).values()

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
            sums = _sums(self.kind, above)
            here = {name: self.sums[name] + amount for name, amount in sums.items()}
            stated = {name: row[name] for name in _amounts(self.kind) if row[name] is not None}
            count = stated_rows(row["lead_text"] or "", row[COUNT_TEXTS] or ())
            if count is not None:
                stated[ROWS] = count
            self.totals.append(_Total(row["row_number"], stated, here))

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
