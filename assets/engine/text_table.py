"""A delivered file as a table of text: only the mapped columns, with the row each came from.

Belongs here: turning any container into one SQL relation of raw text, and dropping the rows that
are layout. Does not belong here: typing (`assets.engine.typing_sql`).
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from assets.engine.containers import (
    Cells,
    DelimitedHead,
    delimited_heads,
    find_period,
    sniff,
    web_page_rows,
    workbook_rows,
)
from assets.engine.errors import FileRefused
from assets.engine.headers import Header, find_header
from assets.engine.text import label_key
from schemas.columns import quoted
from schemas.settings import Export

GRID_VIEW = "delivered_grid"
RAW_PREFIX = "raw_"
REPLACEMENT = "\ufffd"  # what decoding leaves where bytes are no UTF-8
# Layout rows (totals, signatures, group titles) fill few cells; a row of data fills more.
_MOST_LAYOUT_CELLS = 3


@dataclass(frozen=True)
class TextTable:
    """A file's rows as text.

    Attributes
    ----------
    relation
        SQL FROM item with the columns `raw_<canonical name>`, and `row_number` if `grid` is given.
    grid
        The rows, where Python read them; registered as the view the relation names.
    delimited, delimiter
        The file and its delimiter, where DuckDB reads the rows.
    header_row
        Row of the header's last line, as a spreadsheet shows it.
    skipped_lines
        Lines up to the first row of data.
    layout_count
        Rows dropped because they are layout: totals, signatures, blank rows.
    period
        Both days of the file's own "Từ ngày … đến ngày …" line.
    """

    relation: str
    header_row: int
    period: tuple[date, date] | None
    grid: pa.Table | None = None
    layout_count: int = 0
    delimited: Path | None = None
    delimiter: str = ""
    skipped_lines: int = 0


def open_text_table(file: Path, export: Export) -> TextTable:
    """Return the rows of `file` as text, mapped by `export`.

    Raises
    ------
    FileRefused
        The container, the header or a mandatory column is not what the settings say.
    """
    container = sniff(file)
    if container == "delimited":
        return _delimited(file, export)
    if container == "workbook":
        rows = workbook_rows(file, export.date_formats[0])
    else:
        rows = web_page_rows(file)
    return _grid(rows, export)


def _grid(rows: list[Cells], export: Export) -> TextTable:
    header = find_header(rows, export.columns)
    # What every row of data has, and no totals row: amounts are summed, keys and states are not.
    needed = [
        header.columns[column.name]
        for column in export.definition.columns
        if column.needed and column.reading != "amount"
    ]
    kept = [
        (number, row)
        for number, row in enumerate(rows[header.last_row + 1 :], start=header.last_row + 2)
        if not _is_layout(row, needed)
    ]
    columns: dict[str, pa.Array] = {
        RAW_PREFIX + name: pa.array([_cell(row, index) for _, row in kept], pa.string())
        for name, index in header.columns.items()
    }
    columns["row_number"] = pa.array([number for number, _ in kept], pa.int64())
    layout_count = len(rows) - header.last_row - 1 - len(kept)
    return TextTable(
        GRID_VIEW,
        header.last_row + 1,
        find_period(rows),
        grid=pa.table(columns),
        layout_count=layout_count,
    )


def _is_layout(row: Cells, needed: list[int]) -> bool:
    filled = [cell for cell in row if cell and cell.strip()]
    if not filled:
        return True
    if label_key(filled[0]).startswith("tổng"):
        return all(_cell(row, index) in (None, filled[0]) for index in needed)
    return len(filled) <= _MOST_LAYOUT_CELLS and all(_cell(row, i) is None for i in needed)


def _cell(row: Cells, index: int) -> str | None:
    cell = row[index] if index < len(row) else None
    return cell if cell and cell.strip() else None


def _delimited(file: Path, export: Export) -> TextTable:
    heads = delimited_heads(file)
    head, header = _header_of(heads, export)
    skipped = head.last_lines[header.last_row]
    names = {index: name for name, index in header.columns.items()}
    text_columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(header.width))
    mapped = ", ".join(f"c{i} AS {RAW_PREFIX}{names[i]}" for i in sorted(names))
    relation = (
        f"(SELECT {mapped} FROM read_csv({quoted(str(file))}, auto_detect = false, "
        f"header = false, skip = {skipped}, delim = {quoted(head.delimiter)}, quote = '\"', "
        f"escape = '\"', columns = {{{text_columns}}}, ignore_errors = true, "
        "store_rejects = true))"
    )
    return TextTable(
        relation,
        header.last_row + 1,
        find_period(head.rows),
        delimited=file,
        delimiter=head.delimiter,
        skipped_lines=skipped,
    )


def _header_of(heads: list[DelimitedHead], export: Export) -> tuple[DelimitedHead, Header]:
    refusals = []
    for head in heads:
        try:
            return head, find_header(head.rows, export.columns)
        except FileRefused as refusal:
            refusals.append(refusal)
    if any(REPLACEMENT in (cell or "") for row in heads[0].rows for cell in row):
        raise FileRefused(
            "Reading delimited text",
            "bytes that are not UTF-8",
            "UTF-8 text",
            "Export it again as CSV UTF-8 or as .xlsx.",
        )
    # The delimiter under which most headers matched speaks for the file.
    raise max(refusals, key=lambda refusal: refusal.doing.startswith("Matching"))
