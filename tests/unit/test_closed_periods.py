"""Closed periods: which need a hand, and the sentence that names them."""

from datetime import date, datetime

import pytest

from assets.engine.common.paths import Paths
from assets.engine.portal.checkpoint import Begun, Completed, Failed, read_checkpoint
from assets.engine.settings import load_sources
from assets.engine.status import (
    closed_months,
    delivered_months,
    partial_months,
    period_findings,
    period_sentence,
    published_months,
    unanswered_months,
)
from assets.engine.warehouse import warehouse
from tests.support import CALENDAR, SAMPLE_KEYS, SETTINGS

MAY, JUNE, JULY, AUGUST, SEPTEMBER = (
    CALENDAR.month_from_key(f"2023-{month:02}-15") for month in (4, 5, 6, 7, 8)
)
TODAY = date(2023, 12, 1)
EXPORTS = {("xin_man", export) for export in load_sources(SETTINGS / "sources")["xin_man"].exports}


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
    months = closed_months(CALENDAR, date(2023, 4, 20), today)
    assert months[0].key == "2023-04-15"
    assert months[-1].key == last


def test_nothing_is_closed_in_the_first_month() -> None:
    assert closed_months(CALENDAR, date(2023, 4, 15), date(2023, 5, 14)) == []


def test_each_month_stands_under_the_first_thing_that_is_wrong() -> None:
    months = [MAY, JUNE, JULY, AUGUST, SEPTEMBER]
    starts = {month.start for month in months}
    nothing: set[date] = set()
    assert period_findings(
        months, failed=nothing, delivered=starts, unanswered=nothing, partial=nothing,
        published=starts,
    ) == {}  # fmt: skip
    found = period_findings(
        months, failed={MAY.start}, delivered=starts - {JUNE.start},
        unanswered={MAY.start, JUNE.start, JULY.start}, partial=starts - {SEPTEMBER.start},
        published=nothing,
    )  # fmt: skip
    assert list(found.values()) == [[MAY], [JUNE], [JULY], [AUGUST], [SEPTEMBER]]
    said = period_sentence(found)
    assert f"1 whose last run failed: {MAY.label}; " in said
    assert f"1 without any list of dossiers: {JUNE.label}; " in said
    assert f"1 of which a portal did not give all: {JULY.label}; " in said
    assert (
        f"1 whose lists are refused, miss an export or do not reach its end: {AUGUST.label}; "
        in said
    )
    assert f"1 whose figures are not published: {SEPTEMBER.label}. " in said
    assert "make period PERIOD=" in said


def test_a_long_list_is_counted() -> None:
    months = closed_months(CALENDAR, date(2023, 4, 15), date(2024, 4, 15))
    found = period_findings(
        months, failed=set(), delivered=set(), unanswered=set(), partial=set(), published=set()
    )
    said = period_sentence(found)
    assert "12 without" in said
    assert "and 7 more" in said
    assert said.count("Tháng") == 5


def test_the_sample_is_complete(own_sample: Paths) -> None:
    starts = {date.fromisoformat(key) for key in SAMPLE_KEYS}
    with warehouse(own_sample) as connection:
        assert delivered_months(connection) == starts
        months = closed_months(CALENDAR, min(starts), TODAY)
        assert partial_months(connection, months, TODAY, EXPORTS) == set()
        assert published_months(connection, own_sample) == starts
    assert unanswered_months(own_sample) == set()


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


@pytest.mark.parametrize(
    "change",
    [
        "SET covers_to = DATE '2023-05-20'",
        "SET state = 'superseded'",
        "SET reason = 'Opening: x, expected y. z.', state = 'refused'",
    ],
)
@pytest.mark.parametrize("export", ["dossiers_commune", "payments"])
def test_a_later_list_does_not_hide_one_that_ends_early_or_is_missing(
    change: str, export: str, own_sample: Paths
) -> None:
    with warehouse(own_sample) as connection:
        connection.execute(
            f"UPDATE ops.delivery {change} WHERE export = ? AND delivery_period = ?",
            [export, JUNE.start],
        )
        assert partial_months(connection, [MAY, JUNE, JULY], TODAY, EXPORTS) == {JUNE.start}


def test_an_export_owes_no_list_before_its_first_and_none_once_it_is_retired(
    own_sample: Paths,
) -> None:
    with warehouse(own_sample) as connection:
        connection.execute(
            "DELETE FROM ops.delivery WHERE export = 'payments' AND delivery_period <= ?",
            [MAY.start],
        )
        assert partial_months(connection, [MAY, JUNE], TODAY, EXPORTS) == set()
        connection.execute(
            "DELETE FROM ops.delivery WHERE export = 'payments' AND delivery_period = ?",
            [JULY.start],
        )
        months = [JUNE, JULY]
        assert partial_months(connection, months, TODAY, EXPORTS) == {JULY.start}
        left = EXPORTS - {("xin_man", "payments")}
        assert partial_months(connection, months, TODAY, left) == set()


def test_figures_that_end_before_the_period_does_are_found(own_sample: Paths) -> None:
    with warehouse(own_sample) as connection:
        connection.execute(
            "UPDATE reference.period SET cutoff_date = DATE '2023-05-20' "
            "WHERE period_kind = 'month' AND period_start = ?",
            [JUNE.start],
        )
        assert partial_months(connection, [MAY, JUNE], TODAY, EXPORTS) == {JUNE.start}


def test_a_portal_owes_what_it_was_asked_for_until_it_gave_all(installation: Paths) -> None:
    asked_at = datetime.fromisoformat("2023-06-15T01:30:00+07:00")
    for month in (MAY, JUNE, JULY):
        checkpoint = read_checkpoint(installation, "mau", "hoso", month.key)
        checkpoint.begin(Begun(started_at=asked_at, way="page"))
        if month is MAY:
            checkpoint.complete(Completed(started_at=asked_at, row_count=1))
        if month is JULY:
            checkpoint.abandon()
            checkpoint.fail(Failed(run_id="a-run", message="Collecting: 503. Ask again."))
    assert unanswered_months(installation) == {JUNE.start, JULY.start}
