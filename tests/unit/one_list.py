"""One list of invented dossiers, written as every container holds it.

A dossier maps canonical columns to canonical values; a moment without hours is a `date`.
"""

import json
import random
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sample_lists import (
    Cell,
    Line,
    csv_text,
    html_bytes,
    person,
    spreadsheet_xml_bytes,
    titled,
    xls_bytes,
    xlsx_bytes,
)

Dossier = dict[str, Any]

# What all six contracts have a field for. iGate 2 lacks the rest of `WITHOUT_IGATE`; the national
# contract lacks service level, kind of result and whether paper is due, so no list holds those.
IN_ALL = (
    "dossier_code", "other_dossier_code", "procedure_code", "unit_code", "channel",
    "submitted_date", "received_date", "due_date", "finished_date", "return_method", "state",
)  # fmt: skip
WITHOUT_IGATE = (
    *IN_ALL, "supplement_requested_date", "returned_date", "refused_date", "has_digitised_input",
    "has_reused_input", "has_e_result",
)  # fmt: skip
# The national contract has no code for a refusal after acceptance.
STATES = (
    "new", "not_accepted", "in_process", "paused_supplement", "paused_finance", "paused_other",
    "withdrawn", "finished", "returned",
)  # fmt: skip
UNITS = {
    "01105": "UBND xã Chí Cà", "01120": "UBND xã Pà Vầy Sủ", "01138": "UBND xã Chế Là",
    "033": "UBND huyện Xín Mần", "?": "UBND xã Mẫu Không Có", "": "",
}  # fmt: skip
# What portals write for "no day", by its year; the last is an empty cell.
NO_DAYS = ("0001-01-01", "1900-01-01", "1970-01-01", "")

HEADERS = {
    "dossier_code": "Mã hồ sơ", "other_dossier_code": "Mã hồ sơ quốc gia",
    "procedure_code": "Mã TTHC", "unit_code": "Đơn vị xử lý", "channel": "Hình thức nộp",
    "submitted_date": "Ngày nộp", "received_date": "Ngày nhận", "due_date": "Ngày hẹn trả",
    "finished_date": "Ngày có kết quả", "return_method": "Hình thức trả", "state": "Trạng thái",
    "supplement_requested_date": "Ngày yêu cầu bổ sung", "returned_date": "Ngày trả",
    "refused_date": "Ngày từ chối", "has_digitised_input": "Số hóa",
    "has_reused_input": "Tái sử dụng", "has_e_result": "Kết quả điện tử",
}  # fmt: skip
SPOKEN = {
    "channel": {"online": "Trực tuyến", "direct": "Trực tiếp", "postal": "Bưu chính công ích"},
    "return_method": {"counter": "Trực tiếp", "post": "Bưu chính công ích"},
    "state": {
        "new": "Mới đăng ký", "not_accepted": "Không được tiếp nhận", "in_process": "Đang xử lý",
        "paused_supplement": "Yêu cầu bổ sung giấy tờ", "withdrawn": "Công dân yêu cầu rút hồ sơ",
        "paused_finance": "Yêu cầu thực hiện nghĩa vụ tài chính", "paused_other": "Dừng xử lý",
        "finished": "Đã xử lý xong", "returned": "Đã trả kết quả", "unheard": "Chờ Mẫu ký",
    },
}  # fmt: skip
NATIONAL = {
    "channel": {"direct": "1", "online": "2", "postal": "3"},
    "return_method": {"counter": "0", "post": "1"},
    "state": {
        "new": "1", "in_process": "4", "not_accepted": "3", "paused_supplement": "5",
        "paused_finance": "6", "withdrawn": "7", "paused_other": "8", "finished": "9",
        "returned": "10", "unheard": "77",
    },
}  # fmt: skip
FLAG_COLUMNS = ("has_digitised_input", "has_reused_input", "has_e_result")


def settings_of_the_table() -> str:
    """Return the settings of the portal that writes the list as a table."""
    lines = ['title = "Một danh sách (mẫu)"', "[exports.dossiers]", 'kind = "dossier"',
             'units = "name"', "[exports.dossiers.columns]"]  # fmt: skip
    lines += [f'{name} = "{header}"' for name, header in HEADERS.items()]
    for column, words in SPOKEN.items():
        lines.append(f"[exports.dossiers.values.{column}]")
        lines += [f'{value} = ["{word}"]' for value, word in words.items() if value != "unheard"]
    for column in FLAG_COLUMNS:
        lines += [f"[exports.dossiers.values.{column}]", 'true = ["Có"]', 'false = ["Không"]']
    return "\n".join(lines) + "\n"


def invented_dossiers(seed: int, count: int = 40) -> list[Dossier]:
    """Return dossiers of every state, with days, moments and none of either."""
    chance = random.Random(seed)
    return [_dossier(number, chance) for number in range(1, count + 1)]


