"""Files as portals deliver them, tiny and made up."""

import csv
import html
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
import xlsxwriter  # type: ignore[import-untyped,unused-ignore]

from assets.engine.common.paths import Paths
from assets.engine.load import Loaded
from assets.engine.warehouse import warehouse
from tests.support import take_in

JANUARY, FEBRUARY = "2022-12-15", "2023-01-15"
PERSON = "Lò Thị Mẫu"

COMMUNE_HEADERS = {
    "number": "STT", "dossier_code": "Mã hồ sơ", "procedure_code": "Mã TTHC",
    "unit_code": "Đơn vị xử lý", "person": "Chủ hồ sơ", "channel": "Kênh thực hiện",
    "submitted_date": "Ngày nộp hồ sơ", "received_date": "Ngày tiếp nhận",
    "due_date": "Ngày hẹn trả", "supplement_requested_date": "Ngày yêu cầu bổ sung",
    "finished_date": "Ngày kết thúc xử lý", "returned_date": "Ngày trả",
    "refused_date": "Ngày từ chối", "result_kind": "Loại kết quả",
    "has_digitised_input": "Số hóa TPHS", "has_reused_input": "Tái sử dụng",
    "has_e_result": "Số hóa kết quả", "state": "Trạng thái",
}  # fmt: skip
DISTRICT_LEAVES = {
    "dossier_code": ("", "Mã hồ sơ"), "procedure_code": ("", "Mã TTHC"),
    "unit_code": ("", "Đơn vị giải quyết"), "channel": ("", "Hình thức nộp"),
    "submitted_date": ("Ngày, tháng, năm", "Nộp hồ sơ"),
    "received_date": ("Ngày, tháng, năm", "Nhận hồ sơ"),
    "due_date": ("Ngày, tháng, năm", "Hẹn trả kết quả"),
    "supplement_requested_date": ("Ngày, tháng, năm", "Yêu cầu bổ sung"),
    "finished_date": ("Kết quả giải quyết", "Ngày kết thúc xử lý"),
    "returned_date": ("Kết quả giải quyết", "Ngày trả kết quả"),
    "refused_date": ("Kết quả giải quyết", "Ngày từ chối"),
    "result_kind": ("Kết quả giải quyết", "Loại kết quả"),
    "has_digitised_input": ("Số hóa", "Thành phần hồ sơ"),
    "has_reused_input": ("Số hóa", "Tái sử dụng"), "has_e_result": ("Số hóa", "Kết quả"),
    "state": ("", "Trạng thái"),
}  # fmt: skip
PAYMENT_HEADERS = {
    "request_code": "Mã yêu cầu", "dossier_code": "Mã hồ sơ", "requested_date": "Ngày yêu cầu",
    "collected_date": "Ngày thu", "fee_amount": "Phí (VNĐ)", "charge_amount": "Lệ phí (VNĐ)",
    "amount": "Tổng (VNĐ)", "method": "Hình thức thanh toán", "collection": "Hình thức thu",
    "state": "Trạng thái",
}  # fmt: skip

Texts = Mapping[str, str]


def code(sequence: int) -> str:
    return f"000.06.33.H22-230105-{sequence:04}"


def dossier(sequence: int, **texts: str) -> dict[str, str]:
    """Return the texts of a dossier in process; `texts` say what is different."""
    plain = {
        "number": str(sequence), "dossier_code": code(sequence), "procedure_code": "1.001193",
        "unit_code": "UBND xã Chí Cà", "person": PERSON, "channel": "Trực tuyến",
        "received_date": "05/01/2023 08:00:00", "state": "Đang xử lý",
    }  # fmt: skip
    return plain | texts


def payment(sequence: int, **texts: str) -> dict[str, str]:
    plain = {
        "request_code": f"TT-{sequence:04}", "dossier_code": code(sequence),
        "requested_date": "05/01/2023", "collected_date": "06/01/2023", "amount": "30.000",
        "method": "Trực tuyến", "collection": "Thu trước", "state": "Đã thanh toán",
    }  # fmt: skip
    return plain | texts


