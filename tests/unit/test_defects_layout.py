"""Defects 4 to 8 and 10 of docs/defects.md: what stands around and between the rows."""

from pathlib import Path

import pytest
from sample_lists import PERIOD, dossier_code

from tests.unit.defects import Outcome, Rows, assert_refused, assert_whole, listed, load_defect

# 4: titles, mottos, period lines, one to three header rows, column numbers.


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("heads"), 4)


@pytest.mark.parametrize(
    ("name", "container", "first_number"),
    [
        ("dau-trang.xlsx", "workbook", 401),
        ("dau-trang.xls", "workbook", 406),
        ("dau-trang-2003.xls", "spreadsheet_xml", 411),
        ("dau-trang.csv", "delimited", 416),
        # Its own line says to which period it belongs.
        ("khong-thu-muc.xlsx", "workbook", 426),
    ],
)
def test_a_two_row_header_below_a_page_head(
    heads: Outcome, name: str, container: str, first_number: int
) -> None:
    assert_whole(heads, name, 11, first_number)
    assert heads.parts(name) == [(container, "utf-8", 9)]
    assert heads.layout(name) == {"column_numbers": 1}
    assert str(heads.file(name).covers_to) == "2023-01-14"
    assert heads.of(name, "ops.delivery", "delivery_period::VARCHAR") == [(PERIOD,)]


def test_another_period_s_line_refuses_the_file(heads: Outcome) -> None:
    assert_refused(heads, "khac-ky.xlsx", "Từ ngày 15/01/2023 đến ngày 14/02/2023")


@pytest.mark.parametrize(
    ("name", "container", "first_number"),
    [("ba-dong.xls", "web_page", 436), ("ba-dong.xlsx", "workbook", 431)],
)
def test_a_three_row_header(heads: Outcome, name: str, container: str, first_number: int) -> None:
    assert heads.parts(name) == [(container, "utf-8", 3)]
    assert heads.accepted(name) == listed(4, first_number)
    days = "received_date::VARCHAR, due_date::VARCHAR, returned_date::VARCHAR"
    assert heads.accepted(name, f"DISTINCT {days}") == [("2023-01-05", "2023-01-09", "2023-01-06")]


# 5: page breaks, group rows, numerals, signatures.


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("layout"), 5)


@pytest.mark.parametrize(("name", "first_number"), [("nhom.xlsx", 501), ("nhom.xls", 1501)])
def test_a_list_of_groups_over_two_pages_with_signatures(
    layout: Outcome, name: str, first_number: int
) -> None:
    assert layout.layout(name) == {
        "blank": 3, "column_numbers": 2, "group": 3, "repeated_header": 2, "signature": 3,
    }  # fmt: skip
    assert layout.file(name).layout == 13
    rows = [13, 14, 15, 21, 22, 23]
    assert layout.accepted(name) == [
        (row, dossier_code(first_number + n)) for n, row in enumerate(rows)
    ]
    assert layout.rejected(name) == []


def test_a_page_whose_group_rows_span_all_columns(layout: Outcome) -> None:
    name = "nhom-trang-web.xls"
    assert layout.layout(name) == {"group": 1, "repeated_header": 1}
    assert layout.accepted(name) == [*listed(5, 511), *listed(11, 516, 2)]
    assert layout.rejected(name) == []


def test_the_same_in_text(layout: Outcome) -> None:
    name = "/nhom.csv"
    assert layout.layout(name) == {
        "blank": 2, "group": 1, "repeated_header": 1, "signature": 2,
    }  # fmt: skip
    assert layout.accepted(name) == [*listed(2, 521, 3), *listed(8, 524, 3)]
    assert layout.rejected(name) == []


@pytest.mark.parametrize(
    ("name", "header_row", "first_number", "other"),
    [
        ("so-la-ma.xlsx", 9, 531, {"column_numbers": 1}),
        ("so-la-ma.csv", 1, 1531, {}),
    ],
)
def test_a_group_title_in_the_column_of_codes_behind_its_numeral(
    layout: Outcome,
    name: str,
    header_row: int,
    first_number: int,
    other: dict[str, int],
) -> None:
    first = header_row + 2 + len(other)
    assert layout.file(name).reason is None
    assert layout.layout(name) == {"group": 2} | other
    assert layout.accepted(name) == [
        *listed(first, first_number, 3),
        *listed(first + 4, first_number + 3, 3),
    ]
    assert layout.rejected(name) == []


# 6 and 7: a totals row is no record, and is compared with the rows.


@pytest.fixture(scope="module")
def totals(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("totals"), 6)


@pytest.fixture(scope="module")
def differing(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("differing"), 7)


