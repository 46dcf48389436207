"""Defects 4 to 8 and 10: what stands around and between the rows of a list.

Belongs here: page heads, header rows, group rows, totals, signatures, running numbers, columns
that move. Not here: containers (``defects_containers``), texts of cells (``defects_text``), and
what the pipeline makes of them, which the tests say.
"""

from __future__ import annotations

from sample_defect import Defect
from sample_files import XLSX_HEADER
from sample_lists import (
    COMMUNE_HEADER,
    PAYMENT_HEADER,
    PERIOD,
    PERIOD_LINE,
    SHORT_HEADER,
    Cell,
    Line,
    commune_list,
    csv_text,
    dossier,
    dossier_code,
    html_bytes,
    numbered,
    payment,
    person,
    short_row,
    spreadsheet_xml_bytes,
    titled,
    xls_bytes,
    xlsx_bytes,
)

COMMUNE = f"xin_man/dossiers_commune/{PERIOD}"
DISTRICT = f"xin_man/dossiers_district/{PERIOD}"
PAYMENTS = f"xin_man/payments/{PERIOD}"
WIDTH = len(COMMUNE_HEADER)
COLUMN_NUMBERS: list[Cell] = [f"({number})" for number in range(1, WIDTH + 1)]
LEDGER_TOP = "Sổ theo dõi hồ sơ"


def _rows(first: int, count: int) -> list[Line]:
    return [dossier(number) for number in range(first, first + count)]


def _payments(first: int, count: int) -> list[Line]:
    return [payment(number) for number in range(first, first + count)]


def _district_header() -> list[Line]:
    """Return two header rows, only the first cell of a merged range filled, as workbooks do."""
    groups: list[Cell] = []
    leaves: list[Cell] = []
    for name, text in XLSX_HEADER.items():
        below = text.split(";")
        groups += [name, *[""] * (len(below) - 1)]
        leaves += below
    return [groups, leaves]


def _at(column: int, *cells: Cell) -> Line:
    return [*[""] * column, *cells]


def _page_head(line: str = PERIOD_LINE) -> list[Line]:
    """Return agency and motto side by side, title, period line and unit line."""
    motto = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    return [
        ["UBND HUYỆN XÍN MẦN", *_at(14, motto)],
        ["VĂN PHÒNG HĐND VÀ UBND", *_at(14, "Độc lập - Tự do - Hạnh phúc")],
        [],
        _at(3, "DANH SÁCH HỒ SƠ THỦ TỤC HÀNH CHÍNH"),
        _at(3, f"({line})"),
        _at(3, "Trạng thái hồ sơ: Tất cả"),
        [],
    ]


def _district(rows: list[Line], line: str = PERIOD_LINE) -> list[Line]:
    return [*_page_head(line), *_district_header(), COLUMN_NUMBERS, *rows]


def _ledger_row(number: int) -> Line:
    return [
        number, dossier_code(number), person(number).name, "UBND xã Chí Cà", "05/01/2023",
        "09/01/2023", "06/01/2023", "Đã ký", "Đã trả kết quả",
    ]  # fmt: skip


def _ledger(first: int) -> list[Line]:
    """Return a ledger with three header rows: one title over all, groups, leaves."""
    groups = ["STT", "Mã hồ sơ", "Họ tên chủ hồ sơ", "Đơn vị giải quyết", "Ngày, tháng, năm", "",
              "Trả kết quả", "", "Trạng thái"]  # fmt: skip
    leaves = ["", "", "", "", "Nhận hồ sơ", "Hẹn trả kết quả", "Ngày nhận kết quả",
              "Bên nhận (Ký tên)", ""]  # fmt: skip
    rows = [_ledger_row(number) for number in range(first, first + 5)]
    return [[LEDGER_TOP], groups, leaves, *rows]


def _ledger_page(first: int) -> bytes:
    """Return the ledger as a page, whose header cells span rows and columns."""
    header = (
        f'<tr><th colspan="9">{LEDGER_TOP}</th></tr><tr><th rowspan="2">STT</th>'
        '<th rowspan="2">Mã hồ sơ</th><th rowspan="2">Họ tên chủ hồ sơ</th>'
        '<th rowspan="2">Đơn vị giải quyết</th><th colspan="2">Ngày, tháng, năm</th>'
        '<th colspan="2">Trả kết quả</th><th rowspan="2">Trạng thái</th></tr>'
        "<tr><th>Nhận hồ sơ</th><th>Hẹn trả kết quả</th><th>Ngày nhận kết quả</th>"
        "<th>Bên nhận (Ký tên)</th></tr>"
    )
    return html_bytes([_ledger_row(number) for number in range(first, first + 5)], opening=header)


