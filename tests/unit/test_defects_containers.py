"""Containers, and defects 1 to 3 and 9 of docs/defects.md: what the bytes are."""

import shutil
from pathlib import Path

import pytest
from generate_defects import all_defects
from sample_defect import write_defects
from sample_lists import (
    PERIOD,
    SHORT_HEADER,
    Line,
    commune_list,
    csv_text,
    dossier,
    dossier_code,
    gzip_bytes,
    short_row,
    xls_bytes,
    zip_bytes,
)

from assets.engine.load import Loaded
from tests.unit.defects import (
    DEFECTS,
    Outcome,
    assert_refused,
    assert_whole,
    listed,
    load_defect,
    new_outcome,
)

FULL_SHEET = 65_536


def test_the_committed_files_are_those_the_script_writes(tmp_path: Path) -> None:
    write_defects(tmp_path, all_defects())
    written = {file.relative_to(tmp_path): file for file in tmp_path.rglob("*") if file.is_file()}
    committed = {file.relative_to(DEFECTS) for file in DEFECTS.rglob("*") if file.is_file()}
    assert len(written) > 150
    assert committed == written.keys()
    differing = [
        name for name, file in written.items() if file.read_bytes() != (DEFECTS / name).read_bytes()
    ]
    assert differing == []


def test_a_defect_without_files_is_told_and_no_test_passes_over_it(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no files of defect 99"):
        load_defect(tmp_path, 99)


# 0: archives and JSON.


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("packed"), 0)


@pytest.mark.parametrize(
    ("name", "part", "first_row", "first_number"),
    [
        ("so-ho-so.csv", ("delimited", "utf-8", 1), 2, 1),
        ("so-ho-so.xlsx", ("workbook", "utf-8", 3), 4, 6),
        ("nen.csv.gz", ("delimited", "utf-8", 1), 2, 31),
        ("hai-tang.zip", ("delimited", "utf-8", 1), 2, 36),
    ],
)
def test_one_list(
    packed: Outcome,
    name: str,
    part: tuple[str, str, int],
    first_row: int,
    first_number: int,
) -> None:
    assert_whole(packed, name, first_row, first_number)
    assert packed.parts(name) == [part]
    assert packed.layout(name) == {}


def test_an_archive_is_read_member_by_member_and_says_what_it_left_aside(packed: Outcome) -> None:
    name = "nhieu-tep.zip"
    assert packed.parts(name, "member_number, sheet_number, container, header_row") == [
        (1, 1, "delimited", 1),
        (2, 1, "workbook", 3),
        (3, 1, "delimited", 1),
        (4, 1, "delimited", 1),
    ]
    accepted = packed.accepted(name, "part_number, row_number, dossier_code")
    assert accepted == [
        (part, row, code)
        for part, first_row, number in ((1, 2, 11), (2, 4, 16), (3, 2, 21), (4, 2, 26))
        for row, code in listed(first_row, number)
    ]
    said = " | ".join(packed.warnings(name))
    assert len(packed.warnings(name)) == 2
    assert "left aside in the archive: lock or system file (2)" in said
    assert "(1)" in said
    assert "empty member" in said


def test_an_archive_of_a_lock_and_an_empty_file_is_told_and_no_error(packed: Outcome) -> None:
    loaded = packed.file("khoa.zip")
    assert (loaded.state, loaded.read) == ("loaded", 0)
    assert packed.warnings("khoa.zip") == [
        "left aside in the archive: lock or system file (1)",
        "left aside in the archive: empty member (1)",
        "the archive holds no rows",
    ]


def _zipped(outcome: Outcome, name: str, members: dict[str, bytes]) -> Loaded:
    folder = outcome.paths.data.parent / name
    file = folder / "xin_man" / "dossiers_commune" / PERIOD / name
    file.parent.mkdir(parents=True)
    file.write_bytes(zip_bytes(list(members.items())))
    outcome.deliver(folder)
    return outcome.file(name)


