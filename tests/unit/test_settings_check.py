"""The settings checker: every mistake named in one run, nothing named where nothing is wrong."""

import json
import re
import shutil
import tempfile
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import sample_riverton
import xlsxwriter  # type: ignore[import-untyped,unused-ignore]

from assets.engine.common.errors import MotcuaError, SettingsError
from assets.engine.common.text import header_key
from assets.engine.settings_check import SettingsCheck, check_settings
from assets.engine.settings_findings import (
    described,
    shown_texts,
    shown_unit_codes,
    shown_units,
)
from assets.engine.settings_report import report
from pipelines.commands.cli import main
from schemas.rows import KINDS
from schemas.settings import USUAL_DATE_FORMATS, USUAL_HEADERS
from tests.support import SETTINGS

RIVERTON = SETTINGS / "sample" / "portals" / "riverton"
GOOD, BAD = SETTINGS / "sources" / "riverton.toml", RIVERTON / "bad.toml"
PERIOD = "2023-10-15"
# The number of each mistake in bad.toml, and what the finding about it must say.
PLANTED = {
    1: ["refuse_above_shar:", "did you mean refuse_above_share"],
    2: ["unit_names.R09:", "no unit"],
    3: ["exports.permits:", "values.channel has ['mail']"],
    4: ["values.dossier.chanel:", "no column"],
    5: ["values.dossier.state:", "5 of 60", "'Under review' (5)"],
    6: ["exports.permits:", "values.state lists ['denied'] more than once"],
    7: ["exports.permits.files:", "fits none"],
    8: ["exports.permits.date_formats:", "month first", '"%m/%d/%Y %I:%M %p"', "would read 185"],
    9: ["exports.permits:", "'America/Riverton' is no zone"],
    10: ["exports.permits.units:", "60 of 60", 'units = "code"'],
    11: ["exports.permits.is_snapshot:", "boolean"],
    12: ["exports.permits:", "['state'] are needed"],
    13: ["exports.permits.columns.channel:", "'Filed by'", "did you mean 'Filed through'"],
    14: ["exports.permits.columns.recieved_date:", "did you mean received_date"],
    15: ["exports.permits.columns.due_date:", "'Deadlines / Due'", "did you mean 'Dates / Due'"],
    16: ["exports.permits.columns.returned_date:", "as finished_date does", "Handed over"],
    17: ["exports.permits:", "'has_digitised_input' needs its texts"],
    18: ["exports.permits:", "['service_level'], which columns do not map"],
    19: [
        "exports.permits.code_patterns.dossier_code:",
        "60 of 60",
        "AA-9999-999999 (60: row 3, row 4, row 5, …)",
    ],
    20: ["exports.fees.kind:", "'payment'", "read as payment"],
    21: ["exports.fees:", "'%m/%d/%y' lacks"],
    22: ["exports.fees:", "amount has ',' for both"],
    23: ["exports.fees:", "code_patterns.request_code matches names"],
}


# Files with people where none should be: in cells of other columns, headers, keys.
PEOPLE = [
    file for file in sorted((SETTINGS / "sample" / "defects").glob("19_*/*/*/*/*"))
    if file.is_file()
]  # fmt: skip


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference tables with Riverton's units, as docs/portals.md adds them."""
    folder = tmp_path_factory.mktemp("settings") / "reference"
    shutil.copytree(SETTINGS / "reference", folder)
    with (folder / "unit.csv").open("a", encoding="utf-8") as units:
        units.write((RIVERTON / "unit.csv").read_text(encoding="utf-8"))
    return folder


@pytest.fixture(scope="module")
def bad(reference: Path) -> SettingsCheck:
    return check_settings(BAD, "permits", RIVERTON / "permits.csv", reference, PERIOD)


def _said(check: SettingsCheck) -> list[str]:
    return [f"{finding.place}: {finding.said}" for finding in check.findings.wrong]


def _changed(folder: Path, *changes: tuple[str, str], settings: Path = GOOD) -> Path:
    """Write a copy of settings with texts replaced."""
    text = settings.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / settings.name).write_text(text, encoding="utf-8")
    return folder / settings.name


