"""A small list of invented dossiers in every container, for the fuzzing of the readers.

Every value of a row is its own, so that a cell found in another row is seen. Names have no digits:
a digit would keep some of them out of messages by accident.
"""

import csv
import io
import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sample_legacy import encode_legacy
from sample_lists import (
    csv_text,
    gzip_bytes,
    html_bytes,
    spreadsheet_xml_bytes,
    xls_bytes,
    xlsx_bytes,
    zip_bytes,
)

from schemas.settings import Source
from tests.support import SETTINGS

Record = tuple[str, str, str | None, date | None, date | None, str]

ROW_COUNT = 24
STATES = {"Đang xử lý": "in_process", "Đã xử lý xong": "finished", "Đã trả kết quả": "returned"}
NATIONAL_STATES = {"Đang xử lý": "4", "Đã xử lý xong": "9", "Đã trả kết quả": "10"}
HEADER = ["STT", "Mã hồ sơ", "Mã TTHC", "Chủ hồ sơ", "Điện thoại", "Đơn vị xử lý",
          "Ngày tiếp nhận", "Ngày kết thúc", "Trạng thái"]  # fmt: skip
PERIOD = "2022-12-15"
PERIOD_LINE = "Từ ngày 15/12/2022 đến ngày 14/01/2023"


@dataclass(frozen=True)
class Row:
    """A dossier of an invented person; `record` is what the warehouse should hold of it."""

    number: int
    person: str
    unit_name: str
    state: str
    record: Record

    @property
    def phone(self) -> str:
        return f"0990000{self.number:03}"


def _units() -> list[tuple[str, str]]:
    text = (SETTINGS / "reference" / "unit.csv").read_text(encoding="utf-8")
    return [
        (line["unit_code"], line["unit_name"])
        for line in csv.DictReader(io.StringIO(text))
        if line["valid_from"] <= PERIOD <= (line["valid_to"] or PERIOD)
    ]


_UNITS = _units()
_FAMILIES = ("Lò Thị", "Sùng A", "Vàng Văn", "Giàng Thị", "Hoàng Đức", "Ly Seo")


def row(number: int) -> Row:
    """Return the dossier of a number."""
    code, name = _UNITS[number % len(_UNITS)]
    state = list(STATES)[number % len(STATES)]
    person = f"{_FAMILIES[number % len(_FAMILIES)]} Mẫu"
    record = (
        f"000.06.33.H22-23{1 + number % 12:02}{1 + number % 27:02}-{1009 * number % 10_000:04}",
        f"{1 + number % 3}.{number * 7919 % 1_000_000:06}",
        code,
        date(2022, 1, 3) + timedelta(days=5 * number),
        date(2022, 9, 4) + timedelta(days=3 * number),
        STATES[state],
    )
    # The owner's cell goes on in a second line here and there, as addresses do.
    return Row(number, person if number % 4 else f"{person}\nThôn Mẫu", name, state, record)


LIST = [row(number) for number in range(1, ROW_COUNT + 1)]
OTHER_LIST = [row(number) for number in range(101, ROW_COUNT + 101)]


def _cells(rows: Sequence[Row]) -> list[list[str]]:
    return [
        [
            str(item.number), item.record[0], item.record[1], item.person, item.phone,
            item.unit_name, f"{item.record[3]:%d/%m/%Y} 08:00:00", f"{item.record[4]:%d/%m/%Y}",
            item.state,
        ]
        for item in rows
    ]  # fmt: skip


def _sheet(rows: Sequence[Row]) -> list[list[str]]:
    """Return a sheet as portals fill it: title, period line, header, rows, total, signature."""
    return [
        ["DANH SÁCH HỒ SƠ"], [PERIOD_LINE], HEADER, *_cells(rows),
        ["Tổng số", str(len(rows))], ["Người lập biểu"], ["Lò Thị Mẫu"],
    ]  # fmt: skip


def _csv(rows: Sequence[Row], delimiter: str = ";") -> str:
    return csv_text([HEADER, *_cells(rows)], delimiter)


def _national(item: Row) -> dict[str, Any]:
    return {
        "MaHoSo": item.record[0], "MaTTHC": item.record[1], "ChuHoSo": item.person,
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": f"000990{item.number:06}"}],
        "SoDienThoai": item.phone, "DonViXuLy": item.unit_name,
        "NgayTiepNhan": f"{item.record[3]:%Y%m%d}083000",
        "NgayKetThucXuLy": f"{item.record[4]:%Y%m%d}093000",
        "TaiLieuNop": [{"TenTepDinhKem": f"{item.person}.pdf", "x": "]},"}],
        "TrangThaiHoSo": NATIONAL_STATES[item.state],
    }  # fmt: skip


def _igate2(item: Row) -> dict[str, Any]:
    return {
        "id": f"{item.number:024x}", "code": item.record[0],
        "procedure": {"code": item.record[1], "sector": {"name": "Hộ tịch"}},
        "applicant": {"fullname": item.person, "phoneNumber": item.phone},
        "agency": {"name": item.unit_name},
        "acceptedDate": f"{item.record[3]:%Y-%m-%d}T03:00:00.000+0000",
        "completedDate": f"{item.record[4]:%Y-%m-%d}T03:00:00.000+0000",
        "dossierStatus": {"id": 4, "name": item.state},
    }  # fmt: skip


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _array(rows: Sequence[Row]) -> bytes:
    return _json([_national(item) for item in rows])


