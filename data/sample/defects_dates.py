"""Defects of dates: 20 to 29 of docs/defects.md, a small file or two each.

Belongs here: which rows show which defect. Not here: how a list is written (``defect_lists``)
and what the pipeline makes of it, which the tests say. Source ``dates_portal`` where the list is
not that of a portal of the sample.
"""

from __future__ import annotations

from datetime import datetime

from defect_lists import (
    CHI_CA,
    FEBRUARY,
    JANUARY,
    PERSON,
    code,
    csv_list,
    json_list,
    workbook,
)
from sample_defect import Defect
from sample_lists import Cell

HEADER = (
    "STT", "Mã hồ sơ", "Đơn vị giải quyết", "Chủ hồ sơ", "Hình thức nộp", "Ngày tiếp nhận",
    "Ngày hẹn trả", "Ngày kết thúc xử lý", "Ngày trả kết quả", "Ngày từ chối", "Trạng thái",
)  # fmt: skip
COMMUNE_HEADER = (
    "STT", "Mã hồ sơ", "Mã TTHC", "Đơn vị xử lý", "Chủ hồ sơ", "Kênh thực hiện", "Ngày nộp hồ sơ",
    "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày yêu cầu bổ sung", "Ngày kết thúc xử lý", "Ngày trả",
    "Ngày từ chối", "Loại kết quả", "Số hóa TPHS", "Tái sử dụng", "Số hóa kết quả", "Trạng thái",
)  # fmt: skip
FINISHED, RETURNED, WITHDRAWN = "Đã xử lý xong", "Đã trả kết quả", "Công dân yêu cầu rút hồ sơ"
IN_JANUARY = f"dates_portal/dossiers/{JANUARY}/ho-so.csv"
IN_FEBRUARY = f"dates_portal/dossiers/{FEBRUARY}/ho-so.csv"


def _row(sequence: int, received: str, /, **texts: str) -> dict[str, str]:
    """Return a dossier in process, received as written; `texts` say what is different."""
    columns = {
        "due": "Ngày hẹn trả", "finished": "Ngày kết thúc xử lý", "returned": "Ngày trả kết quả",
        "refused": "Ngày từ chối", "state": "Trạng thái", "code": "Mã hồ sơ",
    }  # fmt: skip
    plain = {
        "STT": str(sequence), "Mã hồ sơ": code(sequence), "Đơn vị giải quyết": CHI_CA,
        "Chủ hồ sơ": PERSON, "Hình thức nộp": "Trực tuyến", "Ngày tiếp nhận": received,
        "Trạng thái": "Đang xử lý",
    }  # fmt: skip
    return plain | {columns[name]: text for name, text in texts.items()}


def _list(*rows: dict[str, str]) -> bytes:
    return csv_list(HEADER, rows)


def formats() -> bytes:
    """Return one day in every way portals write it, and some that mean no day."""
    days = (
        "20/01/2023", "20/01/2023 09:30", "20/01/2023 09:30:15", "09:30 20/01/2023",
        "20230120093000", "2023-01-20T09:30:00", "2023-01-20", "44946", "44946.3958333",
        "20/1/2023", "20.01.2023", "20/01/23", "31/02/2023", "01/20/2023", "hôm qua",
    )  # fmt: skip
    return _list(*[_row(number, day) for number, day in enumerate(days, start=1)])


def mixed_workbook() -> bytes:
    """Return a sheet whose date column holds dates, times, texts and bare numbers."""
    noon = datetime(2023, 1, 20, 12)  # noqa: DTZ001 (workbooks hold local time)
    cells: list[Cell] = [
        noon.replace(hour=0), noon, "20/01/2023", "20/01/2023 09:30:15", 44946, 44946.75,
        "2023-01-20", "20-01-2023", 7,
    ]  # fmt: skip
    rows: list[dict[str, Cell]] = [
        {**_row(number, ""), "Ngày tiếp nhận": cell} for number, cell in enumerate(cells, start=21)
    ]
    return workbook(HEADER, rows)


