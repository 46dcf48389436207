"""The calendar: months from the 15th to the 14th, their keys and labels."""

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assets.engine.common.calendar import Calendar, Period
from assets.engine.common.errors import MotcuaError
from assets.engine.common.paths import Paths
from assets.engine.warehouse import reader
from schemas.settings import Statistic
from tests.sql.oracle_periods import ClosingDay, spans
from tests.support import CALENDAR

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2023, 10, 14), date(2023, 9, 15), date(2023, 10, 14)),
        (date(2023, 10, 15), date(2023, 10, 15), date(2023, 11, 14)),
        (date(2022, 12, 31), date(2022, 12, 15), date(2023, 1, 14)),
        (date(2023, 1, 1), date(2022, 12, 15), date(2023, 1, 14)),
        (date(2024, 2, 29), date(2024, 2, 15), date(2024, 3, 14)),
        (date(2024, 3, 1), date(2024, 2, 15), date(2024, 3, 14)),
        (date(2023, 3, 1), date(2023, 2, 15), date(2023, 3, 14)),
    ],
)
def test_a_month_runs_from_the_15th_to_the_14th(day: date, first: date, last: date) -> None:
    assert CALENDAR.month_of(day) == Period("month", first, last)


@given(day=DAYS)
def test_every_day_lies_in_one_month_and_months_follow_without_a_gap(day: date) -> None:
    month = CALENDAR.month_of(day)
    assert month.start <= day <= month.end
    assert (month.start.day, month.end.day) == (15, 14)
    assert CALENDAR.next_month(month).start - month.end == timedelta(days=1)
    assert CALENDAR.month_of(month.start) == CALENDAR.month_of(month.end) == month


