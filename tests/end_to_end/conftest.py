"""An installation that the commands set up, and the UI running on the loaded sample."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from assets.engine.common.paths import Paths
from tests.end_to_end.commands import motcua
from tests.end_to_end.server import Server, served
from tests.support import SETTINGS


@dataclass(frozen=True)
class Installed:
    """What `make run` left behind and said."""

    paths: Paths
    first_run: "subprocess.CompletedProcess[str]"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The sample, taken in by the command `run`. Tests leave its figures as they are."""
    data = tmp_path_factory.mktemp("installed") / "data"
    return Installed(Paths(data, SETTINGS), motcua(data, "run"))


@pytest.fixture(scope="session")
def ui(sample: Paths, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Webserver and daemon on a copy of the loaded sample, which tests may change."""
    folder = tmp_path_factory.mktemp("ui")
    home = folder / "home"
    shutil.copytree(sample.data, folder / "data")
    with served(folder / "data", home, folder / "ui.log") as server:
        yield server
