"""A run is killed at any moment, and the next one makes good what it left.

A night is spent in a process of its own, which gets SIGKILL at a random moment of one of its
stages. Right after it, both files for readers must be whole: of the evening or of the morning. Then
the night is spent again, and must end as if nothing had happened: every table, every file. 18
nights are spent through the engine and 2 through Dagster; `MOTCUA_SOAK=1` spends ten times as many.
How many were killed in which stage is written to `data/bench/kills.json`, of a soak to
`kills_soak.json`.
"""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from assets.engine.paths import PROJECT, Paths
from assets.engine.periods import local_now
from tests.assets.runs import failures, real_instance, run_job
from tests.end_to_end.tables import Tables, differences
from tests.nights import night
from tests.nights.child import forking, through_dagster, through_the_engine
from tests.nights.conftest import SECOND_NIGHT, QuietNight
from tests.nights.said import PUBLISHED, all_said, files_of, published_by

IS_SOAK = bool(os.environ.get("MOTCUA_SOAK"))
TENFOLD = 10 if IS_SOAK else 1
COUNTS = PROJECT / "data" / "bench" / ("kills_soak.json" if IS_SOAK else "kills.json")
KILLED = -9
PATIENCE = 180.0
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
def killed_in() -> Iterator[Counter[str]]:
    """How many nights were killed in which stage; written down at the end."""
    counts: Counter[str] = Counter()
    yield counts
    COUNTS.parent.mkdir(parents=True, exist_ok=True)
    COUNTS.write_text(json.dumps(dict(sorted(counts.items())), indent=1) + "\n", encoding="utf-8")


def _kill(spend: Callable[..., None], paths: Paths, stage: str, after: float) -> str:
    """Spend a night, kill it some time after a stage began; return in which stage it was."""
    hears, says = forking.Pipe(duplex=False)
    child = forking.Process(target=spend, args=(paths.data, SECOND_NIGHT, says))
    child.start()
    says.close()
    try:
        reached = ""
        while reached != stage:
            assert hears.poll(PATIENCE), f"the night never came to {stage}"
            reached = hears.recv()
        time.sleep(after)
    finally:
        child.kill()
        child.join(PATIENCE)
    while hears.poll():
        try:
            reached = hears.recv()
        except EOFError:
            break
    return reached if child.exitcode == KILLED else "none: it had ended"


def _check_readers(paths: Paths, expected: Expected) -> None:
    for name, versions in expected.published.items():
        assert published_by(paths.published / name) in versions, name


def _check_morning(paths: Paths, expected: Expected, *, logs: bool = True) -> None:
    moved = differences(expected.said, all_said(paths))
    assert {name for name in moved if logs or not name.endswith(LOGS)} == set()
    assert files_of(paths) == expected.files


@pytest.mark.parametrize("seed", range(18 * TENFOLD))
def test_a_night_that_was_killed_is_made_good_by_the_next(
    seed: int, own_evening: Paths, quiet_night: QuietNight, expected: Expected,
    killed_in: Counter[str],
) -> None:  # fmt: skip
    stage = night.STAGES[seed % len(night.STAGES)]
    after = random.Random(seed).random() * quiet_night.seconds[stage]
    killed_in[_kill(through_the_engine, own_evening, stage, after)] += 1
    _check_readers(own_evening, expected)
    night.spend(own_evening, SECOND_NIGHT, local_now())
    _check_morning(own_evening, expected)


@pytest.mark.parametrize("seed", range(2 * TENFOLD))
def test_a_run_of_dagster_that_was_killed_is_made_good_by_the_next(
    seed: int, own_evening: Paths, quiet_night: QuietNight, expected: Expected,
    killed_in: Counter[str],
) -> None:  # fmt: skip
    after = random.Random(seed).random() * sum(quiet_night.seconds.values())
    killed_in[f"dagster, {_kill(through_dagster, own_evening, 'job', after)}"] += 1
    _check_readers(own_evening, expected)
    for key in SECOND_NIGHT:
        _run(own_evening, key)
    _check_morning(own_evening, expected, logs=False)


def _run(paths: Paths, key: str) -> None:
    with real_instance(paths.data / "home") as instance:
        result = run_job(paths, instance, "nightly", key)
        assert result.success, failures(result)
