"""The big files that `make bench` reads, each made once in `data/bench`."""

import csv
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from string import Template

import duckdb
import xlsxwriter  # type: ignore[import-untyped,unused-ignore]

from assets.engine.common.paths import PROJECT

HERE = Path(__file__).parent
FOLDER = PROJECT / "data" / "bench"
UNITS = PROJECT / "data" / "reference" / "unit.csv"
PROCEDURES = PROJECT / "data" / "reference" / "procedure.csv"
WIDTH = 24

# The district list of the sample: a name over both rows of the header, or a group over its leaves.
_DISTRICT_HEADER = (
    ("STT", ""), ("Mã hồ sơ", ""), ("Mã TTHC", ""), ("Tên thủ tục hành chính", ""),
    ("Lĩnh vực", ""), ("Đơn vị giải quyết", ""), ("Chủ hồ sơ", ""), ("Số CCCD", ""),
    ("Địa chỉ", ""),
    ("Số điện thoại", ""), ("Hình thức nộp", ""), ("Ngày, tháng, năm", "Nộp hồ sơ"),
    ("", "Nhận hồ sơ"), ("", "Hẹn trả kết quả"), ("", "Yêu cầu bổ sung"),
    ("Kết quả giải quyết", "Ngày kết thúc xử lý"), ("", "Ngày trả kết quả"), ("", "Ngày từ chối"),
    ("", "Loại kết quả"), ("Số hóa", "Thành phần hồ sơ"), ("", "Tái sử dụng"), ("", "Kết quả"),
    ("Hình thức trả", ""), ("Trạng thái", ""),
)  # fmt: skip
# As in the sample, half of the dates are true ones, the others text.
_TRUE_DATES = (12, 13, 15, 17)
_CSV_DATES = {"submitted": 11, "received": 12, "due": 13, "supplement": 14, "finished": 15,
              "returned": 16}  # fmt: skip
_CHUNK = 1 << 24


def csv_file(rows: int) -> Path:
    """Return the communes' list of `rows` dossiers."""
    return _made(f"dossiers-{rows}.csv", rows, lambda part: write_dossiers(part, rows, ""))


def workbook_file(rows: int) -> Path:
    """Return the district's list of `rows` dossiers."""
    source = csv_file(rows)
    return _made(f"dossiers-{rows}.xlsx", rows, lambda part: _write_workbook(source, part))


def lines_file(rows: int) -> Path:
    """Return `rows` dossiers of the national contract, an object a line."""
    source = csv_file(rows)
    return _made(f"national-{rows}.ndjson", rows, lambda part: _write_lines(source, part))


def array_file(rows: int) -> Path:
    """Return `rows` dossiers of the national contract as one array."""
    lines = lines_file(rows)
    return _made(f"national-{rows}.array.json", rows, lambda part: _wrap(lines, part, b"[", b"]\n"))


def envelope_file(rows: int) -> Path:
    """Return `rows` dossiers of the national contract within its envelope."""
    lines = lines_file(rows)
    opening = b'{"session":"mau","service":"DongBoHoSoMC","isUpdating":"False","data":['
    return _made(f"national-{rows}.json", rows, lambda part: _wrap(lines, part, opening, b"]}\n"))


def write_dossiers(file: Path, rows: int, only: str) -> None:
    """Write those of `rows` dossiers that the clause `only` leaves as the communes' CSV."""
    text = Template((HERE / "dossiers.sql").read_text(encoding="utf-8")).substitute(
        rows=rows, units=UNITS, procedures=PROCEDURES, target=file, only=only
    )
    with duckdb.connect() as connection:
        connection.execute(text)


def _made(name: str, rows: int, write: Callable[[Path], None]) -> Path:
    """Return the file of this name, written if it is not there; never half of one."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / name
    if not file.exists():
        print(f"writing {rows:,} dossiers to {file}", file=sys.stderr)
        part = file.with_name(file.name + ".part")
        write(part)
        part.rename(file)
    return file


def _write_workbook(source: Path, target: Path) -> None:
    options = {"constant_memory": True, "default_date_format": "dd/mm/yyyy hh:mm:ss"}
    with (
        source.open(encoding="utf-8", newline="") as text,
        xlsxwriter.Workbook(str(target), options) as book,
    ):
        sheet = book.add_worksheet("Hồ sơ")
        sheet.write_string(0, 0, "DANH SÁCH HỒ SƠ THỦ TỤC HÀNH CHÍNH")
        for level in (0, 1):
            sheet.write_row(2 + level, 0, [names[level] for names in _DISTRICT_HEADER])
        rows = csv.reader(text, delimiter=";")
        next(rows)
        for number, cells in enumerate(rows, start=4):
            sheet.write_number(number, 0, int(cells[0]))
            for column, cell in enumerate(cells[1:], start=1):
                if not cell:
                    continue
                moment = _moment(cell) if column in _TRUE_DATES else None
                if moment is None:
                    sheet.write_string(number, column, cell)
                else:
                    sheet.write_datetime(number, column, moment)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%d/%m/%Y %H:%M:%S").replace(tzinfo=UTC).replace(tzinfo=None)
    except ValueError:
        return None


def _write_lines(source: Path, target: Path) -> None:
    # A date that is none stays as it is: the reader must reject it.
    days = {
        name: f"coalesce(strftime(try_strptime(c{column}, '%d/%m/%Y %H:%M:%S'), "
        f"'%Y%m%d%H%M%S'), c{column}, '')"
        for name, column in _CSV_DATES.items()
    }
    text = Template((HERE / "national.sql").read_text(encoding="utf-8")).substitute(
        days, file=source, target=target,
        columns=", ".join(f"'c{index}': 'VARCHAR'" for index in range(WIDTH)),
    )  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute(text)


def _wrap(lines: Path, target: Path, opening: bytes, closing: bytes) -> None:
    """Write the objects of `lines`, parted by commas, between `opening` and `closing`."""
    left = lines.stat().st_size
    with lines.open("rb") as origin, target.open("wb") as output:
        output.write(opening)
        while chunk := origin.read(_CHUNK):
            left -= len(chunk)
            # No object holds a line end, and the last one has no comma behind it.
            text = chunk if left else chunk.rstrip(b"\n")
            output.write(text.replace(b"\n", b",\n"))
        output.write(closing)