def test_a_member_that_holds_no_list_is_left_aside_beside_one_that_does(tmp_path: Path) -> None:
    outcome = new_outcome(tmp_path)
    rows = csv_text(commune_list([dossier(number) for number in range(991, 996)])).encode()
    note = "Kèm theo danh sách hồ sơ, tháng 1.\nNgười gửi: Lò Thị Mẫu\n".encode()
    letter = zip_bytes([("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")])
    others = {"doc.txt": note, "thu.docx": letter, "anh.png": b"\x89PNG\r\n\x1a\n"}
    loaded = _zipped(outcome, "kem.zip", {**others, "ho-so.csv": rows})
    assert (loaded.reason, loaded.accepted) == (None, 5)
    assert loaded.warnings == [
        "left aside: member 1 of 4 (.txt), no list (text without columns (0 of 16 matched))",
        "left aside: member 2 of 4 (.docx), no list (a Word document)",
        "left aside: member 3 of 4 (.png), no list (an image)",
    ]
    reason = _zipped(outcome, "khong.zip", others).reason or ""
    assert "member 1 of 3 (.txt)" in reason
    reason = _zipped(outcome, "hai.zip", {"a.csv": rows, "b.csv": rows[200:]}).reason or ""
    assert "member 2 of 2 (.csv)" in reason


def test_no_member_gets_out_of_its_folder(packed: Outcome) -> None:
    top = packed.paths.data.parent
    assert list(top.rglob("*dot-*")) == []
    assert not (top.parent / "thoat").exists()
    assert not Path("/tmp/motcua-dot-4.csv").exists()
    # Nothing of what was unpacked stays, under any name.
    kept = {file.read_bytes()[:2] for file in packed.paths.raw.rglob("*") if file.is_file()}
    assert b"PK" in kept
    assert not list(packed.paths.data.rglob("member-*"))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ba-tang.zip", "archives within archives within an archive"),
        ("phinh-to.zip", "an archive that expands to more than 16 MiB"),
        ("dut.zip", "bytes that start like an archive but are damaged or cut off"),
        ("dut.csv.gz", "bytes that start like an archive but are damaged or cut off"),
        ("dut.json", "JSON that does not end as it begins"),
    ],
)
def test_half_a_list_is_refused_as_a_whole(packed: Outcome, name: str, found: str) -> None:
    assert_refused(packed, name, found)


@pytest.mark.parametrize(
    ("name", "first", "rejected"),
    [
        ("dong-bo.json", 51, (5, "received_date_unreadable")),
        ("dong-bo.json.gz", 56, (5, "received_date_unreadable")),
        ("mang.json", 86, (5, "received_date_unreadable")),
        ("nhat-ky.json", 61, (5, "unreadable_text")),
    ],
)
def test_the_national_contract(
    packed: Outcome, name: str, first: int, rejected: tuple[int, str]
) -> None:
    """An array in its envelope, packed, bare, and an object a line, the last one torn."""
    assert packed.parts(name) == [("json", "utf-8", 0)]
    assert packed.accepted(name) == listed(1, first, 4)
    assert packed.rejected(name) == [rejected]
    assert packed.flags(name) == {3: ["channel_missing"]}
    days = "received_date::VARCHAR, due_date::VARCHAR, returned_date::VARCHAR"
    assert packed.accepted(name, f"row_number, {days}") == [
        (1, "2023-01-05", "2023-01-09", "2023-01-06"),
        (2, "2023-01-05", "2023-01-09", None),
        (3, "2023-01-05", "2023-01-09", "2023-01-06"),
        (4, "2023-01-05", None, "2023-01-06"),
    ]
    facts = "row_number, procedure_code, unit_code, channel, state, has_digitised_input"
    assert packed.accepted(name, f"{facts}, has_reused_input, has_e_result") == [
        (1, "1.001193", "01105", "online", "returned", True, False, True),
        (2, "1.001193", "01105", "online", "paused_supplement", True, False, True),
        (3, "1.001193", "01105", None, "returned", True, None, None),
        (4, "1.001193", "01105", "online", "returned", False, False, True),
    ]
    # The last of two rounds of supplement is the one that holds the clock.
    assert packed.accepted(name, "row_number, supplement_requested_date::VARCHAR")[:2] == [
        (1, None),
        (2, "2023-01-07"),
    ]