def _dossier(number: int, chance: random.Random) -> Dossier:
    received = date(2022, 12, 15) + timedelta(days=chance.randrange(31))
    code = f"000.06.33.H22-{received:%y%m%d}-{number:04}"
    other = f"H22.33-{received:%y%m%d}-{number:04}"
    state = STATES[number % len(STATES)]
    ended = received + timedelta(days=chance.randrange(9)) if number % 9 > 5 else None
    # The two codes of a dossier change places: the register agrees on the first of them.
    codes = {0: (other, code), 1: (code, other)}.get(number % 5, (code, None))
    return {
        "dossier_code": codes[0],
        "other_dossier_code": codes[1],
        "procedure_code": chance.choice(["1.001193", "2.000880", "1.010000", None]),
        "unit_code": chance.choice(list(UNITS)),
        "channel": chance.choice(["online", "direct", "postal", None]),
        "submitted_date": _moment(received - timedelta(days=1), chance),
        "received_date": None if state == "new" else _moment(received, chance),
        "due_date": _maybe(_moment(received + timedelta(days=5), chance), chance),
        "supplement_requested_date": _moment(received, chance) if "supplement" in state else None,
        "finished_date": _moment(ended, chance) if ended else None,
        "returned_date": _moment(ended, chance) if ended and state == "returned" else None,
        "refused_date": _moment(received, chance) if state == "not_accepted" else None,
        "return_method": chance.choice(["counter", "post", None]),
        "has_digitised_input": chance.choice([True, False, None]),
        "has_reused_input": chance.choice([True, False, None]),
        # A path of the result, or none: the national contract cannot say no.
        "has_e_result": chance.choice([True, None]),
        "state": state,
    }


def _moment(day: date, chance: random.Random) -> date:
    """Return the day, or a moment of it; the first hours are the day before in UTC."""
    hour = chance.choice([None, 0, 6, 7, 8, 16, 23])
    if hour is None:
        return day
    return datetime(day.year, day.month, day.day, hour, chance.randrange(1, 60), 59)  # noqa: DTZ001


def _maybe(day: date, chance: random.Random) -> date | None:
    return day if chance.random() < 0.7 else None


def table_rows(dossiers: Sequence[Dossier], *, is_titled: bool, has_dates: bool) -> list[Line]:
    """Return the cells of a list with its header; `has_dates` where cells can be true dates."""
    rows: list[Line] = [["STT", *HEADERS.values(), "Chủ hồ sơ"]]
    for number, dossier in enumerate(dossiers, 1):
        cells = [_table_cell(name, dossier.get(name), number) for name in HEADERS]
        if has_dates and number % 3:
            cells = [_true_date(name, dossier.get(name), cell)
                     for name, cell in zip(HEADERS, cells, strict=True)]  # fmt: skip
        rows.append([number, *cells, person(number).name])
    return titled(rows) if is_titled else rows


def _table_cell(name: str, value: Any, number: int) -> Cell:
    if name.endswith("_date"):
        if value is None:
            day = NO_DAYS[number % len(NO_DAYS)]
            return day and f"{day[8:]}/{day[5:7]}/{day[:4]}"
        return f"{value:%d/%m/%Y %H:%M:%S}" if isinstance(value, datetime) else f"{value:%d/%m/%Y}"
    if name in FLAG_COLUMNS:
        return {True: "Có", False: "Không", None: ""}[value]
    return _text(_word(name, value, SPOKEN) or "-", number)


def _true_date(name: str, value: Any, cell: Cell) -> Cell:
    if not name.endswith("_date") or value is None:
        return cell
    return value if isinstance(value, datetime) else datetime(*value.timetuple()[:3])  # noqa: DTZ001


def _word(name: str, value: Any, words: dict[str, dict[str, str]]) -> str:
    if value is None:
        return ""
    if name == "unit_code":
        return UNITS[value]
    return words[name][value] if name in words else str(value)


def _text(text: str, number: int) -> str:
    """Return the text as every third row has it: its letters taken apart (NFD)."""
    return unicodedata.normalize("NFD", text) if number % 3 == 0 else text


def csv_bytes(dossiers: Sequence[Dossier], *, is_titled: bool) -> bytes:
    rows = table_rows(dossiers, is_titled=is_titled, has_dates=False)
    return csv_text(rows).encode()


def page_bytes(dossiers: Sequence[Dossier], *, is_titled: bool) -> bytes:
    return html_bytes(table_rows(dossiers, is_titled=is_titled, has_dates=False))


def spreadsheet_bytes(container: str, dossiers: Sequence[Dossier], *, is_titled: bool) -> bytes:
    """Return the list as `xlsx`, `xls` or `spreadsheet_xml`, its dates true ones or text."""
    write = {"xlsx": xlsx_bytes, "xls": xls_bytes, "spreadsheet_xml": spreadsheet_xml_bytes}
    return write[container]([table_rows(dossiers, is_titled=is_titled, has_dates=True)])