@pytest.mark.parametrize(
    ("export", "rows"), [("permits", 60), ("fees", 50)], ids=["permits", "fees"]
)
def test_nothing_is_wrong_with_good_settings(reference: Path, export: str, rows: int) -> None:
    check = check_settings(GOOD, export, RIVERTON / f"{export}.csv", reference, PERIOD)
    assert _said(check) == []
    assert check.findings.lines == {}
    assert check.trial is not None
    assert (check.trial.loaded.read, check.trial.loaded.accepted) == (rows, rows)
    assert report(check).endswith("Nothing wrong.\n")


def test_a_name_as_macs_write_it_fits_the_patterns_that_the_engine_takes(
    reference: Path, tmp_path: Path
) -> None:
    """They part letters and marks, and an archive made there keeps the names so."""
    sample = tmp_path / unicodedata.normalize("NFD", "Hồ-sơ-11.csv")
    shutil.copy(RIVERTON / "permits.csv", sample)
    named = ('kind = "dossier"\n', 'kind = "dossier"\nfiles = ["hồ-sơ-*.csv"]\n')
    check = check_settings(_changed(tmp_path, named), "permits", sample, reference, PERIOD)
    assert _said(check) == []


@pytest.mark.parametrize("export", ["dossiers_commune", "dossiers_district", "payments"])
def test_nothing_is_wrong_with_the_districts_settings(export: str) -> None:
    (file,) = (SETTINGS / "sample/inbox/xin_man" / export / PERIOD).iterdir()
    settings = SETTINGS / "sources" / "xin_man.toml"
    check = check_settings(settings, export, file, SETTINGS / "reference", PERIOD)
    assert _said(check) == []
    assert check.trial is not None
    assert check.trial.loaded.read > 200
    assert check.trial.loaded.accepted == check.trial.loaded.read


def test_every_planted_mistake_has_a_number() -> None:
    numbers = re.findall(r"# (\d+) ", BAD.read_text(encoding="utf-8"))
    assert [int(number) for number in numbers] == list(PLANTED)


@pytest.mark.parametrize("number", PLANTED)
def test_one_run_names_every_planted_mistake(bad: SettingsCheck, number: int) -> None:
    fitting = [said for said in _said(bad) if all(part in said for part in PLANTED[number])]
    assert len(fitting) == 1, "\n".join(_said(bad))


def test_nothing_else_is_called_wrong(bad: SettingsCheck) -> None:
    planted = [
        said for said in _said(bad)
        if any(all(part in said for part in parts) for parts in PLANTED.values())
    ]  # fmt: skip
    consequences = [said.split(":")[0] for said in _said(bad) if said not in planted]
    assert consequences == [
        "values.dossier.channel",  # of 3: nothing means postal
        "values.dossier.has_digitised_input",  # of 17
        "refuse_above_share",
    ]


def test_the_lines_to_add_are_toml_that_mends_the_columns(bad: SettingsCheck) -> None:
    printed = report(bad)
    lines = printed.partition("yours to decide:\n")[2]
    assert "[exports.permits]" in lines
    # The settings have every table but one: to declare them once more would be no TOML.
    declared = re.findall(r"^\[.*", lines, re.MULTILINE)
    assert declared == ["[values.dossier.has_digitised_input]"]
    added = tomllib.loads(re.sub(r"^# under the (\[.*\]) you have", r"\1", lines, flags=re.M))
    good = tomllib.loads(GOOD.read_text(encoding="utf-8"))["exports"]["permits"]
    for column, header in added["exports"]["permits"]["columns"].items():
        assert good["columns"][column] == header
    assert set(added["exports"]["permits"]["columns"]) == {
        "received_date", "channel", "due_date", "returned_date", "state",
    }  # fmt: skip
    assert added["exports"]["permits"]["date_formats"] == good["date_formats"]
    assert added["exports"]["permits"]["units"] == "code"
    pattern = added["exports"]["permits"]["code_patterns"]["dossier_code"]
    assert re.fullmatch(pattern, "RV-2023-000123")
    assert '# ? = ["Under review"]  # one of new, not_accepted, in_process' in lines


