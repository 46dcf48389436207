"""Closed periods: which need a hand, and the sentence that names them."""

from datetime import date

import pytest

from assets.engine.closed_periods import (
    closed_months,
    delivered_months,
    findings,
    published_months,
    sentence,
)
from assets.engine.paths import Paths
from assets.engine.periods import month_from_key
from assets.engine.warehouse import warehouse
from tests.support import SAMPLE_KEYS

MAY, JUNE, JULY = (month_from_key(f"2023-{month:02}-15") for month in (4, 5, 6))


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2023, 6, 14), "2023-04-15"),
        (date(2023, 6, 15), "2023-05-15"),
        (date(2023, 7, 14), "2023-05-15"),
        (date(2024, 1, 1), "2023-11-15"),
    ],
)
def test_a_month_is_closed_on_the_day_after_its_last(today: date, last: str) -> None:
    months = closed_months(date(2023, 4, 20), today)
    assert months[0].key == "2023-04-15"
    assert months[-1].key == last


def test_nothing_is_closed_in_the_first_month() -> None:
    assert closed_months(date(2023, 4, 15), date(2023, 5, 14)) == []


def test_each_month_stands_under_the_first_thing_that_is_wrong() -> None:
    starts = {month.start for month in (MAY, JUNE, JULY)}
    months = [MAY, JUNE, JULY]
    assert findings(months, failed=set(), delivered=starts, published=starts) == {}
    found = findings(months, failed={MAY.start}, delivered={MAY.start, JULY.start}, published=set())
    assert list(found.values()) == [[MAY], [JUNE], [JULY]]
    said = sentence(found)
    assert f"1 whose last run failed: {MAY.label}; " in said
    assert f"1 without any list of dossiers: {JUNE.label}; " in said
    assert f"1 whose figures are not published: {JULY.label}. " in said
    assert "make period PERIOD=" in said


def test_a_long_list_is_counted() -> None:
    months = closed_months(date(2023, 4, 15), date(2024, 4, 15))
    said = sentence(findings(months, failed=set(), delivered=set(), published=set()))
    assert "12 without" in said
    assert "and 7 more" in said
    assert said.count("Tháng") == 5


def test_the_sample_is_complete(sample: Paths) -> None:
    starts = {date.fromisoformat(key) for key in SAMPLE_KEYS}
    with warehouse(sample) as connection:
        assert delivered_months(connection) == starts
        assert published_months(connection, sample) == starts


def test_figures_that_the_published_file_does_not_tell_are_found(own_sample: Paths) -> None:
    with warehouse(own_sample) as connection:
        connection.execute(
            "UPDATE indicators.by_level SET received_count = received_count + 1 "
            "WHERE period_kind = 'month' AND period_start = ? AND unit_level = 'all'",
            [JUNE.start],
        )
        connection.execute("DELETE FROM indicators.by_level WHERE period_kind = 'year_to_date'")
        told = published_months(connection, own_sample)
        assert told == {date.fromisoformat(key) for key in SAMPLE_KEYS} - {JUNE.start}
        (own_sample.published / "motcua.duckdb").unlink()
        assert published_months(connection, own_sample) == set()
