"""Which runs are taken for dead: their process is gone without a word."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from assets.engine.common import locks
from assets.engine.common.paths import PROJECT, Paths, private_folder
from pipelines.sensors import dead_run_sensor
from tests.assets.runs import left_started, look, real_instance
from tests.code_location import defs

HELD = """
import sys
from pathlib import Path
from assets.engine.common.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def own_instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with real_instance(tmp_path / "own") as opened:
        yield opened


def _look_for_the_dead(
    paths: Paths, instance: dg.DagsterInstance, cursor: str | None = None
) -> str | None:
    return look(dead_run_sensor, paths, instance, cursor)[1]


def _status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


@pytest.mark.parametrize("job", ["nightly", "__ASSET_JOB", "daily_check", "housekeeping"])
def test_a_run_whose_process_died_is_marked_as_failed_at_the_second_look(
    installation: Paths, own_instance: dg.DagsterInstance, job: str
) -> None:
    run_id = left_started(own_instance, job, timedelta(minutes=6))
    cursor = _look_for_the_dead(installation, own_instance)
    # Between two runs the lock is free for a moment: one look could meet that.
    assert _status(own_instance, run_id) is dg.DagsterRunStatus.STARTED
    cursor = _look_for_the_dead(installation, own_instance, cursor)
    assert _status(own_instance, run_id) is dg.DagsterRunStatus.FAILURE
    (failure,) = own_instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert failure.dagster_event is not None
    said = str(failure.dagster_event.message)
    assert "found nobody at work, though it is marked as started" in said
    assert "run the period again" in said
    assert _look_for_the_dead(installation, own_instance, cursor) == "[]"


def test_a_run_that_looked_dead_for_a_moment_is_looked_at_anew(
    installation: Paths, own_instance: dg.DagsterInstance
) -> None:
    run_id = left_started(own_instance, "nightly", timedelta(hours=1))
    cursor = _look_for_the_dead(installation, own_instance)
    with locks.locked(private_folder(installation.warehouse)):
        cursor = _look_for_the_dead(installation, own_instance, cursor)
    _look_for_the_dead(installation, own_instance, cursor)
    assert _status(own_instance, run_id) is dg.DagsterRunStatus.STARTED


def test_a_run_is_not_dead_while_a_process_holds_the_lock(
    installation: Paths, own_instance: dg.DagsterInstance
) -> None:
    private_folder(installation.warehouse)
    run_id = left_started(own_instance, "nightly", timedelta(hours=1))
    cursor = None
    with subprocess.Popen(
        [sys.executable, "-c", HELD, str(installation.warehouse)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        for _ in range(3):
            cursor = _look_for_the_dead(installation, own_instance, cursor)
        assert _status(own_instance, run_id) is dg.DagsterRunStatus.STARTED
        holder.kill()  # as a power cut would
    for _ in range(2):
        cursor = _look_for_the_dead(installation, own_instance, cursor)
    assert _status(own_instance, run_id) is dg.DagsterRunStatus.FAILURE


def test_a_run_that_is_young_or_not_yet_started_is_not_dead(
    installation: Paths, own_instance: dg.DagsterInstance
) -> None:
    young = left_started(own_instance, "nightly", timedelta(minutes=4))
    waiting = own_instance.create_run_for_job(defs.resolve_job_def("nightly")).run_id
    cursor = None
    for _ in range(3):
        cursor = _look_for_the_dead(installation, own_instance, cursor)
    assert _status(own_instance, young) is dg.DagsterRunStatus.STARTED
    assert _status(own_instance, waiting) is dg.DagsterRunStatus.NOT_STARTED


def test_every_step_of_every_job_takes_the_lock() -> None:
    """A run without it would be taken for dead."""
    for job in defs.get_repository_def().get_all_jobs():
        for node in job.nodes:
            assert isinstance(node.definition, dg.OpDefinition)
            assert "installation" in node.definition.required_resource_keys, node.name
