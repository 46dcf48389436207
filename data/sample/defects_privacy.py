"""Defect 19: people where no person belongs.

Belongs here: names, numbers and addresses in file names, headers, titles, properties, keys and
columns of codes, in every container. Not here: the people who stand in their own columns, as they
do in the files of all other defects.
"""

from __future__ import annotations

import io
import json
from datetime import datetime

import xlsxwriter  # type: ignore[import-untyped,unused-ignore]
from sample_defect import Defect
from sample_legacy import encode_legacy
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
    gzip_bytes,
    html_bytes,
    numbered,
    payment,
    person,
    short_row,
    spreadsheet_xml_bytes,
    titled,
    xlsx_bytes,
    zip_bytes,
)

COMMUNE = f"xin_man/dossiers_commune/{PERIOD}"
OLD = f"old_portal/dossiers/{PERIOD}"
OLD_PAYMENTS = f"old_portal/payments/{PERIOD}"
# Real names have no number behind them, and reach a message more easily.
NAMELESS = "Vàng Thị Mẫu"
SHORT_KEYS = ("code", "procedure", "unit", "channel", "received", "due", "returned", "state")
PAYMENT_KEYS = ("request", "code", "receipt", "collected", "fee", "charge", "amount", "method",
                "state")  # fmt: skip


def texts_of(number: int) -> list[str]:
    """Return how a person stands in a cell: with and without accents, zeros, country code."""
    someone = person(number)
    return [
        someone.name,
        someone.identity,
        someone.phone,
        someone.address,
        "+84" + someone.phone[1:],
        f"Thon Mau {10 + number % 90}",
        f"VANG THI MAU {number:05}",
        f"{NAMELESS}, {someone.phone}",
    ]


def _list(first: int, count: int = 5) -> list[Line]:
    return commune_list([dossier(number) for number in range(first, first + count)])


def _shifted_dossiers() -> list[Line]:
    """Return a row for each mapped column and each way to write a person into it."""
    return [
        short_row(1900 + number, **{key: texts_of(1900)[number % 8]})
        for number, key in enumerate(key for key in SHORT_KEYS for _ in range(8))
    ]


def _shifted_payments() -> list[Line]:
    plain: dict[str, Cell] = {"fee": "", "charge": "", "amount": "10,000"}
    return [
        payment(1900 + number, **(plain | {key: texts_of(1901)[number % 8]}))
        for number, key in enumerate(key for key in PAYMENT_KEYS for _ in range(8))
    ]


def _signed_workbook() -> bytes:
    """Return a workbook that names people in its properties, sheet name, title and a comment."""
    buffer = io.BytesIO()
    someone = person(1902)
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        created = datetime(2023, 1, 16, 8)  # noqa: DTZ001 (as the file states it)
        book.set_properties({"created": created, "author": someone.name, "title": NAMELESS})
        sheet = book.add_worksheet(someone.name)
        for number, row in enumerate(
            [[f"Người xuất: {someone.name}"], [PERIOD_LINE], *_list(1971)]
        ):
            sheet.write_row(number, 0, row)
        sheet.write_comment(4, 1, f"Hỏi lại {someone.name}", {"author": someone.name})
        book.add_worksheet("Ghi chú").write_row(0, 0, [someone.name, someone.phone])
    return buffer.getvalue()


def _privacy() -> Defect:
    someone = person(1903)
    page = html_bytes(titled([[f"Người xuất: {someone.name}"], *_list(1976)]))
    page = page.replace(
        b"</head>", f"<title>{NAMELESS}</title></head><!-- {someone.name} -->".encode()
    )
    xml = spreadsheet_xml_bytes([titled(_list(1981))]).replace(
        b'ss:Name="Sheet1"', f'ss:Name="{someone.name}"'.encode()
    )
    record = {"MaHoSo": dossier_code(1986), someone.name: someone.phone, NAMELESS: NAMELESS}
    blank: list[Cell] = [""] * (len(PAYMENT_HEADER) - 3)
    payments: list[Line] = [
        PAYMENT_HEADER,
        [f"Người thu: {someone.name}", "", "", *blank],
        *numbered(_shifted_payments()),
        [f"Tổng số ({someone.name})", NAMELESS, someone.phone, *blank],
    ]
    files = {
        f"{OLD}/lac-cot.csv": csv_text([SHORT_HEADER, *_shifted_dossiers()]).encode(),
        f"{OLD}/lac-cot.xlsx": xlsx_bytes([[SHORT_HEADER, *_shifted_dossiers()[::7]]]),
        f"{OLD}/lac-cot-tcvn3.csv": encode_legacy(
            csv_text([SHORT_HEADER, *_shifted_dossiers()[::5]]), "tcvn3"
        ),
        f"{OLD_PAYMENTS}/lac-cot.csv": csv_text(payments).encode(),
        f"{COMMUNE}/{someone.name} {someone.phone}.csv": csv_text(_list(1966)).encode(),
        f"{COMMUNE}/nguoi-ky.xlsx": _signed_workbook(),
        f"{COMMUNE}/tieu-de-trang.xls": page,
        f"{COMMUNE}/ten-trang.xls": xml,
        f"{COMMUNE}/nguoi-nen.zip": zip_bytes(
            [(f"{someone.name}/{someone.identity}.csv", csv_text(_list(1991)).encode())]
        ),
        # Each of these is refused, and the message must quote nothing of it.
        f"{COMMUNE}/khong-tieu-de.csv": csv_text(_list(1996)[1:]).encode(),
        f"{COMMUNE}/mo-nhay.csv": csv_text(_list(1996)).replace(NAMELESS, f'"{NAMELESS}', 1)
        .encode(),
        f"{COMMUNE}/lac-het.csv": csv_text(
            [COMMUNE_HEADER, *([*row[1:], row[0]] for row in _list(1996)[1:])]
        ).encode(),
        f"{COMMUNE}/xml-hong.xls": xml[:-60],
        f"{COMMUNE}/trang-hong.xls": page[: page.rindex(b"</table>")],
        f"{COMMUNE}/nen-hong.csv.gz": gzip_bytes(csv_text(_list(1996)).encode())[:-9],
        f"national/dossiers/{PERIOD}/khoa-la-ten.json": json.dumps(
            {NAMELESS: [record], "session": someone.name}, ensure_ascii=False
        ).encode(),
        f"national_lines/dossiers/{PERIOD}/khoa-la-ten.json": (
            json.dumps(record, ensure_ascii=False) + "\n"
        ).encode() * 2,
        f"national_lines/dossiers/{PERIOD}/hong.json": json.dumps(
            [record, record], ensure_ascii=False
        ).encode()[:-30],
    }  # fmt: skip
    return Defect(19, "people_in_cells", files)


def _people_in_header() -> Defect:
    """Return a list that lacks a column, with people as headers: a refusal names headers."""
    header = [*COMMUNE_HEADER[:-1], NAMELESS, f"Cán bộ {person(1904).name}"]
    return Defect(
        19,
        "people_in_header",
        {f"{COMMUNE}/tieu-de-thieu.csv": csv_text([header, *_list(1996)[1:]]).encode()},
    )


DEFECTS = [_privacy(), _people_in_header()]
