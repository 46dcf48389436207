"""Dagster's webserver and daemon as `make ui` starts them, and what a click in the UI sends.

The mutations are the ones the UI sends: "Materialize" of a job for one partition, a backfill of a
job's partition set, and a backfill of chosen assets for several partitions.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assets.engine.common.paths import PROJECT, Paths
from tests.end_to_end.commands import COMMAND, environment
from tests.support import SETTINGS

REPOSITORY = {"repositoryLocationName": "motcua", "repositoryName": "__repository__"}
LAUNCH = """
mutation($p: ExecutionParams!) { launchPipelineExecution(executionParams: $p) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on Error { message } } }
"""
BACKFILL = """
mutation($p: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $p) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on Error { message } } }
"""
RUN = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
BACKFILL_STATE = """
query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill {
    status error { message } runs(limit: 50) { runId status tags { key value } } } } }
"""
ENDED = ("SUCCESS", "FAILURE", "CANCELED")
START_SECONDS = 120.0
RUN_SECONDS = 180.0


@dataclass(frozen=True)
class Server:
    """A running UI: where it answers, its installation, Dagster's folder, and its output."""

    url: str
    paths: Paths
    home: Path
    output: Path

    @property
    def site(self) -> str:
        """The address that an operator opens."""
        return self.url.removesuffix("/graphql")

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a GraphQL request; AssertionError if the server answers with an error."""
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            content = json.load(answer)
        assert not content.get("errors"), content["errors"]
        data: dict[str, Any] = content["data"]
        return data

    def materialise(self, job: str, key: str) -> str:
        """Launch a job for one partition; return the run's id once it has ended well."""
        run_id, status = self.launch(job, key)
        assert status == "SUCCESS", self.output.read_text()[-3000:]
        return run_id

    def launch(self, job: str, key: str) -> tuple[str, str]:
        """Launch a job for one partition; return the run's id, and how it ended."""
        parameters = {
            "mode": "default",
            "executionMetadata": {"tags": [{"key": "dagster/partition", "value": key}]},
            "runConfigData": "{}",
            "selector": REPOSITORY | {"pipelineName": job},
        }
        launched = self.ask(LAUNCH, {"p": parameters})["launchPipelineExecution"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        run_id = str(launched["run"]["runId"])
        wait_until(lambda: self._status(run_id) in ENDED, RUN_SECONDS)
        return run_id, self._status(run_id)

    def backfill_job(self, job: str, keys: list[str]) -> list[dict[str, str]]:
        """Backfill a range of a job's partition set; return the tags of its runs."""
        selector = {"partitionSetName": f"{job}_partition_set", "repositorySelector": REPOSITORY}
        identity = self._backfill({"selector": selector, "partitionNames": keys})
        # The daemon closes the backfill half a minute after its last run.
        wait_until(lambda: self._ended_runs(identity) >= 1, RUN_SECONDS)
        return self._tags_of_good_runs(identity)

    def backfill_assets(self, assets: list[list[str]], keys: list[str]) -> list[dict[str, str]]:
        """Backfill partitions of chosen assets; return the tags of its runs."""
        selection = [{"path": path} for path in assets]
        identity = self._backfill({"assetSelection": selection, "partitionNames": keys})
        wait_until(lambda: self._backfill_state(identity)["status"] != "REQUESTED", 2 * RUN_SECONDS)
        ended = self._backfill_state(identity)
        assert ended["status"] == "COMPLETED_SUCCESS", ended
        return self._tags_of_good_runs(identity)

    def _backfill(self, parameters: dict[str, Any]) -> str:
        launched = self.ask(BACKFILL, {"p": parameters | {"fromFailure": False}})
        answer = launched["launchPartitionBackfill"]
        assert answer["__typename"] == "LaunchBackfillSuccess", answer
        return str(answer["backfillId"])

    def _backfill_state(self, identity: str) -> dict[str, Any]:
        answer = self.ask(BACKFILL_STATE, {"id": identity})
        found: dict[str, Any] = answer["partitionBackfillOrError"]
        return found

    def _ended_runs(self, identity: str) -> int:
        runs = self._backfill_state(identity)["runs"]
        return sum(run["status"] in ENDED for run in runs)

    def _tags_of_good_runs(self, identity: str) -> list[dict[str, str]]:
        runs = self._backfill_state(identity)["runs"]
        assert {run["status"] for run in runs} == {"SUCCESS"}, runs
        return [{tag["key"]: tag["value"] for tag in run["tags"]} for run in runs]

    def _status(self, run_id: str) -> str:
        return str(self.ask(RUN, {"id": run_id})["runOrError"]["status"])


@contextlib.contextmanager
def served(data: Path, home: Path, output: Path, **more: str) -> Iterator[Server]:
    """Run `motcua ui` on a free port until the block ends; end its whole process group then.

    `more` are variables of its environment.
    """
    port = free_port()
    with (
        output.open("wb") as log,
        subprocess.Popen(
            [*COMMAND, "ui"],
            cwd=PROJECT,
            env=environment(data, PORT=str(port), DAGSTER_HOME=str(home), **more),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        server = Server(f"http://127.0.0.1:{port}/graphql", Paths(data, SETTINGS), home, output)
        try:
            wait_until(lambda: _answers(server, process), START_SECONDS)
            yield server
        finally:
            _end_group(process)


def _answers(server: Server, process: "subprocess.Popen[bytes]") -> bool:
    assert process.poll() is None, server.output.read_text()
    query = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } \
        instance { daemonHealth { allDaemonStatuses { daemonType healthy } } } }"
    try:
        answer = server.ask(query)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    # The webserver answers before it has loaded the code location.
    if not answer["repositoriesOrError"].get("nodes"):
        return False
    daemons = answer["instance"]["daemonHealth"]["allDaemonStatuses"]
    healthy = {daemon["daemonType"] for daemon in daemons if daemon["healthy"]}
    return healthy >= {"QUEUED_RUN_COORDINATOR", "BACKFILL", "SCHEDULER"}


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    for number, seconds in ((signal.SIGTERM, 20.0), (signal.SIGKILL, 20.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    # The group outlives its first process while any member is left.
    wait_until(lambda: not group_lives(process.pid), 20.0)


def group_lives(group: int) -> bool:
    """Return whether a process group has a member."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(is_done: Callable[[], bool], seconds: float) -> None:
    """Wait for something; AssertionError if it is not so within `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < deadline, f"not done within {seconds:.0f} s"
        time.sleep(0.5)
