"""Units: which unit a cell means.

Belongs here: names, codes and their spellings, zeros that a spreadsheet dropped. Does not belong
here: the units themselves (`data/reference/unit.csv`).
"""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from assets.engine.text import label_key
from assets.engine.text_table import RAW_PREFIX
from schemas.judgement import UNIT_FACTS
from schemas.settings import Export, Source

_RAW = RAW_PREFIX + "unit_code"
# Text that stands for nothing, as `is_empty_text` of the macros.
_EMPTY = ("", "-", "--", "–", "—")


@dataclass(frozen=True)
class UnitLabels:
    """What each label means, by its normal form, and codes by their text without leading zeros."""

    codes: dict[str, str]
    shortened: dict[str, str]

    def code_of(self, text: str | None) -> tuple[str | None, bool]:
        """Return the unit that `text` means, and whether its leading zeros had to be restored."""
        key = label_key(text or "")
        if code := self.codes.get(key):
            return code, False
        code = self.shortened.get(key) if key.isdecimal() else None
        return code, code is not None


def unit_labels(
    connection: duckdb.DuckDBPyConnection, source: Source, export: Export
) -> UnitLabels:
    """Return what the labels of this export mean.

    A name that means two units says nothing: its rows count as unassigned.
    """
    units = connection.execute(
        "SELECT DISTINCT unit_code, unit_name FROM reference.unit"
    ).fetchall()
    codes = {code for code, _ in units}
    labels = [(code, code) for code in codes] if export.units != "name" else []
    if export.units != "code":
        labels += [(code, name) for code, name in units]
        labels += [(code, name) for code, names in source.unit_names.items() for name in names]
    meant: dict[str, set[str]] = {}
    for code, label in labels:
        meant.setdefault(label_key(label), set()).add(code)
    short: dict[str, set[str]] = {}
    for code in codes if export.units != "name" else ():
        if code.isdecimal() and code.startswith("0"):
            short.setdefault(code.lstrip("0"), set()).add(code)
    return UnitLabels(_unambiguous(meant), _unambiguous(short))


def with_units(batch: pa.Table, labels: UnitLabels) -> pa.Table:
    """Replace the raw text of the unit by its code and the facts about it.

    Each spelling is looked up once.
    """
    if "unit_code" not in batch.column_names:
        return batch
    if _RAW not in batch.column_names:
        nothing = pa.array([False] * batch.num_rows, pa.bool_())
        for fact in UNIT_FACTS:
            batch = batch.append_column(fact, nothing)
        return batch
    spelled = batch[_RAW].combine_chunks().dictionary_encode(null_encoding="encode")
    texts = spelled.dictionary.to_pylist()
    meanings = [labels.code_of(text) for text in texts]
    is_empty = [label_key(text or "") in _EMPTY for text in texts]
    facts = {
        "unit_is_missing": is_empty,
        "unit_is_unknown": [
            code is None and not empty for (code, _), empty in zip(meanings, is_empty, strict=True)
        ],
        "unit_code_is_restored": [restored for _, restored in meanings],
    }
    for name in UNIT_FACTS:
        batch = batch.append_column(name, pa.array(facts[name], pa.bool_()).take(spelled.indices))
    codes = pa.array([code for code, _ in meanings], pa.string()).take(spelled.indices)
    position = batch.column_names.index("unit_code")
    return batch.set_column(position, "unit_code", codes).drop_columns([_RAW])


def _unambiguous(meant: dict[str, set[str]]) -> dict[str, str]:
    return {label: codes.pop() for label, codes in meant.items() if len(codes) == 1}