def test_bad_marks_are_named_with_those_that_read_more(reference: Path, tmp_path: Path) -> None:
    settings = _changed(
        tmp_path, ('grouping_mark = ","', 'grouping_mark = "."'),
        ('decimal_mark = "."', 'decimal_mark = ","'),
    )  # fmt: skip
    check = check_settings(settings, "fees", RIVERTON / "fees.csv", reference, PERIOD)
    (said,) = [said for said in _said(check) if said.startswith("exports.fees.marks.amount")]
    assert "0 of 50" in said
    assert "would read 50" in said
    assert check.findings.lines["exports.fees.marks"] == [
        'amount = { grouping = ",", decimal = "." }'
    ]


def test_amounts_with_a_fraction_are_noted_not_called_wrong(
    reference: Path, tmp_path: Path
) -> None:
    fees = (RIVERTON / "fees.csv").read_text(encoding="utf-8")
    (tmp_path / "fees.csv").write_text(fees.replace(",250.00,", ",250.50,"), encoding="utf-8")
    settings = _changed(tmp_path, ("refuse_above_share = 0.1", "refuse_above_share = 1"))
    check = check_settings(settings, "fees", tmp_path / "fees.csv", reference, PERIOD)
    assert _said(check) == []
    (note,) = check.findings.notes
    assert re.search(r"amount .*: amounts that are no whole numbers \(\d+\): 999\.99", note)


def test_no_person_is_named_where_a_column_of_people_is_mapped(
    reference: Path, tmp_path: Path
) -> None:
    permits = (RIVERTON / "permits.csv").read_text(encoding="utf-8")
    twice = re.sub(r"Sample Mẫu \d+", "Lò Thị Mẫu", permits)
    (tmp_path / "permits.csv").write_text(twice, encoding="utf-8")
    settings = _changed(tmp_path, ('state = "Status"', 'state = "Applicant"'))
    check = check_settings(settings, "permits", tmp_path / "permits.csv", reference, PERIOD)
    assert any("Aa Aaa Aaa (60: row 3, row 4, row 5, …)" in said for said in _said(check))
    assert "Lò" not in report(check)
    assert "0990000" not in report(check)


def test_no_person_is_named_under_any_header(reference: Path, tmp_path: Path) -> None:
    permits = (RIVERTON / "permits.csv").read_text(encoding="utf-8")
    (tmp_path / "permits.csv").write_text(permits.replace("Applicant", "Text"), encoding="utf-8")
    for header in ("Status", "Permit No.", "Office", "Dates / Filed"):
        settings = _changed(tmp_path, (f'= "{header}"', '= "Text"'))
        check = check_settings(settings, "permits", tmp_path / "permits.csv", reference, PERIOD)
        assert check.findings.wrong, header
        assert "Mẫu" not in report(check), header


@pytest.mark.parametrize("file", PEOPLE, ids=lambda file: "-".join(file.parts[-5:-1]))
def test_no_person_of_the_defect_files_is_named(file: Path) -> None:
    source, export, period = file.parts[-4:-1]
    folders = (SETTINGS / "sources", SETTINGS / "sample" / "defect_sources")
    (settings,) = [path for folder in folders if (path := folder / f"{source}.toml").exists()]
    printed = report(check_settings(settings, export, file, SETTINGS / "reference", period))
    assert not re.search("Mẫu|MẪU|0990000|990000|000990", printed)


def test_a_text_is_named_only_if_it_stands_in_two_rows() -> None:
    texts = Counter({"Đang xử lý": 2, "Lò Thị Mẫu": 1})
    rows = {"Đang xử lý": ["row 4", "row 9"], "Lò Thị Mẫu": ["row 12"]}
    named = described(texts, shown_texts(texts, "Trạng thái"), rows)
    assert named == "'Đang xử lý' (2), of shape Aa Aaa Aaa (1: row 12)"
    hidden = described(texts, shown_texts(texts, "Chủ hồ sơ"), rows)
    assert hidden == "of shape Aaaa aa aa (2: row 4, row 9), of shape Aa Aaa Aaa (1: row 12)"
    assert shown_texts(Counter({f"mẫu {n}": 2 for n in range(50)}), "Trạng thái") == []