@pytest.mark.parametrize(("name", "first"), [("trang-1.json", 71), ("trang-2.json", 76)])
def test_a_page_of_igate(packed: Outcome, name: str, first: int) -> None:
    """UTF-8, and UTF-16 with the array behind the envelope's other keys."""
    assert packed.parts(name, "container, header_row") == [("json", 0)]
    assert packed.accepted(name) == [
        (1, dossier_code(first)),
        (2, dossier_code(first + 1)),
        (3, dossier_code(first + 2)),
        (4, dossier_code(first + 3)),
    ]
    assert packed.rejected(name) == [(5, "state_unknown")]
    assert {row for row, flags in packed.flags(name).items() if "channel_missing" in flags} == {4}
    days = "submitted_date::VARCHAR, received_date::VARCHAR, due_date::VARCHAR"
    # 17:00 of the day before in UTC is the day itself.
    assert packed.accepted(name, f"DISTINCT {days}") == [("2023-01-05", "2023-01-05", "2023-01-09")]
    assert packed.accepted(name, "row_number, other_dossier_code")[2] == (
        3,
        f"H22.33-230105-{first + 2:04}",
    )


def test_a_day_that_a_list_has_no_column_for_is_no_fault_of_its_rows(packed: Outcome) -> None:
    """iGate's reply holds no day of return: a flag on every row would say nothing."""
    assert packed.flags("trang-1.json") == {4: ["channel_missing"]}


# 1: what the bytes are decides, whatever the suffix says.


@pytest.fixture(scope="module")
def lies(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("lies"), 1)


@pytest.mark.parametrize(
    ("name", "container", "header_row", "first_number"),
    [
        ("trang-web.xls", "web_page", 3, 101),
        ("tab.xls", "delimited", 1, 106),
        ("csv.xls", "delimited", 1, 111),
        ("spreadsheetml.xls", "spreadsheet_xml", 3, 116),
        ("xlsx.xls", "workbook", 3, 121),
        ("biff.xls", "workbook", 3, 126),
        ("biff.csv", "workbook", 3, 131),
        ("trang-web.xlsx", "web_page", 3, 136),
        ("xlsx.gz", "workbook", 3, 141),
        ("khong-duoi", "delimited", 1, 146),
    ],
)
def test_a_list_under_any_name(
    lies: Outcome, name: str, container: str, header_row: int, first_number: int
) -> None:
    assert_whole(lies, name, header_row + 1, first_number)
    assert lies.parts(name) == [(container, "utf-8", header_row)]
    days = "received_date::VARCHAR, due_date::VARCHAR, finished_date::VARCHAR"
    assert lies.accepted(name, f"DISTINCT {days}, state, channel, unit_code") == [
        ("2023-01-05", "2023-01-09", "2023-01-06", "returned", "online", "01105")
    ]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("pdf.xls", "a PDF document"),
        ("anh.csv", "an image"),
        ("rong.csv", "no bytes but blanks"),
        ("toan-trang.csv", "no bytes but blanks"),
    ],
)
def test_what_holds_no_list_is_refused(lies: Outcome, name: str, found: str) -> None:
    assert_refused(lies, name, found)


# 2: lists cut at 65,536 rows, or split over sheets, tables and files.


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("split"), 2)


@pytest.mark.parametrize(
    ("name", "container", "parts"),
    [
        ("nhieu-trang.xls", "workbook", [(211, 4), (215, 3)]),
        ("nhieu-trang-2003.xls", "spreadsheet_xml", [(221, 4), (225, 3)]),
        ("nhieu-bang.xls", "web_page", [(231, 2), (233, 3)]),
    ],
)
def test_every_sheet_or_table_is_a_part(
    split: Outcome, name: str, container: str, parts: list[tuple[int, int]]
) -> None:
    assert split.parts(name, "sheet_number, container, header_row") == [
        (number, container, 1) for number in range(1, len(parts) + 1)
    ]
    assert split.accepted(name, "part_number, row_number, dossier_code") == [
        (part, row, code)
        for part, (first, count) in enumerate(parts, 1)
        for row, code in listed(2, first, count)
    ]
    assert (split.rejected(name), split.warnings(name)) == ([], [])


