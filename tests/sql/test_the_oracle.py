"""The oracle itself, by cases worked out by hand: it must not agree with the SQL by being wrong.

Months end on the 14th and the data on 20/02/2023 unless a case says otherwise.
"""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from schemas.settings import Statistic
from tests.sql.dossier_cases import CASES, WORDS, dossier
from tests.sql.oracle import (
    dossier_counts,
    first_due_counts,
    form_columns,
    payment_counts,
    processing_days,
    rates,
)
from tests.sql.oracle_periods import ClosingDay, Span, month_holding, spans
from tests.sql.oracle_tables import figures, times
from tests.sql.oracle_units import above, above_today, heir, record_on, unit_of
from tests.sql.registers import CUTOFF, FIRST_MONTH, Dossier, Payment, Register

FIRST, LAST = date(2022, 12, 15), date(2023, 1, 14)
JANUARY = Span("month", FIRST, LAST)
RETURNED = Statistic(end_basis="returned")
WITHIN = Statistic(closed_other="resolved")


@pytest.mark.parametrize("case", CASES)
def test_it_says_of_a_dossier_what_the_cases_say(case: str) -> None:
    given, *wanted = CASES[case]
    of_kind = spans(FIRST_MONTH, CUTOFF, 14)
    for kind, text in zip(("month", "year_to_date"), wanted, strict=True):
        periods = sorted((s.last, s.first) for s in of_kind if s.kind == kind)
        said = [dossier_counts(given, first, min(last, CUTOFF)) for last, first in periods]
        assert said == [
            set().union(*(WORDS[word] for word in part.split())) for part in text.split("|")
        ]


@pytest.mark.parametrize(
    ("given", "statistic", "january"),
    [
        # Returned on the day it was due, finished the day before.
        (("returned", "finished:13/01 returned:14/01 due:14/01"), Statistic(), "early"),
        (("returned", "finished:13/01 returned:14/01 due:14/01"), RETURNED, "on_due_date"),
        # Finished in January, returned in February.
        (("returned", "finished:14/01 returned:15/01 due:14/01"), RETURNED, "in_time"),
        (("finished", "finished:14/01 due:13/01"), RETURNED, "late"),
        (("finished", "refused:14/01"), RETURNED, "resolved"),
        (("withdrawn", "refused:14/01 due:13/01"), Statistic(), "other"),
        (("withdrawn", "refused:14/01 due:13/01"), WITHIN, "late"),
        (("refused_after_acceptance", "finished:14/01 due:14/01"), WITHIN, "on_due_date"),
        (("paused_other", "refused:14/01 due:15/01"), WITHIN, "early"),
        (("withdrawn", "refused:14/01"), WITHIN, "resolved"),
        (("withdrawn", ""), WITHIN, "undated"),
        (("withdrawn", "refused:19/12"), WITHIN, "reversed"),
        (("withdrawn", "refused:15/01 due:13/01"), WITHIN, "overdue"),
    ],
)
def test_the_settings_say_which_end_counts_and_where_withdrawn_ones_go(
    given: tuple[str, str], statistic: Statistic, january: str
) -> None:
    state, dates = given
    judged = dossier(state, "20/12", **dict(text.split(":") for text in dates.split()))
    found = dossier_counts(judged, FIRST, LAST, statistic)
    assert found == WORDS["received"] | WORDS[january]