def _envelope(rows: Sequence[Row]) -> bytes:
    data = [_national(item) for item in rows]
    return _json({"service": "DongBoHoSoMC", "isUpdating": "False", "data": data, "n": [1, 2]})


def _igate2_page(rows: Sequence[Row]) -> bytes:
    return _json({"content": [_igate2(item) for item in rows], "last": True, "size": len(rows)})


def _ndjson(rows: Sequence[Row]) -> bytes:
    return b"".join(_json(_national(item)) + b"\n" for item in rows)


def _two_members(rows: Sequence[Row]) -> bytes:
    half = len(rows) // 2
    return zip_bytes(
        [("a.csv", _csv(rows[:half]).encode()), ("b.xls", html_bytes(_sheet(rows[half:])))]
    )


Nature = Literal["lines", "marked", "checked", "biff"]


@dataclass(frozen=True)
class Container:
    """A container: its export, how it is written, and what it can tell of itself.

    `nature` is `lines` (text whose end nothing tells), `marked` (text that ends as it began),
    `checked` (packed, with checksums) or `biff`. `border` ends a row of text.
    """

    name: str
    export: str
    write: Callable[[Sequence[Row]], bytes]
    nature: Nature
    border: bytes = b""

    @property
    def has_text(self) -> bool:
        """Whether a changed byte changes what stands at its place, and nothing else."""
        return self.nature in ("lines", "marked")


CONTAINERS = {
    container.name: container
    for container in (
        Container("csv", "table", lambda rows: _csv(rows).encode("utf-8-sig"), "lines", b"\n"),
        Container("tsv", "table", lambda rows: _csv(rows, "\t").encode(), "lines", b"\n"),
        Container("utf_16", "table", lambda rows: _csv(rows).encode("utf-16"), "lines", b"\n\0"),
        Container("windows_1258", "table",
                  lambda rows: encode_legacy(_csv(rows), "windows-1258"), "lines", b"\n"),
        Container("tcvn3", "table",
                  lambda rows: encode_legacy(_csv(rows), "tcvn3"), "lines", b"\n"),
        Container("ndjson", "array", _ndjson, "lines", b"\n"),
        Container("html", "table", lambda rows: html_bytes(_sheet(rows)), "marked", b"</tr>"),
        Container("spreadsheet_xml", "table",
                  lambda rows: spreadsheet_xml_bytes([_sheet(rows)]), "marked", b"</Row>"),
        Container("array", "array", _array, "marked", b"}, "),
        Container("envelope", "envelope", _envelope, "marked", b"}, "),
        Container("igate2", "igate2", _igate2_page, "marked", b"}, "),
        Container("xlsx", "table", lambda rows: xlsx_bytes([_sheet(rows)]), "checked"),
        Container("gzip", "table", lambda rows: gzip_bytes(_csv(rows).encode()), "checked"),
        Container("zip", "table", _two_members, "checked"),
        Container("xls", "table", lambda rows: xls_bytes([_sheet(rows)]), "biff"),
    )
}  # fmt: skip

_STATE_TEXTS = {value: [text] for text, value in STATES.items()}
_CODES = {value: [NATIONAL_STATES[text]] for text, value in STATES.items()}
_COLUMNS = (
    "dossier_code",
    "procedure_code",
    "unit_code",
    "received_date",
    "finished_date",
    "state",
)
_NATIONAL_PATHS = ("MaHoSo", "MaTTHC", "DonViXuLy", "NgayTiepNhan", "NgayKetThucXuLy",
                   "TrangThaiHoSo")  # fmt: skip
_IGATE2_PATHS = ("code", "procedure.code", "agency.name", "acceptedDate", "completedDate",
                 "dossierStatus.name")  # fmt: skip


def _export(headers: Sequence[str], states: dict[str, list[str]], **more: Any) -> dict[str, Any]:
    columns = dict(zip(_COLUMNS, headers, strict=True))
    return {"kind": "dossier", "columns": columns, "values": {"state": states}, **more}


# Nothing is refused for its share of rejects: what is loaded of a bad file must be seen.
SOURCE = Source.model_validate({
    "title": "Cổng thử",
    "refuse_above_share": 1.0,
    "exports": {
        "table": _export([HEADER[place] for place in (1, 2, 5, 6, 7, 8)], _STATE_TEXTS),
        "array": _export(_NATIONAL_PATHS, _CODES, date_formats=["%Y%m%d%H%M%S"]),
        "envelope": _export(_NATIONAL_PATHS, _CODES, date_formats=["%Y%m%d%H%M%S"],
                            records="data"),
        "igate2": _export(_IGATE2_PATHS, _STATE_TEXTS, records="content", time_zone="UTC",
                          date_formats=["%Y-%m-%dT%H:%M:%S.%g%z"]),
    },
})  # fmt: skip


def biff_cells(data: bytes) -> list[int]:
    """Return where the records of cells begin in a workbook of xlwt, its stream in one piece."""
    places = []
    at = 512
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        if kind in (0x00FD, 0x0203, 0x027E):  # LABELSST, NUMBER, RK
            places.append(at)
        if kind == 0x000A and places:  # EOF of the sheet
            break
        at += 4 + size
    return places
