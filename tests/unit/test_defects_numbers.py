"""Defects 14 to 18 of docs/defects.md: numbers, codes and lists in cells."""

import pytest
from sample_lists import dossier_code

from tests.unit.defects import Outcome, Rows, listed, load_defect

PAYMENTS = "core.payment_version"


@pytest.fixture(scope="module")
def marks(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("marks"), 14)


@pytest.fixture(scope="module")
def amounts(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("amounts"), 15)


@pytest.fixture(scope="module")
def zeros(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("zeros"), 16)


@pytest.fixture(scope="module")
def codes(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("codes"), 17)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("lists"), 18)


def _amounts(outcome: Outcome, name: str) -> dict[int, int]:
    return dict(outcome.accepted(name, "row_number, amount"))


# 14: which mark groups and which is decimal.


def test_a_dot_groups_and_what_could_be_two_numbers_is_none(marks: Outcome) -> None:
    """The figures of the seed report, as its portal prints them."""
    name = "dau-cham.xls"
    assert _amounts(marks, name) == {
        2: 11_047, 3: 1_234_567, 4: 11_047, 5: 11_047, 6: 11_047, 7: 0, 8: 2_949, 9: 2_475,
        10: 10_687, 11: 9_484, 12: 1_118, 13: 7_776,
    }  # fmt: skip
    assert marks.rejected(name) == [(row, "amount_unreadable") for row in (14, 15, 16)]
    found = marks.of(name, "quarantine.rejected_row", "row_number, found")
    assert found == [(14, "99,9%"), (15, "99.99%"), (16, "99,999")]


def test_a_comma_groups_where_the_settings_say_so(marks: Outcome) -> None:
    name = "dau-phay.csv"
    assert _amounts(marks, name) == {2: 11_047, 3: 1_234_567, 4: 11_047, 6: 11_047}
    assert marks.rejected(name) == [(row, "amount_unreadable") for row in (5, 7, 8)]


def test_numbers_of_a_workbook_are_what_they_show(marks: Outcome) -> None:
    """11.047 is the text that became a decimal number; 1234.567 can be no amount."""
    name = "o-so.xlsx"
    assert _amounts(marks, name) == {
        2: 11_047, 3: 11_047, 4: 11_047, 7: 11_047, **dict.fromkeys(range(8, 16), 30_000),
    }  # fmt: skip
    assert marks.rejected(name) == [(5, "amount_unreadable"), (6, "amount_unreadable")]


# 15: what stands for an amount.


def test_amounts_with_units_words_and_decimals(amounts: Outcome) -> None:
    name = "xin_man"
    rows = _of_source(amounts, name, "row_number, amount")
    assert dict(rows) == {
        **dict.fromkeys(range(2, 8), 10_000), 8: 0, 9: 0, 10: 0, 11: 0, 12: 10_000, 13: 10_000,
    }  # fmt: skip
    assert _rejected_of_source(amounts, name) == [
        (14, "amount_unreadable"),
        (15, "amount_negative"),
        (16, "amount_missing"),
    ]


def test_nothing_is_missing_and_nonsense_is_unreadable(amounts: Outcome) -> None:
    name = "old_portal"
    assert _of_source(amounts, name, "row_number, amount") == [(2, 10_000), (3, 10_000), (7, 0)]
    assert _rejected_of_source(amounts, name) == [
        (4, "amount_missing"),
        (5, "amount_missing"),
        (6, "amount_missing"),
        (8, "amount_negative"),
        (9, "amount_unreadable"),
        (10, "amount_unreadable"),
        (11, "amount_unreadable"),
        (12, "amount_unreadable"),
        (13, "amount_unreadable"),
    ]


def test_a_refund_may_be_negative(amounts: Outcome) -> None:
    assert amounts.accepted("hoan-phi.csv", "row_number, amount, state") == [
        (2, -10_000, "refunded")
    ]


def _of_source(outcome: Outcome, source: str, columns: str) -> Rows:
    """Return columns of the accepted rows of the file dang-tien.csv of a source."""
    return outcome.query(
        f"SELECT {columns} FROM {PAYMENTS} JOIN ops.delivery USING (delivery_id) "
        "WHERE source = ? AND accepted_count > 1 ORDER BY ALL",
        [source],
    )


def _rejected_of_source(outcome: Outcome, source: str) -> Rows:
    return outcome.query(
        "SELECT row_number, rule_id FROM quarantine.rejected_row JOIN ops.delivery "
        "USING (delivery_id) WHERE source = ? ORDER BY ALL",
        [source],
    )


