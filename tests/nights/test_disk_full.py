"""The disk is full in the middle of a night: a sentence says so, and yesterday's files stay.

The night is spent in a process of its own. When the stage begins, the disk fills: a small disk in
memory (where the tests may mount one), else the size that files of that process may have.
"""

import json
import os
import resource
import subprocess
from collections.abc import Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from assets.engine.collect import inbox
from assets.engine.common.calendar import local_now
from assets.engine.common.errors import MotcuaError
from assets.engine.common.paths import Paths
from pipelines.commands.demo_portal.portal import Portal
from pipelines.commands.demo_portal.server import served
from tests.end_to_end.tables import differences
from tests.nights import night
from tests.nights.child import forking
from tests.nights.conftest import SECOND_NIGHT, copy_of
from tests.nights.said import PUBLISHED, all_said, files_of
from tests.portal import support
from tests.support import SETTINGS

PATIENCE = 180.0
DISK_MEGABYTES = 64
SMALL = 64 << 10
FILLER = "filler"
SENTENCE = (
    "expected a disk with room. What was published before stays. Free room on the disk, and run "
    "the period again."
)


def _fill(data: Path, stage: str, begins: str) -> None:
    """Leave no room when the stage begins: all of a small disk taken, or small files only."""
    if begins != stage:
        return
    if not os.path.ismount(data.parent):
        resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, SMALL))
        return
    free = os.statvfs(data).f_bavail * os.statvfs(data).f_frsize
    with (data.parent / FILLER).open("wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, free - SMALL)


def _spend(data: Path, stage: str, says: Connection) -> None:
    inbox.LOOK_SECONDS = inbox.QUIET_SECONDS = 0
    try:
        night.spend(Paths(data, SETTINGS), SECOND_NIGHT, local_now(), partial(_fill, data, stage))
    except MotcuaError as error:
        says.send(str(error))
    except BaseException as error:  # noqa: BLE001 (told to the test, which fails by it)
        says.send(repr(error))
    else:
        says.send("the night ended well")


@pytest.fixture(params=["small disk", "small files"])
def small(request: pytest.FixtureRequest, evening: Paths, tmp_path: Path) -> Iterator[Paths]:
    """The evening on a disk that can be filled."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if request.param == "small files":
        yield copy_of(evening, disk / "data")
        return
    options = ["-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(["mount", *options], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("no mount here: the limit of a file's size stands for a small disk")
    if mounted.returncode:
        pytest.skip("may not mount here: the limit of a file's size stands for a small disk")
    try:
        yield copy_of(evening, disk / "data")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("stage", ["collect", "load", "publish"])
def test_a_full_disk_is_told_and_spoils_nothing(stage: str, small: Paths, morning: Paths) -> None:
    before = {name: (small.published / name).read_bytes() for name in PUBLISHED}
    hears, says = forking.Pipe(duplex=False)
    child = forking.Process(target=_spend, args=(small.data, stage, says))
    child.start()
    assert hears.poll(PATIENCE)
    said = hears.recv()
    child.join(PATIENCE)
    assert said.endswith(SENTENCE)
    assert str(small.data) not in said
    assert {name: (small.published / name).read_bytes() for name in PUBLISHED} == before
    (small.data.parent / FILLER).unlink(missing_ok=True)
    night.spend(small, SECOND_NIGHT, local_now())
    assert differences(all_said(morning), all_said(small)) == {}
    assert files_of(small) == files_of(morning)


def _collect_with_small_files(paths: Paths, limit: int, says: Connection) -> None:
    os.environ[support.VARIABLE] = support.TOKEN  # a child has the environment of long ago
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        support.collect(paths)
    except MotcuaError as error:
        says.send(str(error))
    except BaseException as error:  # noqa: BLE001 (told to the test, which fails by it)
        says.send(repr(error))
    else:
        says.send("the collection ended well")


@pytest.mark.parametrize(
    ("limit", "pages_kept"),
    [(300, 0), (2000, 1), (6000, 4)],
    ids=["first page", "second page", "delivery"],
)
def test_a_disk_that_fills_while_pages_arrive_is_told_and_costs_no_row(
    limit: int, pages_kept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(support.VARIABLE, support.TOKEN)
    paths = Paths(tmp_path / "data", tmp_path / "settings")
    listed = support.listed(35)
    listed[14].record["note"] = "x" * 3000  # the second page is larger than the first
    with served(Portal(support.TOKEN, {support.PATHS["page"]: listed})) as portal:
        support.write_settings(paths, portal)
        hears, says = forking.Pipe(duplex=False)
        child = forking.Process(target=_collect_with_small_files, args=(paths, limit, says))
        child.start()
        assert hears.poll(PATIENCE)
        said = hears.recv()
        child.join(PATIENCE)
        assert said.startswith("Keeping pages of mau/hoso: ")
        assert said.endswith(SENTENCE)
        assert str(paths.data) not in said
        assert support.deliveries(paths) == []
        asked = len(portal.asked)
        assert support.collect(paths).failures == []
        assert len(portal.asked) - asked == 4 - pages_kept
    rows = json.loads(support.delivered(paths))["content"]
    assert [row["code"] for row in rows] == [support.code(number) for number in range(1, 36)]
    assert support.left_over(paths.data) == []
