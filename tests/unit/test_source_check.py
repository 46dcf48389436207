"""The settings checker: every mistake is named, and nothing that loading would not do."""

import json
import re
import shutil
import tempfile
import unicodedata
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
import sample_riverton
import xlsxwriter  # type: ignore[import-untyped,unused-ignore]

from assets.engine.common.errors import MotcuaError, SettingsError
from assets.engine.common.text import header_key
from assets.engine.source_check import SourceCheck, check_source, report
from assets.engine.source_check.shown import shown_texts, shown_unit_codes, shown_units
from assets.engine.warehouse import warehouse
from pipelines.commands.cli import main
from schemas.rows import KINDS
from schemas.settings import USUAL_DATE_FORMATS, USUAL_HEADERS
from schemas.tables import FIRST_DUE_RATE, RATE_NEEDS, RATES
from tests.support import SETTINGS, new_installation, take_in

RIVERTON = SETTINGS / "sample" / "portals" / "riverton"
GOOD, BAD = SETTINGS / "sources" / "riverton.toml", RIVERTON / "bad.toml"
PERMITS = RIVERTON / "permits.csv"
PERIOD = "2023-10-15"
# The number of each mistake in bad.toml, and what is said of it.
PLANTED = {
    1: "the file would be refused: Validating its rows: found 60 of 60 rows rejected",
    2: "unit_names.R09: found no unit of that code",
    3: "no value lists: 'Under review' (5)",
    4: "exports.permits.files: found no pattern for the name of the sample",
    5: 'Write date_formats = ["%m/%d/%Y %I:%M %p", "%m/%d/%Y"]: every date is read then.',
    6: 'found 60 of 60 unknown units that are a code; expected units = "code"',
    7: "digitised_input_pct (has_digitised_input is not mapped)",
    8: "finished_date and returned_date are both read of 'Dates / Decided'",
    9: r"write dossier_code = 'RV-\d{4}-\d{5}|[A-Z]{2}-\d{4}-\d{6}': all are read then.",
}
# Files with people where none should be: in cells of other columns, headers, keys.
PEOPLE = [file for file in sorted((SETTINGS / "sample/defects").glob("19_*/*/*/*/*"))
          if file.is_file()]  # fmt: skip
UNIT = "UBND xã Chí Cà"
HEADERS = ("Mã hồ sơ", "Cơ quan thụ lý", "Kênh", "Ngày nhận", "Trạng thái")
PLAIN = """title = "Mẫu"
[values.dossier.state]
in_process = ["Đang xử lý"]
[values.dossier.channel]
online = ["Trực tuyến"]
[exports.d]
kind = "dossier"
%s
[exports.d.columns]
dossier_code = "%s"
unit_code = "%s"
channel = "%s"
received_date = "%s"
state = "%s"
"""


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference tables with Riverton's units, as docs/portals.md adds them."""
    folder = tmp_path_factory.mktemp("settings") / "reference"
    shutil.copytree(SETTINGS / "reference", folder)
    with (folder / "unit.csv").open("a", encoding="utf-8") as units:
        units.write((RIVERTON / "unit.csv").read_text(encoding="utf-8"))
    return folder


def _changed(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write a copy of Riverton's settings with texts replaced."""
    text = GOOD.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "riverton.toml").write_text(text, encoding="utf-8")
    return folder / "riverton.toml"


def _plain(
    folder: Path, file: str, headers: tuple[str, ...] = HEADERS, *, setting: str = ""
) -> SourceCheck:
    (folder / "mau.toml").write_text(PLAIN % (setting, *headers), encoding="utf-8")
    return check_source(folder / "mau.toml", "d", folder / file, SETTINGS / "reference", PERIOD)