def test_texts_written_like_names_are_never_named() -> None:
    officers = Counter({"Nguyễn Văn Mẫu": 4, "LO THI MAU": 3, "Phòng Tài chính Mẫu": 2,
                        "UBND xã Mẫu": 2, "Lò Văn Phòng": 2, "Xin Mẫu": 2})  # fmt: skip
    assert shown_texts(officers, "Xử lý") == ["Phòng Tài chính Mẫu", "UBND xã Mẫu"]
    assert shown_units(officers, ["Xín Mẫu"]) == ["Phòng Tài chính Mẫu", "UBND xã Mẫu", "Xin Mẫu"]


def test_codes_of_units_that_the_table_lacks_are_counted_and_named(
    reference: Path, tmp_path: Path
) -> None:
    shutil.copytree(reference, tmp_path / "reference")
    units = (reference / "unit.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    known = "".join(line for line in units if not line.startswith(("R01", "R02")))
    (tmp_path / "reference" / "unit.csv").write_text(known, encoding="utf-8")
    check = check_settings(
        GOOD, "permits", RIVERTON / "permits.csv", tmp_path / "reference", PERIOD
    )
    (said,) = _said(check)
    assert said.startswith(
        "reference/unit.csv: does not know 2 different units of 60 rows in column 'Office': "
        "'R02' (34), 'R01' (26). Add a row for each to that file"
    )
    # A code is no other name of a unit.
    assert check.findings.lines == {}


def test_codes_of_units_are_named_and_numbers_of_people_are_not() -> None:
    codes = Counter({"R01": 9, "01105": 8, "H22.33.5": 7, "000.06.33.H22": 6, "033-2": 5})
    people = Counter({"0912345678": 9, "091-234-5678": 8, "012345678901": 7, "123456789": 6,
                      "B1234567": 5, "000.06.33.H22-230105-0001": 4, "MAU": 3, "mau90": 3,
                      "LÒ.MẪU.1": 3, "Lò Thị Mẫu": 3, "R 01": 3})  # fmt: skip
    assert shown_unit_codes(codes + people + Counter({"R02": 1}), "Office") == list(codes)
    assert shown_unit_codes(codes, "Số CCCD") == []


def test_dates_that_read_both_ways_are_noted(reference: Path, tmp_path: Path) -> None:
    row = "RV-2023-000001,,R01,,,Web,Accepted,10/11/2023 01:00 PM,10/11/2023 02:00 PM,,,,,,,Yes\n"
    head = "".join(
        (RIVERTON / "permits.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:2]
    )
    (tmp_path / "permits.csv").write_text(head + row, encoding="utf-8")
    settings = _changed(tmp_path, ('["%m/%d/%Y %I:%M %p"', '["%d/%m/%Y %I:%M %p"'),
                        ('%p", "%m/%d/%Y"]', '%p", "%d/%m/%Y"]'))  # fmt: skip
    check = check_settings(settings, "permits", tmp_path / "permits.csv", reference, PERIOD)
    assert _said(check) == []
    assert any("both day first and month first" in note for note in check.findings.notes)


def test_headers_in_force_are_those_of_the_period(reference: Path, tmp_path: Path) -> None:
    later = '\n[[exports.permits.changes]]\nvalid_from = 2023-10-15\ncolumns = {state = "Stage"}\n'
    settings = _changed(tmp_path, ("[exports.fees]", later + "\n[exports.fees]"))
    before = check_settings(settings, "permits", RIVERTON / "permits.csv", reference, "2023-09-15")
    after = check_settings(settings, "permits", RIVERTON / "permits.csv", reference, PERIOD)
    assert _said(before) == []
    (said,) = _said(after)
    assert said == (
        "exports.permits.columns.state: the file has no header 'Stage'; did you mean 'Status'?"
    )


def test_a_broken_line_of_json_costs_itself_only() -> None:
    (file,) = (SETTINGS / "sample/defects/00_json/national_lines").rglob("nhat-ky.json")
    settings = SETTINGS / "sample" / "defect_sources" / "national_lines.toml"
    check = check_settings(settings, "dossiers", file, SETTINGS / "reference", "2022-12-15")
    assert check.trial is not None
    assert (check.trial.loaded.read, check.trial.loaded.accepted) == (5, 4)
    assert _said(check) == []


def test_what_only_the_engine_refuses_is_named_too(reference: Path, tmp_path: Path) -> None:
    settings = _changed(
        tmp_path, (r"'RV-\d{4}-\d{6}'", r"'(?=RV)RV-\d{4}-\d{6}'"),
        ('"%m/%d/%Y"]', '"%m/%d/%Y %Q"]'),
    )  # fmt: skip
    said = _said(check_settings(settings, "permits", RIVERTON / "permits.csv", reference, PERIOD))
    assert any("date_formats: '%m/%d/%Y %Q' is no date format" in text for text in said)
    assert any("code_patterns.dossier_code: is no regular expression" in text for text in said)


def _dossiers(count: int) -> list[dict[str, object]]:
    return [
        {
            "code": f"000.06.33.H22-230105-{number:04}",
            "applicant": {"fullname": "Lò Thị Mẫu", "0912345678": "x"},
            "agency": {"name": "UBND xã Chí Cà"},
            "applyMethod": {"name": "Trực tuyến"},
            "acceptedDate": "2023-01-05T01:00:00.000Z",
            "dueDate": "2023-01-15T01:00:00.000Z",
            "status": {"name": "Đang xử lý"},
            "fees": [{"amount": 10000.0}],
        }
        for number in range(count)
    ]


def test_paths_and_envelope_of_json_are_checked(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"result": {"items": _dossiers(30)}}), encoding="utf-8")
    columns = 'dossier_code = "code"\nunit_code = "agency.nam"\nreceived_date = "acceptedDate"\n'
    settings = tmp_path / "mau.toml"
    settings.write_text(
        'title = "Mẫu"\n[values.dossier.state]\nin_process = ["Đang xử lý"]\n'
        '[exports.d]\nkind = "dossier"\nrecords = "content"\ntime_zone = "UTC"\n'
        'date_formats = ["%Y-%m-%d"]\n'
        f'[exports.d.columns]\n{columns}state = "dossierStatus.name"\n',
        encoding="utf-8",
    )
    check = check_settings(settings, "d", file, SETTINGS / "reference", "2022-12-15")
    said = _said(check)
    assert "exports.d.records: is no path of an array of records in the file" in said
    assert check.findings.lines["exports.d"][0] == 'records = "result.items"'
    assert any("no path 'dossierStatus.name'; did you mean 'status.name'" in text for text in said)
    assert any("'agency.nam'; did you mean 'agency.name'" in text for text in said)
    assert any("date_formats: read 0 of 30 dates" in text for text in said)
    assert ("dueDate", "due_date") in check.spare
    assert ("applicant.fullname", None) in check.spare
    assert ("fees[*].amount", None) in check.spare
    assert "0912345678" not in report(check)
    assert "Lò" not in report(check)
    assert check.trial is not None
    assert check.trial.loaded.read == 30


