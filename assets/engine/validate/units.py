"""Units: which unit a cell means."""

from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from assets.engine.common.text import EMPTY_TEXTS, label_key
from assets.engine.extract import RAW_PREFIX
from schemas.rows import UNIT_FACTS
from schemas.settings import Export, Source

_RAW = RAW_PREFIX + "unit_code"


@dataclass(frozen=True)
class UnitLabels:
    """What each label means, by its normal form, and codes by their text without leading zeros.

    `moved` are the names that went from one unit to another within the days that a list covers.
    """

    codes: dict[str, str]
    shortened: dict[str, str]
    moved: frozenset[str] = frozenset()

    def code_of(self, text: str | None) -> tuple[str | None, bool]:
        """Return the unit that `text` means, and whether its leading zeros had to be restored."""
        key = label_key(text or "")
        if code := self.codes.get(key):
            return code, False
        code = self.shortened.get(key) if key.isdecimal() else None
        return code, code is not None


def unit_labels(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    export: Export,
    day: date,
    *,
    since: date | None = None,
    codes_until: date | None = None,
) -> UnitLabels:
    """Return what the labels of this export mean in a list that covers the days until `day`.

    A code means itself if its unit begins at the latest on `codes_until`, the end of the list's
    period: what is listed is there. A name means the unit that bears it on `day`; where none does,
    the one that bore it last before: dossiers of an abolished commune stay in the lists. Names
    that are given later mean nothing yet, and one that means two units says nothing: its rows
    count as unassigned. One that meant another unit on a day since `since` has moved.

    The days covered decide, not the day of loading: a list says the same whenever it is read. A
    list of an old period that a portal writes with today's names is therefore read as of old; where
    the name went to another unit, have the portal write codes. A dossier received before a change
    and listed after it belongs to the unit that the list names, for that one handles it now.
    """
    has_names = export.units != "code"
    names = bearers_of_names(connection, source, day) if has_names else {}
    moved = _moved(connection, source, names, since or day, day) if has_names else frozenset()
    codes: list[str] = []
    if export.units != "name":
        rows = connection.execute(
            "SELECT DISTINCT unit_code FROM reference.unit WHERE valid_from <= ?",
            [codes_until or day],
        ).fetchall()
        codes = [code for (code,) in rows]
    short: dict[str, set[str]] = {}
    for code in codes:
        names.setdefault(label_key(code), set()).add(code)
        if code.isdecimal() and code.startswith("0"):
            short.setdefault(code.lstrip("0"), set()).add(code)
    return UnitLabels(_unambiguous(names), _unambiguous(short), moved)


def _moved(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    names: dict[str, set[str]],
    since: date,
    day: date,
) -> frozenset[str]:
    """Return which of the names on `day` meant another unit on a day since `since`."""
    changes = connection.execute(
        "SELECT DISTINCT valid_from FROM reference.unit WHERE valid_from > ? AND valid_from <= ?",
        [since, day],
    ).fetchall()
    if not changes:
        return frozenset()
    days = {since, *(first for (first,) in changes)} - {day}
    before = [bearers_of_names(connection, source, other) for other in days]
    return frozenset(
        name
        for name, codes in names.items()
        if any(old.get(name, codes) != codes for old in before)
    )


def bearers_of_names(
    connection: duckdb.DuckDBPyConnection, source: Source, day: date
) -> dict[str, set[str]]:
    """Return the codes of the units that bear each name on `day`, else of the last before it.

    Names are in their normal form, those of `unit_names` among them: they are borne as long as
    the unit's own.
    """
    records = connection.execute(
        "SELECT unit_code, unit_name, valid_from, valid_to FROM reference.unit"
    ).fetchall()
    spans: dict[str, list[tuple[date, date]]] = {}
    borne: dict[str, list[tuple[str, date, date]]] = {}
    for code, name, first, last in records:
        spans.setdefault(code, []).append((first, last))
        borne.setdefault(label_key(name), []).append((code, first, last))
    for code, names in source.unit_names.items():
        for name in names:
            # A code that no record has is told by the settings check.
            borne.setdefault(label_key(name), []).extend(
                (code, first, last) for first, last in spans.get(code, [(date.min, date.max)])
            )
    return {name: codes for name, given in borne.items() if (codes := _bearers(given, day))}


def _bearers(given: list[tuple[str, date, date]], day: date) -> set[str]:
    begun = [(code, min(last, day)) for code, first, last in given if first <= day]
    newest = max((last for _, last in begun), default=None)
    return {code for code, last in begun if last == newest}


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
    is_empty = [label_key(text or "") in EMPTY_TEXTS for text in texts]
    facts = {
        "unit_is_missing": is_empty,
        "unit_is_unknown": [
            code is None and not empty for (code, _), empty in zip(meanings, is_empty, strict=True)
        ],
        "unit_code_is_restored": [restored for _, restored in meanings],
        "unit_name_is_moved": [label_key(text or "") in labels.moved for text in texts],
    }
    for name in UNIT_FACTS:
        batch = batch.append_column(name, pa.array(facts[name], pa.bool_()).take(spelled.indices))
    codes = pa.array([code for code, _ in meanings], pa.string()).take(spelled.indices)
    position = batch.column_names.index("unit_code")
    return batch.set_column(position, "unit_code", codes).drop_columns([_RAW])


def _unambiguous(meant: dict[str, set[str]]) -> dict[str, str]:
    return {label: codes.pop() for label, codes in meant.items() if len(codes) == 1}
