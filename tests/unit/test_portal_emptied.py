"""A period of which a portal gave rows, and now gives none: it is not emptied without a word."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.engine.paths import Paths
from assets.engine.portal_journal import journal_file
from tests.portal.server import Portal, served
from tests.portal.support import (
    KEY,
    PATHS,
    RECORDS,
    TOKEN,
    VARIABLE,
    WITHIN,
    changed,
    collect,
    delivered,
    deliveries,
    left_over,
    write_settings,
)


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv(VARIABLE, TOKEN)
    return Paths(tmp_path / "data", tmp_path / "settings")


@pytest.fixture
def portal() -> Iterator[Portal]:
    with served(Portal(TOKEN, {PATHS["page"]: changed(35)})) as portal:
        yield portal


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
        for part in ("no row at all", "gave 35 rows of this period before", "{api: whole}"):
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


def test_a_period_that_changes_filled_is_not_emptied_either(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    rows = portal.lists[PATHS["page"]]
    kept = rows.copy()
    rows.clear()
    collect(paths, WITHIN.replace(day=4))
    rows.extend(kept)
    assert collect(paths, WITHIN).row_count == 35
    assert collect(paths).row_count == 0
    rows.clear()
    (failure,) = collect(paths).failures
    assert "gave 35 rows of this period before" in failure


def test_a_journal_of_before_rows_were_counted_keeps_them_too(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    collect(paths)
    file = journal_file(paths, "mau", "hoso", KEY)
    said = json.loads(file.read_text("utf-8"))
    del said["given_row_count"]
    file.write_text(json.dumps(said) + "\n", "utf-8")
    portal.lists[PATHS["page"]].clear()
    (failure,) = collect(paths).failures
    assert "gave 35 rows of this period before" in failure
