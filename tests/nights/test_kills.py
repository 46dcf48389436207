"""A run is killed at any moment, and the next one makes good what it left.

A night is spent in a process of its own, which gets SIGKILL at a random moment of one of its
stages. Right after it, both files for readers must be whole: of the evening or of the morning. Then
the night is spent again, and must end as if nothing had happened: every table, every file. 4
nights are spent through the engine and 2 through Dagster, in the long tier 180 and 20. One through
Dagster is killed in a step of one of its stages, in either of its two periods, and may leave the
files as they were published between the two.
How many were killed in which stage is written to `data/bench/kills.json`, of a soak to
`kills_soak.json`.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import pytest

from assets.engine.common.calendar import local_now
from assets.engine.common.paths import PROJECT, Paths
from tests.assets.runs import failures, real_instance, run_job
from tests.code_location import defs
from tests.end_to_end.tables import Tables, differences
from tests.nights import night
from tests.nights.child import forking, through_dagster, through_the_engine
from tests.nights.conftest import SECOND_NIGHT, QuietNight, copy_of
from tests.nights.said import PUBLISHED, all_said, files_of, published_by
from tests.tier import DAGSTER_KILLS, ENGINE_KILLS, IS_SOAK

COUNTS = PROJECT / "data" / "bench" / ("kills_soak.json" if IS_SOAK else "kills.json")
KILLED = -9
ENDED = "none: it had ended"
PATIENCE = 180.0
# The landing tier has two cases: the stages that readers' files come from are first.
STEPS = {
    "publish": "publish*",
    "compute": "indicators*",
    "load": "core",
    "collect": "raw__delivery",
}
STEP_SECONDS = 0.5
# Dagster computes after each period and the engine's night once: more was said in between.
LOGS = ("ops.revision", "ops.moved_dossier")


@dataclass(frozen=True)
class Expected:
    """What an undisturbed night leaves, and what the files for readers may say meanwhile."""

    said: Tables
    files: set[str]
    published: dict[str, list[Tables]]


@pytest.fixture(scope="module")
def expected(evening: Paths, morning: Paths) -> Expected:
    return Expected(
        all_said(morning),
        files_of(morning),
        {name: [published_by(paths.published / name) for paths in (evening, morning)]
         for name in PUBLISHED},
    )  # fmt: skip


@pytest.fixture(scope="module")
def expected_of_runs(
    evening: Paths, expected: Expected, tmp_path_factory: pytest.TempPathFactory
) -> Expected:
    """The same of a night through Dagster, which also publishes after the first of its periods."""
    paths = copy_of(evening, tmp_path_factory.mktemp("midnight") / "data")
    night.spend(paths, SECOND_NIGHT[:1], local_now())
    return replace(
        expected,
        published={name: [*versions, published_by(paths.published / name)]
                   for name, versions in expected.published.items()},
    )  # fmt: skip


@pytest.fixture(scope="module")
def killed_in() -> Iterator[Counter[str]]:
    """How many nights were killed in which stage; written down at the end."""
    counts: Counter[str] = Counter()
    yield counts
    COUNTS.parent.mkdir(parents=True, exist_ok=True)
    COUNTS.write_text(json.dumps(dict(sorted(counts.items())), indent=1) + "\n", encoding="utf-8")


def _kill(spend: Callable[..., None], paths: Paths, stage: str, after: float) -> str:
    """Spend a night, kill it some time after a stage began, or as the next begins; return where.

    Of a night through Dagster, each step of a period is such a stage.
    """
    hears, says = forking.Pipe(duplex=False)
    child = forking.Process(target=spend, args=(paths.data, SECOND_NIGHT, says))
    child.start()
    says.close()
    try:
        reached = ""
        while reached != stage:
            assert hears.poll(PATIENCE), f"the night never came to {stage}"
            reached = hears.recv()
        hears.poll(after)
    finally:
        child.kill()
        child.join(PATIENCE)
    while hears.poll():
        try:
            reached = hears.recv()
        except EOFError:
            break
    return reached if child.exitcode == KILLED else ENDED


def _check_readers(paths: Paths, expected: Expected, *, logs: bool = True) -> None:
    for name, versions in expected.published.items():
        said = [
            {table: rows for table, rows in told.items() if logs or table not in LOGS}
            for told in (published_by(paths.published / name), *versions)
        ]
        assert said[0] in said[1:], name


def _check_morning(paths: Paths, expected: Expected, *, logs: bool = True) -> None:
    moved = differences(expected.said, all_said(paths))
    assert {name for name in moved if logs or not name.endswith(LOGS)} == set()
    assert files_of(paths) == expected.files


@pytest.mark.parametrize("seed", range(ENGINE_KILLS))
def test_a_night_that_was_killed_is_made_good_by_the_next(
    seed: int, own_evening: Paths, quiet_night: QuietNight, expected: Expected,
    killed_in: Counter[str],
) -> None:  # fmt: skip
    stage = night.STAGES[seed % len(night.STAGES)]
    after = random.Random(seed).random() * quiet_night.seconds[stage]
    reached = _kill(through_the_engine, own_evening, stage, after)
    assert reached != ENDED or stage == night.STAGES[-1]
    killed_in[reached] += 1
    _check_readers(own_evening, expected)
    night.spend(own_evening, SECOND_NIGHT, local_now())
    _check_morning(own_evening, expected)


@pytest.mark.parametrize("seed", range(DAGSTER_KILLS))
def test_a_run_of_dagster_that_was_killed_is_made_good_by_the_next(
    seed: int, own_evening: Paths, expected_of_runs: Expected, killed_in: Counter[str]
) -> None:
    chance = random.Random(seed)
    step = chance.choice(_steps_of(list(STEPS)[seed % len(STEPS)]))
    moment = f"{chance.choice(SECOND_NIGHT)} {step}"
    reached = _kill(through_dagster, own_evening, moment, chance.random() * STEP_SECONDS)
    assert reached != ENDED
    killed_in[f"dagster, {_stage_of(reached.split()[-1])}"] += 1
    _check_readers(own_evening, expected_of_runs, logs=False)
    for key in SECOND_NIGHT:
        _run(own_evening, key)
    _check_morning(own_evening, expected_of_runs, logs=False)


def _steps_of(stage: str) -> list[str]:
    steps = (node.name for node in defs.resolve_job_def("nightly").nodes)
    return sorted(step for step in steps if fnmatchcase(step, STEPS[stage]))


def _stage_of(step: str) -> str:
    """Return the stage of a step; a step that is of none, such as a reference list, by its name."""
    return next((stage for stage, steps in STEPS.items() if fnmatchcase(step, steps)), step)


def _run(paths: Paths, key: str) -> None:
    with real_instance(paths.data / "home") as instance:
        result = run_job(paths, instance, "nightly", key)
        assert result.success, failures(result)
