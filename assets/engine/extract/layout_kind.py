"""Which kind of layout a row is: told from its texts and from what they mean.

A row without a key that holds anything else is a record, which is judged and rejected: what looks
like a record must never vanish.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assets.engine.common.text import clean, label_key
from assets.engine.extract.raw_table import TOTAL, whole_number
from schemas.rows import ExportColumn

_COLUMN_NUMBER = re.compile(r"\(?(\d{1,2}|[A-Z])\)?( ?=.*)?")
_RUNNING_NUMBER = re.compile(r"\(?\d+[.)]?")
_SIGNED_ON = re.compile(r"(^|, ?)ngày .{1,8} tháng .{1,8} năm .{1,8}$")
_SIGNER = re.compile(
    r"(người (lập|tổng hợp|kiểm tra|thống kê|báo cáo|duyệt|ký)|cán bộ|công chức|lãnh đạo"
    r"|kế toán|thủ quỹ|thủ trưởng|(phó )?(chủ tịch|giám đốc|trưởng phòng|chánh văn phòng)"
    r"|(tm|kt|tl|tuq)\.|\(? ?(đã )?ký\b)"
)
_LABEL_COUNT = re.compile(r"\D*: ?(\d[\d.]*)( hồ sơ| dòng| bản ghi)?\.?")
_MOST_LAYOUT_CELLS = 3
# Readings of columns in which a title may stand, behind its numeral.
_TITLE_READINGS = ("code", "procedure_code", "name")


@dataclass(frozen=True)
class KeylessRow:
    """A row without a key, as layout is told from it.

    Attributes
    ----------
    lead
        Text of its first cell that has one, cleaned.
    texts
        Mapped column to its text, cleaned, in the order of the file; no empty ones.
    typed
        Mapped columns whose text means a day, a value, an amount or a code.
    filled_count
        How many different texts the row has; None where not all of it was read.
    """

    lead: str
    texts: dict[str, str]
    typed: frozenset[str]
    filled_count: int | None = None


def layout_kind(
    row: KeylessRow, columns: list[ExportColumn], header: dict[str, list[str]], above: str = ""
) -> str | None:
    """Return the kind of layout that a row without a key is; None if it is data all the same.

    Parameters
    ----------
    columns
        The mapped columns.
    header
        Mapped column to the keys of the texts in its header; empty where there is none, as in
        JSON, whose records have no layout between them.
    above
        Kind of the row right above it, blank ones left out; "" if that is data.
    """
    if not row.texts and (not row.lead or _RUNNING_NUMBER.fullmatch(row.lead)):
        return "blank"
    if not header:
        return None
    needed = [c.name for c in columns if c.needed and c.reading != "amount"]
    repeated = sum(label_key(text) in header.get(name, ()) for name, text in row.texts.items())
    if repeated >= min(2, len(needed)):
        return "repeated_header"
    if is_total(row.lead):
        return "total" if _is_total(row, columns) else None
    if _is_numbers(row, needed):
        return "column_numbers"
    return None if row.typed else _note_kind(row, columns, above)


def short_line_kind(cells: list[str], *, is_below: bool = False) -> str | None:
    """Return the kind of layout of a line of text with fewer cells than a row; None if of none.

    `is_below` says that it stands right below a signature.
    """
    texts = [text for text in map(clean, cells) if text]
    if not texts or len(cells) >= _MOST_LAYOUT_CELLS or _RUNNING_NUMBER.fullmatch(texts[0]):
        return None
    if is_total(texts[0]) and all(whole_number(text) is not None for text in texts[1:]):
        return "total"
    has_digits = any(re.search(r"\d", text) for text in texts)
    if any(map(is_signature, texts)) or (is_below and not has_digits):
        return "signature"
    return None


def is_total(text: str) -> bool:
    """Say whether a text is the label of a totals row."""
    return TOTAL.match(label_key(text)) is not None


def is_signature(text: str) -> bool:
    """Say whether a text stands only below a list: who signs it, and on which day."""
    key = label_key(text)
    return bool(_SIGNER.match(key) or _SIGNED_ON.search(key))


def stated_rows(lead: str, texts: Iterable[str | None]) -> int | None:
    """Return how many rows a totals row states: in a cell, else in its label ("Tổng số: 7")."""
    counts = (whole_number(text) for text in texts)
    count = next((count for count in counts if count is not None), None)
    if count is None and (match := _LABEL_COUNT.fullmatch(label_key(lead))):
        count = whole_number(match.group(1))
    return count


def _is_total(row: KeylessRow, columns: list[ExportColumn]) -> bool:
    """Say whether a row with the label of a totals row has sums and counts only.

    The label may be the first word of a company that owns a dossier.
    """
    sums = ("amount", "flag")
    if any(column.name in row.typed for column in columns if column.reading not in sums):
        return False
    others = [row.texts.get(c.name, "") for c in columns if c.needed and c.reading not in sums]
    return all(not text or is_total(text) or whole_number(text) is not None for text in others)


def _is_numbers(row: KeylessRow, needed: list[str]) -> bool:
    """Say whether a row numbers the columns: each otherwise, the needed ones all."""
    texts = row.texts.values()
    return (
        all(_COLUMN_NUMBER.fullmatch(text) for text in texts)
        and len(set(texts)) == len(texts)
        and all(name in row.texts for name in needed)
    )


def _note_kind(row: KeylessRow, columns: list[ExportColumn], above: str) -> str | None:
    """Return whether a row that means no value is a title or a signature, if either."""
    texts = {row.lead, *row.texts.values()}
    # The names of those who sign stand below what they are.
    is_signed = above == "signature" or any(is_signature(text) for text in texts)
    is_numbered = _RUNNING_NUMBER.fullmatch(row.lead)
    if is_signed and not is_numbered and len(texts) <= _MOST_LAYOUT_CELLS:
        return "signature"
    return "group" if _is_title(row, columns) else None


def _is_title(row: KeylessRow, columns: list[ExportColumn]) -> bool:
    """Say whether a row is one text: in a cell of its own, or merged over all cells.

    Behind its numeral it may stand in the column of a code; it is no code without digits.
    """
    if row.filled_count is not None and row.filled_count > _MOST_LAYOUT_CELLS:
        return False
    filled = [column for column in columns if column.name in row.texts]
    lead = [column for column in filled if row.texts[column.name] == row.lead]
    others = [column for column in filled if column not in lead]
    if len(lead) == 1 and lead[0].needed and lead[0].reading not in _TITLE_READINGS:
        return False
    return len(others) <= 1 and all(
        column.reading in _TITLE_READINGS and not re.search(r"\d", row.texts[column.name])
        for column in others
    )
