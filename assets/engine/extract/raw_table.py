"""A list as a table of text: only the mapped columns, with the row each came from.

Beside `raw_<column>` every relation has `lead_text` (text of the row's first cell), `filled_count`
(different texts in the row, where all of it was read) and `is_broken` (a record that cannot be
split).
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from assets.engine.common.text import clean, label_key
from assets.engine.extract.headers import GROUP_SEPARATOR, MOST_HEADER_ROWS, Header, find_header
from assets.engine.formats.detect import (
    HEAD_ROWS,
    DelimitedHead,
    find_extracted_at,
    find_period,
)
from assets.engine.formats.json_file import JsonRecords
from assets.engine.formats.sheet import Sheet
from schemas.settings import Export
from schemas.tables import quoted

GRID_VIEW = "delivered_grid"
RAW_PREFIX = "raw_"
# The label of a totals row; the national motto begins with the same word.
TOTAL = re.compile(r"(tổng|cộng)\b(?! hòa)")
_WHOLE_NUMBER = re.compile(
    r"(\d{1,9}|\d{1,3}([.,]\d{3}){1,2})"
    r"( (hồ sơ|thủ tục|yêu cầu|giao dịch|biên lai|dòng|bản ghi))?",
    re.I,
)


@dataclass(frozen=True)
class TextTable:
    """The rows of one list as text.

    Attributes
    ----------
    relation
        SQL FROM item with the columns named above, and `row_number` if `grid` is given.
    count_texts
        SQL of the texts, in order, among which a totals row has its count of rows.
    header
        The header; without paths where there is none (JSON).
    period, extracted_at
        Both days of the file's own "Từ ngày … đến ngày …" line, and when it says it was made.
    grid
        The rows, where Python read them; registered as the view the relation names.
    delimited, delimiter, skipped_lines
        The text that DuckDB reads, and its lines up to the first row of data.
    part_number, member_number, sheet_number, container, encoding
        Where in the delivered file the list stood.
    header_keys
        Mapped column to the texts that its cell has where the header is repeated.
    objects, records
        SQL FROM item with the JSON records as delivered, one column `json`; the file it reads.
    goes_on
        The list of the sheet before goes on here, without a header.
    """

    relation: str
    header: Header
    count_texts: str = "CAST(NULL AS VARCHAR[])"
    period: tuple[date, date] | None = None
    extracted_at: datetime | None = None
    grid: pa.Table | None = None
    delimited: Path | None = None
    delimiter: str = ""
    skipped_lines: int = 0
    part_number: int = 1
    member_number: int = 1
    sheet_number: int = 1
    container: str = ""
    encoding: str = "utf-8"
    header_keys: dict[str, list[str]] = field(default_factory=dict)
    objects: str = ""
    records: JsonRecords | None = None
    goes_on: bool = False

    @property
    def header_row(self) -> int:
        """Row of the header's last line, as a spreadsheet shows it; 0 where there is none."""
        return self.header.last_row + 1 if self.header.paths and not self.goes_on else 0

    def placed(self, **place: int | str) -> "TextTable":
        """Return the same table with its place in the file."""
        return replace(self, **place)  # type: ignore[arg-type]


def grid_table(sheet: Sheet, export: Export, header: Header | None = None) -> TextTable:
    """Return the rows of a sheet below its header.

    `header` is that of the sheet before, where this one continues its list; rows then start at
    the first. Raises HeaderMissing if the sheet has no header that fits.
    """
    head = sheet.head(HEAD_ROWS + MOST_HEADER_ROWS)
    found = header or find_header(head, export.headers())
    first = 0 if header else found.last_row + 1
    count = sheet.row_count - first
    amounts = {found.columns[c.name] for c in export.mapped if c.reading == "amount"}
    leads = sheet.lead_texts().slice(first)
    columns: dict[str, pa.Array] = {
        RAW_PREFIX + name: sheet.column(index).slice(first) for name, index in found.columns.items()
    }
    columns |= {
        "row_number": pa.array(range(first + 1, sheet.row_count + 1), pa.int64()),
        "lead_text": leads,
        "filled_count": sheet.text_counts.slice(first),
        "count_texts": pa.array(_count_texts(sheet, first, leads, amounts), pa.list_(pa.string())),
        "is_broken": pa.repeat(pa.scalar(False), count),
    }
    return TextTable(
        GRID_VIEW,
        found,
        "count_texts",
        find_period(head),
        find_extracted_at(head),
        grid=pa.table(columns),
        header_keys=header_keys(found, export),
        goes_on=header is not None,
    )


def delimited_table(file: Path, head: DelimitedHead, header: Header, export: Export) -> TextTable:
    """Return the rows of delimited text in UTF-8 below its header."""
    # DuckDB skips records: a header with a line break in it is one.
    skipped = header.last_row + 1
    # Two columns may be read of one, such as a state that is the kind of result, too.
    names = [name for name, _ in sorted(header.columns.items(), key=lambda item: item[1])]
    text_columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(header.width))
    mapped = ", ".join(f"c{header.columns[name]} AS {RAW_PREFIX}{name}" for name in names)
    second, last = f"c{min(1, header.width - 1)}", f"c{header.width - 1}"
    selected = (
        f"SELECT {mapped}, coalesce(c0, {second}) AS lead_text, {second} AS second_text, "
        f"{last} AS last_text, CAST(NULL AS INTEGER) AS filled_count, false AS is_broken"
    )
    options = (
        f"{quoted(str(file))}, auto_detect = false, header = false, skip = {skipped}, "
        f"delim = {quoted(head.delimiter)}, quote = '\"', escape = '\"', "
        f"columns = {{{text_columns}}}, ignore_errors = true, store_rejects = true"
    )
    amounts = {c.name for c in export.mapped if c.reading == "amount"}
    counts = [f"{RAW_PREFIX}{name}" for name in names if name not in amounts]
    places = {header.columns[name] for name in names if name in amounts}
    # The sum of money of a list may stand in its last column.
    if header.width - 1 not in places:
        counts.append("last_text")
    if 1 not in places:
        counts.insert(0, "second_text")
    return TextTable(
        f"({selected} FROM read_csv({options}))",
        header,
        f"[{', '.join(counts)}]",
        find_period(head.rows),
        find_extracted_at(head.rows),
        delimited=file,
        delimiter=head.delimiter,
        skipped_lines=skipped,
        header_keys=header_keys(header, export),
    )


def header_keys(header: Header, export: Export) -> dict[str, list[str]]:
    """Return, by mapped column, the texts that its cell has where the header is repeated.

    The columns are in the order of the file.
    """
    return {
        name: sorted({label_key(part) for part in header.paths[index].split(GROUP_SEPARATOR)})
        for name, index in sorted(header.columns.items(), key=lambda column: column[1])
        if name in export.columns
    }


def whole_number(text: str | None) -> int | None:
    """Return the whole number that a text is, its thousands grouped or not; None if it is none."""
    match = _WHOLE_NUMBER.fullmatch(clean(text or ""))
    return int(re.sub(r"\D", "", match.group(1))) if match else None


def _count_texts(
    sheet: Sheet, first: int, leads: pa.ChunkedArray, amounts: set[int]
) -> list[list[str] | None]:
    """Return, of each row from `first` on, None; of totals rows the texts in no amount column."""
    texts: list[list[str] | None] = [None] * len(leads)
    for number, lead in enumerate(leads.to_pylist()):
        if lead and TOTAL.match(label_key(lead)):
            row = enumerate(sheet.row(first + number))
            texts[number] = [cell for index, cell in row if cell and index not in amounts]
    return texts
