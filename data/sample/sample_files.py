"""The three file formats in which portals deliver.

Belongs here: headers, page heads, totals, and how a cell is written. Not here: which rows there
are and what they hold.
"""

from __future__ import annotations

import csv
import html
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped,unused-ignore]
from sample_figures import COMMUNE_EXPORT, DISTRICT_EXPORT, PAYMENT_EXPORT, Month
from sample_people import Person
from sample_rows import Cell, Row, amount_text

FILE_NAMES = {
    DISTRICT_EXPORT: "ho-so-cap-huyen-{:%m-%Y}.xlsx",
    COMMUNE_EXPORT: "ho-so-cap-xa-{:%m-%Y}.csv",
    PAYMENT_EXPORT: "thanh-toan-{:%m-%Y}.xls",
}
# The number of the first data row, counted from 1 as spreadsheets do.
FIRST_ROWS = {DISTRICT_EXPORT: 9, COMMUNE_EXPORT: 2, PAYMENT_EXPORT: 4}

CSV_HEADER = (
    "STT;Mã hồ sơ;Mã TTHC;Tên TTHC;Lĩnh vực;Đơn vị xử lý;Chủ hồ sơ;Số CCCD;Địa chỉ;"
    "Số điện thoại;Kênh thực hiện;Ngày nộp hồ sơ;Ngày tiếp nhận;Ngày hẹn trả;"
    "Ngày yêu cầu bổ sung;Ngày kết thúc xử lý;Ngày trả;Ngày từ chối;Loại kết quả;"
    "Số hóa TPHS;Tái sử dụng;Số hóa kết quả;Hình thức trả;Trạng thái\r\n"
)
# Two header rows: a name stands above its leaves, or over both rows when it has none.
# fmt: off
XLSX_HEADER = {
    "STT": "", "Mã hồ sơ": "", "Mã TTHC": "", "Tên thủ tục hành chính": "", "Lĩnh vực": "",
    "Đơn vị giải quyết": "", "Chủ hồ sơ": "", "Số CCCD": "", "Địa chỉ": "", "Số điện thoại": "",
    "Hình thức nộp": "",
    "Ngày, tháng, năm": "Nộp hồ sơ;Nhận hồ sơ;Hẹn trả kết quả;Yêu cầu bổ sung",
    "Kết quả giải quyết": "Ngày kết thúc xử lý;Ngày trả kết quả;Ngày từ chối;Loại kết quả",
    "Số hóa": "Thành phần hồ sơ;Tái sử dụng;Kết quả",
    "Hình thức trả": "", "Trạng thái": "",
}
# fmt: on
XLSX_HEADER_TOP = 6
# Columns whose dates are always written as text.
XLSX_TEXT_DATES = (11, 14, 16)
HTML_HEADER = (
    "STT;Mã yêu cầu;Mã hồ sơ;Tên người nộp;Địa chỉ;Số biên lai;Ngày yêu cầu;Ngày thu;"
    "Phí (VNĐ);Lệ phí (VNĐ);Tổng (VNĐ);Hình thức thanh toán;Hình thức thu;Trạng thái"
)
HTML_OPENING = """\
<html xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
<style>td.t{mso-number-format:"\\@"}</style></head>
<body><table border="1">
<tr><th colspan="14">DANH SÁCH YÊU CẦU THANH TOÁN PHÍ, LỆ PHÍ</th></tr>"""
HTML_AMOUNT = 9