@pytest.mark.parametrize(
    ("name", "count", "values"),
    [
        ("cuoi-danh-sach.xlsx", 1, [(16, "rows", 5, 5)]),
        ("duoi-tieu-de.xlsx", 1, [(2, "rows", 5, 5)]),
        ("tong-so.xls", 1, [(9, "amount", 150_000, 150_000)]),
        (
            "theo-nhom.xlsx",
            3,
            [
                (5, "amount", 60_000, 60_000),
                (9, "amount", 60_000, 60_000),
                (10, "amount", 120_000, 120_000),
            ],
        ),
        (
            "tong-cong.csv",
            1,
            [
                (6, "amount", 120_000, 120_000),
                (6, "charge_amount", 40_000, 40_000),
                (6, "fee_amount", 80_000, 80_000),
            ],
        ),
    ],
)
def test_a_totals_row_is_a_check_value(
    totals: Outcome, name: str, count: int, values: Rows
) -> None:
    assert totals.layout(name)["total"] == count
    assert totals.check_values(name) == values
    assert (totals.rejected(name), totals.warnings(name)) == ([], [])


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("cuoi-danh-sach.xlsx", listed(11, 601)),
        ("duoi-tieu-de.xlsx", listed(3, 606)),
        ("tong-so.xls", listed(4, 621)),
        ("theo-nhom.xlsx", [*listed(3, 631, 2), *listed(7, 633, 2)]),
        ("tong-cong.csv", listed(2, 641, 4)),
    ],
)
def test_and_no_record(totals: Outcome, name: str, accepted: Rows) -> None:
    assert totals.accepted(name) == accepted


def test_group_titles_between_subtotals_are_group_rows(totals: Outcome) -> None:
    assert totals.layout("theo-nhom.xlsx") == {"group": 2, "total": 3}


def test_a_totals_row_whose_label_stands_among_the_units_is_no_unit(totals: Outcome) -> None:
    name = "nhu-don-vi.csv"
    assert totals.accepted(name) == listed(2, 611)
    assert totals.rejected(name) == []
    assert totals.layout(name) == {"total": 1}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lech.xls", (9, "amount", 180_000, 150_000)),
        ("lech.xlsx", (16, "rows", 7, 5)),
        ("khong-doc-duoc.xls", (10, "amount", 180_000, 150_000)),
    ],
)
def test_a_difference_is_told(
    differing: Outcome, name: str, value: tuple[int, str, int, int]
) -> None:
    assert differing.file(name).state == "loaded"
    assert differing.check_values(name) == [value]
    _, column, stated, counted = value
    assert differing.warnings(name) == [
        f"part 1: the totals row states {stated:,} for {column}, its rows give {counted:,}"
    ]


def test_the_row_that_the_total_counts_and_nobody_can_read_is_rejected(differing: Outcome) -> None:
    assert differing.rejected("khong-doc-duoc.xls") == [(9, "amount_unreadable")]
    assert differing.accepted("khong-doc-duoc.xls") == listed(4, 711)


def test_running_numbers_are_never_a_key(tmp_path: Path) -> None:
    """8: they restart, are missing, or are text; some lists have none."""
    outcome = load_defect(tmp_path, 8)
    assert outcome.accepted("/stt.csv") == listed(2, 801, 10)
    assert outcome.accepted("khong-stt.csv") == listed(2, 811)
    for name in ("/stt.csv", "khong-stt.csv"):
        assert (outcome.rejected(name), outcome.warnings(name)) == ([], [])
        assert (outcome.file(name).duplicates, outcome.file(name).layout) == (0, 0)


# 10: columns in another order, under another header, with other parts.


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return load_defect(tmp_path_factory.mktemp("moved"), 10)


def test_a_column_is_found_by_its_header_wherever_it_stands(moved: Outcome) -> None:
    # The headers changed places and the amounts did not: only the sum can be trusted.
    name = "doi-cot.xls"
    amounts = moved.accepted(name, "DISTINCT fee_amount, charge_amount, amount")
    assert amounts == [(10_000, 20_000, 30_000)]
    assert moved.flags(name, "core.payment_version") == {}


def test_parts_that_are_not_the_total_are_flagged(moved: Outcome) -> None:
    name = "sai-tong.xls"
    assert moved.flags(name, "core.payment_version") == {6: ["parts_differ_from_amount"]}
    assert moved.rejected(name) == []


@pytest.mark.parametrize(
    ("name", "first_number"), [("/cu.csv", 1021), ("2023-01-15/moi.csv", 1031)]
)
def test_a_header_changes_its_meaning_on_the_day_the_settings_say(
    moved: Outcome, name: str, first_number: int
) -> None:
    assert_whole(moved, name, 2, first_number)
    assert moved.accepted(name, "DISTINCT returned_date::VARCHAR") == [("2023-01-06",)]


def test_and_before_that_day_what_it_says_is_no_day(moved: Outcome) -> None:
    name = "moi-som.csv"
    assert moved.rejected(name) == [(row, "returned_date_unreadable") for row in range(2, 7)]
    assert moved.accepted(name) == []