def _workbook(folder: Path, rows: list[list[object]], *, setting: str = "") -> SourceCheck:
    """Check plain settings against a workbook with the rows: unit, day of reception, state."""
    with xlsxwriter.Workbook(str(folder / "a.xlsx")) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADERS)
        for number, (unit, received, *other) in enumerate(rows, start=1):
            sheet.write_row(number, 0, [f"000.06.33.H22-231105-{number:04}", unit, "Trực tuyến"])
            if isinstance(received, datetime):
                sheet.write_datetime(number, 3, received, day)
            else:
                sheet.write(number, 3, received)
            sheet.write_row(number, 4, other or ["Đang xử lý"])
    return _plain(folder, "a.xlsx", setting=setting)


def _records(folder: Path, **changed: object) -> SourceCheck:
    """Check plain settings against JSON with an object, a list and times with a Z."""
    headers = {"code": "ma", "unit": "donVi.ten", "channel": "kenh", "day": "nhan",
               "state": "trangThai"}  # fmt: skip
    setting = str(changed.pop("setting", 'time_zone = "UTC"'))
    records = changed.pop("records", None) or [
        {
            "ma": f"000.06.33.H22-231105-{number:04}",
            "donVi": {"ma": "01105", "ten": UNIT, "nguoiXuLy": "Lò Thị Mẫu"},
            "kenh": "Trực tuyến",
            "lichSu": [{"ngay": "2023-11-05T08:00:00Z"}, {"ngay": "2023-11-06T08:00:00Z"}],
            "nhan": "2023-11-05T08:00:00Z",
            "trangThai": "Đang xử lý",
            "xuLy": [{"ma": "", "ten": "Lạ"}, {"ma": "1", "ten": "Đang xử lý"}],
            "nguoi": {"0912345678": "x", "Lò Mẫu": 1},
        }
        for number in range(30)
    ]
    (folder / "a.json").write_text(json.dumps(records), encoding="utf-8")
    texts = [str(changed.get(name, text)) for name, text in headers.items()]
    setting = f'date_formats = ["%Y-%m-%dT%H:%M:%SZ"]\n{setting}'
    return _plain(folder, "a.json", tuple(texts), setting=setting)


@pytest.mark.parametrize(("export", "rows"), [("permits", 60), ("fees", 50)])
def test_good_settings_have_no_mistakes(reference: Path, export: str, rows: int) -> None:
    check = check_source(GOOD, export, RIVERTON / f"{export}.csv", reference, PERIOD)
    printed = report(check)
    assert check.mistakes == []
    assert f"Rows: read {rows} = accepted {rows} + quarantined 0 + duplicates 0" in printed
    assert printed.endswith("Nothing wrong.\n")


@pytest.mark.parametrize("export", ["dossiers_commune", "dossiers_district", "payments"])
def test_the_counts_are_those_of_loading(export: str, tmp_path: Path) -> None:
    (file,) = (SETTINGS / "sample/inbox/xin_man" / export / PERIOD).iterdir()
    settings = SETTINGS / "sources" / "xin_man.toml"
    check = check_source(settings, export, file, SETTINGS / "reference", PERIOD)
    paths = new_installation(tmp_path / "data")
    folder = paths.inbox / "xin_man" / export / PERIOD
    folder.mkdir(parents=True)
    shutil.copy(file, folder)
    with warehouse(paths) as connection:
        (loaded,) = take_in(paths, [PERIOD], connection)
    assert check.mistakes == []
    assert check.run is not None
    counts = ("read", "accepted", "quarantined", "flagged", "duplicates", "layout", "unit_unknown")
    for name in counts:
        assert getattr(check.run.loaded, name) == getattr(loaded, name), name
    assert loaded.read > 200


def test_one_run_names_every_planted_mistake(reference: Path) -> None:
    numbers = sorted(map(int, re.findall(r"# (\d+) ", BAD.read_text(encoding="utf-8"))))
    assert numbers == list(PLANTED)
    check = check_source(BAD, "permits", PERMITS, reference, PERIOD)
    for number, text in PLANTED.items():
        said = check.notes if number in (7, 8) else check.mistakes
        assert sum(text in sentence for sentence in said) == 1, (number, said)
    assert len(check.mistakes) == 7


