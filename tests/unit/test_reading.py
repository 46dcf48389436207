"""How files of the three formats become rows: numbers, blank and broken lines, layout."""

import os
import shutil
from datetime import datetime

import pytest

from assets.engine.common.paths import Paths
from assets.engine.settings import load_sources
from assets.engine.warehouse import warehouse
from tests.support import SETTINGS
from tests.unit.deliveries import (
    COMMUNE_HEADERS,
    JANUARY,
    ask,
    cells,
    code,
    csv_text,
    deliver_csv,
    deliver_payments,
    deliver_workbook,
    dossier,
    load,
    payment,
    place,
    rejected,
)


def _numbers(paths: Paths) -> list[tuple[object, ...]]:
    return ask(paths, "SELECT row_number, dossier_code FROM core.dossier_version ORDER BY ALL")


def _deliver_text(paths: Paths, text: str) -> None:
    file = place(paths, "dossiers_commune", JANUARY, "a.csv")
    file.write_text(text, encoding="utf-8", newline="")


def test_row_numbers_hold_behind_broken_blank_and_wrapped_lines(installation: Paths) -> None:
    rows = cells([dossier(n, person="Lò Thị\nMẫu") for n in range(1, 16)])
    lines = [rows[0], rows[1][:5], [], rows[2], [*rows[3], "thừa"], [], [], *rows[4:]]
    _deliver_text(installation, csv_text(lines))
    (result,) = load(installation)
    behind = [(n + 4, code(n)) for n in range(5, 16)]
    assert _numbers(installation) == [(2, code(1)), (5, code(3)), *behind]
    assert rejected(installation) == [(3, "column_count"), (6, "column_count")]
    assert (result.read, result.accepted, result.quarantined) == (15, 13, 2)


def test_rejected_rows_behind_a_broken_line_keep_their_numbers(installation: Paths) -> None:
    rows = cells([dossier(n) for n in range(1, 16)])
    next_to_it, last = cells([dossier(n, state="Đang chờ duyệt") for n in (16, 17)])
    lines = [*rows[:3], rows[0][:5], next_to_it, *rows[3:], last]
    _deliver_text(installation, csv_text(lines))
    load(installation)
    unknown = [(6, "state_unknown"), (19, "state_unknown")]
    assert rejected(installation) == [(5, "column_count"), *unknown]


@pytest.mark.parametrize(
    "blank",
    [
        dict[str, str](),
        {"channel": "\u00a0", "due_date": " "},
        {"dossier_code": "\u00a0"},
    ],
)  # fmt: skip
def test_rows_of_blank_cells_are_layout_and_keep_the_numbers_of_others(
    blank: dict[str, str], installation: Paths
) -> None:
    rows = [dossier(1), blank, *(dossier(n) for n in range(2, 12)), blank]
    deliver_csv(installation, rows)
    (result,) = load(installation)
    assert _numbers(installation) == [(2, code(1)), *((n + 2, code(n)) for n in range(2, 12))]
    assert (result.read, result.layout, result.quarantined) == (11, 2, 0)


def test_a_row_of_quoted_empty_cells_is_layout(installation: Paths) -> None:
    text = csv_text(cells([dossier(n) for n in range(1, 12)]))
    _deliver_text(installation, text + ";".join(['""'] * len(COMMUNE_HEADERS)) + "\r\n")
    (result,) = load(installation)
    assert (result.layout, result.quarantined) == (1, 0)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_any_usual_delimiter_and_line_end_is_read(
    delimiter: str, end: str, installation: Paths
) -> None:
    text = csv_text(cells([dossier(1), dossier(2)]), delimiter=delimiter)
    _deliver_text(installation, text.replace("\r\n", end))
    load(installation)
    assert _numbers(installation) == [(2, code(1)), (3, code(2))]


def test_title_lines_and_blank_lines_above_the_header_count_as_rows(installation: Paths) -> None:
    text = csv_text(cells([dossier(1)]))
    _deliver_text(installation, f"\ufeffDANH SÁCH HỒ SƠ\r\n\r\n{text}")
    load(installation)
    assert _numbers(installation) == [(4, code(1))]