def test_a_row_on_two_sheets_counts_once_and_a_note_is_left_aside(split: Outcome) -> None:
    name = "nhieu-trang.xlsx"
    loaded = split.file(name)
    assert (loaded.read, loaded.accepted, loaded.duplicates) == (8, 7, 1)
    assert split.parts(name, "sheet_number") == [(1,), (3,)]
    assert split.accepted(name, "part_number, row_number, dossier_code") == [
        *((1, row, code) for row, code in listed(2, 201, 4)),
        *((2, row, code) for row, code in listed(3, 205, 3)),
    ]
    assert split.warnings(name) == ["sheet 4 holds no list and was left aside"]


def test_a_dossier_in_two_files_is_in_the_register_once(split: Outcome) -> None:
    assert split.accepted("phan-1.csv") == listed(2, 241)
    assert split.accepted("phan-2.csv") == listed(2, 245)
    code = dossier_code(245)
    versions = split.query("FROM core.dossier_version WHERE dossier_code = ?", [code])
    assert len(versions) == 2
    assert len(split.query("FROM core.dossier WHERE dossier_code = ?", [code])) == 1


def test_a_sheet_without_header_behind_one_that_is_not_full_is_refused(split: Outcome) -> None:
    assert_refused(split, "khong-tieu-de.xlsx", "none among the first 50 rows")


def test_a_full_sheet_goes_on_without_header_and_is_warned_of(tmp_path: Path) -> None:
    """Made here: two megabytes of rows say no more in the repository."""
    rows: list[Line] = [short_row(number) for number in range(1, FULL_SHEET + 10)]
    sheets = [[SHORT_HEADER, *rows[: FULL_SHEET - 1]], rows[FULL_SHEET - 1 :]]
    outcome = _deliver(tmp_path, "old_portal/dossiers", "day.xls", xls_bytes(sheets))
    loaded = outcome.file()
    assert (loaded.state, loaded.read, loaded.accepted) == ("loaded", 65_545, 65_545)
    assert outcome.parts("", "sheet_number, container, header_row") == [
        (1, "workbook", 1),
        (2, "workbook", 0),
    ]
    assert outcome.warnings() == ["sheet 1 has 65,536 rows: it may be cut off"]
    last = outcome.accepted("", "part_number, row_number, dossier_code")[-1]
    assert last == (2, 10, dossier_code(65_545))


@pytest.mark.parametrize(("rows", "warned"), [(65_535, 1), (65_534, 0), (65_536, 0)])
def test_text_of_exactly_that_many_rows_may_be_cut_off_too(
    rows: int, warned: int, tmp_path: Path
) -> None:
    lines = [SHORT_HEADER, *(short_row(number) for number in range(1, rows + 1))]
    data = gzip_bytes(csv_text(lines).encode())
    outcome = _deliver(tmp_path, "old_portal/dossiers", "day.csv.gz", data)
    assert outcome.file().accepted == rows
    assert outcome.warnings() == ["part 1 has 65,536 rows: it may be cut off"] * warned


def _deliver(tmp_path: Path, export: str, name: str, data: bytes) -> Outcome:
    """Take in one file that is not committed."""
    folder = tmp_path / "made" / export / PERIOD
    folder.mkdir(parents=True)
    (folder / name).write_bytes(data)
    outcome = new_outcome(tmp_path)
    outcome.deliver(tmp_path / "made")
    return outcome


# 3: marks, delimiters, quotes, line ends, torn rows.


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("text"), 3, slug="text_dialects")


