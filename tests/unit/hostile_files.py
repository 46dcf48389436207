"""Files that ask for far more than they are worth, by what they ask for."""

import gzip
import io
import re
import struct
import zipfile
from collections.abc import Callable

import xlsxwriter
import xlwt

SHEET, TEXTS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
_CHUNK = 1 << 20
_FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
TABLE = "<table><tr><td>Mã hồ sơ</td><td>Lò Thị Mẫu</td></tr></table>"
XML = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
)
_CELL = '<Cell><Data ss:Type="String">a</Data></Cell>'
_ENTITIES = '<!ENTITY e0 "aaaaaaaaaa">' + "".join(
    f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10)
)


def workbook(name: str = "", change: Callable[[bytes], bytes] = bytes, new_name: str = "") -> bytes:
    """Return a small .xlsx, one of its parts changed, or under another name."""
    whole, changed = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(whole) as book:
        book.add_worksheet().write_row(0, 0, ["Mã hồ sơ", "Lò Thị Mẫu", 3])
    short, new_short = (text.rpartition("/")[2].encode() for text in (name, new_name or name))
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = old.read(part)
            if part == name:
                new.writestr(new_name or name, change(data))
            else:
                new.writestr(part, data.replace(short, new_short) if new_name else data)
    return changed.getvalue()


def with_cells(cells: bytes, new_name: str = "") -> bytes:
    """Return a small .xlsx with more cells."""
    return workbook(
        SHEET, lambda data: data.replace(b"</sheetData>", cells + b"</sheetData>"), new_name
    )


def texts_announced(count: int, *, across_a_chunk: bool = False) -> bytes:
    """Return a small .xlsx that announces more texts than it has."""

    def change(data: bytes) -> bytes:
        start = data.index(b"uniqueCount")
        pad = b" " * (_CHUNK - start - 5 if across_a_chunk else 0)
        stated = b'uniqueCount="%d"' % count
        return data[:start] + pad + re.sub(rb'uniqueCount="\d+"', stated, data[start:])

    return workbook(TEXTS, change)


def old_workbook(place: int = 0, number: int = 0) -> bytes:
    """Return a small .xls, four of its bytes changed."""
    book, buffer = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("a")
    for row in range(300):
        sheet.write(row, 0, f"Lò Thị Mẫu {row}")
    book.save(buffer)
    data = bytearray(buffer.getvalue())
    if place:
        struct.pack_into("<I", data, place, number)
    return bytes(data)


def sectors_in_a_circle() -> bytes:
    """Return a small .xls whose sectors have no end."""
    data = bytearray(old_workbook())
    table = (int.from_bytes(data[76:80], "little") + 1) * 512
    count = len(data) // 512 - 1
    for sector in range(count):
        struct.pack_into("<I", data, table + 4 * sector, (sector + 1) % count)
    return bytes(data)


