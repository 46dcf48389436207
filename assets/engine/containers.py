"""Containers: what kind of file the bytes are, whatever its suffix says, and its cells as text.

Belongs here: sniffing, workbooks (python-calamine), web pages (lxml), the head of delimited text,
the "Từ ngày … đến ngày …" line. Does not belong here: what the cells mean
(`assets.engine.headers`, `assets.engine.text_table`). No message of a library leaves this
module: it may quote a cell.
"""

import csv
import io
import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import lxml.etree
import lxml.html
import pandas as pd

from assets.engine.errors import FileRefused
from assets.engine.text import clean, label_key

Container = Literal["delimited", "workbook", "web_page"]
Cells = list[str | None]

HEAD_BYTES = 1 << 18
DELIMITERS = ";,\t|"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DAY = r"(\d{1,2})/(\d{1,2})/(\d{4})"
# The whole of a row: an address or a note among the data may speak of days too.
_PERIOD_LINE = re.compile(
    rf"\(?(?:thời gian|kỳ báo cáo|kỳ)?:? ?từ ngày:? ?{_DAY},? đến(?: hết)? ngày:? ?{_DAY}\)?\.?"
)
_LINES_BEFORE_ROWS = 50
# DuckDB bounds a line at 2 MB; csv would stop at a cell of 128 KB.
csv.field_size_limit(1 << 22)


@dataclass(frozen=True)
class DelimitedHead:
    """The first rows of a delimited text: its delimiter and, for each row, the line it ends on."""

    delimiter: str
    rows: list[Cells]
    last_lines: list[int]


def sniff(file: Path) -> Container:
    """Return the container of `file` by its bytes.

    Raises
    ------
    FileRefused
        The file is empty or of no container Motcua reads.
    """
    with file.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise FileRefused("Reading a file", "no bytes but blanks", "rows", "Export it again.")
    if head.startswith((_ZIP, _OLE)):
        return "workbook"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:4096].lower()
    if start.startswith((b"<html", b"<table", b"<!doctype html")) or b"<table" in start:
        return "web_page"
    if b"\x00" in head:
        raise FileRefused(
            "Reading a file",
            "binary data of no known container",
            "a workbook, a web page's table or delimited text in UTF-8",
            "Export it again as .xlsx or CSV.",
        )
    return "delimited"


def workbook_rows(file: Path, date_format: str) -> list[Cells]:
    """Return the cells of the only sheet with rows as text; true dates in `date_format`.

    Raises
    ------
    FileRefused
        The bytes are no whole workbook, or several sheets have rows: none may be lost.
    """
    try:
        sheets = pd.read_excel(
            file, engine="calamine", header=None, dtype=object, na_filter=False, sheet_name=None
        )
    except Exception:  # noqa: BLE001 (calamine raises many types, and their texts quote cells)
        raise FileRefused(
            "Opening a workbook",
            "bytes that start like a workbook but cannot be opened",
            "a whole .xlsx or .xls file without password",
            "Export it again; it may have been cut off while it was copied.",
        ) from None
    filled = [sheet for sheet in sheets.values() if not sheet.empty]
    if len(filled) > 1:
        raise FileRefused(
            "Opening a workbook",
            f"{len(filled)} sheets with rows",
            "one sheet",
            "Deliver each sheet as a file of its own.",
        )
    return [
        [_cell_text(cell, date_format) for cell in row]
        for sheet in filled
        for row in sheet.itertuples(index=False)
    ]


def web_page_rows(file: Path) -> list[Cells]:
    """Return the cells of the page's largest table, spans filled with their text.

    Raises
    ------
    FileRefused
        There is no table, or the page ends before its table does: half a list must not pass
        for a whole one.
    """
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    try:
        root = lxml.html.parse(str(file), parser=parser).getroot()
        tables = [] if root is None else list(root.iter("table"))
    except (lxml.etree.LxmlError, AssertionError):
        tables = []
    if not tables:
        raise FileRefused(
            "Opening a web page", "no table", "a <table> with rows", "Export the list again."
        )
    with file.open("rb") as handle:
        handle.seek(max(0, file.stat().st_size - HEAD_BYTES))
        if b"</table" not in handle.read().lower():
            raise FileRefused(
                "Opening a web page",
                "a table without its end",
                "a whole page, up to </table>",
                "Export it again; it may have been cut off while it was copied.",
            )
    return _table_cells(max(tables, key=lambda table: len(table.findall(".//tr"))))


def delimited_heads(file: Path) -> list[DelimitedHead]:
    """Return the first rows under each delimiter; the caller knows which one has its header."""
    with file.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    text = head.decode("utf-8-sig", errors="replace")
    heads = []
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows: list[Cells] = []
        lines = []
        for row in reader:
            rows.append([cell or None for cell in row])
            lines.append(reader.line_num)
            if len(rows) == _LINES_BEFORE_ROWS:
                break
        heads.append(DelimitedHead(delimiter, rows, lines))
    return heads


def period_line(file: Path) -> tuple[date, date] | None:
    """Return the days of the file's own "Từ ngày … đến ngày …" line, if it has one."""
    container = sniff(file)
    if container == "workbook":
        return find_period(workbook_rows(file, "%d/%m/%Y"))
    if container == "web_page":
        return find_period(web_page_rows(file))
    try:
        return find_period(delimited_heads(file)[0].rows)
    except csv.Error:
        return None


def find_period(rows: list[Cells]) -> tuple[date, date] | None:
    """Return both days of the first "Từ ngày … đến ngày …" among the first rows, as written."""
    for row in rows[:_LINES_BEFORE_ROWS]:
        texts = {label_key(cell) for cell in row if cell and cell.strip()}
        match = _PERIOD_LINE.fullmatch(texts.pop()) if len(texts) == 1 else None
        if match:
            numbers = [int(group) for group in match.groups()]
            try:
                return (date(*reversed(numbers[:3])), date(*reversed(numbers[3:])))
            except ValueError:
                return None
    return None


def _cell_text(cell: Any, date_format: str) -> str | None:
    if isinstance(cell, datetime | date):
        return cell.strftime(date_format)
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        return None if math.isnan(cell) else f"{cell:.0f}" if cell.is_integer() else repr(cell)
    return None if cell is None else str(cell) or None


def _table_cells(table: lxml.html.HtmlElement) -> list[Cells]:
    rows: list[Cells] = []
    hanging: dict[int, tuple[int, str | None]] = {}  # column -> rows still covered, their text
    for tr in table.iter("tr"):
        row: Cells = []
        for cell in tr.iterchildren("td", "th"):
            _take_hanging(row, hanging)
            text = clean(" ".join(cell.itertext())) or None
            for _ in range(_span(cell, "colspan")):
                hanging[len(row)] = (_span(cell, "rowspan") - 1, text)
                row.append(text)
        _take_hanging(row, hanging)
        rows.append(row)
    return rows


def _take_hanging(row: Cells, hanging: dict[int, tuple[int, str | None]]) -> None:
    while (hung := hanging.get(len(row), (0, None)))[0] > 0:
        hanging[len(row)] = (hung[0] - 1, hung[1])
        row.append(hung[1])


def _span(cell: lxml.html.HtmlElement, name: str) -> int:
    text = cell.get(name, "1")
    # HTML bounds both spans; a broken page must not ask for a billion cells.
    return min(max(int(text), 1), 1000) if text.isdecimal() else 1
