"""Starting the command line as the Makefile does, in a process of its own or in this one."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

from assets.engine.common.paths import PROJECT
from pipelines.commands.cli import main

OWN_NAMES = ("MOTCUA_DATA", "MOTCUA_SETTINGS", "MOTCUA_HASH_KEY", "DAGSTER_HOME", "PORT")
COMMAND = [sys.executable, "-m", "pipelines.commands.cli"]


def environment(data: Path, **more: str) -> dict[str, str]:
    """Return the environment of an operator whose installation lies in `data`."""
    inherited = {name: text for name, text in os.environ.items() if name not in OWN_NAMES}
    return inherited | {"MOTCUA_DATA": str(data), "PYTHONUTF8": "1", **more}


def motcua(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=PROJECT,
        env=environment(data, **more),
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def motcua_here(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, which has loaded the definitions already."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.dict(os.environ, environment(data, **more), clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = main([*arguments])
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())