def test_every_mistake_that_the_model_finds_is_a_sentence_of_four_parts(
    reference: Path, tmp_path: Path
) -> None:
    settings = _changed(
        tmp_path, ("refuse_above_share", "refuse_above_shar"), ('units = "code"', "unts = 1"),
        ('kind = "payment"', 'kind = "paymnt"'), ('"Filed through"', '"Filed by"'),
    )  # fmt: skip
    check = check_source(settings, "permits", PERMITS, reference, PERIOD)
    assert [sentence.split(": ")[0] for sentence in check.mistakes] == [
        "exports.permits.unts", "exports.fees.kind", "refuse_above_shar",
        "exports.permits.columns.channel",
    ]  # fmt: skip
    assert check.mistakes[2] == (
        "refuse_above_shar: found a key that is no setting; expected one of api, exports, "
        "keep_raw_days, origin, refuse_above_share, title, unit_names, values. Did you mean "
        "refuse_above_share?"
    )
    assert check.mistakes[3].endswith(
        "expected one of the file, probably 'Filed through'. Correct this line."
    )
    assert check.run is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('state = "Status"', 'stat = "Status"',
         "columns.stat is no column of a dossier export; did you mean state?"),
        ("[values.dossier.state]", '[values.dossier.stat]\nnew = ["x"]\n[values.dossier.state]',
         "values.dossier.stat is no column of a dossier export; did you mean state?"),
        ('"%m/%d/%Y"]', '"%m/%d/%Y %Q"]', "'%m/%d/%Y %Q' has a % that no date format has"),
        (r"'RV-\d", r"'(?=RV)RV-\d", "has what DuckDB's expressions (RE2) lack"),
    ],
)  # fmt: skip
def test_what_loading_refuses_is_refused_by_the_model(
    old: str, new: str, said: str, reference: Path, tmp_path: Path
) -> None:
    check = check_source(_changed(tmp_path, (old, new)), "permits", PERMITS, reference, PERIOD)
    assert any(said in sentence for sentence in check.mistakes), check.mistakes


def test_a_first_draft_shows_the_headers_of_the_file(tmp_path: Path) -> None:
    draft = '[exports.cases]\nkind = "dossier"\n[exports.cases.columns]\n'
    (tmp_path / "x.toml").write_text(draft, encoding="utf-8")
    (tmp_path / "a.csv").write_text("CASE NO,OFFICE,Kind 2,STATUS\nC-1,U.1,Web,Closed\n", "utf-8")
    check = check_source(tmp_path / "x.toml", "cases", tmp_path / "a.csv", SETTINGS / "reference")
    assert check.spare == [("CASE NO", None), ("OFFICE", "unit_code"),
                           ("(a header of shape Aaaa 9)", None), ("STATUS", "state")]  # fmt: skip


def test_separators_that_read_every_amount_are_a_line_to_paste(
    reference: Path, tmp_path: Path
) -> None:
    wrong = (
        ('grouping_mark = ","', 'grouping_mark = "."'),
        ('decimal_mark = "."', 'decimal_mark = ","'),
    )
    check = check_source(
        _changed(tmp_path, *wrong), "fees", RIVERTON / "fees.csv", reference, PERIOD
    )
    assert any(
        'Write amount = { grouping = ",", decimal = "." }: all are read then.' in sentence
        for sentence in check.mistakes
    )


def test_amounts_with_a_fraction_are_noted_not_called_wrong(
    reference: Path, tmp_path: Path
) -> None:
    fees = (RIVERTON / "fees.csv").read_text(encoding="utf-8")
    (tmp_path / "fees.csv").write_text(fees.replace(",250.00,", ",250.50,"), encoding="utf-8")
    settings = _changed(tmp_path, ("refuse_above_share = 0.1", "refuse_above_share = 1"))
    check = check_source(settings, "fees", tmp_path / "fees.csv", reference, PERIOD)
    assert check.mistakes == []
    (note,) = check.notes
    assert re.search(r"amount: \d+ amounts? that are no whole numbers: of shape 999\.99", note)


