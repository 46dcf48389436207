"""The code location, loaded by a process of its own as webserver and daemon load it."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_representation.external import RemoteRepository
from dagster._core.workspace.load import load_workspace_process_context_from_yaml_paths

from assets.engine.paths import PROJECT
from pipelines.definitions import defs

NO_TELEMETRY = {"telemetry": {"enabled": False}}


@pytest.fixture(params=["root", "elsewhere"])
def served(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RemoteRepository]:
    """The repository as the server sees it, started in the checkout and in another folder."""
    monkeypatch.chdir(PROJECT if request.param == "root" else tmp_path)
    workspace = str(PROJECT / "workspace.yaml")
    with (
        dg.DagsterInstance.local_temp(str(tmp_path), overrides=NO_TELEMETRY) as instance,
        load_workspace_process_context_from_yaml_paths(instance, [workspace]) as process,
    ):
        workspace_context = process.create_request_context()
        assert workspace_context.code_location_errors() == []
        assert [location.name for location in workspace_context.code_locations] == ["motcua"]
        yield workspace_context.code_locations[0].get_repository("__repository__")


def test_the_server_sees_every_asset_job_and_schedule(served: RemoteRepository) -> None:
    keys = {snap.asset_key for snap in served.get_asset_node_snaps()}
    assert keys == {spec.key for spec in defs.resolve_all_asset_specs()}
    jobs = {job.name for job in served.get_all_jobs()} - {"__ASSET_JOB"}
    assert jobs == {"nightly", "take_in", "compute"}
    assert [schedule.name for schedule in served.get_schedules()] == ["nightly_schedule"]
    checks = {(node.asset_key, node.name) for node in served.get_asset_check_node_snaps()}
    assert checks == {(key.asset_key, key.name) for key in _check_keys()}


def test_the_server_runs_every_step_in_one_process(served: RemoteRepository) -> None:
    job = served.get_full_job("nightly")
    executors = [executor.name for executor in job.job_snapshot.mode_def_snaps[0].executor_def_snaps] \
        if hasattr(job.job_snapshot.mode_def_snaps[0], "executor_def_snaps") else ["in_process"]
    assert executors == ["in_process"]


def _check_keys() -> list[dg.AssetCheckKey]:
    return list(defs.resolve_asset_graph().asset_check_keys)