def swapped() -> bytes:
    """Return receptions of 5 March (by the code) as a US spreadsheet left them."""
    return _list(
        _row(1, "05/03/2023", code=code(1, "230305")),
        _row(2, "03/05/2023", code=code(2, "230305")),
        _row(3, "03/05/2023 08:00:00", code=code(3, "230305")),
        _row(4, "06/03/2023", code=code(4, "230305")),
        _row(5, "03/03/2023", code=code(5, "230303")),
        _row(6, "13/03/2023", code=code(6, "230313")),
    )


def in_utc() -> bytes:
    """Return dossiers of iGate 2: local days as 17:00 UTC of the day before."""
    times = (
        ("2023-01-19T17:00:00.000+0000", "2023-01-26T17:00:00.000+0000"),
        ("2023-01-20T01:30:00.000+0000", "2023-01-27T10:00:00.000+0000"),
        ("2023-01-20T16:59:59.999+0000", None),
        ("2023-01-19T17:00:00Z", None),
        ("2023-01-20T00:00:00.000+0700", None),
        ("2023-02-14T17:00:00.000+0000", None),
        ("2023-01-19T17:00:00", None),
    )
    return json_list("content", [_igate(n, *pair) for n, pair in enumerate(times, start=1)])


def _igate(number: int, accepted: str, due: str | None) -> dict[str, object]:
    return {
        "id": f"{number:024x}", "code": code(number), "nationCode": None,
        "procedure": {"code": "1.001193.000.00.00.H22", "sector": {"code": "HOTICH"}},
        "agency": {"code": "000.06.33.H22", "name": CHI_CA},
        "applicant": {"data": {"fullname": PERSON}},
        "applyMethod": {"id": 0, "name": "Trực tuyến"}, "procedureLevel": {"name": "Toàn trình"},
        "appliedDate": accepted, "acceptedDate": accepted, "appointmentDate": due,
        "completedDate": None, "dossierReceivingKind": {"name": "Trực tiếp"},
        "dossierStatus": {"id": 2, "name": "Đang xử lý"},
    }  # fmt: skip


def half_day_clock() -> bytes:
    """Return receptions whose hour lost its morning or afternoon."""
    return _list(
        _row(1, "20/01/2023 00:15:00"),
        _row(2, "20/01/2023 02:30:00"),
        _row(3, "20/01/2023 05:59:59"),
        _row(4, "20/01/2023 06:00:00"),
        _row(5, "20/01/2023 14:30:00"),
        _row(6, "20/01/2023 00:00:00"),
        _row(7, "20/01/2023"),
    )


def null_days() -> bytes:
    """Return due dates that portals write where there is none, and one that only looks so."""
    days = (
        "01/01/0001", "01/01/0001 00:00:00", "00010101000000", "01/01/1900", "01/01/1970 00:00:00",
        "1970-01-01T00:00:00", "", "-", "31/12/1899",
    )  # fmt: skip
    return _list(*[_row(number, "20/01/2023", due=day) for number, day in enumerate(days, start=1)])


def out_of_order() -> bytes:
    """Return dossiers that ended or were due before they came, or came in the future."""
    return _list(
        _row(1, "25/01/2023", finished="20/01/2023", due="30/01/2023", state=FINISHED),
        _row(2, "25/01/2023", refused="20/01/2023", state=WITHDRAWN),
        _row(3, "25/01/2023", due="20/01/2023"),
        _row(4, "20/01/2093"),
        _row(5, ""),
        _row(6, "25/01/2023", finished="25/01/2023", due="25/01/2023", state=FINISHED),
        _row(7, "", state="Mới đăng ký"),
    )


def without_end() -> bytes:
    """Return closed dossiers without an end, without a return, or returned weeks later."""
    return _list(
        _row(1, "20/01/2023", state=FINISHED),
        _row(2, "20/01/2023", state=WITHDRAWN),
        _row(3, "20/01/2023", finished="27/01/2023", due="30/01/2023", state=RETURNED),
        _row(4, "20/01/2023", returned="27/01/2023", due="30/01/2023", state=RETURNED),
        _row(5, "20/12/2022", finished="21/12/2022", returned="13/02/2023", due="25/12/2022",
             state=RETURNED),
        _row(6, "20/01/2023", finished="20/01/2023", returned="19/02/2023", due="20/01/2023",
             state=RETURNED),
        _row(7, "20/12/2022", state=FINISHED),
    )  # fmt: skip