def test_no_person_is_named_whichever_column_is_mapped(reference: Path, tmp_path: Path) -> None:
    permits = re.sub(r"Sample Mẫu \d+", "Lò Thị Mẫu", PERMITS.read_text(encoding="utf-8"))
    for people in ("Applicant", "Text"):
        (tmp_path / "permits.csv").write_text(permits.replace("Applicant", people), "utf-8")
        for header in ("Status", "Permit No.", "Office", "Dates / Filed"):
            settings = _changed(tmp_path, (f'= "{header}"', f'= "{people}"'))
            check = check_source(settings, "permits", tmp_path / "permits.csv", reference, PERIOD)
            assert "of shape Aa Aaa Aaa (60: row 3, row 4, row 5, …)" in " ".join(
                [*check.mistakes, *check.notes]
            ), header
            assert not re.search("Mẫu|Lò|0990000", report(check)), header


@pytest.mark.parametrize("file", PEOPLE, ids=lambda file: "-".join(file.parts[-5:-1]))
def test_no_person_of_the_defect_files_is_named(file: Path) -> None:
    source, export, period = file.parts[-4:-1]
    folders = (SETTINGS / "sources", SETTINGS / "sample" / "defect_sources")
    (settings,) = [path for folder in folders if (path := folder / f"{source}.toml").exists()]
    printed = report(check_source(settings, export, file, SETTINGS / "reference", period))
    assert not re.search("Mẫu|MẪU|0990000|990000|000990", printed)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_list_without_a_header_names_no_person(suffix: str, tmp_path: Path) -> None:
    row = ["C-0001", "LO THI MAU", "THON MAU", "Web", "Xong", "2023-10-20"]
    if suffix == "csv":
        (tmp_path / "a.csv").write_text(f"{';'.join(row)}\n{';'.join(row)}\n", encoding="utf-8")
    else:
        with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
            book.add_worksheet().write_row(0, 0, row)
    check = _plain(tmp_path, f"a.{suffix}")
    assert "the file would be refused: Looking for the header row" in check.mistakes[0]
    assert "MAU" not in report(check)
    assert check.spare == []


def test_only_what_stands_in_two_rows_and_cannot_be_a_person_is_shown() -> None:
    texts = Counter({"Đang xử lý": 2, "Đã trả": 1, "Lò Thị Mẫu": 3})
    assert shown_texts(texts, "Trạng thái") == ["Đang xử lý"]
    assert shown_texts(texts, "Chủ hồ sơ") == []
    assert shown_texts(Counter({f"mẫu {n}": 2 for n in range(50)}), "Trạng thái") == []
    officers = Counter({"Nguyễn Văn Mẫu": 4, "LO THI MAU": 3, "Phòng Tài chính Mẫu": 2,
                        "UBND xã Mẫu": 2, "Lò Văn Phòng": 2, "Xin Mẫu": 2})  # fmt: skip
    assert shown_texts(officers, "Xử lý") == ["Phòng Tài chính Mẫu", "UBND xã Mẫu"]
    assert shown_units(officers, ["xín mẫu"]) == ["Phòng Tài chính Mẫu", "UBND xã Mẫu", "Xin Mẫu"]
    codes = Counter({"R01": 9, "01105": 8, "H22.33.5": 7, "000.06.33.H22": 6, "033-2": 5})
    people = Counter({"0912345678": 9, "091-234-5678": 8, "012345678901": 7, "123456789": 6,
                      "B1234567": 5, "000.06.33.H22-230105-0001": 4, "MAU": 3, "mau90": 3,
                      "LÒ.MẪU.1": 3, "Lò Thị Mẫu": 3, "R 01": 3})  # fmt: skip
    assert shown_unit_codes(codes + people + Counter({"R02": 1}), "Office") == list(codes)
    assert shown_unit_codes(codes, "Số CCCD") == []


