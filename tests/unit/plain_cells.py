"""The cells of a list in plain Python: delimited text, a workbook, a web page.

It shares no code with the engine.
"""

import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from html.parser import HTMLParser

Rows = list[list[str]]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def csv_rows(data: bytes) -> Rows:
    """Return the rows of text between semicolons; one without anything on it has no cell."""
    return list(csv.reader(io.StringIO(data.decode(), newline=""), delimiter=";"))


def xlsx_rows(data: bytes) -> Rows:
    """Return the rows of the first sheet down to its last cell; days and moments as text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        shared = ET.fromstring(archive.read("xl/sharedStrings.xml"))
    texts = ["".join(item.itertext()) for item in shared.iter(f"{_MAIN}si")]
    rows: Rows = []
    for cell in sheet.iter(f"{_MAIN}c"):
        letters, line = _place(cell.attrib["r"])
        rows += [[] for _ in range(line - len(rows))]
        row = rows[line - 1]
        row += [""] * (letters - len(row))
        row[letters - 1] = _xlsx_text(cell, texts)
    return rows


def _place(reference: str) -> tuple[int, int]:
    match = re.fullmatch(r"([A-Z]+)(\d+)", reference)
    assert match
    column = 0
    for letter in match[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return column, int(match[2])


def _xlsx_text(cell: ET.Element, texts: list[str]) -> str:
    value = cell.findtext(f"{_MAIN}v", "")
    if cell.get("t") == "s":
        return texts[int(value)]
    # The only style of these workbooks is that of days.
    if cell.get("s"):
        moment = datetime(1899, 12, 30) + timedelta(days=float(value))  # noqa: DTZ001
        return f"{moment:%d/%m/%Y}"
    return value


def html_rows(data: bytes) -> Rows:
    """Return the rows of the page's only table."""
    page = _Page()
    page.feed(data.decode())
    return page.rows


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: Rows = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag == "tr":
            self.rows.append([])
        elif tag == "td":
            self.rows[-1].append("")
            self._in_cell = True
        elif tag == "br":
            self.rows[-1][-1] += " "

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


READERS: dict[str, Callable[[bytes], Rows]] = {
    "csv": csv_rows, "xlsx": xlsx_rows, "html": html_rows,
}  # fmt: skip