def place(paths: Paths, export: str, period: str | None, name: str) -> Path:
    """Return where a file of this name belongs, its folders made."""
    folder = paths.inbox / "xin_man" / export / (period or "")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def cells(rows: Sequence[Texts]) -> list[list[str]]:
    """Return the cells of a commune's rows in the order of its header."""
    return [[row.get(name, "") for name in COMMUNE_HEADERS] for row in rows]


def csv_text(lines: Sequence[Sequence[str]], *, delimiter: str = ";") -> str:
    """Return the text of a commune's list: its header, and lines of cells below."""
    written: list[str] = []
    writer = csv.writer(_Lines(written), delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([list(COMMUNE_HEADERS.values()), *lines])
    return "".join(written)


def deliver_csv(
    paths: Paths, rows: Sequence[Texts], *, period: str = JANUARY, name: str = "a.csv"
) -> Path:
    file = place(paths, "dossiers_commune", period, name)
    file.write_text(csv_text(cells(rows)), encoding="utf-8", newline="")
    return file


def deliver_workbook(
    paths: Paths,
    rows: Sequence[Mapping[str, str | date]],
    *,
    period: str | None = JANUARY,
    name: str = "a.xlsx",
    line: str = "Từ ngày 15/12/2022 đến ngày 14/01/2023",
) -> Path:
    file = place(paths, "dossiers_district", period, name)
    with xlsxwriter.Workbook(str(file), {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "DANH SÁCH HỒ SƠ")
        sheet.write_string(1, 0, line)
        above = ""
        for column, (group, leaf) in enumerate(DISTRICT_LEAVES.values()):
            if group not in ("", above):
                sheet.write_string(3, column, group)
            sheet.write_string(4 if group else 3, column, leaf)
            above = group
        for number, row in enumerate(rows, start=5):
            for column, name_of in enumerate(DISTRICT_LEAVES):
                value = row.get(name_of)
                if isinstance(value, date):
                    sheet.write_datetime(number, column, datetime(*value.timetuple()[:6]))  # noqa: DTZ001
                elif value:
                    sheet.write_string(number, column, value)
    return file


def deliver_payments(
    paths: Paths, rows: Sequence[Texts], *, period: str = JANUARY, name: str = "a.xls"
) -> Path:
    file = place(paths, "payments", period, name)
    lines = ["".join(f"<th>{text}</th>" for text in PAYMENT_HEADERS.values())]
    lines += [
        "".join(f"<td>{html.escape(row.get(name, ''))}</td>" for name in PAYMENT_HEADERS)
        for row in rows
    ]
    table = "\n".join(f"<tr>{line}</tr>" for line in lines)
    file.write_text(f"<html><body><table>{table}</table></body></html>", encoding="utf-8")
    return file


def load(paths: Paths, *keys: str) -> list[Loaded]:
    """Collect and load the periods and return what became of each current file."""
    with warehouse(paths) as connection:
        return take_in(paths, list(keys or (JANUARY,)), connection)


def ask(paths: Paths, sql: str) -> list[tuple[object, ...]]:
    """Return the rows that the warehouse answers."""
    with duckdb.connect(str(paths.warehouse_file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def register_of(paths: Paths) -> dict[object, object]:
    """Return the state of every dossier in the register."""
    rows = ask(paths, "SELECT dossier_code, state FROM core.dossier")
    assert len(dict(rows)) == len(rows), "a dossier stands twice in the register"  # type: ignore[arg-type]
    return dict(rows)  # type: ignore[arg-type]


def rejected(paths: Paths) -> list[tuple[object, ...]]:
    return ask(paths, "SELECT row_number, rule_id FROM quarantine.rejected_row ORDER BY ALL")


class _Lines:
    """What csv.writer writes to."""

    def __init__(self, written: list[str]) -> None:
        self._written = written

    def write(self, text: str) -> None:
        self._written.append(text)