@pytest.mark.parametrize(
    ("name", "header_row", "first_number"),
    [
        ("/bom-cham-phay.csv", 1, 301),
        ("/khong-bom-cham-phay.csv", 1, 306),
        ("/phay.csv", 1, 311),
        ("tab.tsv", 1, 316),
        ("gach-dung.txt", 1, 321),
        ("sep.csv", 2, 326),
        ("dong-unix.csv", 1, 331),
        ("xuong-dong.csv", 1, 341),
        ("tieu-de-tren.csv", 4, 356),
    ],
)
def test_every_dialect(text: Outcome, name: str, header_row: int, first_number: int) -> None:
    assert_whole(text, name, header_row + 1, first_number)
    assert text.parts(name) == [("delimited", "utf-8", header_row)]


def test_the_period_line_above_a_text_is_its_own(text: Outcome) -> None:
    assert str(text.file("tieu-de-tren.csv").covers_to) == "2023-01-14"


def test_empty_lines_count_as_rows_of_the_file_and_are_no_rows(text: Outcome) -> None:
    assert text.accepted("dong-trong.csv") == [
        (row, dossier_code(351 + n)) for n, row in enumerate((3, 4, 7, 8, 9))
    ]
    assert text.rejected("dong-trong.csv") == []


def test_a_row_with_other_cells_than_the_header_is_rejected(text: Outcome) -> None:
    name = "sai-so-o.csv"
    assert text.rejected(name) == [(5, "column_count"), (10, "column_count")]
    assert text.accepted(name) == [
        (row, code) for row, code in listed(2, 361, 15) if row not in (5, 10)
    ]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("mo-nhay.csv", "a stray or open quotation mark near row 2"),
        ("dut-cuoi.csv", "a last row that breaks off"),
    ],
)
def test_text_that_is_not_whole_is_refused(text: Outcome, name: str, found: str) -> None:
    assert_refused(text, name, found)


def test_carriage_returns_alone_end_lines_or_refuse_the_file(tmp_path: Path) -> None:
    """They must not end the run."""
    outcome = load_defect(tmp_path, 3, slug="mac_line_ends")
    for name, first in (("dong-mac.csv", 336), ("dong-mac-khong-cuoi.csv", 391)):
        if outcome.file(name).state == "loaded":
            assert_whole(outcome, name, 2, first)
        else:
            assert outcome.file(name).read == 0


# 9: the bytes say which file it is, never its name.


@pytest.fixture(scope="module")
def same(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("same"), 9)


def test_other_content_under_a_name_of_its_period_supersedes(same: Outcome) -> None:
    states = same.query(
        "SELECT delivery_period::VARCHAR, state, count(*) FROM ops.delivery GROUP BY ALL "
        "ORDER BY ALL"
    )
    # The copy under another name is no second delivery.
    assert states == [
        (PERIOD, "loaded", 2),
        (PERIOD, "superseded", 1),
        ("2023-01-15", "loaded", 1),
    ]


def test_the_register_says_what_the_newer_file_says(same: Outcome) -> None:
    assert same.query("SELECT dossier_code, state FROM core.dossier ORDER BY ALL") == [
        (dossier_code(number), "in_process" if number == 904 else "returned")
        for number in (901, 902, 903, 904, 906, *range(911, 916), *range(921, 926))
    ]


def test_every_version_stays(same: Outcome) -> None:
    codes = same.query(
        "SELECT state, count(*) FROM core.dossier_version WHERE dossier_code = ? GROUP BY ALL "
        "ORDER BY ALL",
        [dossier_code(904)],
    )
    assert codes == [("in_process", 1), ("returned", 1)]


def test_the_same_name_in_another_period_adds(same: Outcome) -> None:
    assert same.accepted("2023-01-15/ho-so.csv") == listed(2, 921)


def test_the_same_files_again_are_nothing_new(same: Outcome, tmp_path: Path) -> None:
    again = Outcome(same.paths)
    before = same.query("FROM core.dossier_version ORDER BY ALL")
    shutil.copytree(DEFECTS / "09_same_name_2", tmp_path / "again")
    again.deliver(tmp_path / "again")
    assert again.loaded == []
    assert same.query("FROM core.dossier_version ORDER BY ALL") == before
