"""The settings checker on small samples: dates, units and paths that a person got wrong."""

import json
import re
import shutil
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped,unused-ignore]

from assets.engine.settings_check import SettingsCheck, check_settings
from assets.engine.settings_report import report
from tests.support import SETTINGS

PERIOD = "2023-10-15"
UNIT = "UBND xã Chí Cà"
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
HEADERS = ("Mã hồ sơ", "Cơ quan thụ lý", "Kênh", "Ngày nhận", "Trạng thái")


def _said(check: SettingsCheck) -> list[str]:
    return [f"{finding.place}: {finding.said}" for finding in check.findings.wrong]


def _checked(folder: Path, rows: list[list[object]], *, setting: str = "") -> SettingsCheck:
    """Check plain settings against a workbook with the rows: unit and day of reception."""
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
    (folder / "mau.toml").write_text(PLAIN % (setting, *HEADERS), encoding="utf-8")
    return check_settings(
        folder / "mau.toml", "d", folder / "a.xlsx", SETTINGS / "reference", PERIOD
    )


MONTH_FIRST = 'date_formats = ["%m/%d/%Y %H:%M"]'
TRUE_DATES: list[list[object]] = [[UNIT, datetime(2023, 11, day, 8)] for day in range(1, 12)]  # noqa: DTZ001


def test_text_dates_among_true_dates_are_tried_by_themselves(tmp_path: Path) -> None:
    check = _checked(tmp_path, [*TRUE_DATES, [UNIT, "20/10/2023 08:00"]], setting=MONTH_FIRST)
    assert any(
        "date_formats: read 0 of 1 dates that are text; day first" in s for s in _said(check)
    )
    assert check.findings.lines["exports.d"] == ['date_formats = ["%d/%m/%Y %H:%M"]']
    assert not any("no usual format" in note for note in check.findings.notes)


def test_months_of_text_dates_are_compared_with_those_of_true_dates(tmp_path: Path) -> None:
    rows: list[list[object]] = [*TRUE_DATES, [UNIT, "02/11/2023 08:00"]]
    (said,) = _said(_checked(tmp_path, rows, setting=MONTH_FIRST))
    assert "0 dates that are text into a month of the true dates" in said
    assert 'day first, ["%d/%m/%Y %H:%M"] would read 1' in said
    day_first = 'date_formats = ["%d/%m/%Y %H:%M"]'
    assert _said(_checked(tmp_path, rows, setting=day_first)) == []


def test_mixed_orders_are_told_with_the_one_to_keep(tmp_path: Path) -> None:
    mixed = 'date_formats = ["%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"]'
    rows: list[list[object]] = [[UNIT, "20/10/2023 08:00"], [UNIT, "02/11/2023 08:00"]]
    check = _checked(tmp_path, rows, setting=mixed)
    assert any("mix day first and month first" in said for said in _said(check))
    assert check.findings.lines["exports.d"] == ['date_formats = ["%d/%m/%Y %H:%M"]']


def test_dates_that_nothing_reads_are_told_with_their_rows(tmp_path: Path) -> None:
    check = _checked(tmp_path, [*TRUE_DATES, [UNIT, "hôm qua"]])
    assert (
        "received_date (column 'Ngày nhận'): 1 date that no usual format reads: aaa aaa "
        "(1: row 13)" in check.findings.notes
    )


def test_a_portal_that_mixes_both_orders_is_told_with_the_rows(tmp_path: Path) -> None:
    days = ["20/10/2023", "21/10/2023", "10/25/2023"]
    check = _checked(tmp_path, [[UNIT, day] for day in days])
    (note,) = check.findings.notes
    assert "1 date that only formats of another order than most read" in note
    assert note.endswith("99/99/9999 (1: row 4)")


def test_a_number_of_days_is_no_text_to_try(tmp_path: Path) -> None:
    rows: list[list[object]] = [[UNIT, "45218"]] * 5
    check = _checked(tmp_path, [*rows, [UNIT, "25-10-2023"]])
    assert any("read 0 of 1 dates that are text; day first" in said for said in _said(check))
    assert "received_date_unreadable  (repaired by: settings)" in report(check)


@pytest.mark.parametrize("column", ["unit_code", "channel", "received_date"])
def test_what_nothing_can_be_counted_without_must_be_mapped(column: str, tmp_path: Path) -> None:
    _checked(tmp_path, TRUE_DATES)
    settings = tmp_path / "mau.toml"
    text = re.sub(f"^{column} = .*\n", "", settings.read_text(encoding="utf-8"), flags=re.M)
    settings.write_text(text, encoding="utf-8")
    file, folder = tmp_path / "a.xlsx", SETTINGS / "reference"
    said = _said(check_settings(settings, "d", file, folder, PERIOD))
    assert any(text.startswith(f"exports.d.columns.{column}: is not mapped") for text in said)


