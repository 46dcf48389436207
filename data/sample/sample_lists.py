"""Small lists in any container: cells in, bytes out, the same bytes every time.

Belongs here: how a container holds a list of cells, and plain invented rows to begin with. Not
here: what is wrong with a list (the ``defects_*`` modules). Containers are written by hand or by
other libraries than the pipeline reads them with.
"""

from __future__ import annotations

import csv
import gzip
import html
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime

import xlsxwriter  # type: ignore[import-untyped,unused-ignore]
import xlwt  # type: ignore[import-untyped,unused-ignore]
from sample_files import CSV_HEADER, HTML_HEADER
from sample_people import Person

Cell = str | int | float | datetime
Line = Sequence[Cell]

WRITTEN = datetime(2023, 1, 16, 8, 0, 0)  # noqa: DTZ001 (files state local time)
DAY_FORMAT = "dd/mm/yyyy hh:mm:ss"
PERIOD_LINE = "Từ ngày 15/12/2022 đến ngày 14/01/2023"
PERIOD = "2022-12-15"

COMMUNE_HEADER: list[Cell] = [*CSV_HEADER.strip().split(";")]
PAYMENT_HEADER: list[Cell] = [*HTML_HEADER.split(";")]
# The list of an older portal, with fewer columns and no running number.
SHORT_HEADER: list[Cell] = [
    "Mã hồ sơ", "Mã TTHC", "Đơn vị giải quyết", "Chủ hồ sơ", "Hình thức tiếp nhận", "Ngày nhận",
    "Hẹn trả", "Ngày trả", "Trạng thái",
]  # fmt: skip
DOSSIER_KEYS = (
    "code", "procedure", "procedure_name", "field", "unit", "name", "identity", "address", "phone",
    "channel", "submitted", "received", "due", "supplement", "finished", "returned", "refused",
    "result", "digitised", "reused", "e_result", "return_method", "state",
)  # fmt: skip
PAYMENT_KEYS = (
    "request", "code", "name", "address", "receipt", "requested", "collected", "fee", "charge",
    "amount", "method", "collection", "state",
)  # fmt: skip


def person(number: int) -> Person:
    """Return the invented person of a number, marked as all of the sample are."""
    return Person(
        name=f"Vàng Thị Mẫu {number:05d}",
        identity=f"000990{number:06d}",
        address=f"Thôn Mẫu {10 + number % 90}, xã Chí Cà",
        phone=f"0990000{number % 1000:03d}",
    )


def dossier_code(number: int) -> str:
    """Return the code of a dossier received on 05/01/2023."""
    return f"000.06.33.H22-230105-{number:04}"


def dossier(number: int, **cells: Cell) -> list[Cell]:
    """Return the cells of a returned dossier in the order of both xin_man lists, without STT.

    ``cells`` say what is different, by the names of ``DOSSIER_KEYS``.
    """
    someone = person(number)
    plain: dict[str, Cell] = {
        "code": dossier_code(number), "procedure": "1.001193",
        "procedure_name": "Thủ tục đăng ký khai sinh", "field": "Hộ tịch",
        "unit": "UBND xã Chí Cà", "name": someone.name, "identity": someone.identity,
        "address": someone.address, "phone": someone.phone, "channel": "Trực tuyến",
        "submitted": "05/01/2023 07:50:00", "received": "05/01/2023 08:30:00",
        "due": "09/01/2023 17:00:00", "finished": "06/01/2023 14:00:00",
        "returned": "06/01/2023 15:00:00", "result": "Kết quả", "digitised": "Có",
        "reused": "Không", "e_result": "Có", "return_method": "Trực tiếp",
        "state": "Đã trả kết quả",
    }  # fmt: skip
    return _ordered(DOSSIER_KEYS, plain | cells)


def payment(number: int, **cells: Cell) -> list[Cell]:
    """Return the cells of a paid request in the order of xin_man's payments, without STT."""
    someone = person(number)
    plain: dict[str, Cell] = {
        "request": f"TT-{number:04}", "code": dossier_code(number), "name": someone.name,
        "address": someone.address, "receipt": f"BL-23-{number:06}", "requested": "05/01/2023",
        "collected": "06/01/2023", "fee": "20.000", "charge": "10.000", "amount": "30.000",
        "method": "Trực tuyến", "collection": "Thu trước", "state": "Đã thanh toán",
    }  # fmt: skip
    return _ordered(PAYMENT_KEYS, plain | cells)


def short_row(number: int, **cells: Cell) -> list[Cell]:
    """Return the cells of a returned dossier in the order of ``SHORT_HEADER``."""
    plain: dict[str, Cell] = {
        "code": dossier_code(number), "procedure": "1.001193", "unit": "UBND xã Chí Cà",
        "name": person(number).name, "channel": "Trực tuyến", "received": "05/01/2023",
        "due": "09/01/2023", "returned": "06/01/2023", "state": "Đã trả kết quả",
    }  # fmt: skip
    return _ordered(tuple(plain), plain | cells)


