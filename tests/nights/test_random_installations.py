"""Random installations: what is published is what the same deliveries say that are loaded once.

Lists come, come again, are corrected and taken away; settings, units, holidays, keys and closing
days change; warehouses are lost and put back; clocks are wrong. In the end the published figures
are those of a new installation with today's settings, or publication was refused with a reason;
where bytes were purged that today's settings would read otherwise, each run says so.
"""

from pathlib import Path

import dagster as dg
import pytest

from assets.engine.collect import inbox
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from assets.engine.settings import load_sources
from assets.engine.status import clock_findings, kept_readings
from assets.engine.warehouse import scalar, warehouse
from tests.end_to_end.tables import TIMES, Tables, all_tables, differences
from tests.nights.installation_story import draw_story, installation, new_living
from tests.tier import INSTALLATIONS

# What was reported before.
_HISTORY = frozenset({"ops.revision", "ops.moved_dossier"})
_AT_ONCE = 3  # installations of one test: workers share the tests
_JOBS = 5  # every fifth runs the job itself, the others the same as plain calls


def _published(paths: Paths) -> Tables:
    tables = all_tables(paths, without=TIMES)
    return {
        name: rows
        for name, rows in tables.items()
        if name.startswith("published/") and name.split()[-1] not in _HISTORY
    }


def _is_named(paths: Paths) -> bool:
    """Return whether a run or `make doctor` names why.

    Deliveries cannot be read again as today's settings say, or nobody can know when they came: two
    nights contradict each other, or a file was written after it was collected.
    """
    if any(finding.level == "look" for finding in clock_findings(paths, local_now())):
        return True
    with warehouse(paths) as connection:
        late = "SELECT any_value(w) FROM (SELECT unnest(warnings) AS w FROM ops.delivery) "
        for text in ("lies after its collection", "lists fewer arrivals"):
            if scalar(connection, f"{late} WHERE w LIKE '%{text}%'"):
                return True
        return kept_readings(connection, paths, load_sources(paths.sources)) is not None


def _is_sentence(refusal: str) -> bool:
    return "found " in refusal and "expected " in refusal


@pytest.mark.parametrize("first", range(0, INSTALLATIONS, _AT_ONCE))
def test_what_is_published_is_what_a_load_of_everything_says_or_it_is_refused(
    first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LOOK_SECONDS", 0)
    monkeypatch.setattr(inbox, "QUIET_SECONDS", 0)
    for seed in range(first, min(first + _AT_ONCE, INSTALLATIONS)):
        with monkeypatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
            is_job = seed % _JOBS == 0
            living = new_living(tmp_path / str(seed), instance if is_job else None, patch)
            story = draw_story(seed)
            for event in story:
                living.happen(event)
            told = "\n".join(map(repr, story))
            if living.refusals:
                assert all(map(_is_sentence, living.refusals)), (seed, living.refusals, told)
                continue
            once = installation(tmp_path / f"{seed}-once")
            refused = living.load_once(once)
            assert not refused, (seed, refused, told)
            found = differences(_published(living.paths), _published(once))
            assert not found or _is_named(living.paths), (seed, found, told)