@pytest.mark.parametrize(
    ("codes", "pattern"),
    [
        (["19-0001 Mauson", "19-0002 Thucong"], None),
        (["19-0001MAU", "19-0002LAN"], None),
        (["B20120001", "B20120002"], r"C-\d{4}|[A-Z]\d{8}"),
        (["D-10"], None),
    ],
    ids=["names after numbers", "capital names", "another form", "a slip in one row"],
)
def test_a_pattern_keeps_what_was_read_and_lets_no_name_in(
    codes: list[str], pattern: str | None, tmp_path: Path
) -> None:
    known = [f"C-{number:04}" for number in range(40)]
    rows = [f"{code},{UNIT},Trực tuyến,20/10/2023,Đang xử lý" for code in [*known, *codes]]
    (tmp_path / "a.csv").write_text("\n".join([",".join(HEADERS), *rows]), encoding="utf-8")
    setting = r"code_patterns = { dossier_code = 'C-\d{4}' }"
    check = _plain(tmp_path, "a.csv", setting=setting)
    said = [text for text in [*check.mistakes, *check.notes] if "codes in column" in text]
    assert len(said) == 1
    assert "expected the form C-\\d{4}" in said[0]
    assert ("write dossier_code = " in said[0]) == bool(pattern)
    assert pattern is None or f"'{pattern}': all are read then." in said[0]


def test_two_columns_of_one_header_are_read_as_loading_reads_them(tmp_path: Path) -> None:
    row = "Permit,Paid on,Fee,By,State\n" + "C-0001,2023-10-20,10,Card,Paid\n"
    (tmp_path / "a.csv").write_text(row, encoding="utf-8")
    (tmp_path / "x.toml").write_text(
        'title = "Case"\n[exports.fees]\nkind = "payment"\ndate_formats = ["%Y-%m-%d"]\n'
        '[exports.fees.values]\nstate = { paid = ["Paid"] }\nmethod = { online = ["Card"] }\n'
        '[exports.fees.columns]\nrequest_code = "Permit"\ndossier_code = "Permit"\n'
        'collected_date = "Paid on"\namount = "Fee"\nmethod = "By"\nstate = "State"\n'
        "[exports.fees.code_patterns]\ndossier_code = 'C-\\d{4}'\nrequest_code = 'C-\\d{4}'\n",
        encoding="utf-8",
    )
    check = check_source(
        tmp_path / "x.toml", "fees", tmp_path / "a.csv", SETTINGS / "reference", PERIOD
    )
    assert check.mistakes == []
    assert check.notes == ["request_code and dossier_code are both read of 'Permit'"]
    assert check.run is not None
    assert check.run.loaded.accepted == 1


TRUE_DATES: list[list[object]] = [[UNIT, datetime(2023, 11, day, 8)] for day in range(1, 12)]  # noqa: DTZ001
MONTH_FIRST = 'date_formats = ["%m/%d/%Y %H:%M"]'


def test_text_dates_among_true_dates_are_tried_by_themselves(tmp_path: Path) -> None:
    check = _workbook(tmp_path, [*TRUE_DATES, [UNIT, "20/10/2023 08:00"]], setting=MONTH_FIRST)
    (said,) = [text for text in check.mistakes if "date_formats" in text]
    assert "found formats that read 0 of 1 dates that are text" in said
    assert said.endswith('Write date_formats = ["%d/%m/%Y %H:%M"]: every date is read then.')


def test_dates_that_day_first_and_month_first_read_are_noted_with_the_days(tmp_path: Path) -> None:
    check = _workbook(tmp_path, [*TRUE_DATES, [UNIT, "02/11/2023 08:00"]], setting=MONTH_FIRST)
    assert check.mistakes == []
    (note,) = [text for text in check.notes if "date_formats" in text]
    assert "every date can be read day first and month first" in note
    assert 'day first, ["%d/%m/%Y %H:%M"] read 1, 2023-11-02 to 2023-11-02' in note
    assert 'month first, ["%m/%d/%Y %H:%M"] read 1, 2023-02-11 to 2023-02-11' in note


def test_dates_of_both_orders_have_no_line_to_paste(tmp_path: Path) -> None:
    rows: list[list[object]] = [[UNIT, day] for day in ("20/10/2023", "21/10/2023", "10/25/2023")]
    check = _workbook(tmp_path, [*TRUE_DATES, *rows], setting='date_formats = ["%d/%m/%Y"]')
    assert not any("every date is read then" in text for text in check.mistakes)
    (note,) = [text for text in check.notes if "received_date" in text and "column" in text]
    assert note.endswith("that %d/%m/%Y cannot read: of shape 99/99/9999 (1: row 15)")