def _page_heads() -> Defect:
    files = {
        f"{DISTRICT}/dau-trang.xlsx": xlsx_bytes([_district(numbered(_rows(401, 5)))]),
        f"{DISTRICT}/dau-trang.xls": xls_bytes([_district(numbered(_rows(406, 5)))]),
        f"{DISTRICT}/dau-trang-2003.xls": spreadsheet_xml_bytes(
            [_district(numbered(_rows(411, 5)))]
        ),
        f"{DISTRICT}/dau-trang.csv": csv_text(
            [[*row, *[""] * (WIDTH - len(row))] for row in _district(numbered(_rows(416, 5)))]
        ).encode(),
        # The period line of February in January's folder.
        f"{DISTRICT}/khac-ky.xlsx": xlsx_bytes(
            [_district(numbered(_rows(421, 5)), "Từ ngày 15/01/2023 đến ngày 14/02/2023")]
        ),
        # In no period's folder: its own line says where it belongs.
        "xin_man/dossiers_district/khong-thu-muc.xlsx": xlsx_bytes(
            [_district(numbered(_rows(426, 5)))]
        ),
        f"old_portal/ledger/{PERIOD}/ba-dong.xlsx": xlsx_bytes([_ledger(431)]),
        f"old_portal/ledger/{PERIOD}/ba-dong.xls": _ledger_page(436),
    }
    return Defect(4, "page_heads", files)


def _signatures(number: int) -> list[Line]:
    return [
        [],
        _at(15, "Xín Mần, ngày 16 tháng 01 năm 2023"),
        ["NGƯỜI LẬP BIỂU", *_at(14, "CHỦ TỊCH")],
        [],
        [person(number).name, *_at(14, person(number + 1).name)],
    ]


def _layout_in_rows() -> Defect:
    district: list[Line] = [
        ["UBND xã Chí Cà"],
        ["I. Lĩnh vực Hộ tịch"],
        *numbered(_rows(501, 3)),
        [],
        *_district_header(),
        COLUMN_NUMBERS,
        ["II. Lĩnh vực Chứng thực"],
        *numbered(_rows(504, 3), first=4),
        *_signatures(501),
    ]
    # The numeral under STT, so the title stands where the others have their code.
    numerals: list[Line] = [
        ["I", "Lĩnh vực Hộ tịch"],
        *numbered(_rows(531, 3)),
        ["II", "Lĩnh vực Chứng thực"],
        *numbered(_rows(534, 3)),
    ]
    merged = f'<td colspan="{WIDTH}">I. Lĩnh vực Hộ tịch</td>'.encode()
    page = html_bytes(
        titled([COMMUNE_HEADER, ["@"], *numbered(_rows(511, 5)), COMMUNE_HEADER,
                *numbered(_rows(516, 2))])
    ).replace(b"<td>@</td>", merged)  # fmt: skip
    blank: list[Cell] = [""] * WIDTH
    text = [
        *commune_list(_rows(521, 3)),
        blank,
        COMMUNE_HEADER,
        ["I. Lĩnh vực Hộ tịch", *blank[1:]],
        *numbered(_rows(524, 3), first=4),
        blank,
        ["NGƯỜI LẬP BIỂU", *blank[1:]],
        [person(521).name, *blank[1:]],
    ]
    files = {
        f"{DISTRICT}/nhom.xlsx": xlsx_bytes([_district(district)]),
        f"{DISTRICT}/nhom.xls": xls_bytes([_district([*_shifted(district)])]),
        f"{COMMUNE}/nhom-trang-web.xls": page,
        f"{COMMUNE}/nhom.csv": csv_text(text).encode(),
        f"{DISTRICT}/so-la-ma.xlsx": xlsx_bytes([_district(numerals)]),
        f"{COMMUNE}/so-la-ma.csv": csv_text(
            [COMMUNE_HEADER, *([*row, *blank][:WIDTH] for row in _shifted(numerals))]
        ).encode(),
    }
    return Defect(5, "layout_in_rows", files)


def _shifted(rows: list[Line]) -> list[Line]:
    """Return the same rows about other dossiers."""
    return [
        [_other(cell) for cell in row] if len(row) == WIDTH and row[1] != "Mã hồ sơ" else row
        for row in rows
    ]


def _other(cell: Cell) -> Cell:
    return cell.replace("-05", "-15") if isinstance(cell, str) else cell


def _payment_page(rows: list[Line], total: str, label: str = "Tổng số") -> bytes:
    """Return the payment page, whose totals row spans the columns before the total."""
    row = f'<tr><td colspan="10">{label}</td><td>{total}</td>{"<td></td>" * 3}</tr>\n'
    page = html_bytes(titled([PAYMENT_HEADER, *numbered(rows)]))
    return page.replace(b"</table>", row.encode() + b"</table>")


