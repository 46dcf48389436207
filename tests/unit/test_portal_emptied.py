"""A period of which a portal gave rows, and now gives none: it is not emptied without a word."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assets.engine.common.paths import Paths
from assets.engine.portal_journal import journal_file
from tests.portal.server import Portal
from tests.portal.support import (
    CHANGED,
    KEY,
    LATER,
    PATHS,
    RECORDS,
    WITHIN,
    collect,
    delivered,
    deliveries,
    later,
    left_over,
    write_settings,
)
from tests.support import CALENDAR


def row_count(paths: Paths) -> int:
    return len(json.loads(delivered(paths))[RECORDS["page"]])


@pytest.mark.parametrize("were_changes_asked_for", [False, True])
def test_a_period_that_is_suddenly_empty_keeps_its_rows_until_somebody_wants_it_so(
    were_changes_asked_for: bool, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    rows = portal.lists[PATHS["page"]]
    if were_changes_asked_for:
        collect(paths, WITHIN)
    assert collect(paths).row_count == (0 if were_changes_asked_for else 35)
    before, kept = len(deliveries(paths)), rows.copy()
    rows.clear()
    for _ in range(2):
        portal.asked.clear()
        (failure,) = collect(paths).failures
        for part in ("no row at all", "had 35 rows when last asked for whole", "{api: whole}"):
            assert part in failure
        # Each night asks anew: the portal may have its rows again.
        assert len(portal.asked) == 1
    assert len(deliveries(paths)) == before
    assert left_over(paths.data) == []
    assert collect(paths, is_whole_wanted=True).failures == []
    assert row_count(paths) == 0
    assert collect(paths).failures == []
    rows.extend(kept)
    assert collect(paths).failures == []
    assert row_count(paths) == 35


def test_changes_of_older_periods_do_not_speak_against_an_empty_one(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    rows = portal.lists[PATHS["page"]]
    kept = rows.copy()
    rows.clear()
    collect(paths, WITHIN.replace(day=4))
    # Received before the period began, and resolved within it.
    old = CALENDAR.month_from_key(KEY).start - timedelta(days=30)
    rows.extend(
        replace(item, received=CHANGED.replace(year=old.year, month=old.month, day=old.day))
        for item in kept[:5]
    )
    assert collect(paths, WITHIN).row_count == 5
    for night in (LATER, later(24), later(48)):
        assert collect(paths, night).failures == []
    assert row_count(paths) == 0
    # From then on it is known how many rows the period has.
    rows.extend(kept[5:])
    assert collect(paths, later(72)).failures == []
    assert row_count(paths) == 30
    del rows[5:]
    (failure,) = collect(paths, later(96)).failures
    assert "had 30 rows when last asked for whole" in failure


def test_a_whole_period_is_remembered_behind_changes(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    rows = portal.lists[PATHS["page"]]
    collect(paths, WITHIN)
    rows[0] = replace(rows[0], at=WITHIN + timedelta(hours=9))
    assert collect(paths).row_count == 1
    rows.clear()
    (failure,) = collect(paths).failures
    assert "had 35 rows when last asked for whole" in failure


@pytest.mark.parametrize(
    ("noted", "is_kept"),
    [
        ({"is_whole_period": True, "row_count": 35}, True),
        ({"is_whole_period": True, "row_count": 35, "given_row_count": 35}, True),
        # Whether these 40 rows were of the period, an old journal does not say.
        ({"is_whole_period": False, "row_count": 5, "given_row_count": 40}, False),
    ],
)
def test_journals_of_before_whole_periods_were_counted_are_read(
    noted: dict[str, Any], is_kept: bool, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    collect(paths)
    file = journal_file(paths, "mau", "hoso", KEY)
    said = json.loads(file.read_text("utf-8"))
    del said["whole_row_count"]
    file.write_text(json.dumps(said | noted) + "\n", "utf-8")
    portal.lists[PATHS["page"]].clear()
    failures = collect(paths).failures
    assert [("had 35 rows when last asked for whole" in failure) for failure in failures] == (
        [True] if is_kept else []
    )