@pytest.fixture(scope="module")
def macros(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    root = tmp_path_factory.mktemp("macros")
    with reader(Paths(root, root)) as connection:
        days = "SELECT DATE '2019-12-01' + CAST(n AS INTEGER) AS day FROM range(3000) AS t(n)"
        rows = connection.execute(f"SELECT day, reporting_month(day) FROM ({days})").fetchall()
        kept = duckdb.connect()
        kept.execute("CREATE TABLE month (day DATE, first_day DATE)")
        kept.executemany("INSERT INTO month VALUES (?, ?)", rows)
    return kept


def test_sql_and_python_agree_on_the_month_of_every_day(macros: duckdb.DuckDBPyConnection) -> None:
    rows = macros.execute("FROM month").fetchall()
    assert len(rows) == 3000
    assert [day for day, first in rows if CALENDAR.month_of(day).start != first] == []


def _year_to_date(month: Period) -> Period:
    return next(p for p in CALENDAR.periods_of(month) if p.kind == "year_to_date")


@pytest.mark.parametrize(
    ("day", "key", "label", "year_label"),
    [
        (
            date(2023, 10, 20), "2023-10-15", "Tháng 11/2023 (15/10/2023–14/11/2023)",
            "Lũy kế đến tháng 11/2023 (15/12/2022–14/11/2023)",
        ),
        (
            date(2022, 12, 15), "2022-12-15", "Tháng 01/2023 (15/12/2022–14/01/2023)",
            "Lũy kế đến tháng 01/2023 (15/12/2022–14/01/2023)",
        ),
        (
            date(2023, 12, 14), "2023-11-15", "Tháng 12/2023 (15/11/2023–14/12/2023)",
            "Lũy kế đến tháng 12/2023 (15/12/2022–14/12/2023)",
        ),
    ],
)  # fmt: skip
def test_a_month_has_its_key_and_names_as_reports_print_them(
    day: date, key: str, label: str, year_label: str
) -> None:
    month = CALENDAR.month_of(day)
    assert (month.key, month.label, _year_to_date(month).label) == (key, label, year_label)
    assert CALENDAR.month_from_key(key) == month


@pytest.mark.parametrize(
    "key", ["2023-10-16", "2023-10-01", "2022-11-15", "20231015", "2023-13-15", "10/2023", ""]
)
def test_what_is_no_key_is_told_with_an_example(key: str) -> None:
    with pytest.raises(MotcuaError, match="such as 2023-10-15") as error:
        CALENDAR.month_from_key(key)
    assert repr(key) in str(error.value)


def test_periods_go_to_the_month_that_the_cutoff_lies_in() -> None:
    found = CALENDAR.periods_until(date(2022, 12, 20), date(2023, 2, 15))
    kinds = ("month", "year_to_date")
    assert [(p.kind, p.start, p.end) for p in found if p.kind in kinds] == [
        ("month", date(2022, 12, 15), date(2023, 1, 14)),
        ("year_to_date", date(2022, 12, 15), date(2023, 1, 14)),
        ("month", date(2023, 1, 15), date(2023, 2, 14)),
        ("year_to_date", date(2022, 12, 15), date(2023, 2, 14)),
        ("month", date(2023, 2, 15), date(2023, 3, 14)),
        ("year_to_date", date(2022, 12, 15), date(2023, 3, 14)),
    ]


def test_a_new_reporting_year_begins_on_15_december() -> None:
    first_days = {
        period.end: period.start
        for period in CALENDAR.periods_until(date(2023, 11, 15), date(2024, 1, 1))
        if period.kind == "year_to_date"
    }
    assert first_days == {
        date(2023, 12, 14): date(2022, 12, 15), date(2024, 1, 14): date(2023, 12, 15),
    }  # fmt: skip


def test_without_days_there_are_no_periods() -> None:
    assert CALENDAR.periods_until(date(2023, 1, 15), date(2023, 1, 14)) == []


CLOSING_DAYS: st.SearchStrategy[ClosingDay] = st.integers(1, 27) | st.just("last")


def _calendar(closing_day: ClosingDay) -> Calendar:
    return Calendar(Statistic(closing_day=closing_day).days_before)


@given(closing_day=CLOSING_DAYS, day=DAYS)
@example(closing_day=27, day=date(2024, 2, 29))
def test_months_of_any_closing_day_end_on_it_and_follow_without_a_gap(
    closing_day: ClosingDay, day: date
) -> None:
    calendar = _calendar(closing_day)
    month = calendar.month_of(day)
    assert month.start <= day <= month.end
    ends_with_calendar_month = (month.end + timedelta(days=1)).day == 1
    assert ends_with_calendar_month if closing_day == "last" else month.end.day == closing_day
    assert calendar.next_month(month).start - month.end == timedelta(days=1)
    assert calendar.month_of(month.start) == calendar.month_of(month.end) == month


@given(
    closing_day=CLOSING_DAYS, cutoff=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    delivered_days=st.integers(0, 800),
)  # fmt: skip
def test_periods_of_every_kind_are_those_of_the_definitions(
    closing_day: ClosingDay, cutoff: date, delivered_days: int
) -> None:
    first = cutoff - timedelta(days=delivered_days)
    found = _calendar(closing_day).periods_until(first, cutoff)
    wanted = spans(first, cutoff, closing_day)
    assert len(found) == len(wanted)
    assert {(p.kind, p.start, p.end) for p in found} == {(s.kind, s.first, s.last) for s in wanted}


def test_every_kind_has_a_name_as_reports_print_it() -> None:
    labels = [period.label for period in CALENDAR.periods_of(CALENDAR.month(2023, 6))]
    assert labels == [
        "Tháng 06/2023 (15/05/2023–14/06/2023)",
        "Quý II/2023 (15/03/2023–14/06/2023)",
        "6 tháng đầu năm 2023 (15/12/2022–14/06/2023)",
        "9 tháng năm 2023 (15/12/2022–14/09/2023)",
        "Năm 2023 (15/12/2022–14/12/2023)",
        "Lũy kế đến tháng 06/2023 (15/12/2022–14/06/2023)",
    ]
    second_half = CALENDAR.periods_of(CALENDAR.month(2023, 12))
    assert [p.label for p in second_half if p.kind == "half_year"] == [
        "6 tháng cuối năm 2023 (15/06/2023–14/12/2023)"
    ]
    by_calendar_month = _calendar("last").month(2024, 2)
    assert by_calendar_month.label == "Tháng 02/2024 (01/02/2024–29/02/2024)"