def test_sheets_headers_and_layout_rows_are_told(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        rows = [
            ["DANH SÁCH HỒ SƠ"], ["STT", "Mã hồ sơ", "Tình trạng", "Ngày nhận", "Người nộp"],
            ["1", "000.06.33.H22-230105-0001", "Đang xử lý", "05/01/2023", "Lò Thị Mẫu"],
            ["2", "000.06.33.H22-230105-0002", "Đang xử lý", "05/01/2023", "Lò Thị Mẫu"],
            ["Tổng số", "", "", "", "2"],
        ]  # fmt: skip
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    settings = tmp_path / "mau.toml"
    settings.write_text(
        'title = "Mẫu"\n[values.dossier.state]\nin_process = ["Đang xử lý"]\n'
        '[exports.d]\nkind = "dossier"\n[exports.d.columns]\n'
        'dossier_code = "Mã hồ sơ"\nstate = "Trạng thái"\n',
        encoding="utf-8",
    )
    check = check_settings(settings, "d", file, SETTINGS / "reference", "2022-12-15")
    assert _said(check) == [
        "exports.d.columns.state: the file has no header 'Trạng thái'; did you mean 'Tình trạng'?",
        "exports.d.columns.unit_code: is not mapped: every dossier would count as unassigned",
        "exports.d.columns.channel: is not mapped: no dossier would count as filed online",
        "exports.d.columns.received_date: is not mapped: no dossier would count in any period; "
        "did you mean 'Ngày nhận'?",
    ]
    printed = report(check)
    assert "Part 1: workbook, utf-8, header in row 2" in printed
    assert "Layout rows: total 1" in printed
    assert "  Người nộp\n" in printed


def test_a_file_without_the_key_still_says_what_it_has(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Nhãn,Ngày tiếp nhận\nA,05/01/2023\n", encoding="utf-8")
    settings = SETTINGS / "sources" / "xin_man.toml"
    check = check_settings(settings, "dossiers_commune", file, SETTINGS / "reference", PERIOD)
    assert check.trial is None
    assert any("dossier_code: the file has no header 'Mã hồ sơ'" in said for said in _said(check))
    assert check.findings.notes == [
        "no row can be read without dossier_code: map it, and check again"
    ]


def test_a_sample_that_is_no_list_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"%PDF-1.7 ...")
    settings = SETTINGS / "sources" / "xin_man.toml"
    check = check_settings(settings, "payments", file, SETTINGS / "reference", PERIOD)
    (said,) = _said(check)
    assert "a PDF document" in said


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.csv", "Tỉnh,Dân số\nMẫu,1000\nMẫu,2000\n", "header"),
        ("a.json", '{"content": [{"province": "M", "people": 1}]}', "path"),
    ],
    ids=["text", "JSON"],
)
def test_another_list_is_one_finding_not_one_a_column(
    name: str, text: str, kind: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    settings = SETTINGS / "sources" / ("igate2.toml" if kind == "path" else "xin_man.toml")
    export = "dossiers" if kind == "path" else "dossiers_commune"
    check = check_settings(settings, export, file, SETTINGS / "reference", PERIOD)
    assert [said for said in _said(check) if ".columns" in said] == [
        f"exports.{export}.columns: the file has no {kind} that they name, nor one that a dossier "
        "usually has: is it a list of this export?"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = x", "line 1"),
        ('title = "x"', "no exports"),
        ('title = "x"\n[exports.other]\nkind = "dossier"\n', "the exports other"),
        (None, "No such file"),
    ],
    ids=["no TOML", "no exports", "another export", "no file"],
)
def test_settings_that_cannot_be_used_at_all_are_one_sentence(
    tmp_path: Path, text: str | None, said: str
) -> None:
    settings = tmp_path / "mau.toml"
    if text is not None:
        settings.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        check_settings(settings, "d", RIVERTON / "permits.csv", SETTINGS / "reference")