def national_record(dossier: Dossier, number: int) -> dict[str, Any]:
    """Return a dossier of DongBoHoSoMC: every scalar a string, times as 14 digits."""
    texts = {name: _national_text(name, value, number) for name, value in dossier.items()}
    flags = {name: dossier.get(name) for name in FLAG_COLUMNS}
    supplements = [
        {"NgayBoSung": text, "NguoiYeuCauBoSung": person(number).name}
        for text in ("20221201080000", texts.get("supplement_requested_date"))
    ]
    return {
        "MaHoSo": texts["dossier_code"], "MaHoSoKhac": texts["other_dossier_code"],
        "MaTTHC": texts["procedure_code"] and texts["procedure_code"] + ".000.00.00.H22",
        "ChuHoSo": person(number).name, "SoGiayToChuHoSo": person(number).identity,
        "DonViXuLy": _text(texts["unit_code"], number), "KenhThucHien": texts["channel"],
        "NgayNopHoSo": texts["submitted_date"], "NgayTiepNhan": texts["received_date"],
        "NgayHenTra": texts["due_date"], "NgayKetThucXuLy": texts["finished_date"],
        "NgayTra": texts.get("returned_date", ""), "NgayTuChoi": texts.get("refused_date", ""),
        "HinhThuc": texts["return_method"], "TrangThaiHoSo": texts["state"],
        "DanhSachHoSoBoSung": supplements if texts.get("supplement_requested_date") else [],
        "HoSoCoThanhPhanSoHoa": {True: "1", False: "0", None: ""}[flags["has_digitised_input"]],
        "TaiLieuNop": {
            True: [{"DuocTaiSuDung": "0"}, {"DuocTaiSuDung": "1"}],
            False: [{"DuocTaiSuDung": "0"}],
            None: [],
        }[flags["has_reused_input"]],
        "DanhSachGiayToKetQua": [
            {"TenGiayTo": "Giấy Mẫu", "MaGiayToKetQua": "KQ.G15.000001",
             "DuongDanTepTinKetQua": "/mau.pdf" if flags["has_e_result"] else ""},
        ],
    }  # fmt: skip


def _national_text(name: str, value: Any, number: int) -> str:
    if not name.endswith("_date"):
        return _word(name, value, NATIONAL)
    if value is None:
        # An empty supplement round is no round.
        day = NO_DAYS[number % len(NO_DAYS)] if name != "supplement_requested_date" else ""
        return day and day.replace("-", "") + "000000"
    return f"{value:%Y%m%d%H%M%S}" if isinstance(value, datetime) else f"{value:%Y%m%d}"


def igate2_record(dossier: Dossier, number: int) -> dict[str, Any]:
    """Return a dossier of iGate 2's search: nested names, times in UTC."""
    moments = {name: _utc(value, number)
               for name, value in dossier.items() if name.endswith("_date")}  # fmt: skip
    procedure = dossier["procedure_code"]
    names = {
        name: _text(_word(name, dossier[name], SPOKEN), number)
        for name in ("unit_code", "channel", "return_method", "state")
    }
    return {
        "id": f"{number:024x}", "code": dossier["dossier_code"],
        "nationCode": dossier["other_dossier_code"],
        "procedure": {"code": procedure and procedure + ".000.00.00.H22"},
        "agency": {"name": names["unit_code"], "parent": {"name": "UBND huyện Mẫu"}},
        "applicant": {"data": {"fullname": person(number).name}},
        "procedureLevel": {"name": ""},
        "applyMethod": {"id": 1, "name": names["channel"]} if names["channel"] else None,
        "appliedDate": moments["submitted_date"], "acceptedDate": moments["received_date"],
        "appointmentDate": moments["due_date"], "completedDate": moments["finished_date"],
        "dossierReceivingKind": {"name": names["return_method"]},
        "dossierStatus": {"id": number, "name": names["state"]},
    }  # fmt: skip


def _utc(value: date | None, number: int) -> str | None:
    """Return the moment in UTC; a day is its local midnight, 17:00 of the day before."""
    if value is None:
        day = NO_DAYS[number % len(NO_DAYS)]
        return f"{day}T00:00:00.000+0000" if day else None
    local = value if isinstance(value, datetime) else datetime(*value.timetuple()[:3])  # noqa: DTZ001
    utc = local - timedelta(hours=7)
    mark = (".000+0000", "+00:00", ".123Z", "Z")[number % 4]
    return f"{utc:%Y-%m-%dT%H:%M:%S}{mark}"


def national_records(dossiers: Sequence[Dossier]) -> list[dict[str, Any]]:
    return [national_record(dossier, number) for number, dossier in enumerate(dossiers, 1)]


def national_bytes(dossiers: Sequence[Dossier]) -> bytes:
    envelope = {"session": "mau", "data": national_records(dossiers), "isUpdating": "False"}
    return json.dumps(envelope, ensure_ascii=False, indent=1).encode()


def lines_bytes(dossiers: Sequence[Dossier]) -> bytes:
    lines = [json.dumps(record, ensure_ascii=False) for record in national_records(dossiers)]
    return "\n".join(lines).encode() + b"\n"


def igate2_bytes(dossiers: Sequence[Dossier]) -> bytes:
    records = [igate2_record(dossier, number) for number, dossier in enumerate(dossiers, 1)]
    reply = {"totalElements": len(records), "content": records, "first": True}
    return json.dumps(reply, ensure_ascii=False).encode()