def _ordered(keys: Sequence[str], cells: Mapping[str, Cell]) -> list[Cell]:
    unknown = cells.keys() - set(keys)
    if unknown:
        raise KeyError(sorted(unknown))
    return [cells.get(key, "") for key in keys]


def numbered(rows: Sequence[Line], first: int = 1) -> list[Line]:
    """Return the rows with STT before them."""
    return [[number, *row] for number, row in enumerate(rows, first)]


def commune_list(rows: Sequence[Line]) -> list[Line]:
    """Return the communes' list: one header row and the rows, numbered."""
    return [COMMUNE_HEADER, *numbered(rows)]


def titled(rows: Sequence[Line], line: str = PERIOD_LINE) -> list[Line]:
    """Return a list below a title and its period line."""
    return [["DANH SÁCH HỒ SƠ THỦ TỤC HÀNH CHÍNH"], [line], *rows]


def _text(cell: Cell) -> str:
    return f"{cell:%d/%m/%Y %H:%M:%S}" if isinstance(cell, datetime) else str(cell)


def csv_text(rows: Sequence[Line], delimiter: str = ";", end: str = "\r\n") -> str:
    """Return delimited text."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(
        [_text(cell) for cell in row] for row in rows
    )
    return buffer.getvalue()


def html_bytes(rows: Sequence[Line], charset: str = "UTF-8", opening: str = "") -> bytes:
    """Return the page that portals save as .xls, in UTF-8 whatever ``charset`` it states."""
    lines = [f"<tr>{''.join(f'<td>{_html(cell)}</td>' for cell in row)}</tr>" for row in rows]
    return "\n".join(
        [
            '<html xmlns:x="urn:schemas-microsoft-com:office:excel">',
            f'<head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head>',
            f'<body><table border="1">{opening}',
            *lines,
            "</table></body></html>\n",
        ]
    ).encode()


def _html(cell: Cell) -> str:
    return html.escape(_text(cell), quote=False).replace("\n", "<br>")


def spreadsheet_xml_bytes(sheets: Sequence[Sequence[Line]]) -> bytes:
    """Return SpreadsheetML 2003, as portals save it under .xls."""
    written = [
        f'<Worksheet ss:Name="Sheet{number}"><Table>'
        + "".join(f"<Row>{''.join(map(_xml_cell, row))}</Row>\n" for row in rows)
        + "</Table></Worksheet>"
        for number, rows in enumerate(sheets, 1)
    ]
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        f'<Workbook xmlns="{space}" xmlns:ss="{space}">\n{"".join(written)}</Workbook>\n'
    ).encode()


def _xml_cell(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f'<Cell><Data ss:Type="DateTime">{cell:%Y-%m-%dT%H:%M:%S}.000</Data></Cell>'
    kind = "String" if isinstance(cell, str) else "Number"
    text = html.escape(str(cell), quote=False).replace("\n", "&#10;")
    return f'<Cell><Data ss:Type="{kind}">{text}</Data></Cell>'


def xlsx_bytes(sheets: Sequence[Sequence[Line]]) -> bytes:
    """Return an .xlsx workbook with a sheet for each list of rows."""
    buffer = io.BytesIO()
    # In memory, because XlsxWriter then sets the time of the archive's members itself.
    options = {"in_memory": True, "default_date_format": DAY_FORMAT}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": WRITTEN})
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(number, column, cell)
                    elif isinstance(cell, str):
                        sheet.write_string(number, column, cell)
                    else:
                        sheet.write_number(number, column, cell)
    return buffer.getvalue()


def xls_bytes(sheets: Sequence[Sequence[Line]]) -> bytes:
    """Return a BIFF workbook (.xls of Excel 97) with a sheet for each list of rows."""
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str=DAY_FORMAT)
    for sheet_number, rows in enumerate(sheets, 1):
        sheet = book.add_sheet(f"Sheet{sheet_number}")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write(number, column, cell, day)
                elif cell != "":
                    sheet.write(number, column, cell)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def gzip_bytes(data: bytes) -> bytes:
    """Return a gzip file that says nothing of when or where it was made."""
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", fileobj=buffer, mtime=0) as stream:
        stream.write(data)
    return buffer.getvalue()


def zip_bytes(members: Sequence[tuple[str, bytes]]) -> bytes:
    """Return an archive of the members under their names, however unfit these are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            member = zipfile.ZipInfo(name, date_time=WRITTEN.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            archive.writestr(member, data)
    return buffer.getvalue()