def test_numbers_of_days_are_read_whatever_the_formats_are(tmp_path: Path) -> None:
    rows: list[list[object]] = [[UNIT, "45218"]] * 5
    assert _workbook(tmp_path, rows, setting=MONTH_FIRST).mistakes == []


def test_where_no_row_can_be_read_the_settings_are_to_be_corrected(tmp_path: Path) -> None:
    printed = report(_workbook(tmp_path, [[UNIT, "5.11.23"] for _ in range(4)]))
    assert "received_date_unreadable  (repaired by: settings)" in printed
    assert f"Reference tables: {SETTINGS / 'reference'}" in printed


@pytest.mark.parametrize("column", ["unit_code", "channel", "received_date"])
def test_what_nothing_can_be_counted_without_must_be_mapped(column: str, tmp_path: Path) -> None:
    _workbook(tmp_path, TRUE_DATES)
    settings = tmp_path / "mau.toml"
    text = re.sub(f"^{column} = .*\n", "", settings.read_text(encoding="utf-8"), flags=re.M)
    settings.write_text(text, encoding="utf-8")
    check = check_source(settings, "d", tmp_path / "a.xlsx", SETTINGS / "reference", PERIOD)
    assert any(said.startswith(f"exports.d.columns.{column}: ") for said in check.mistakes)


def test_rates_that_an_export_cannot_give_are_noted(tmp_path: Path) -> None:
    check = _workbook(tmp_path, TRUE_DATES)
    assert (
        "early_pct, late_pct, digitised_pct, e_result_pct (finished_date or returned_date or "
        "refused_date is not mapped)" in check.notes[0]
    )
    assert "late_pct, pending_overdue_pct (due_date is not mapped)" in check.notes[0]
    assert "the list has no procedure and no field" in check.notes[1]
    rates = {rate.name for rate in (*RATES, FIRST_DUE_RATE)}
    assert set(RATE_NEEDS) == rates
    columns = {column.name for kind in KINDS.values() for column in kind.columns}
    assert {name for needs in RATE_NEEDS.values() for need in needs for name in need} <= columns


def test_officers_and_what_stands_once_are_shown_by_shape_and_row(tmp_path: Path) -> None:
    rows = [*TRUE_DATES, ["Phòng Mẫu", TRUE_DATES[0][1]], [UNIT, TRUE_DATES[0][1], "Lạ"]]
    said = _workbook(tmp_path, [*rows, *([["Nguyễn Văn Mẫu", TRUE_DATES[0][1]]] * 4)]).mistakes
    assert any("of shape Aaaaaa Aaa Aaa (4: row 15, row 16, row 17, …)" in text for text in said)
    assert any("of shape Aaaaa Aaa (1: row 13)" in text for text in said)
    assert any("in column 'Trạng thái' no value lists: of shape Aa (1: row 14)" in s for s in said)


def test_a_name_of_two_units_is_named_with_both(tmp_path: Path) -> None:
    units = tmp_path / "reference"
    shutil.copytree(SETTINGS / "reference", units)
    with (units / "unit.csv").open("a", encoding="utf-8") as file:
        file.write("HY03,UBND xã Mẫu,commune,033,2004-07-08,,mẫu\n"
                   "HY09,UBND xã Mẫu,commune,033,2004-07-08,,mẫu\n")  # fmt: skip
    _workbook(tmp_path, [["UBND xã Mẫu", day] for _, day in TRUE_DATES])
    check = check_source(tmp_path / "mau.toml", "d", tmp_path / "a.xlsx", units, PERIOD)
    (said,) = check.mistakes
    assert "'UBND xã Mẫu' in 11 rows, the name of HY03 and HY09" in said