@pytest.mark.parametrize(
    ("given", "columns"),
    [
        (dossier("finished", "20/12", finished="14/01", due="15/01"), "3 4 7 8"),
        (dossier("finished", "20/12", finished="14/01", due="14/01"), "3 4 7 9"),
        (dossier("finished", "20/12", finished="14/01"), "3 4 7 9"),
        (dossier("finished", "14/12", finished="14/01", due="13/01"), "3 6 7 10"),
        # Withdrawn or refused: on time, whenever that was.
        (dossier("withdrawn", "20/12", refused="14/01", due="13/01"), "3 4 7 9"),
        (dossier("refused_after_acceptance", "20/12", refused="14/01", due="15/01"), "3 4 7 9"),
        (Dossier("in_process", FIRST, channel=None), "3 5 11 12"),
        (Dossier("in_process", FIRST, channel="postal", due_date=date(2023, 1, 13)), "3 5 11 13"),
        (Dossier("in_process", FIRST, channel="direct", due_date=LAST), "3 5 11 12"),
        # Paused: never overdue.
        (dossier("paused_finance", "20/12", due="21/12"), "3 4 11 12"),
        (dossier("paused_finance", "20/12", due="21/12", supplement_requested="15/01"),
         "3 4 11 13"),
        (dossier("finished", "20/12"), "3 4 left_out"),
        (dossier("finished", "20/12", finished="19/12"), "3 4 left_out"),
        (dossier("finished", "01/12", finished="14/12"), ""),
        (dossier("new", "20/12"), ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("statistic", [Statistic(), WITHIN])
def test_the_form_has_rules_of_its_own(given: Dossier, columns: str, statistic: Statistic) -> None:
    wanted = {c if c == "left_out" else f"column_{c}" for c in columns.split()}
    assert form_columns(given, FIRST, LAST, statistic) == wanted


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (dossier("finished", "20/12", finished="14/01", due="16/01", first_due="13/01"),
         {"first_due_late", "moved_due_date"}),
        (dossier("finished", "20/12", finished="14/01", due="14/01", first_due="14/01"),
         {"first_due_on_due_date"}),
        (dossier("finished", "20/12", finished="14/01", first_due="15/01"),
         {"first_due_early", "moved_due_date"}),
        (dossier("finished", "20/12", finished="14/01"), {"first_due_none"}),
        (dossier("withdrawn", "20/12", finished="14/01"), set()),
        (dossier("in_process", "20/12", due="15/01", first_due="13/01"), {"first_due_overdue"}),
        (dossier("in_process", "20/12", due="13/01", first_due="14/01"), set()),
        (dossier("paused_finance", "20/12", first_due="13/01"), set()),
    ],
)  # fmt: skip
def test_the_first_due_date_is_judged_beside_the_current_one(
    given: Dossier, found: set[str]
) -> None:
    assert first_due_counts(given, FIRST, LAST) == found


@pytest.mark.parametrize(
    ("received", "ended", "days"),
    [
        # Friday to Friday, over a weekend; Monday 02/01 is off.
        ("16/12", "16/12", 0),
        ("16/12", "17/12", 0),
        ("16/12", "19/12", 1),
        ("16/12", "23/12", 5),
        ("17/12", "19/12", 1),
        ("30/12", "03/01", 1),
    ],
)
def test_working_days_begin_the_day_after_reception(received: str, ended: str, days: int) -> None:
    given = dossier("finished", received, finished=ended)
    assert processing_days(given, FIRST, LAST) == days
    assert processing_days(dossier("withdrawn", received, finished=ended), FIRST, LAST) is None
    assert processing_days(given, date(2023, 1, 15), date(2023, 2, 14)) is None


def test_a_saturday_that_is_worked_counts_and_tet_does_not() -> None:
    given = dossier("finished", "19/01", finished="06/02")
    # 27/1, 30/1 to 3/2, Saturday 4/2, 6/2.
    assert processing_days(given, date(2023, 1, 15), date(2023, 2, 14)) == 8


def test_times_are_of_single_dossiers() -> None:
    assert times([3]) == {
        "resolved_count": 1, "average_days": Decimal("3.00"), "median_days": 3.0, "p90_days": 3.0,
        "longest_days": 3,
    }  # fmt: skip
    # The place of the ninth tenth among 0 1 2 10 is 2.7: seven tenths of the way from 2 to 10.
    assert times([10, 0, 2, 1]) == {
        "resolved_count": 4, "average_days": Decimal("3.25"), "median_days": 1.5, "p90_days": 7.6,
        "longest_days": 10,
    }  # fmt: skip
    assert times([0] * 7 + [1])["average_days"] == Decimal("0.13")


@pytest.mark.parametrize(
    ("closing_day", "day", "first", "last"),
    [
        (14, date(2023, 1, 14), date(2022, 12, 15), date(2023, 1, 14)),
        (14, date(2023, 1, 15), date(2023, 1, 15), date(2023, 2, 14)),
        ("last", date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        ("last", date(2023, 12, 31), date(2023, 12, 1), date(2023, 12, 31)),
        (28, date(2024, 2, 29), date(2024, 2, 29), date(2024, 3, 28)),
        (28, date(2023, 3, 1), date(2023, 3, 1), date(2023, 3, 28)),
        (1, date(2023, 12, 2), date(2023, 12, 2), date(2024, 1, 1)),
    ],
)
def test_a_month_ends_on_the_closing_day(
    closing_day: ClosingDay, day: date, first: date, last: date
) -> None:
    assert month_holding(day, closing_day) == Span("month", first, last)


def test_every_kind_has_its_periods_up_to_the_cutoff() -> None:
    found = spans(date(2022, 11, 20), date(2023, 3, 15), 14)
    assert sorted(f"{s.kind} {s.first:%d/%m/%Y} {s.last:%d/%m/%Y}" for s in found) == [
        "half_year 15/06/2022 14/12/2022",
        "half_year 15/12/2022 14/06/2023",
        "month 15/01/2023 14/02/2023",
        "month 15/02/2023 14/03/2023",
        "month 15/03/2023 14/04/2023",
        "month 15/11/2022 14/12/2022",
        "month 15/12/2022 14/01/2023",
        "nine_months 15/12/2022 14/09/2023",
        "quarter 15/03/2023 14/06/2023",
        "quarter 15/09/2022 14/12/2022",
        "quarter 15/12/2022 14/03/2023",
        "year 15/12/2021 14/12/2022",
        "year 15/12/2022 14/12/2023",
        "year_to_date 15/12/2021 14/12/2022",
        "year_to_date 15/12/2022 14/01/2023",
        "year_to_date 15/12/2022 14/02/2023",
        "year_to_date 15/12/2022 14/03/2023",
        "year_to_date 15/12/2022 14/04/2023",
    ]


@pytest.mark.parametrize(
    ("unit_code", "received", "today", "under", "codes_above"),
    [
        ("01096", date(2022, 12, 1), CUTOFF, ("01096", True), "033 02"),
        # It moved; what it took over moved with it.
        ("01099", date(2022, 12, 1), date(2023, 1, 31), ("01099", True), "033 02"),
        ("01099", date(2022, 12, 1), date(2023, 2, 1), ("01099", True), "0331 02"),
        ("01102", date(2022, 12, 1), date(2023, 1, 31), ("01099", True), "033 02"),
        ("01102", date(2022, 12, 1), date(2023, 2, 1), ("01099", True), "0331 02"),
        # Split, and what had become part of it.
        ("01105", date(2022, 12, 1), CUTOFF, ("01105", False), "033 02"),
        ("01114", date(2022, 12, 1), date(2023, 1, 20), ("01105", True), "033 02"),
        ("01114", date(2022, 12, 1), CUTOFF, ("01105", False), "033 02"),
        # An abolished district, its communes: one goes on elsewhere, one is no more.
        ("034", date(2022, 12, 1), CUTOFF, ("034", False), "02"),
        ("01123", date(2022, 12, 1), CUTOFF, ("01123", True), "033 02"),
        ("01120", date(2022, 12, 1), CUTOFF, ("01120", False), "034(ended) 02"),
        # Codes that mean other territories.
        ("01117", date(2022, 12, 1), CUTOFF, ("01096", True), "033 02"),
        ("01117", date(2022, 12, 21), CUTOFF, ("01117", True), "0331 02"),
        ("01126", date(2022, 12, 1), CUTOFF, ("01126", False), "033 02"),
        ("01126", date(2023, 2, 1), CUTOFF, ("01126", True), "0331 02"),
    ],
)
def test_a_unit_counts_today_under_its_single_heir(
    unit_code: str, received: date, today: date, under: tuple[str, bool], codes_above: str
) -> None:
    then = unit_of(Dossier("in_process", received, unit_code=unit_code))
    assert then is not None
    now = heir(then, today)
    assert (now.unit_code, now == record_on(today, now.unit_code)) == under
    found = [code if still else f"{code}(ended)" for code, still in above_today(now, today)]
    assert found == codes_above.split()


def test_a_dossier_is_in_every_table_once_for_each_place() -> None:
    given = Dossier("finished", FIRST, finished_date=LAST, unit_code="01099", procedure_code=None)
    register = Register([given], [Payment(0, LAST)])
    found = figures(register, JANUARY)
    places = {
        table: {key for key, numbers in rows.items() if numbers}
        for table, rows in found.numbers.items()
    }
    units = {("01099", "own"), ("01099", "subtree"), ("033", "subtree"), ("02", "subtree")}
    today = {("01099", "own"), ("01099", "subtree"), ("0331", "subtree"), ("02", "subtree")}
    assert places == {
        "by_unit": units,
        "by_unit_first_due": units,
        "by_level": {("commune",), ("all",)},
        "by_unit_field": {("01099", "unassigned")},
        "by_unit_procedure": {("01099", "unassigned")},
        "by_unit_current": {(*key, True) for key in today},
        "by_level_current": {("district", True), ("all", True)},
        "form_06a": {(*key, "all") for key in units} | {("01099", "own", "unassigned")},
        "processing_time": {("unassigned",)},
    }
    row = found.wanted("by_unit", ("033", "subtree"))
    assert {name: value for name, value in row.items() if value} == {
        "received_count": 1, "received_online_count": 1, "total_to_handle_count": 1,
        "resolved_count": 1, "resolved_no_due_date_count": 1, "payable_count": 1,
        "paid_online_count": 1, "on_time_pct": Decimal("100.00"), "online_pct": Decimal("100.00"),
        "online_of_total_pct": Decimal("100.00"), "online_payment_pct": Decimal("100.00"),
    }  # fmt: skip
    empty = found.wanted("by_unit", ("01096", "own"))
    assert not any(empty.values())
    # 01099 was below 033 alone in January: what it is since February has no row in it.
    assert ("01099", "own") in found.required("by_unit")
    assert {("034", "own"), ("01117", "subtree"), ("01126", "own")} <= found.required("by_unit")


def test_every_unit_has_a_row_and_what_counts_nothing_has_none_elsewhere() -> None:
    found = figures(Register([]), JANUARY)
    required = {table: found.required(table) for table in found.numbers}
    assert required["by_unit_field"] == required["processing_time"] == set()
    # 01114 ended before January began; the second record of 01126 begins after it.
    assert {key[0] for key in required["by_unit"]} == {
        "02", "033", "0331", "034", "01096", "01099", "01102", "01105", "01108", "01117", "01120",
        "01123", "01126",
    }  # fmt: skip
    # Today 01126 is another territory.
    of_today = {key[0] for key in required["by_unit_current"] if key[-1]}
    assert of_today == {
        "02", "033", "0331", "01096", "01099", "01108", "01117", "01123", "01126",
    }  # fmt: skip
    # Those that are no more, and have no single heir, have a row while they were there.
    ended = {key[0] for key in required["by_unit_current"] if not key[-1]}
    assert ended == {"034", "01105", "01120", "01126"}
    assert required["by_level"] == {
        ("province",), ("district",), ("department",), ("commune",), ("all",),
    }  # fmt: skip


def test_payments_are_dossiers_not_requests() -> None:
    assert payment_counts([Payment(0, LAST), Payment(0, LAST)], FIRST, LAST) == {
        "payable", "paid_online",
    }  # fmt: skip
    assert payment_counts([Payment(0, LAST, method="cash")], FIRST, LAST) == {"payable"}
    assert payment_counts([Payment(0, LAST, amount=0)], FIRST, LAST) == set()


def test_rates_are_rounded_half_up_and_nothing_over_nothing() -> None:
    found = rates(Counter(resolved=800, resolved_early=1, received=3, received_online=2))
    assert (found["early_pct"], found["online_pct"]) == (Decimal("0.13"), Decimal("66.67"))
    assert found["pending_overdue_pct"] is None


def test_units_are_below_others_by_their_records_not_by_their_codes() -> None:
    record = record_on(date(2023, 1, 1), "0331")
    assert record is not None
    assert above(record) == ["02"]
