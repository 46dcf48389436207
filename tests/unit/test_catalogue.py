"""Catalogues of procedures: every code as delivered, and the CSV's word before a catalogue's."""

import csv
import hashlib
import os
import unicodedata
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xlsxwriter

from assets.engine.common.paths import Paths
from assets.engine.load import Loaded
from assets.engine.reference import files, load_procedures
from assets.engine.warehouse import warehouse
from schemas.rows import KINDS
from tests.support import SETTINGS, take_in
from tests.unit.deliveries import JANUARY, ask

REAL = Path(os.environ.get("MOTCUA_CATALOGUES", "no folder"))
REAL_CODES = 2639
HEADER = ["Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"]
TITLE = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n",
    "Độc lập – Tự do – Hạnh phúc\n------------------------------\n\n",
    "DANH SÁCH THỦ TỤC HÀNH CHÍNH\n\n\n",
)
# In the CSV of the project, under a name of its own.
LISTED = "6.006597"
ROWS = [
    ["1.010000", "Cấp giấy phép Mẫu", "Bộ Mẫu", "UBND cấp xã", "Hộ tịch Mẫu"],
    ["2.000880", "Gia hạn giấy phép Mẫu \n", "Bộ Mẫu", "Sở Mẫu\nUBND cấp xã ", "Đường bộ Mẫu"],
    [LISTED, "Thu hồi  giấy phép\u00a0Mẫu", "Bộ Mẫu", "", "Hộ tịch Mẫu"],
    ["1.000000", unicodedata.normalize("NFD", "Sửa giấy phép Mẫu"), "Bộ Mẫu", " ", "Hộ tịch Mẫu"],
    ["1.990000", "Đổi giấy phép Mẫu", "Bộ Mẫu", "Cục Mẫu\nSở Mẫu\nCục Mẫu", "Hộ tịch\nMẫu"],
]
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _place(paths: Paths, name: str) -> Path:
    folder = paths.inbox / "catalogue" / "procedures" / JANUARY
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def _write_workbook(file: Path, rows: list[list[str]]) -> None:
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        bold, slanted = book.add_format({"bold": True}), book.add_format({"italic": True})
        sheet.merge_range(0, 0, 0, 4, "")
        sheet.write_rich_string(0, 0, bold, TITLE[0], slanted, TITLE[1], bold, TITLE[2])
        for number, row in enumerate([HEADER, *rows], start=1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)


def _take_in(paths: Paths) -> tuple[list[Loaded], tuple[int, int]]:
    """Load the catalogues and then the reference table, as the job does."""
    with warehouse(paths) as connection:
        results = take_in(paths, [JANUARY], connection)
        return results, load_procedures(connection, paths.reference)


def _listed_names() -> dict[str, str]:
    """Return code and name of every procedure of the project's own CSV."""
    with (SETTINGS / "reference" / "procedure.csv").open(encoding="utf-8") as text:
        return {row["procedure_code"]: row["procedure_name"] for row in csv.DictReader(text)}


def test_a_catalogue_is_taken_in_whole_and_no_code_is_altered(installation: Paths) -> None:
    _write_workbook(_place(installation, "danh-sach-tthc-BoMau.xlsx"), ROWS)
    (result,), _ = _take_in(installation)
    assert (result.state, result.read, result.accepted) == ("loaded", 5, 5)
    assert (result.quarantined, result.duplicates, result.layout) == (0, 0, 0)
    assert (result.flagged, result.warnings) == (0, [])
    assert ask(
        installation,
        "SELECT row_number, procedure_code, procedure_name, field_name "
        "FROM core.procedure_version ORDER BY row_number",
    ) == [
        (3, "1.010000", "Cấp giấy phép Mẫu", "Hộ tịch Mẫu"),
        (4, "2.000880", "Gia hạn giấy phép Mẫu", "Đường bộ Mẫu"),
        (5, LISTED, "Thu hồi giấy phép Mẫu", "Hộ tịch Mẫu"),
        (6, "1.000000", "Sửa giấy phép Mẫu", "Hộ tịch Mẫu"),
        (7, "1.990000", "Đổi giấy phép Mẫu", "Hộ tịch Mẫu"),
    ]


def test_no_text_is_kept_as_it_stands_that_no_table_is_made_from() -> None:
    kept = {c.name for kind in KINDS.values() for c in kind.columns if c.reading == "name"}
    assert kept == {"procedure_name", "field_name", "issuing_authority"}
    sql = files.DELIVERED_SQL.read_text(encoding="utf-8")
    assert {name for name in kept if name not in sql} == set()


