"""Defects 20 to 29: how dates are written, lost, swapped, shifted, missing and moved."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.unit.defect_figures import (
    FEBRUARY,
    JANUARY,
    code,
    computed_once,
    month,
    outside,
    summary,
)
from tests.unit.defects import Outcome

RECEIVED = date(2023, 1, 20)
Defect = Callable[[int], Outcome]


@pytest.fixture(scope="module")
def defect(tmp_path_factory: pytest.TempPathFactory) -> Defect:
    """Each defect's files, taken in and computed once. Read only."""
    return computed_once(tmp_path_factory)


def _days(outcome: Outcome, column: str, name: str = "") -> dict[int, date | None]:
    return dict(outcome.accepted(name, f"row_number, {column}"))


def test_20_one_day_in_every_format_and_text_that_is_no_day(defect: Defect) -> None:
    outcome = defect(20)
    assert _days(outcome, "received_date", ".csv") == dict.fromkeys(range(2, 12), RECEIVED)
    assert outcome.rejected(".csv") == [(row, "received_date_unreadable") for row in range(12, 17)]


def test_20_true_dates_texts_and_day_numbers_of_one_column(defect: Defect) -> None:
    outcome = defect(20)
    assert _days(outcome, "received_date", ".xlsx") == dict.fromkeys(range(2, 9), RECEIVED)
    assert outcome.rejected(".xlsx") == [(row, "received_date_unreadable") for row in (9, 10)]


def test_20_of_what_was_no_day_only_the_shape_is_kept(defect: Defect) -> None:
    outcome = defect(20)
    shapes = outcome.of(".csv", "quarantine.rejected_row", "row_number, found")
    assert shapes == [
        (12, "99.99.9999"), (13, "99/99/99"), (14, "99/99/9999"), (15, "99/99/9999"),
        (16, "aaa aaa"),
    ]  # fmt: skip


def test_21_day_and_month_that_the_dossier_code_says_were_swapped(defect: Defect) -> None:
    outcome = defect(21)
    assert _days(outcome, "received_date") == {
        2: date(2023, 3, 5), 3: date(2023, 5, 3), 4: date(2023, 5, 3), 5: date(2023, 3, 6),
        6: date(2023, 3, 3), 7: date(2023, 3, 13),
    }  # fmt: skip
    assert outcome.flags() == {3: ["day_month_swapped"], 4: ["day_month_swapped"]}
    assert outcome.rejected() == []


def test_21_a_flagged_day_is_not_corrected_and_counts_where_it_says(defect: Defect) -> None:
    outcome = defect(21)
    assert month(outcome, FEBRUARY)["received"] == 4
    assert outside(outcome) == {"received_after_cutoff": 2}


def test_22_utc_17_o_clock_of_the_day_before_is_the_local_day(defect: Defect) -> None:
    outcome = defect(22)
    assert outcome.accepted("", "row_number, received_date, submitted_date, due_date") == [
        (1, RECEIVED, RECEIVED, date(2023, 1, 27)),
        (2, RECEIVED, RECEIVED, date(2023, 1, 27)),
        (3, RECEIVED, RECEIVED, None),
        (4, RECEIVED, RECEIVED, None),
        (5, RECEIVED, RECEIVED, None),
        (6, date(2023, 2, 15), date(2023, 2, 15), None),
    ]
    assert outcome.flags() == {}


def test_22_a_time_without_its_zone_is_not_guessed(defect: Defect) -> None:
    outcome = defect(22)
    assert outcome.rejected() == [
        (7, "received_date_unreadable"), (7, "submitted_date_unreadable"),
    ]  # fmt: skip


def test_22_the_last_local_day_before_midnight_counts_in_its_period(defect: Defect) -> None:
    outcome = defect(22)
    assert month(outcome)["received"] == 5
    assert outside(outcome) == {"received_after_cutoff": 1}


def test_23_impossible_hours_are_flagged_and_the_day_stands(defect: Defect) -> None:
    outcome = defect(23)
    assert _days(outcome, "received_date") == dict.fromkeys(range(2, 9), RECEIVED)
    assert outcome.flags() == {row: ["received_at_night"] for row in (2, 3, 4)}
    assert outcome.rejected() == []


def test_24_days_that_mean_none_are_none(defect: Defect) -> None:
    outcome = defect(24)
    assert _days(outcome, "due_date") == dict.fromkeys(range(2, 10))
    assert outcome.flags() == {}


def test_24_another_day_of_long_ago_is_no_day(defect: Defect) -> None:
    outcome = defect(24)
    assert outcome.rejected() == [(10, "due_date_unreadable")]


def test_24_a_dossier_with_no_due_date_is_neither_overdue_nor_in_time(defect: Defect) -> None:
    outcome = defect(24)
    counts = month(outcome)
    assert (counts["pending"], counts["pending_no_due_date"]) == (8, 8)


def test_25_days_out_of_order_are_flagged_and_kept_as_written(defect: Defect) -> None:
    outcome = defect(25)
    assert outcome.flags() == {
        2: ["end_before_received"], 3: ["end_before_received"], 4: ["due_before_received"],
        5: ["date_in_future"], 6: ["received_date_missing"],
    }  # fmt: skip
    assert outcome.rejected() == []
    assert outcome.accepted("", "row_number, received_date, finished_date, refused_date")[:2] == [
        (2, date(2023, 1, 25), date(2023, 1, 20), None),
        (3, date(2023, 1, 25), None, date(2023, 1, 20)),
    ]