def test_a_key_that_is_no_period_is_one_sentence(reference: Path) -> None:
    with pytest.raises(MotcuaError, match="2023-10-15"):
        check_settings(GOOD, "permits", RIVERTON / "permits.csv", reference, "2023-10-16")


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
    sample = str(RIVERTON / "permits.csv")
    assert main(["check-source", str(GOOD), "permits", sample, "--period", PERIOD]) == 0
    assert "Nothing wrong." in capsys.readouterr().out
    assert main(["check-source", str(BAD), "permits", sample, "--period", PERIOD]) == 1
    assert "Wrong (26):" in capsys.readouterr().out
    assert main(["check-source", str(tmp_path / "none.toml"), "permits", sample]) == 1
    assert "no such file" in capsys.readouterr().err.lower()
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not (tmp_path / "data").exists()


def test_a_flag_on_half_of_the_rows_is_wrong(reference: Path, tmp_path: Path) -> None:
    settings = _changed(
        tmp_path, ('"Dates / Accepted"', '"Dates / ?"'), ('"Dates / Due"', '"Dates / Accepted"'),
        ('"Dates / ?"', '"Dates / Due"'),
    )  # fmt: skip
    check = check_settings(settings, "permits", RIVERTON / "permits.csv", reference, PERIOD)
    assert any(
        re.fullmatch(r"exports.permits.columns: due_before_received on \d+ of 60 rows: are two "
                     r"columns swapped\?", said) for said in _said(check)
    )  # fmt: skip


def test_amounts_are_shown_in_plain_digits(reference: Path) -> None:
    check = check_settings(GOOD, "fees", RIVERTON / "fees.csv", reference, PERIOD)
    assert check.trial is not None
    assert check.trial.columns["amount"].example == "85"


def test_a_folder_is_no_sample(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="found a folder"):
        check_settings(GOOD, "permits", tmp_path, SETTINGS / "reference", PERIOD)


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
