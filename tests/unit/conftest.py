"""An installation that asks a portal, and that portal; a module with another overrides them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.engine.common.paths import Paths
from tests.portal.server import Portal, served
from tests.portal.support import PATHS, TOKEN, VARIABLE, changed


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """An installation without settings yet, whose environment has the portal's token."""
    monkeypatch.setenv(VARIABLE, TOKEN)
    return Paths(tmp_path / "data", tmp_path / "settings")


@pytest.fixture
def portal() -> Iterator[Portal]:
    """A portal with 35 dossiers in each of its lists, whichever way one pages."""
    with served(Portal(TOKEN, {path: changed(35) for path in PATHS.values()})) as portal:
        yield portal