def test_25_an_end_before_reception_has_its_own_row_of_the_figures(defect: Defect) -> None:
    outcome = defect(25)
    counts = month(outcome)
    assert (counts["received"], counts["closed_before_received"]) == (4, 2)
    assert (counts["resolved"], counts["resolved_on_due_date"]) == (1, 1)
    assert (counts["pending"], counts["pending_overdue"]) == (1, 1)
    assert "closed_other" not in counts


def test_25_what_came_in_the_future_or_on_no_day_is_listed_outside(defect: Defect) -> None:
    outcome = defect(25)
    assert outside(outcome) == {"received_after_cutoff": 1, "no_received_date": 1, "new": 1}
    assert summary(outcome) == {
        ("dossiers", "end_before_received"): 2, ("dossiers", "due_before_received"): 1,
        ("dossiers", "date_in_future"): 1, ("dossiers", "received_date_missing"): 1,
    }  # fmt: skip


def test_26_missing_ends_and_late_collection_are_flagged(defect: Defect) -> None:
    outcome = defect(26)
    assert outcome.flags() == {
        2: ["end_date_missing"], 3: ["end_date_missing"], 4: ["returned_date_missing"],
        6: ["result_collected_late"], 8: ["end_date_missing"],
    }  # fmt: skip
    assert outcome.rejected() == []


def test_26_closed_without_an_end_is_closed_undated_in_its_period_of_reception(
    defect: Defect,
) -> None:
    outcome = defect(26)
    counts = month(outcome)
    assert (counts["received"], counts["closed_undated"]) == (5, 2)
    # Rows 4 and 5 ended on 27/01, one by the finish, one by the return; row 7 on 20/01.
    assert (counts["resolved"], counts["resolved_early"], counts["resolved_on_due_date"]) == (
        3, 2, 1,
    )  # fmt: skip
    # Two closed before the first month, in the reporting year that counts them.
    assert outside(outcome) == {}


def test_27_boundary_days_count_wholly(defect: Defect) -> None:
    outcome = defect(27)
    assert month(outcome) == {
        # Rows 2 to 5, 7 and 8 came from 15/01 00:00 to 14/02 23:59:59; rows 6 and 9 the day before.
        "received": 6, "received_online": 6, "carried_over": 2, "total_to_handle": 8,
        # Row 7 ended on the last day, row 9 on the first; both on their due date.
        "resolved": 2, "resolved_on_due_date": 2,
        # Row 8 ended one second after the period; due on its last day, like row 3: in time.
        "pending": 6, "pending_in_time": 2, "pending_overdue": 1, "pending_no_due_date": 3,
    }  # fmt: skip


def test_27_nothing_of_the_boundary_is_rejected_or_outside(defect: Defect) -> None:
    outcome = defect(27)
    assert outcome.rejected() == []
    assert outcome.flags() == {4: ["due_before_received"]}
    assert outside(outcome) == {}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("nguoc.csv", "Từ ngày 14/02/2023 đến ngày 15/01/2023"),
        ("sai-nam.csv", "Từ ngày 15/12/2023 đến ngày 14/11/2023"),
        ("nam-sau.csv", "Từ ngày 15/01/2024 đến ngày 14/02/2024"),
    ],
)
def test_28_a_reversed_line_and_a_wrong_year_refuse_the_file_with_a_sentence(
    name: str, found: str, defect: Defect
) -> None:
    outcome = defect(28)
    refused = outcome.file(name)
    assert (refused.state, refused.read, refused.accepted) == ("refused", 0, 0)
    assert refused.reason is not None
    assert refused.reason.startswith("Comparing the file's own period line with its folder (")
    assert f"found {found};" in refused.reason
    assert "Tháng 02/2023 (15/01/2023–14/02/2023)" in refused.reason
    assert outcome.of(name, "ops.delivery", "state, covers_to, reason") == [
        ("refused", None, refused.reason)
    ]
    assert outcome.accepted(name) == []


def test_28_a_reversed_line_is_not_told_to_end_where_it_ends(defect: Defect) -> None:
    """Its last day lies within the month: the sentence must speak of the first one."""
    outcome = defect(28)
    assert "expected a line that ends within" not in str(outcome.file("nguoc.csv").reason)


def test_28_the_right_line_beside_them_is_loaded_and_says_what_the_file_covers(
    defect: Defect,
) -> None:
    outcome = defect(28)
    assert outcome.file("dung.csv").covers_to == date(2023, 2, 14)
    assert outcome.accepted("dung.csv") == [(4, code(31)), (5, code(32)), (6, code(33))]
    assert outcome.query("SELECT count(*) FROM core.dossier") == [(3,)]


def test_29_the_first_due_date_stays_beside_the_current_one(defect: Defect) -> None:
    outcome = defect(29)
    early, late = date(2023, 2, 10), date(2023, 2, 20)
    assert outcome.query(
        "SELECT dossier_code, first_due_date, due_date FROM core.dossier ORDER BY ALL"
    ) == [
        (code(1), early, late),
        (code(2), early, None),
        (code(3), late, late),
        (code(4), early, early),
        (code(5), date(2023, 2, 28), date(2023, 2, 28)),
    ]


def test_29_the_figures_judge_by_the_current_due_date(defect: Defect) -> None:
    outcome = defect(29)
    counts = month(outcome, JANUARY)
    # By the first due date rows 2 and 3 would be overdue too.
    assert (counts["pending"], counts["pending_overdue"], counts["pending_in_time"]) == (4, 1, 2)
    assert counts["pending_no_due_date"] == 1


def test_29_every_version_stays(defect: Defect) -> None:
    outcome = defect(29)
    assert outcome.query(
        "SELECT delivery_period, is_latest, count(*) FROM core.dossier_version "
        "GROUP BY ALL ORDER BY ALL"
    ) == [(date(2023, 1, 15), False, 4), (date(2023, 2, 15), True, 5)]
