"""Defects 11 to 13 of docs/defects.md: spellings, encodings, blanks."""

from pathlib import Path

import pytest
from sample_lists import dossier_code

from tests.unit.defects import Outcome, Rows, assert_refused, assert_whole, listed, load_defect

WHOLE = [("2023-01-05", "2023-01-09", "returned", "online", "01105", "result", True)]
MEANING = (
    "DISTINCT received_date::VARCHAR, due_date::VARCHAR, state, channel, unit_code, result_kind, "
    "has_digitised_input"
)


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("forms"), 11)


@pytest.fixture(scope="module")
def encodings(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("encodings"), 12)


@pytest.fixture(scope="module")
def blanks(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("blanks"), 13, slug="blanks")


# 11: NFD, Ð for Đ, the place of the tone, in headers, values and units alike.


@pytest.mark.parametrize(
    ("name", "container", "first_number"),
    [
        ("/nfd.csv", "delimited", 1101),
        ("/nfd.xlsx", "workbook", 1106),
        ("/eth.csv", "delimited", 1111),
        ("/eth-nfd.xls", "web_page", 1116),
    ],
)
def test_the_form_of_a_letter_makes_no_difference(
    forms: Outcome, name: str, container: str, first_number: int
) -> None:
    assert_whole(forms, name, 2, first_number)
    assert forms.parts(name) == [(container, "utf-8", 1)]
    assert forms.accepted(name, MEANING) == WHOLE


def test_nor_does_the_place_of_a_tone(forms: Outcome) -> None:
    name = "dau-thanh.csv"
    assert_whole(forms, name, 2, 1121)
    assert forms.accepted(name, "row_number, unit_code, channel, state") == [
        (2, "01096", "postal", "returned"),
        (3, "01096", "postal", "returned"),
        (4, "01096", "postal", "returned"),
        (5, "01096", "postal", "returned"),
        (6, "01096", "online", "in_process"),
    ]


# 12: UTF-16, Windows-1258, TCVN3, VNI, UTF-8 misread.


@pytest.mark.parametrize(
    ("name", "container", "encoding", "first_number"),
    [
        ("utf-16-le.csv", "delimited", "utf-16", 1201),
        ("utf-16-be.csv", "delimited", "utf-16", 1206),
        ("utf-16-khong-bom.csv", "delimited", "utf-16", 1211),
        ("utf-16-tab.txt", "delimited", "utf-16", 1216),
        ("windows-1258.csv", "delimited", "windows-1258", 1221),
        ("/tcvn3.csv", "delimited", "tcvn3", 1226),
        ("/vni.csv", "delimited", "vni", 1231),
        ("mojibake.csv", "delimited", "mojibake", 1236),
        ("tcvn3-utf-8.csv", "delimited", "tcvn3", 1241),
        ("vni-utf-8.csv", "delimited", "vni", 1246),
        ("tcvn3.xlsx", "workbook", "tcvn3", 1251),
        ("vni.xlsx", "workbook", "vni", 1256),
        ("mojibake.xlsx", "workbook", "mojibake", 1296),
        ("tcvn3.xls", "web_page", "tcvn3", 1291),
        ("mojibake.xls", "web_page", "mojibake", 1261),
    ],
)
def test_an_old_encoding_says_the_same(
    encodings: Outcome, name: str, container: str, encoding: str, first_number: int
) -> None:
    assert_whole(encodings, name, 2, first_number)
    assert encodings.parts(name) == [(container, encoding, 1)]
    assert encodings.accepted(name, MEANING) == WHOLE


@pytest.mark.parametrize(
    ("name", "first_number"), [("windows-1258.xls", 1266), ("utf-16.xls", 1271)]
)
def test_a_page_says_its_own_encoding(encodings: Outcome, name: str, first_number: int) -> None:
    assert_whole(encodings, name, 2, first_number)
    assert encodings.parts(name, "container") == [("web_page",)]
    assert encodings.accepted(name, MEANING) == WHOLE


def test_a_byte_that_is_no_letter_costs_its_row_and_only_where_it_is_read(
    encodings: Outcome,
) -> None:
    """Row 4 has it in the unit; row 8 in a column that nobody maps."""
    name = "byte-hong.csv"
    assert encodings.rejected(name) == [(4, "unreadable_text")]
    assert encodings.accepted(name) == [
        (row, code) for row, code in listed(2, 1276, 10) if row != 4
    ]
    assert encodings.accepted(name, MEANING) == WHOLE


def test_an_encoding_nobody_knows_is_refused_as_such(encodings: Outcome) -> None:
    assert_refused(encodings, "khong-ro.csv", "bytes that are not UTF-8")


# 13: NBSP, zero-width characters, double blanks, line breaks.

# Row to (code, procedure, unit, channel, received, due, returned, state), where it is another.
ORDINARY = ("1.001193", "01105", "online", "2023-01-05", "2023-01-09", "2023-01-06", "returned")
WITHOUT_DAYS = (*ORDINARY[:4], None, None, "returned")


def _twelve(first: int) -> Rows:
    """Return what the twelve rows say: only row 12 has blanks for two of its days."""
    return [
        (row, dossier_code(first + row - 2), *(WITHOUT_DAYS if row == 12 else ORDINARY))
        for row in range(2, 14)
    ]


def _read(outcome: Outcome, name: str) -> Rows:
    return outcome.accepted(
        name,
        "row_number, dossier_code, procedure_code, unit_code, channel, received_date::VARCHAR, "
        "due_date::VARCHAR, returned_date::VARCHAR, state",
    )


@pytest.mark.parametrize(
    ("name", "first_number"), [("trang.csv", 1301), ("trang.xlsx", 1321), ("trang.xls", 1341)]
)
def test_blanks_in_headers_codes_and_values_make_no_difference(
    blanks: Outcome, name: str, first_number: int
) -> None:
    assert _read(blanks, name) == _twelve(first_number)
    assert blanks.rejected(name) == []
    assert blanks.flags(name) == {12: ["returned_date_missing"]}


def test_a_line_break_within_a_header_of_text_counts_as_one_row(tmp_path: Path) -> None:
    outcome = load_defect(tmp_path, 13, slug="header_line_break")
    assert _read(outcome, "tieu-de.csv") == _twelve(1361)
    assert outcome.parts("tieu-de.csv") == [("delimited", "utf-8", 1)]
    # The rows behind a torn one keep their numbers.
    name = "tieu-de-hong.csv"
    assert outcome.rejected(name) == [(5, "column_count")]
    assert outcome.accepted(name) == [*listed(2, 1381, 3), *listed(6, 1384, 6)]