def test_a_list_without_rows_is_loaded_with_none(installation: Paths) -> None:
    deliver_csv(installation, [])
    deliver_workbook(installation, [])
    deliver_payments(installation, [])
    results = load(installation)
    assert [(r.state, r.read, r.accepted) for r in results] == [("loaded", 0, 0)] * 3


def test_totals_and_signatures_below_a_workbooks_rows_are_layout(installation: Paths) -> None:
    total = {"dossier_code": "Tổng số", "unit_code": "2"}
    signature = {"channel": "NGƯỜI LẬP BIỂU"}
    name = {"channel": "Lò Thị Mẫu"}
    deliver_workbook(installation, [dossier(1), dossier(2), {}, total, {}, signature, name])
    (result,) = load(installation)
    assert (result.read, result.accepted, result.quarantined) == (2, 2, 0)
    assert result.layout == 5


def test_a_code_with_blanks_or_small_letters_is_the_same_code(installation: Paths) -> None:
    spellings = [f" {code(1)} ", code(1).replace("H22", "h22"), code(1).replace("-", " -")]
    deliver_csv(installation, [dossier(1, dossier_code=text) for text in spellings])
    (result,) = load(installation)
    assert ask(installation, "SELECT dossier_code FROM core.dossier") == [(code(1),)]
    assert result.duplicates == 2


def test_a_unit_that_nobody_knows_is_no_reason_to_lose_the_dossier(installation: Paths) -> None:
    deliver_csv(installation, [dossier(1), dossier(2, unit_code="UBND xã Mẫu")])
    (result,) = load(installation)
    found = ask(installation, "SELECT unit_code FROM core.dossier ORDER BY dossier_code")
    assert found == [("01105",), (None,)]
    assert (result.accepted, result.unit_unknown) == (2, 1)


def test_row_numbers_hold_when_the_authority_has_many_units(installation: Paths) -> None:
    reference = installation.data.parent / "settings" / "reference"
    reference.mkdir(parents=True)
    for file in (SETTINGS / "reference").iterdir():
        (reference / file.name).write_bytes(file.read_bytes())
    with (reference / "unit.csv").open("a", encoding="utf-8") as units:
        units.writelines(
            f"M{number:03},UBND xã Mẫu {number},commune,033,2004-07-08,2099-12-31,mẫu\n"
            for number in range(200)
        )
    (reference.parent / "sources").symlink_to(SETTINGS / "sources")
    paths = Paths(installation.data, reference.parent)
    rows = [dossier(n, unit_code=f"UBND xã Mẫu {n * 79 % 200}") for n in range(1, 51)]
    deliver_csv(paths, rows)
    load(paths)
    assert _numbers(paths) == [(n + 1, code(n)) for n in range(1, 51)]


def test_a_cell_of_200_000_letters_is_read(installation: Paths) -> None:
    rows = [dossier(n, person="Mẫu " * 2_000) for n in range(1, 51)]
    deliver_csv(installation, [*rows, dossier(51, person="Mẫu " * 50_000), dossier(52)])
    (result,) = load(installation)
    assert (result.state, result.accepted) == ("loaded", 52)


def test_a_blank_line_in_a_file_with_a_very_long_cell_stops_nothing(installation: Paths) -> None:
    rows = cells([dossier(n, person="Mẫu " * 2_000) for n in range(1, 51)])
    rows += [*cells([dossier(51, person="Mẫu " * 50_000)]), [], *cells([dossier(52)])]
    _deliver_text(installation, csv_text(rows))
    (result,) = load(installation)
    assert (result.state, result.accepted) == ("loaded", 52)


def test_the_sources_of_the_project_are_read_without_a_misfit() -> None:
    assert set(load_sources(SETTINGS / "sources")["xin_man"].exports) == {
        "dossiers_district", "dossiers_commune", "payments",
    }  # fmt: skip


