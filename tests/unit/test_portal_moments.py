"""Which moments a collection from a portal believes, and what it lets go of and begins anew."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.engine.paths import Paths
from assets.engine.portal_journal import journal_file
from tests.portal.server import Portal, served
from tests.portal.support import (
    KEY,
    PATHS,
    TOKEN,
    VARIABLE,
    changed,
    collect,
    write_settings,
)


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv(VARIABLE, TOKEN)
    return Paths(tmp_path / "data", tmp_path / "settings")


@pytest.fixture
def portal() -> Iterator[Portal]:
    with served(Portal(TOKEN, {path: changed(35) for path in PATHS.values()})) as portal:
        yield portal


def test_a_lock_file_of_an_earlier_version_does_no_harm(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    lock = journal_file(paths, "mau", "hoso", KEY).with_suffix(".lock")
    lock.parent.mkdir(parents=True)
    with lock.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert collect(paths).failures == []
    assert list((paths.raw / "api").rglob("*.lock")) == [lock]
