"""The code location, loaded by a process of its own as webserver and daemon load it.

The command `ui` loads it in the checkout; `tests/end_to_end/test_ui.py` compares what it serves.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from assets.engine.common.paths import PROJECT
from tests.code_location import defs

DAGSTER = Path(sys.executable).with_name("dagster")


def _validate(folder: Path, home: Path, workspace: Path) -> subprocess.CompletedProcess[str]:
    home.mkdir()
    shutil.copy(PROJECT / "data" / "dagster" / "dagster.yaml", home)
    return subprocess.run(
        [DAGSTER, "definitions", "validate", "-w", workspace],
        cwd=folder,
        env=os.environ | {"DAGSTER_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_workspace_loads_from_another_working_directory(tmp_path: Path) -> None:
    done = _validate(tmp_path, tmp_path / "home", PROJECT / "workspace.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Validation successful for code location motcua" in done.stdout + done.stderr


def test_every_job_runs_in_one_process_and_loads_without_its_resources() -> None:
    assert {job.name for job in defs.resolve_all_job_defs()} >= {"nightly", "take_in", "compute"}
    executors = {job.executor_def.name for job in defs.resolve_all_job_defs()}
    assert executors == {"in_process"}
