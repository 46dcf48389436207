"""An installation that asks a portal, and that portal; a module with another overrides them."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.engine.common.paths import Paths
from assets.engine.portal import client
from pipelines.commands.demo_portal.portal import Portal
from pipelines.commands.demo_portal.server import served
from tests.portal.support import PATHS, TOKEN, VARIABLE, listed


@pytest.fixture
def installations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Paths]:
    """Installations without settings yet, for a loop over cases; the portal's token is set."""
    monkeypatch.setenv(VARIABLE, TOKEN)
    monkeypatch.setattr(client, "LONGEST_WAIT", 0.1)
    folders = (tmp_path / str(number) for number in itertools.count())
    return (Paths(folder / "data", folder / "settings") for folder in folders)


@pytest.fixture
def paths(installations: Iterator[Paths]) -> Paths:
    """One such installation."""
    return next(installations)


@pytest.fixture
def portal() -> Iterator[Portal]:
    """A portal with 35 dossiers in each of its lists, whichever way one pages."""
    with served(Portal(TOKEN, {path: listed(35) for path in PATHS.values()})) as portal:
        yield portal