def write_delivery(
    path: Path, export: str, rows: list[Row], month: Month, signers: Sequence[Person]
) -> None:
    """Write one file; only the district's lists are signed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if export == DISTRICT_EXPORT:
        _write_xlsx(path, rows, month, signers)
    elif export == COMMUNE_EXPORT:
        _write_csv(path, rows)
    else:
        _write_html(path, rows, month)


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M:%S}"
    return "" if cell is None else str(cell)


def _write_csv(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        handle.write(CSV_HEADER)
        writer = csv.writer(handle, delimiter=";", lineterminator="\r\n")
        for number, row in enumerate(rows, 1):
            writer.writerow([number, *map(_text, row.values)])


def _write_html(path: Path, rows: list[Row], month: Month) -> None:
    """Write the HTML table that the payment page saves as .xls."""
    header = HTML_HEADER.replace(";", "</th><th>")
    lines = [
        HTML_OPENING,
        f'<tr><th colspan="14">{month.line}</th></tr>',
        f"<tr><th>{header}</th></tr>",
    ]
    total = 0
    for number, row in enumerate(rows, 1):
        cells = "".join(_html_cell(_text(cell)) for cell in row.values)
        lines.append(f"<tr><td>{number}</td>{cells}</tr>")
        # Planted rows may hold other text here, which the portal cannot add up.
        amount = str(row.values[HTML_AMOUNT]).replace(".", "")
        total += int(amount) if amount.isdigit() else 0
    blanks = "<td></td>" * 3
    lines.append(f'<tr><td colspan="10">Tổng số</td><td>{amount_text(total)}</td>{blanks}</tr>')
    lines.append("</table></body></html>\n")
    path.write_bytes("\n".join(lines).encode())


def _html_cell(text: str) -> str:
    # Excel would turn what begins with 0 into a number, so the page marks it as text.
    mark = ' class="t"' if text.startswith("0") and len(text) > 1 else ""
    return f"<td{mark}>{html.escape(text, quote=False)}</td>".replace("\n", "<br>")


def _write_xlsx(path: Path, rows: list[Row], month: Month, signers: Sequence[Person]) -> None:
    """Write the district portal's sheet: page head, header, rows, total, signatures."""
    # In memory, because XlsxWriter then sets the time of the archive's members itself.
    options = {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm:ss"}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": month.end + timedelta(hours=8)})
        sheet = book.add_worksheet("Hồ sơ")
        middle = book.add_format({"align": "center", "valign": "vcenter", "bold": True})
        _write_head(sheet, middle, month)
        top = XLSX_HEADER_TOP + 2
        for number, row in enumerate(rows):
            _write_row(sheet, top + number, [number + 1, *row.values])
        _write_foot(sheet, top + len(rows), len(rows), month, signers)


def _write_head(sheet: Any, middle: Any, month: Month) -> None:
    for row, first, last, text in (
        (0, 0, 5, "UBND TỈNH HÀ GIANG"),
        (1, 0, 5, "UBND HUYỆN XÍN MẦN"),
        (0, 15, 23, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        (1, 15, 23, "Độc lập - Tự do - Hạnh phúc"),
        (3, 0, 23, "DANH SÁCH HỒ SƠ THỦ TỤC HÀNH CHÍNH"),
        (4, 0, 23, month.line),
    ):
        sheet.merge_range(row, first, row, last, text, middle)
    top, column = XLSX_HEADER_TOP, 0
    for name, text in XLSX_HEADER.items():
        leaves = text.split(";")
        last = column + len(leaves) - 1
        sheet.merge_range(top, column, top if text else top + 1, last, name, middle)
        if text:
            sheet.write_row(top + 1, column, leaves, middle)
        column = last + 1


def _write_row(sheet: Any, index: int, values: list[Cell]) -> None:
    # One column holds real dates in some rows and text in others, so each cell decides.
    noise = zlib.crc32(str(values[1]).encode())
    for column, value in enumerate(values):
        is_text = column in XLSX_TEXT_DATES or (noise >> column) % 5 == 0
        if isinstance(value, datetime) and not is_text:
            sheet.write_datetime(index, column, value)
        elif isinstance(value, int):
            sheet.write_number(index, column, value)
        elif value:
            sheet.write_string(index, column, _text(value))


def _write_foot(
    sheet: Any, index: int, count: int, month: Month, signers: Sequence[Person]
) -> None:
    day = month.end + timedelta(days=1)
    sheet.write_string(index, 0, "Tổng số")
    sheet.write_number(index, 3, count)
    sheet.write_string(index + 2, 17, f"Xín Mần, ngày {day:%d} tháng {day:%m} năm {day:%Y}")
    sheet.write_string(index + 3, 2, "NGƯỜI LẬP BIỂU")
    sheet.write_string(index + 3, 17, "CHỦ TỊCH")
    sheet.write_string(index + 7, 2, signers[0].name)
    sheet.write_string(index + 7, 17, signers[1].name)
