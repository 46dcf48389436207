"""The working-day calendar: the holidays of the law, made-up days and worked Saturdays."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from assets.engine.reference import load_reference, load_working_days
from assets.engine.warehouse import warehouse
from tests.support import SETTINGS, new_installation


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    paths = new_installation(tmp_path_factory.mktemp("calendar") / "data")
    with warehouse(paths) as connection:
        load_reference(connection, SETTINGS / "reference", "holiday")
        load_working_days(connection)
        yield connection


def _number(calendar: duckdb.DuckDBPyConnection, day: date) -> int:
    found = calendar.execute(
        "SELECT working_day_number FROM reference.working_day WHERE day = ?", [day]
    ).fetchall()
    return int(found[0][0])


def test_every_day_stands_once(calendar: duckdb.DuckDBPyConnection) -> None:
    found = calendar.execute(
        "SELECT min(day), max(day), count(*), count(DISTINCT day) FROM reference.working_day"
    ).fetchall()
    # 200 years, 49 of them with a 29 February: 1900 had none, 2000 had one.
    assert found == [(date(1900, 1, 1), date(2099, 12, 31), 200 * 365 + 49, 200 * 365 + 49)]


def test_no_day_that_a_file_can_name_lies_before_the_first(
    calendar: duckdb.DuckDBPyConnection,
) -> None:
    found = calendar.execute(
        "SELECT min(day) = plausible_day(min(day)), plausible_day(min(day) - 1) "
        "FROM reference.working_day"
    ).fetchall()
    assert found == [(True, None)]


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        pytest.param(date(2023, 11, 13), True, id="a Monday"),
        pytest.param(date(2023, 11, 11), False, id="a Saturday"),
        pytest.param(date(2023, 1, 2), False, id="made up for the Sunday of New Year"),
        pytest.param(date(2023, 1, 19), True, id="the day before Tết"),
        pytest.param(date(2023, 1, 20), False, id="the first day of Tết"),
        pytest.param(date(2023, 1, 27), True, id="the day after Tết"),
        pytest.param(date(2024, 4, 29), False, id="off, worked on the Saturday after"),
        pytest.param(date(2024, 5, 4), True, id="a worked Saturday"),
        pytest.param(date(2024, 5, 5), False, id="its Sunday"),
        pytest.param(date(2025, 4, 26), True, id="the worked Saturday of 2025"),
        pytest.param(date(2026, 8, 22), True, id="the worked Saturday of 2026"),
        pytest.param(date(2026, 9, 2), False, id="National Day"),
    ],
)
def test_a_day_is_worked_or_not(
    day: date, is_working: bool, calendar: duckdb.DuckDBPyConnection
) -> None:
    found = calendar.execute(
        "SELECT is_working FROM reference.working_day WHERE day = ?", [day]
    ).fetchall()
    assert found == [(is_working,)]


@pytest.mark.parametrize(
    ("received", "ended", "days"),
    [
        pytest.param(date(2023, 11, 13), date(2023, 11, 13), 0, id="within the day of reception"),
        pytest.param(date(2023, 11, 10), date(2023, 11, 13), 1, id="over a weekend"),
        pytest.param(date(2023, 11, 11), date(2023, 11, 13), 1, id="received on a Saturday"),
        pytest.param(date(2023, 11, 10), date(2023, 11, 12), 0, id="ended on a Sunday"),
        pytest.param(date(2023, 1, 19), date(2023, 1, 30), 2, id="over Tết"),
        # 26/4 Friday; 29/4 to 1/5 off; 2, 3 and 4/5 worked.
        pytest.param(date(2024, 4, 26), date(2024, 5, 6), 4, id="over swapped days"),
    ],
)
def test_the_difference_of_two_numbers_is_the_working_days_after_the_first_day(
    received: date, ended: date, days: int, calendar: duckdb.DuckDBPyConnection
) -> None:
    assert _number(calendar, ended) - _number(calendar, received) == days


def test_the_number_counts_up_by_the_working_days_only(
    calendar: duckdb.DuckDBPyConnection,
) -> None:
    found = calendar.execute(
        """
        SELECT count(*) FILTER (WHERE step <> CAST(is_working AS INTEGER)) FROM (
            SELECT is_working, working_day_number
                - lag(working_day_number, 1, 0) OVER (ORDER BY day) AS step
            FROM reference.working_day)
        """
    ).fetchall()
    assert found == [(0,)]


def test_what_was_not_checked_against_a_decision_is_marked(
    calendar: duckdb.DuckDBPyConnection,
) -> None:
    found = calendar.execute(
        "SELECT year(day), count(*), count(*) FILTER (WHERE is_working), "
        "count(*) FILTER (WHERE NOT is_certain) FROM reference.holiday GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert found == [(2023, 18, 0, 0), (2024, 17, 1, 12), (2025, 19, 1, 14), (2026, 16, 2, 4)]