def test_the_csv_has_the_last_word_and_a_catalogue_adds_the_rest(installation: Paths) -> None:
    _write_workbook(_place(installation, "danh-sach-tthc-BoMau.xlsx"), ROWS)
    listed = _listed_names()
    _, counts = _take_in(installation)
    assert counts == (len(listed), 4)
    added = ask(
        installation,
        "SELECT procedure_code, procedure_name, field_code, source, service_level "
        "FROM reference.procedure WHERE source = 'Danh mục đã nạp, Bộ Mẫu' ORDER BY ALL",
    )
    assert [row[0] for row in added] == ["1.000000", "1.010000", "1.990000", "2.000880"]
    assert added[3][1:] == (
        "Gia hạn giấy phép Mẫu", "DUONG_BO_MAU", "Danh mục đã nạp, Bộ Mẫu", None,
    )  # fmt: skip
    kept = f"SELECT procedure_name FROM reference.procedure WHERE procedure_code = '{LISTED}'"
    assert ask(installation, kept) == [(listed[LISTED],)]


def test_a_row_without_a_name_is_rejected_and_no_other(installation: Paths) -> None:
    rows = [*ROWS[:2], ["1.010001", "", "Bộ Mẫu", "UBND cấp xã", "Hộ tịch Mẫu"], *ROWS[2:]]
    _write_workbook(_place(installation, "danh-sach-tthc-BoMau.xlsx"), rows)
    (result,), _ = _take_in(installation)
    assert (result.read, result.accepted, result.quarantined) == (6, 5, 1)
    rejected = "SELECT row_number, rule_id, record_code FROM quarantine.rejected_row"
    assert ask(installation, rejected) == [(5, "procedure_name_missing", "1.010001")]


def test_two_catalogues_that_list_one_procedure_give_it_once(installation: Paths) -> None:
    renamed = [[ROWS[0][0], "Tên mới, Mẫu", "Bộ Mẫu Hai", "", "Hộ tịch Mẫu"]]
    _write_workbook(_place(installation, "danh-sach-tthc-BoMau.xlsx"), ROWS)
    _write_workbook(_place(installation, "danh-sach-tthc-BoMauHai.xlsx"), renamed)
    _, (_, delivered) = _take_in(installation)
    assert delivered == 4
    once = "SELECT count(*) FROM reference.procedure WHERE procedure_code = '1.010000'"
    assert ask(installation, once) == [(1,)]


def _plain_reading(file: Path) -> dict[int, list[str]]:
    """Return the cells below the header by row number, read with a zip file and XML alone."""
    with zipfile.ZipFile(file) as archive:
        strings = [
            "".join(text.text or "" for text in item.iter(f"{_MAIN}t"))
            for item in ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
        ]
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    rows = {}
    for row in sheet.iter(f"{_MAIN}row"):
        cells = dict.fromkeys("ABCDE", "")
        for cell in row.iter(f"{_MAIN}c"):
            value = cell.find(f"{_MAIN}v")
            if value is not None:
                assert cell.get("t") == "s", "a cell that is no text: a code may be a number"
                cells[str(cell.get("r"))[0]] = strings[int(value.text or "")]
        rows[int(str(row.get("r")))] = list(cells.values())
    assert rows[2] == HEADER
    return {number: cells for number, cells in rows.items() if number > 2 and any(cells)}


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def test_a_plain_reading_finds_what_was_written(tmp_path: Path) -> None:
    _write_workbook(tmp_path / "a.xlsx", ROWS)
    assert _plain_reading(tmp_path / "a.xlsx") == dict(enumerate(ROWS, start=3))


@pytest.mark.skipif(not REAL.is_dir(), reason="MOTCUA_CATALOGUES names no folder")
def test_the_real_catalogues_are_taken_in_whole(installation: Paths) -> None:
    files = {file.name: file.read_bytes() for file in sorted(REAL.glob("*.xlsx"))}
    read = {file.name: _plain_reading(file) for file in sorted(REAL.glob("*.xlsx"))}
    for name, content in files.items():
        _place(installation, name).write_bytes(content)
    results, (listed_count, delivered_count) = _take_in(installation)

    by_digest = {hashlib.sha256(content).hexdigest(): name for name, content in files.items()}
    stored: dict[str, dict[object, tuple[object, object]]] = {name: {} for name in files}
    for digest, row, code, title in ask(
        installation,
        "SELECT file_sha256, row_number, procedure_code, procedure_name "
        "FROM core.procedure_version INNER JOIN ops.delivery USING (delivery_id)",
    ):
        stored[by_digest[str(digest)]][row] = (code, title)
    for name, rows in read.items():
        expected = {row: (cells[0], _one_line(cells[1])) for row, cells in rows.items()}
        assert stored[name] == expected, name
    codes = {code for rows in stored.values() for code, _ in rows.values()}
    assert len(codes) == sum(len(rows) for rows in stored.values()) == REAL_CODES

    assert [result.state for result in results] == ["loaded"] * len(files)
    for result in results:
        assert result.read == result.accepted
        assert (result.quarantined, result.flagged, result.warnings) == (0, 0, [])
    listed = _listed_names()
    assert (listed_count, delivered_count) == (len(listed), len(codes - set(listed)))
    told = ask(installation, "SELECT procedure_code, procedure_name FROM reference.procedure")
    reference = {row[0]: row[1] for row in told}
    assert set(reference) == codes | set(listed)
    assert {code: reference[code] for code in listed} == listed