def _totals() -> Defect:
    total = ["Tổng cộng", *_at(7, "80.000", "40.000", "120.000")]
    grouped: list[Line] = [
        PAYMENT_HEADER,
        ["Lĩnh vực Hộ tịch"],
        *numbered(_payments(631, 2)),
        ["Cộng", *_at(8, "60.000")],
        ["Lĩnh vực Đất đai"],
        *numbered(_payments(633, 2)),
    ]
    sums: list[Line] = [["Cộng", *_at(9, "60.000")], ["Tổng cộng", *_at(9, "120.000")]]
    grouped = [[*row[:9], "", row[9]] if row[0] == "Cộng" else row for row in grouped]
    files = {
        f"{DISTRICT}/cuoi-danh-sach.xlsx": xlsx_bytes(
            [_district([*numbered(_rows(601, 5)), ["Tổng số", *_at(2, 5)]])]
        ),
        f"{COMMUNE}/duoi-tieu-de.xlsx": xlsx_bytes(
            [[COMMUNE_HEADER, ["TỔNG SỐ", "", "", "5 hồ sơ", 5], *numbered(_rows(606, 5))]]
        ),
        # In the unit's column: no unit of that name.
        f"{COMMUNE}/nhu-don-vi.csv": csv_text(
            [*commune_list(_rows(611, 5)), ["", "", "", "", "", "Tổng số", "5", *[""] * 17]]
        ).encode(),
        f"{PAYMENTS}/tong-so.xls": _payment_page(_payments(621, 5), "150.000"),
        f"{PAYMENTS}/theo-nhom.xlsx": xlsx_bytes([[*grouped, *sums]]),
        f"{PAYMENTS}/tong-cong.csv": csv_text(
            [PAYMENT_HEADER, *numbered(_payments(641, 4)), [*total, "", "", ""]]
        ).encode(),
    }
    return Defect(6, "totals", files)


def _totals_differ() -> Defect:
    """Return totals that count what the rows leave out, as units outside the catalogue are."""
    files = {
        f"{PAYMENTS}/lech.xls": _payment_page(_payments(701, 5), "180.000"),
        f"{DISTRICT}/lech.xlsx": xlsx_bytes(
            [_district([*numbered(_rows(706, 5)), ["Tổng số", *_at(2, 7)]])]
        ),
        # One of six amounts cannot be read, so the sum of the others is smaller.
        f"{PAYMENTS}/khong-doc-duoc.xls": _payment_page(
            [*_payments(711, 5), payment(716, amount="ba mươi nghìn")], "180.000"
        ),
    }
    return Defect(7, "totals_differ", files)


def _running_numbers() -> Defect:
    numbers: list[Cell] = [1, 2, 1, 2, "", "a)", "3.", "1", "0001", "-"]
    rows = [[number, *row] for number, row in zip(numbers, _rows(801, 10), strict=True)]
    files = {
        f"{COMMUNE}/stt.csv": csv_text([COMMUNE_HEADER, *rows]).encode(),
        f"{COMMUNE}/khong-stt.csv": csv_text(
            [COMMUNE_HEADER[1:], *(row[1:] for row in numbered(_rows(811, 5)))]
        ).encode(),
    }
    return Defect(8, "running_numbers", files)


def _columns_move() -> Defect:
    """Return columns in another order, fees under each other's header, a renamed column."""
    swapped = [*PAYMENT_HEADER]
    swapped[8], swapped[9] = swapped[9], swapped[8]
    wrong = [payment(number) for number in range(1011, 1015)]
    wrong.append(payment(1015, fee="30.000", charge="10.000"))
    after = [*SHORT_HEADER[:8], "Ngày trả (trong kỳ)", "Trạng thái"]
    files = {
        f"{PAYMENTS}/doi-cot.xls": html_bytes([swapped, *numbered(_payments(1001, 5))]),
        f"{PAYMENTS}/sai-tong.xls": html_bytes([PAYMENT_HEADER, *numbered(wrong)]),
        f"old_portal/dossiers/{PERIOD}/cu.csv": csv_text(
            [SHORT_HEADER, *(short_row(number) for number in range(1021, 1026))]
        ).encode(),
        "old_portal/dossiers/2023-01-15/moi.csv": csv_text(
            [after, *([*short_row(n)[:7], "Không", *short_row(n)[7:]] for n in range(1031, 1036))]
        ).encode(),
        # The new report mode before its day: "Ngày trả" says yes or no, which is no day.
        f"old_portal/dossiers/{PERIOD}/moi-som.csv": csv_text(
            [after, *([*short_row(n)[:7], "Không", *short_row(n)[7:]] for n in range(1041, 1046))]
        ).encode(),
    }
    return Defect(10, "columns_move", files)


DEFECTS = [
    _page_heads(), _layout_in_rows(), _totals(), _totals_differ(), _running_numbers(),
    _columns_move(),
]  # fmt: skip
