"""Defects 14 to 18: numbers, codes and lists of codes in the cells of a list.

Belongs here: which texts and numbers show which defect. Not here: spellings and encodings
(``defects_text``), and what the pipeline makes of them, which the tests say.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sample_defect import Defect
from sample_lists import (
    PAYMENT_HEADER,
    PERIOD,
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
    xlsx_bytes,
)

COMMUNE = f"xin_man/dossiers_commune/{PERIOD}"
PAYMENTS = f"xin_man/payments/{PERIOD}"
OLD_DOSSIERS = f"old_portal/dossiers/{PERIOD}"
OLD_PAYMENTS = f"old_portal/payments/{PERIOD}"
OLD_RECEIPTS = f"old_portal/receipts/{PERIOD}"
OLD_JSON = f"old_portal/payments_json/{PERIOD}"
RECEIPT_HEADER: list[Cell] = [
    "Số biên lai", "Mã hồ sơ", "Người nộp", "Số CCCD", "Ngày lập", "Loại", "Số tiền (VNĐ)",
]  # fmt: skip


def _amounts(first: int, amounts: Sequence[Cell], **cells: Cell) -> list[Line]:
    """Return a payment for each amount, without its parts."""
    return [
        payment(number, fee="", charge="", amount=amount, **cells)
        for number, amount in enumerate(amounts, first)
    ]


def _old_payments(rows: Sequence[Line]) -> list[Line]:
    return [PAYMENT_HEADER, *numbered(rows)]


def _number_marks() -> Defect:
    dots: list[Cell] = [
        "11.047", "1.234.567", "11047", "11.047,00", "11.047 ", "0", "2.949", "2.475", "10.687",
        "9.484", "1.118", "7.776", "94,4%", "85.85%", "11,047",
    ]  # fmt: skip
    commas: list[Cell] = ["11,047", "1,234,567.00", "11047", "11.047", "11047.0", "1.118", "94.4"]
    # Numbers in a workbook: 11.047 is what Excel made of the text where the dot is decimal.
    cells: list[Cell] = [11047, 11047.0, 11.047, 1234.567, 94.4, "11.047"]
    more: list[Cell] = [30000] * 8
    files = {
        f"{PAYMENTS}/dau-cham.xls": html_bytes([PAYMENT_HEADER, *numbered(_amounts(1401, dots))]),
        f"{OLD_PAYMENTS}/dau-phay.csv": csv_text(_old_payments(_amounts(1421, commas))).encode(),
        f"{PAYMENTS}/o-so.xlsx": xlsx_bytes(
            [[PAYMENT_HEADER, *numbered(_amounts(1431, [*cells, *more]))]]
        ),
    }
    return Defect(14, "number_marks", files)


def _amount_forms() -> Defect:
    good: list[Cell] = [
        "10000.0", "10.000 đ", "10.000đ", "10.000 VNĐ", "10.000\u00a0đồng", "10.000 ₫",
        "Miễn phí", "MIỄN PHÍ", "Không thu", "0", "1E+4", "10.000,00", "10,000", "-10.000", "",
    ]  # fmt: skip
    bad: list[Cell] = [
        "10,000", "10000.0", "", "-", "\u00a0", "Miễn phí", "-10,000", "10,000.50", "mười nghìn",
        "10,00,000", "10 000 000 000 000 000", "#N/A",
    ]  # fmt: skip
    refunded = _amounts(1541, ["-10.000"], state="Đã hoàn phí")
    files = {
        f"{PAYMENTS}/dang-tien.csv": csv_text([PAYMENT_HEADER, *numbered(_amounts(1501, good))])
        .encode(),
        f"{OLD_PAYMENTS}/dang-tien.csv": csv_text(_old_payments(_amounts(1521, bad))).encode(),
        f"{PAYMENTS}/hoan-phi.csv": csv_text([PAYMENT_HEADER, *numbered(refunded)]).encode(),
    }  # fmt: skip
    return Defect(15, "amount_forms", files)


def _receipt(number: int, receipt: Cell, identity: Cell) -> Line:
    return [receipt, dossier_code(number), person(number).name, identity, "06/01/2023", "Phí",
            "10.000"]  # fmt: skip


def _lost_zeros() -> Defect:
    receipts: list[Cell] = [
        "0001234",
        1234,
        12345,
        "BL-23-0012345",
        "4.05E+11",
        405000000000.0,
        "1.2345E+4",
    ]
    identities: list[Cell] = [990001602, "4.05E+11", 405000000000.0, person(1604).identity]
    rows = [
        _receipt(number, receipt, identities[number % 4])
        for number, receipt in enumerate(receipts, 1601)
    ]
    units: list[Cell] = ["01105", 1105, "1105", 33, "033", "0033", 105]
    people = [person(number).phone for number in range(1621, 1628)]
    phones: list[Cell] = [
        "+84" + people[0][1:], int(people[1]), "84" + people[2][1:], *people[3:],
    ]  # fmt: skip
    dossiers = [
        dossier(number, unit=unit, identity=int(person(number).identity), phone=phone)
        for number, unit, phone in zip(range(1621, 1628), units, phones, strict=True)
    ]
    files = {
        f"{OLD_RECEIPTS}/bien-lai.xlsx": xlsx_bytes([[RECEIPT_HEADER, *rows]]),
        f"{COMMUNE}/don-vi.xlsx": xlsx_bytes([commune_list(dossiers)]),
    }
    return Defect(16, "lost_zeros", files)


def _codes_as_numbers() -> Defect:
    day = datetime(2023, 1, 10)  # noqa: DTZ001 (what a spreadsheet made of a code)
    procedures: list[Cell] = [
        "1.001193", 1.001193, 1.00119, 1001193, "1.001193.000.00.00.H22", "1.001193.H22",
        "2.000500", 2.0005, "TLHDH-01", 1.0, day, "10/01/2013", "Thủ tục khai sinh", "",
    ]  # fmt: skip
    rows = [
        short_row(number, procedure=procedure) for number, procedure in enumerate(procedures, 1701)
    ]
    units: list[Cell] = ["H22.33.1", "H22.33.10", " h22.33.10 ", "H22.33.100", 33.1, ""]
    labelled = [short_row(number, unit=unit) for number, unit in enumerate(units, 1721)]
    codes: list[Cell] = [
        dossier_code(1731), "H22.33-230105-1732", 230105.1733, "000.06.33.H22-230105", 44931,
    ]  # fmt: skip
    coded = [short_row(1731 + number, code=code) for number, code in enumerate(codes)]
    files = {
        f"{OLD_DOSSIERS}/thu-tuc.xlsx": xlsx_bytes([[SHORT_HEADER, *rows]]),
        f"{OLD_DOSSIERS}/don-vi.xlsx": xlsx_bytes([[SHORT_HEADER, *labelled]]),
        f"{OLD_DOSSIERS}/ma-ho-so.xlsx": xlsx_bytes([[SHORT_HEADER, *coded]]),
    }
    return Defect(17, "codes_as_numbers", files)


def _lists_in_cells() -> Defect:
    someone = person(1801)
    block = json.dumps({"thon": someone.address, "nguoi": someone.name}, ensure_ascii=False)
    lists: list[Cell] = [
        "BL-23-001801", "BL-23-001802##BL-23-001803", "BL-23-001804; BL-23-001805",
        "BL-23-001806,BL-23-001807 ,BL-23-001808", "0001809##0001810", "",
        f"BL-23-001811##{someone.name}", "BL-23-001812##",
    ]  # fmt: skip
    rows = [
        payment(number, receipt=receipt, address=block, fee="", charge="", amount="10,000")
        for number, receipt in enumerate(lists, 1801)
    ]
    items = [
        {
            "MaYeuCau": f"TT-{number}", "MaHoSo": dossier_code(number), "SoTien": 30000.0,
            "NgayThu": "06/01/2023", "TrangThai": "Đã thanh toán",
            "NguoiNop": {"HoTen": person(number).name},
            "DanhSachBienLai": [{"SoBienLai": text, "NguoiThu": person(number).name}
                                for text in texts],
        }
        for number, texts in enumerate(
            [["BL-23-001821", "BL-23-001822"], ["0001823"], [], ["BL-23-001824", ""],
             [person(1825).name]], 1821)
    ]  # fmt: skip
    files = {
        f"{OLD_PAYMENTS}/danh-sach.csv": csv_text(_old_payments(rows)).encode(),
        f"{OLD_JSON}/danh-sach.json": json.dumps({"items": items}, ensure_ascii=False).encode(),
    }
    return Defect(18, "lists_in_cells", files)


DEFECTS = [
    _number_marks(), _amount_forms(), _lost_zeros(), _codes_as_numbers(), _lists_in_cells(),
]  # fmt: skip