def test_codes_of_units_that_the_table_lacks_are_counted_and_named() -> None:
    check = check_source(GOOD, "permits", PERMITS, SETTINGS / "reference", PERIOD)
    (said,) = check.mistakes
    assert said.startswith(
        "reference/unit.csv: found 2 different units of 60 rows in column 'Office' that it does "
        "not know: 'R02' (34), 'R01' (26); expected every unit of the list. Add a row"
    )


def test_a_flag_on_half_of_the_rows_is_wrong(reference: Path, tmp_path: Path) -> None:
    settings = _changed(
        tmp_path, ('"Dates / Accepted"', '"Dates / ?"'), ('"Dates / Due"', '"Dates / Accepted"'),
        ('"Dates / ?"', '"Dates / Due"'),
    )  # fmt: skip
    check = check_source(settings, "permits", PERMITS, reference, PERIOD)
    assert any(re.search(r"due_before_received on \d+ of 60 rows", text) for text in check.mistakes)


def test_headers_are_those_of_the_period_or_of_another_one(reference: Path, tmp_path: Path) -> None:
    later = '\n[[exports.permits.changes]]\nvalid_from = 2023-11-15\ncolumns = {state = "Stage"}\n'
    settings = _changed(tmp_path, ("[exports.fees]", later + "\n[exports.fees]"))
    for period in (PERIOD, "2023-11-15"):
        assert check_source(settings, "permits", PERMITS, reference, period).mistakes == []
    settings = _changed(tmp_path, ('state = "Status"', 'state = "Stage"'))
    said = check_source(settings, "permits", PERMITS, reference, PERIOD).mistakes
    assert any(
        "found no header 'Stage'; expected one of the file, probably 'Status'" in s for s in said
    )


def test_a_name_as_macs_write_it_fits_the_patterns(reference: Path, tmp_path: Path) -> None:
    """They part letters and marks, and an archive made there keeps the names so."""
    sample = tmp_path / unicodedata.normalize("NFD", "Hồ-sơ-11.csv")
    shutil.copy(PERMITS, sample)
    named = ('kind = "dossier"\n', 'kind = "dossier"\nfiles = ["hồ-sơ-*.csv"]\n')
    assert (
        check_source(_changed(tmp_path, named), "permits", sample, reference, PERIOD).mistakes == []
    )


def test_a_broken_line_of_json_costs_itself_only() -> None:
    (file,) = (SETTINGS / "sample/defects/00_json/national_lines").rglob("nhat-ky.json")
    settings = SETTINGS / "sample" / "defect_sources" / "national_lines.toml"
    check = check_source(settings, "dossiers", file, SETTINGS / "reference", "2022-12-15")
    assert check.run is not None
    assert (check.run.loaded.read, check.run.loaded.accepted) == (5, 4)
    assert check.mistakes == []


@pytest.mark.parametrize(
    "changed",
    [{"day": "nhan"}, {"day": "lichSu[0].ngay"}, {"day": "lichSu[#-1].ngay"},
     {"state": "xuLy[ma].ten"}],
    ids=["a key", "the first", "the last", "where a field is filled"],
)  # fmt: skip
def test_every_documented_path_is_right(changed: dict[str, object], tmp_path: Path) -> None:
    check = _records(tmp_path, **changed)
    assert check.mistakes == []
    assert not re.search("Lò|0912345678", report(check))
    assert ("donVi.nguoiXuLy", None) in check.spare


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"unit": "donVi"}, "path 'donVi'; expected one of the file, probably 'donVi.ma'"),
        ({"unit": "donVi.tn"}, "path 'donVi.tn'; expected one of the file, probably 'donVi.ten'"),
        ({"day": "lichSu.ngay"}, "expected one of the file, probably 'lichSu[0].ngay'"),
        ({"day": "lichSu[1"}, "'lichSu[1' in the source settings; expected keys with points"),
        ({"records": {"result": {"items": []}}, "setting": 'records = "content"'},
         "the file would be refused: Opening a JSON file: found an object with the keys: result"),
        ({"setting": ""}, "found a Z after times, which means UTC, and no zone"),
    ],
)  # fmt: skip
def test_a_wrong_path_is_named_with_the_right_one(
    changed: dict[str, object], said: str, tmp_path: Path
) -> None:
    check = _records(tmp_path, **changed)
    assert any(said in sentence for sentence in check.mistakes), check.mistakes


