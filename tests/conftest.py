"""Fixtures: installations in temporary folders.

`sample` is loaded once a session and read only: DuckDB lets many processes read a file, or one
write it. A test that changes anything takes its own copy.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.engine.collect import inbox
from assets.engine.common.paths import Paths
from tests.support import SAMPLE_KEYS, SETTINGS, made_once, new_installation, process


@pytest.fixture(autouse=True)
def _no_inherited_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's own installation out of the tests."""
    for name in ("MOTCUA_DATA", "MOTCUA_SETTINGS", "MOTCUA_HASH_KEY", "DAGSTER_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _files_are_whole() -> Iterator[None]:
    """Take files that tests wrote a moment ago; those on growing files set the waiting anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "LOOK_SECONDS", 0)
        patch.setattr(inbox, "QUIET_SECONDS", 0)
        yield


@pytest.fixture
def installation(tmp_path: Path) -> Paths:
    """An installation with an empty inbox."""
    return new_installation(tmp_path / "data")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The whole sample, loaded, computed and published. Read only: all workers share it."""

    def make(folder: Path) -> None:
        process(new_installation(folder / "data", with_sample=True), SAMPLE_KEYS)

    return Paths(made_once(tmp_path_factory, "sample", make) / "data", SETTINGS)


@pytest.fixture
def own_sample(sample: Paths, tmp_path: Path) -> Paths:
    """A copy of the loaded sample that a test may change."""
    shutil.copytree(sample.data, tmp_path / "data")
    return Paths(tmp_path / "data", SETTINGS)