def test_officers_in_the_column_of_the_unit_are_not_named(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Nguyễn Văn Mẫu", day] for _, day in TRUE_DATES]
    check = _checked(tmp_path, rows)
    assert "Nguyễn" not in report(check)
    assert any("of shape Aaaaaa Aaa Aaa (11: row 2, row 3, row 4, …)" in s for s in _said(check))


def test_what_stands_once_is_told_by_its_row(tmp_path: Path) -> None:
    rows = [*TRUE_DATES, ["Phòng Mẫu", TRUE_DATES[0][1]], [UNIT, TRUE_DATES[0][1], "Lạ"]]
    said = _said(_checked(tmp_path, rows))
    assert any("in column 'Cơ quan thụ lý': of shape Aaaaa Aaa (1: row 13)" in s for s in said)
    assert any("in column 'Trạng thái': of shape Aa (1: row 14)" in s for s in said)


def test_a_name_of_two_units_is_told_with_both(tmp_path: Path) -> None:
    units = tmp_path / "reference"
    shutil.copytree(SETTINGS / "reference", units)
    with (units / "unit.csv").open("a", encoding="utf-8") as file:
        file.write("HY03,UBND xã Mẫu,commune,033,2004-07-08,,mẫu\n"
                   "HY09,UBND xã Mẫu,commune,033,2004-07-08,,mẫu\n")  # fmt: skip
    _checked(tmp_path, [["UBND xã Mẫu", day] for _, day in TRUE_DATES])
    check = check_settings(tmp_path / "mau.toml", "d", tmp_path / "a.xlsx", units, PERIOD)
    (said,) = _said(check)
    assert "'UBND xã Mẫu' in 11 rows is the name of HY03 and HY09" in said


def test_where_no_row_can_be_read_the_settings_are_to_be_mended(tmp_path: Path) -> None:
    rows: list[list[object]] = [[UNIT, "5.11.23"] for _ in range(4)]
    printed = report(_checked(tmp_path, rows))
    assert "received_date_unreadable  (repaired by: settings)" in printed
    assert f"Reference tables: {SETTINGS / 'reference'}" in printed


def _checked_json(folder: Path, setting: str = "", **columns: str) -> SettingsCheck:
    """Check plain settings against JSON with an object, a list and times with a Z."""
    records = [
        {
            "ma": f"000.06.33.H22-231105-{number:04}",
            "donVi": {"ma": "01105", "ten": UNIT, "nguoiXuLy": "Lò Thị Mẫu"},
            "kenh": "Trực tuyến",
            "lichSu": [{"ngay": "2023-11-05T08:00:00Z"}, {"ngay": "2023-11-06T08:00:00Z"}],
            "nhan": "2023-11-05T08:00:00Z",
            "trangThai": "Đang xử lý",
        }
        for number in range(30)
    ]
    (folder / "a.json").write_text(json.dumps(records), encoding="utf-8")
    headers = {"code": "ma", "unit": "donVi.ten", "channel": "kenh", "day": "nhan",
               "state": "trangThai"} | columns  # fmt: skip
    formats = 'date_formats = ["%Y-%m-%dT%H:%M:%SZ"]\n' + setting
    (folder / "mau.toml").write_text(PLAIN % (formats, *headers.values()), encoding="utf-8")
    return check_settings(
        folder / "mau.toml", "d", folder / "a.json", SETTINGS / "reference", PERIOD
    )


UTC_ZONE = 'time_zone = "UTC"'


def test_json_that_fits_is_not_called_wrong(tmp_path: Path) -> None:
    for place in ("nhan", "lichSu[0].ngay", "lichSu[#-1].ngay"):
        assert _said(_checked_json(tmp_path, UTC_ZONE, day=place)) == []


def test_keys_with_blanks_are_found_and_not_named(tmp_path: Path) -> None:
    check = _checked_json(tmp_path, UTC_ZONE, state="Trạng thái")
    assert any("no path 'Trạng thái'" in said for said in _said(check))
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    renamed = text.replace("trangThai", "Trạng thái").replace('"ten"', '"Lò Mẫu": 1, "ten"')
    (tmp_path / "a.json").write_text(renamed, encoding="utf-8")
    settings = tmp_path / "mau.toml"
    check = check_settings(settings, "d", tmp_path / "a.json", SETTINGS / "reference", PERIOD)
    assert _said(check) == []
    assert "Lò" not in report(check)


def test_an_object_is_called_an_object(tmp_path: Path) -> None:
    (said,) = _said(_checked_json(tmp_path, UTC_ZONE, unit="donVi"))
    assert said == (
        "exports.d.columns.unit_code: 'donVi' is an object with the keys ma, nguoiXuLy, ten; did "
        "you mean 'donVi.ten'?"
    )


@pytest.mark.parametrize(
    ("path", "meant"), [("lichSu[last].ngay", "[#-1]"), ("lichSu[1", "?"), ("lichSu.ngay", "[0]")]
)
def test_a_path_through_a_list_names_the_forms(path: str, meant: str, tmp_path: Path) -> None:
    said = [s for s in _said(_checked_json(tmp_path, UTC_ZONE, day=path)) if "received_date" in s]
    assert len(said) == 1
    for part in (f"'{path}'", "[0]", "[#-1]", "[*]", meant if meant != "?" else "no path"):
        assert part in said[0]


def test_a_z_behind_times_means_utc(tmp_path: Path) -> None:
    check = _checked_json(tmp_path)
    (said,) = _said(check)
    assert "exports.d.time_zone: the Z behind times means UTC" in said
    assert check.findings.lines["exports.d"] == ['time_zone = "UTC"']
