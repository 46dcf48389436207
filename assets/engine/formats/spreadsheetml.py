"""SpreadsheetML 2003: the XML that some portals save as .xls, its sheets as text.

No message of a library leaves this module: it may quote a cell.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import lxml.etree

from assets.engine.common.errors import FileRefused
from assets.engine.formats.detect import SPREADSHEET_NAMESPACE, Cells
from assets.engine.formats.extent import MAX_COLUMNS
from assets.engine.formats.xlsx import number_text

MAX_ROWS = 1 << 20
MAX_BLANK_ROWS = 100_000

_SS = f"{{{SPREADSHEET_NAMESPACE}}}"
_WORKBOOK, _WORKSHEET, _ROW = (_SS + tag for tag in ("Workbook", "Worksheet", "Row"))
_CELL, _DATA = _SS + "Cell", _SS + "Data"
_INDEX, _SPAN, _TYPE = _SS + "Index", _SS + "Span", _SS + "Type"
_ACROSS, _DOWN = _SS + "MergeAcross", _SS + "MergeDown"
_WHOLE = re.compile(r"-?\d+")
_Element = lxml.etree._Element


def spreadsheet_xml_sheets(file: Path, date_format: str) -> list[list[Cells]]:
    """Return the cells of every sheet as text, in order; a sheet without cells is empty.

    Parameters
    ----------
    file
        A SpreadsheetML 2003 file.
    date_format
        The form in which true dates are written.

    Returns
    -------
    list of list of Cells
        Row 0 of a sheet is the one a spreadsheet shows as 1, cell 0 the one in column A. Cells
        right of a merged one that it covers are None; those below it have its text.

    Raises
    ------
    FileRefused
        The XML is cut off, damaged, declares a document type, or its indexes jump too far.
    """
    sheets: list[_Sheet] = []
    try:
        for element in _elements(file):
            if element.tag == _WORKSHEET:
                sheets.append(_Sheet(date_format))
            elif sheets:
                sheets[-1].add(element)
    except lxml.etree.LxmlError:
        raise _refused(
            "XML that is damaged or cut off",
            "Export it again; it may have been cut off while it was copied.",
        ) from None
    return [sheet.rows for sheet in sheets]


def _elements(file: Path) -> Iterator[_Element]:
    """Yield each sheet as it begins and each row when it is whole; rows are emptied behind us."""
    with file.open("rb") as handle:
        start = handle.read(1 << 12)
        # Nothing may stand before the declaration; portals leave blank lines there.
        handle.seek(len(start) - len(start.lstrip(b" \t\r\n")))
        events = lxml.etree.iterparse(
            handle,
            events=("start", "end"),
            tag=(_WORKBOOK, _WORKSHEET, _ROW),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        for event, element in events:
            if event == "start":
                if element.tag == _WORKBOOK and element.getroottree().docinfo.doctype:
                    raise _refused("a document type declaration", "Export it again as .xlsx.")
                if element.tag == _WORKSHEET:
                    yield element
            elif element.tag == _ROW:
                yield element
                _forget(element)


def _forget(row: _Element) -> None:
    row.clear()
    parent = row.getparent()
    while parent is not None and row.getprevious() is not None:
        del parent[0]


class _Sheet:
    """The rows of a sheet as they come."""

    def __init__(self, date_format: str) -> None:
        self.rows: list[Cells] = []
        self._date_format = date_format
        self._blank_rows = 0
        self._next_row = 0
        self._covered: dict[int, int] = {}  # column -> the last row a merged cell covers
        self._hanging: dict[int, tuple[int, str]] = {}  # column -> that row, the cell's text

    def add(self, element: _Element) -> None:
        index = _number(element, _INDEX, self._next_row + 1) - 1
        if not self._next_row <= index < MAX_ROWS:
            raise _refused("a row index that is out of order", "Export it again as .xlsx.")
        self._blank_rows += index - len(self.rows)
        if self._blank_rows > MAX_BLANK_ROWS:
            raise _refused(
                f"more than {MAX_BLANK_ROWS} rows that are left out", "Export it again as .xlsx."
            )
        self.rows += [[] for _ in range(index - len(self.rows))]
        self.rows.append(self._cells(element, index))
        self._next_row = index + 1 + _number(element, _SPAN, 0)

    def _cells(self, row: _Element, row_index: int) -> Cells:
        cells: Cells = []
        column = 0
        hanging: dict[int, tuple[int, str]] = {}
        for cell in row.iterchildren(_CELL):
            column = self._column(cell, column, row_index)
            across = down = 0
            if cell.attrib:  # most cells have none, and asking each for each costs time
                across, down = _number(cell, _ACROSS, 0), _number(cell, _DOWN, 0)
            if max(column, column + across) >= MAX_COLUMNS:
                raise _refused(
                    f"cells beyond column {MAX_COLUMNS}", "Delete what stands right of the list."
                )
            cells += [None] * (column - len(cells))
            text = self._text(cell)
            cells.append(text)
            if down:
                if text:
                    hanging[column] = (row_index + down, text)
                self._covered |= dict.fromkeys(range(column, column + across + 1), row_index + down)
            column += across + 1
        if self._hanging and cells:
            self._fill(cells, row_index)
        self._hanging |= hanging
        return cells

    def _fill(self, cells: Cells, row_index: int) -> None:
        """Write the text of cells merged over this row from above."""
        self._hanging = {at: hung for at, hung in self._hanging.items() if hung[0] >= row_index}
        for column, (_, text) in self._hanging.items():
            cells += [None] * (column + 1 - len(cells))
            cells[column] = cells[column] or text

    def _column(self, cell: _Element, column: int, row_index: int) -> int:
        if _INDEX in cell.attrib:
            index = _number(cell, _INDEX, 0) - 1
            if index < column:
                raise _refused("a cell index that is out of order", "Export it again as .xlsx.")
            return index
        while self._covered.get(column, -1) >= row_index:
            column += 1
        return column

    def _text(self, cell: _Element) -> str | None:
        data = next(cell.iterchildren(_DATA), None)
        if data is None:
            return None
        rich = len(data) > 0
        text = "".join(str(part) for part in data.itertext()) if rich else data.text or ""
        kind = data.get(_TYPE, "String")
        if kind == "Error":
            return None
        if kind == "DateTime":
            return _date_text(text, self._date_format) or None
        return (_number_text(text) if kind == "Number" else text) or None


def _date_text(text: str, date_format: str) -> str:
    try:
        return datetime.fromisoformat(text.strip()).strftime(date_format)
    except ValueError:
        return text


def _number_text(text: str) -> str:
    text = text.strip()
    if _WHOLE.fullmatch(text):  # as written: a float would round long codes
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    return number_text(value) or text


def _number(element: _Element, name: str, default: int) -> int:
    text = element.get(name)
    if text is None:
        return default
    if not text.isdecimal() or len(text) > 9:
        raise _refused("an index or span that is no number", "Export it again as .xlsx.")
    return int(text)


def _refused(found: str, to_do: str) -> FileRefused:
    return FileRefused("Opening a spreadsheet in XML", found, "a whole SpreadsheetML file", to_do)