def test_a_path_that_no_record_fills_is_noted(tmp_path: Path) -> None:
    assert (
        "received_date: no row has a text in 'lichSu[last].ngay'"
        in _records(tmp_path, day="lichSu[last].ngay").notes
    )


def test_a_file_that_is_no_list_of_the_export_is_refused_as_loading_does(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 ...")
    (tmp_path / "a.csv").write_text("Tỉnh,Dân số\nMẫu,1000\nMẫu,2000\n", encoding="utf-8")
    assert "found a PDF document" in _plain(tmp_path, "a.pdf").mistakes[0]
    (said,) = _plain(tmp_path, "a.csv").mistakes
    assert "Looking for the header row: found" in said
    assert "Mẫu" not in said


def test_sheets_headers_and_layout_rows_are_printed(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        rows = [
            ["DANH SÁCH HỒ SƠ"], ["STT", *HEADERS, "Người nộp"],
            ["1", "000.06.33.H22-230105-0001", UNIT, "Trực tuyến", "20/10/2023", "Đang xử lý"],
            ["Tổng số", "", "", "", "", "1"],
        ]  # fmt: skip
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    printed = report(_plain(tmp_path, "a.xlsx"))
    assert "Part 1: workbook, utf-8, header in row 2" in printed
    assert "Layout rows: total 1" in printed
    assert "  Người nộp\n" in printed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = x", "line 1"),
        ('title = "x"', "no exports"),
        ('title = "x"\n[exports.other]\nkind = "dossier"\n', "the exports other"),
        (None, "No such file"),
    ],
    ids=["not TOML", "no exports", "another export", "no file"],
)
def test_settings_that_cannot_be_used_at_all_are_one_sentence(
    tmp_path: Path, text: str | None, said: str
) -> None:
    settings = tmp_path / "mau.toml"
    if text is not None:
        settings.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        check_source(settings, "d", PERMITS, SETTINGS / "reference")


def test_a_folder_is_no_sample_and_another_day_no_period(reference: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="found a folder"):
        check_source(GOOD, "permits", tmp_path, reference, PERIOD)
    with pytest.raises(MotcuaError, match="2023-10-15"):
        check_source(GOOD, "permits", PERMITS, reference, "2023-10-16")


def test_the_command_fails_where_something_is_wrong_and_keeps_nothing(
    reference: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MOTCUA_SETTINGS", str(reference.parent))
    monkeypatch.setenv("MOTCUA_DATA", str(tmp_path / "data"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    assert main(["check-source", str(GOOD), "permits", str(PERMITS), "--period", PERIOD]) == 0
    assert "Nothing wrong." in capsys.readouterr().out
    assert main(["check-source", str(BAD), "permits", str(PERMITS), "--period", PERIOD]) == 1
    assert "Wrong (7):" in capsys.readouterr().out
    assert main(["check-source", str(tmp_path / "none.toml"), "permits", str(PERMITS)]) == 1
    assert "no such file" in capsys.readouterr().err.lower()
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not (tmp_path / "data").exists()


def test_usual_names_are_of_columns_that_exist_and_mean_one_each() -> None:
    for kind, columns in USUAL_HEADERS.items():
        assert set(columns) <= {column.name for column in KINDS[kind].columns}
        keys = [header_key(name) for names in columns.values() for name in set(names)]
        repeated = {key for key, count in Counter(keys).items() if count > 1}
        assert repeated == set(), kind
    assert set(USUAL_DATE_FORMATS) == {"day", "month", "year"}


def test_the_sample_of_riverton_is_what_its_script_writes(tmp_path: Path) -> None:
    sample_riverton.write_riverton(tmp_path)
    for name in ("permits.csv", "fees.csv"):
        assert (tmp_path / name).read_bytes() == (RIVERTON / name).read_bytes()
    assert all("Mẫu" in permit.applicant for permit in sample_riverton.permits())