def test_the_reader_writes_nothing_to_disk(installation: Paths) -> None:
    deliver_csv(installation, [dossier(n) for n in range(1, 500)])
    load(installation)
    with warehouse(installation):
        assert list((installation.warehouse / "tmp").iterdir()) == []


def test_a_header_that_stands_twice_is_refused_with_both_its_columns(installation: Paths) -> None:
    """Either of them may be the one that is meant: neither is taken."""
    _deliver_text(installation, csv_text(cells([dossier(1)])).replace("Chủ hồ sơ", " MÃ HỒ SƠ", 1))
    (result,) = load(installation)
    assert (result.state, result.accepted) == ("refused", 0)
    assert "found 'Mã hồ sơ' over the columns 2 and 5; expected" in (result.reason or "")


def test_nor_is_one_of_two_headers_that_differ_in_brackets_only(installation: Paths) -> None:
    file = deliver_payments(installation, [payment(1)])
    page = file.read_text(encoding="utf-8").replace(
        "<th>Phí (VNĐ)</th>", "<th>Phí (đồng)</th><th>Phí (USD)</th>"
    )
    file.write_text(page.replace("<td></td>", "<td></td><td></td>", 1), encoding="utf-8")
    (result,) = load(installation)
    assert "found 'Phí (VNĐ)' over the columns 5 and 6; expected" in (result.reason or "")


def test_a_renamed_header_is_shown_and_others_are_counted(installation: Paths) -> None:
    text = csv_text(cells([dossier(1)]))
    text = text.replace("Mã hồ sơ", "Mã HS", 1).replace("STT", "Vàng Thị Mẫu", 1)
    _deliver_text(installation, text)
    (result,) = load(installation)
    # Neither "Chủ hồ sơ" nor the cell that may be a person.
    assert "no column ['Mã hồ sơ']; other columns there are ['Mã HS'" in (result.reason or "")
    assert "] and 2 whose names are not shown here; expected" in (result.reason or "")
    assert "make check-source shows" in (result.reason or "")
    assert "Mẫu" not in (result.reason or "")


def test_a_byte_that_is_no_utf_8_costs_its_own_row_only(installation: Paths) -> None:
    rows = [dossier(n) for n in range(1, 13)]
    text = csv_text(cells(rows)).encode()
    for number in (3, 5):
        text = text.replace(code(number).encode(), code(number).encode() + b"\xff", 1)
    place(installation, "dossiers_commune", JANUARY, "a.csv").write_bytes(text)
    (result,) = load(installation)
    assert rejected(installation) == [(4, "unreadable_text"), (6, "unreadable_text")]
    assert (result.read, result.accepted, result.quarantined) == (12, 10, 2)


def test_days_in_an_address_are_no_period_line(installation: Paths) -> None:
    note = "Thôn Mẫu 3, từ ngày 01/06/2023 đến ngày 03/06/2023"
    deliver_workbook(installation, [dossier(1, person=note), dossier(2)])
    (result,) = load(installation)
    assert (result.state, str(result.covers_to)) == ("loaded", "2023-01-14")


@pytest.mark.parametrize("written", ["1980-01-01", "2022-12-15"])
def test_a_file_time_before_the_period_says_nothing_of_what_it_covers(
    written: str, installation: Paths
) -> None:
    file = deliver_csv(installation, [dossier(1)])
    moment = datetime.fromisoformat(written + "T00:00:00+07:00").timestamp()
    os.utime(file, (moment, moment))
    (result,) = load(installation)
    assert str(result.covers_to) == "2023-01-14"


def test_a_raised_share_of_rejects_reads_a_refused_file_again(installation: Paths) -> None:
    settings = installation.data.parent / "settings"
    shutil.copytree(SETTINGS / "reference", settings / "reference")
    shutil.copytree(SETTINGS / "sources", settings / "sources")
    paths = Paths(installation.data, settings)
    deliver_csv(paths, [dossier(1), dossier(2, state="")])
    assert [result.state for result in load(paths)] == ["refused"]
    file = settings / "sources" / "xin_man.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("share = 0.2", "share = 0.5"), encoding="utf-8")
    assert [result.state for result in load(paths)] == ["loaded"]