# 16: zeros at the front, and the sign of a number in place of a code.


def test_receipt_numbers_keep_their_zeros_and_are_not_made_up(zeros: Outcome) -> None:
    name = "bien-lai.xlsx"
    assert zeros.accepted(name, "row_number, receipt_number") == [
        (2, "0001234"),
        (4, "12345"),
        (5, "BL-23-0012345"),
    ]
    assert zeros.rejected(name) == [(row, "receipt_number_unreadable") for row in (3, 6, 7, 8)]


def test_a_unit_code_gets_its_zeros_back_where_only_one_unit_can_be_meant(zeros: Outcome) -> None:
    name = "don-vi.xlsx"
    assert zeros.accepted(name, "row_number, unit_code") == [
        (2, "01105"), (3, "01105"), (4, "01105"), (5, "033"), (6, "033"), (7, None), (8, None),
    ]  # fmt: skip
    assert zeros.flags(name) == {
        3: ["unit_code_restored"],
        4: ["unit_code_restored"],
        5: ["unit_code_restored"],
        7: ["unit_unknown"],
        8: ["unit_unknown"],
    }
    assert zeros.file(name).unit_unknown == 2


# 17: codes that a spreadsheet took for numbers or days.


def test_procedure_codes_get_six_digits_again(codes: Outcome) -> None:
    name = "thu-tuc.xlsx"
    assert codes.accepted(name, "row_number, procedure_code") == [
        (2, "1.001193"), (3, "1.001193"), (4, "1.001190"), (5, "1.001193"), (6, "1.001193"),
        (7, "1.001193"), (8, "2.000500"), (9, "2.000500"), (10, "TLHDH-01"), (15, None),
    ]  # fmt: skip
    assert codes.flags(name) == {
        4: ["procedure_code_restored"],
        5: ["procedure_code_restored"],
        9: ["procedure_code_restored"],
        10: ["procedure_code_nonstandard"],
    }
    assert codes.rejected(name) == [(row, "procedure_code_unreadable") for row in (11, 12, 13, 14)]


def test_a_code_that_begins_another_is_not_that_other(codes: Outcome) -> None:
    name = "don-vi.xlsx"
    assert codes.accepted(name, "row_number, unit_code") == [
        (2, "01105"), (3, "01108"), (4, "01108"), (5, None), (6, None), (7, None),
    ]  # fmt: skip
    assert codes.flags(name) == {
        5: ["unit_unknown"],
        6: ["unit_unknown"],
        7: ["unit_missing"],
    }


def test_a_number_is_no_dossier_code(codes: Outcome) -> None:
    name = "ma-ho-so.xlsx"
    assert codes.accepted(name) == [(2, dossier_code(1731)), (3, "H22.33-230105-1732")]
    assert codes.rejected(name) == [(row, "dossier_code_unreadable") for row in (4, 5, 6)]


# 18: several codes in one cell, JSON in a cell.


def test_the_receipts_of_a_request_are_a_list(lists: Outcome) -> None:
    name = "danh-sach.csv"
    assert lists.accepted(name, "row_number, receipt_numbers") == [
        (2, ["BL-23-001801"]),
        (3, ["BL-23-001802", "BL-23-001803"]),
        (4, ["BL-23-001804", "BL-23-001805"]),
        (5, ["BL-23-001806", "BL-23-001807", "BL-23-001808"]),
        (6, ["0001809", "0001810"]),
        (7, None),
        # A mark behind the last one lists nothing.
        (9, ["BL-23-001812"]),
    ]
    assert lists.rejected(name) == [(8, "receipt_numbers_unreadable")]


def test_so_is_a_list_of_objects(lists: Outcome) -> None:
    name = "danh-sach.json"
    assert lists.accepted(name, "row_number, receipt_numbers, amount") == [
        (1, ["BL-23-001821", "BL-23-001822"], 30_000),
        (2, ["0001823"], 30_000),
        (3, None, 30_000),
        (4, ["BL-23-001824"], 30_000),
    ]
    assert lists.rejected(name) == [(5, "receipt_numbers_unreadable")]


def test_every_row_is_there_whatever_stands_in_a_column_nobody_maps(lists: Outcome) -> None:
    """The block of JSON in the address is in no column of the settings."""
    rows = lists.accepted("danh-sach.csv", "row_number, dossier_code")
    assert rows == [(row, code) for row, code in listed(2, 1801, 8) if row != 8]