def boundary_days() -> bytes:
    """Return what falls on the first and the last day of a period, at midnight and at its end."""
    return _list(
        _row(1, "15/01/2023"),
        _row(2, "15/01/2023 00:00:00", due="14/02/2023"),
        _row(3, "14/02/2023", due="13/02/2023"),
        _row(4, "14/02/2023 23:59:59"),
        _row(5, "14/01/2023 23:59:59"),
        _row(6, "20/01/2023", finished="14/02/2023 16:30:00", due="14/02/2023", state=FINISHED),
        _row(7, "20/01/2023", finished="15/02/2023 00:00:00", due="14/02/2023", state=FINISHED),
        _row(8, "14/01/2023", finished="15/01/2023", due="15/01/2023", state=FINISHED),
    )


def _commune_list(first: int, *above: str) -> bytes:
    rows = [
        {
            "STT": str(number), "Mã hồ sơ": code(number), "Mã TTHC": "1.001193",
            "Đơn vị xử lý": CHI_CA, "Chủ hồ sơ": PERSON, "Kênh thực hiện": "Trực tuyến",
            "Ngày tiếp nhận": "20/01/2023 08:00:00", "Trạng thái": "Đang xử lý",
        }
        for number in range(first, first + 3)
    ]  # fmt: skip
    return csv_list(COMMUNE_HEADER, rows, "DANH SÁCH HỒ SƠ", *above)


def period_lines() -> dict[str, bytes]:
    """Return lists under a reversed line, a line of a wrong year, and a right one."""
    folder = f"xin_man/dossiers_commune/{JANUARY}"
    return {
        f"{folder}/nguoc.csv": _commune_list(1, "(Từ ngày 14/02/2023 đến ngày 15/01/2023)"),
        f"{folder}/sai-nam.csv": _commune_list(11, "(Từ ngày 15/12/2023 đến ngày 14/11/2023)"),
        f"{folder}/nam-sau.csv": _commune_list(21, "(Từ ngày 15/01/2024 đến ngày 14/02/2024)"),
        f"{folder}/dung.csv": _commune_list(31, "Từ ngày: 15/01/2023 đến ngày: 14/02/2023"),
    }


def due_dates_moved() -> dict[str, bytes]:
    """Return two deliveries between which due dates were moved, set, removed or left."""
    january = ("10/02/2023", "10/02/2023", "", "10/02/2023")
    february = ("20/02/2023", "", "20/02/2023", "10/02/2023")
    return {
        IN_JANUARY: _list(
            *[_row(n, "20/01/2023", due=due) for n, due in enumerate(january, start=1)]
        ),
        IN_FEBRUARY: _list(
            *[_row(n, "20/01/2023", due=due) for n, due in enumerate(february, start=1)],
            _row(5, "20/02/2023", due="28/02/2023"),
        ),
    }


DEFECTS = [
    Defect(20, "date_formats", {
        IN_JANUARY: formats(),
        f"dates_portal/dossiers/{JANUARY}/ho-so.xlsx": mixed_workbook(),
    }),
    Defect(21, "day_month_swapped", {IN_FEBRUARY: swapped()}),
    Defect(22, "utc_times", {f"igate2/dossiers/{JANUARY}/ho-so.json": in_utc()}),
    Defect(23, "half_day_clock", {IN_JANUARY: half_day_clock()}),
    Defect(24, "null_days", {IN_JANUARY: null_days()}),
    Defect(25, "days_out_of_order", {IN_JANUARY: out_of_order()}),
    Defect(26, "closed_without_end", {IN_JANUARY: without_end()}),
    Defect(27, "boundary_days", {IN_JANUARY: boundary_days()}),
    Defect(28, "period_lines", period_lines()),
    Defect(29, "due_dates_moved", due_dates_moved()),
]  # fmt: skip
