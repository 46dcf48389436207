"""A process that died before or after any durable step is made good by doing its deed again.

Of each scenario (`scenarios`) one undisturbed run counts how often it comes to which step: commits,
checkpoints, renames, flushes, removals, copies, by the function that asks for them. Then it is
killed before and after them, and done again: every table, every file must be as if nothing had
happened. A few are killed at each landing; the long tier kills at every name, where a name comes
often at the first, the last and some between, and writes how many to `data/bench/kills_named.json`.
"""

import json
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assets.engine.common.paths import PROJECT, Paths
from pipelines.commands.demo_portal.server import served
from tests.end_to_end.tables import differences
from tests.nights.scenarios import (
    SCENARIOS,
    begin_first_night,
    begin_rebuild,
    begin_upgrade,
    done,
    said_of,
)
from tests.nights.steps import AFTER, BEFORE, Step
from tests.nights.test_portal_nights import installation, small_portal
from tests.tier import IS_SOAK, KILLED_SCENARIOS, KILLS_OF_A_STEP

COUNTS = PROJECT / "data" / "bench" / "kills_named.json"
MEMORY = Path("/dev/shm")  # flushing to a disk is most of what a night waits for


@dataclass(frozen=True)
class Undisturbed:
    """Where a scenario begins, and what it comes to."""

    start: Path
    counts: dict[str, int]
    said: dict[str, list[tuple[object, ...]]]
    files: set[str]


@pytest.fixture(scope="module")
def workshop() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module", params=list(SCENARIOS)[:KILLED_SCENARIOS])
def scenario(
    request: pytest.FixtureRequest, workshop: Path, evening: Paths, morning: Paths
) -> Iterator[tuple[str, Undisturbed]]:
    name: str = request.param
    start, end = workshop / name / "start", workshop / name / "end"
    start.mkdir(parents=True)
    with served(small_portal()) as portal:
        if name == "portal night":
            installation(start, portal)
        elif name in ("second night", "backup and restore"):
            origin = evening if name == "second night" else morning
            shutil.copytree(origin.data, start / "data")
        else:
            begin = {"first night": begin_first_night, "upgrade": begin_upgrade}
            begin.get(name, begin_rebuild)(start)
        shutil.copytree(start, end)
        counts = done(name, end)
        assert counts is not None
        yield name, Undisturbed(start, counts, *said_of(name, end))
    shutil.rmtree(workshop / name)


def chosen(name: str, counts: dict[str, int]) -> list[Step]:
    """Return the steps at which to die: of each name the first, the last and some between."""
    steps = [
        Step(step, 1 + (count - 1) * part // max(1, KILLS_OF_A_STEP - 1), side)
        for step, count in counts.items()
        for part in range(min(count, KILLS_OF_A_STEP))
        for side in (BEFORE, AFTER)
    ]
    return steps if IS_SOAK else random.Random(name).sample(steps, KILLS_OF_A_STEP)


def test_who_died_at_a_step_is_made_good_by_doing_it_again(
    scenario: tuple[str, Undisturbed], workshop: Path
) -> None:
    name, expected = scenario
    killed: Counter[str] = Counter()
    spoilt: dict[Step, object] = {}
    folder = workshop / name / "killed"
    steps = chosen(name, expected.counts)
    for step in steps:
        shutil.copytree(expected.start, folder)
        killed[step.name] += done(name, folder, step) is None
        if done(name, folder) is None:
            spoilt[step] = "cannot be done again"
        else:
            said, files = said_of(name, folder)
            if said != expected.said or files != expected.files:
                spoilt[step] = (differences(expected.said, said), files ^ expected.files)
        shutil.rmtree(folder)
    if IS_SOAK:
        _note(name, killed)
    assert spoilt == {}
    assert killed.total() == len(steps)


def _note(name: str, killed: Counter[str]) -> None:
    COUNTS.parent.mkdir(parents=True, exist_ok=True)
    noted = json.loads(COUNTS.read_text("utf-8")) if COUNTS.exists() else {}
    COUNTS.write_text(json.dumps(noted | {name: dict(sorted(killed.items()))}, indent=1) + "\n")