def packed(members: list[tuple[str, bytes]]) -> bytes:
    """Return a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def spreadsheet(rows: str, doctype: str = "", encoding: str = "utf-8") -> bytes:
    """Return a SpreadsheetML file."""
    head = XML.replace('"1.0"', f'"1.0" encoding="{encoding.upper()}"')
    head = head.replace("<Workbook", f"<!DOCTYPE x [{doctype}]><Workbook a='&e9;'" if doctype
                        else "<Workbook")  # fmt: skip
    text = f"{head}<Worksheet ss:Name='a'><Table>{rows}</Table></Worksheet></Workbook>"
    return text.encode(encoding)


def page(text: str) -> bytes:
    """Return a web page."""
    return f"<html>{text}".encode()


# What libraries ask for is memory; each is refused for that.
MEMORY: dict[str, Callable[[], bytes]] = {
    "texts announced across a chunk": lambda: texts_announced(99_999_999_999, across_a_chunk=True),
    "texts announced": lambda: texts_announced(4_000_000_000),
    "a far cell in a part of another name": lambda: with_cells(
        _FAR, "xl/worksheets/sheet1.dat"
    ),
    "a far cell without a blank before it": lambda: with_cells(
        b'<row><c t="n"r="XFD1048576"><v>1</v></c></row>'
    ),
    "many cells without a place, far down": lambda: with_cells(
        b'<row r="99999">' + b"<c><v>1</v></c>" * 16_384 + b"</row>"
    ),
    "a far cell": lambda: with_cells(_FAR),
    "a cell far below": lambda: with_cells(
        b'<row r="1048576"><c r="Z1048576"><v>1</v></c></row>'
    ),
    "cells merged far down and right": lambda: page(
        "<table>" + "<tr><td rowspan=1000 colspan=1000>a</td></tr>" * 3000 + "</table>"
    ),
    "many short texts": lambda: workbook(
        TEXTS, lambda data: data.replace(b"</sst>", b"<si><t>a</t></si>" * 4_000_000 + b"</sst>")
    ),
}  # fmt: skip

# What is refused for what it is, whatever it asks for.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a row of very many cells": (
        lambda: with_cells(b'<row r="3">' + b"<c><v>1</v></c>" * 9000 + b"</row>"),
        "cells beyond column 256",
    ),
    "a sheet that nests very deep": (
        lambda: with_cells(b"<row><c><is>" + b"<r>" * 100_000), "cannot be opened",
    ),
    "sectors in a circle": (sectors_in_a_circle, "cannot be opened"),
    "very many members": (
        lambda: packed([(f"{number}.csv", b"1") for number in range(3000)]), "more than 200 files",
    ),
    "archives in archives": (
        lambda: packed([("a", packed([("b", packed([("c", b"1")]))]))]), "archives within archives",
    ),
    "a gzip of a gzip of zeros": (
        lambda: gzip.compress(gzip.compress(bytes(99 << 20))), "expands to more than 16 MiB",
    ),
    "entities that multiply": (lambda: spreadsheet("", _ENTITIES), "damaged or cut off"),
    "entities that multiply, in UTF-16": (
        lambda: spreadsheet("", _ENTITIES, "utf-16"), "damaged or cut off",
    ),
    "XML that nests very deep": (
        lambda: spreadsheet("<a>" * 100_000 + "</a>" * 100_000), "damaged or cut off",
    ),
    "an attribute of very many letters": (
        lambda: spreadsheet(f'<Row a="{"a" * (20 << 20)}">{_CELL}</Row>'), "damaged or cut off",
    ),
    "very many tables nested": (
        lambda: page("<table><tr><td>" * 5000 + "</td></tr></table>" * 5000), "no table shows",
    ),
    "very many tables": (lambda: page(TABLE * 1001), "more than 1,000 sheets or tables"),
    # These took seconds to hours, each twice as much four times as long.
    "scripts that do not end": (
        lambda: page(TABLE.replace("</tr>", "</tr><!-- <tr> ") + "<script " * 100_000),
        "1 row that no table shows",
    ),
    "scripts that open and do not end": (
        lambda: page(f"{TABLE}<!--<tr>{'<script >' * 100_000}</html>"), "1 row that no table shows",
    ),
    "comments that do not end": (
        lambda: page(f"{TABLE.replace('</tr>', '</tr><!-- <tr>')}{'<!--' * 200_000}</html>"),
        "1 row that no table shows",
    ),
    "comments after the end": (
        lambda: page(f"{TABLE}</html>{'<!--' * 200_000}"), "text behind its end",
    ),
    "scripts after the end": (
        lambda: page(f"{TABLE}</html>{'<script ' * 100_000}"), "text behind its end",
    ),
    "quotation marks that do not close": (
        lambda: page(f"{TABLE}<!--<tr>{_OPEN_QUOTE * 100_000}</html>"), "1 row that no table shows",
    ),
}  # fmt: skip
_OPEN_QUOTE = "<a b='"

# What looks as bad and is read: the rows and columns of its sheets.
READ: dict[str, tuple[Callable[[], bytes], list[tuple[int, int]]]] = {
    "a sheet that says it is as large as can be": (
        lambda: workbook(SHEET, lambda data: re.sub(
            rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', data
        )),
        [(1, 3)],
    ),
    "styles that count four billion": (
        lambda: workbook(STYLES, lambda data: re.sub(rb'count="\d+"', b'count="4294967295"', data)),
        [(1, 3)],
    ),
    "cells merged over the whole sheet": (
        lambda: workbook(SHEET, lambda data: data.replace(
            b"</sheetData>", b"</sheetData><mergeCells count='999999999'>"
            + b"<mergeCell ref='A1:XFD1048576'/>" * 2000 + b"</mergeCells>",
        )),
        [(1, 3)],
    ),
    "a part of zeros that nobody reads": (
        lambda: workbook("xl/theme/theme1.xml", lambda _: bytes(80 << 20)), [(1, 3)],
    ),
    "an old workbook with a table of four billion sectors": (
        lambda: old_workbook(44, 0x7FFFFFFF), [(300, 1)],
    ),
    "styles that open very often": (
        lambda: page(f"{TABLE.replace('</tr>', '</tr><!-- <tr>-->')}{'<style ' * 50_000}</html>"),
        [(1, 2)],
    ),
    "tables in tables, the layout of each": (
        lambda: page("<table><tr><td>" * 600 + ("<tr><td>a" + "</table>") * 600), [(2, 1)],
    ),
    "tags that open very often": (
        lambda: page(f"<table><tr><td>{'<b>' * 100_000}a</td></tr></table>"), [(1, 1)],
    ),
}  # fmt: skip


def very_many_attributes() -> bytes:
    """Return a page that lxml compares attribute by attribute with all others."""
    attributes = " ".join(f"a{number}=1" for number in range(60_000))
    return page(f"<table><tr><td {attributes}>a</td></tr></table>")
