"""A file that is still being written is not taken before it is whole."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assets.engine.collect import Collected, collect_period, inbox, raw_store, read_inbox
from assets.engine.collect.inbox import still_growing
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from assets.engine.settings import load_sources
from tests.support import CALENDAR

KEY = "2023-01-15"
LONG_AGO = time.time() - 3600
# Writes a line now and then until its input ends, then the last one, as a slow upload does.
SLOW_UPLOAD = """
import select, sys
with open(sys.argv[1], "wb", buffering=0) as file:
    print("begun", flush=True)
    while not select.select([sys.stdin], [], [], 0.02)[0]:
        file.write(b"a;b\\n")
    file.write(b"the end\\n")
"""


@pytest.fixture
def file(installation: Paths) -> Path:
    folder = installation.inbox / "xin_man" / "dossiers_commune" / KEY
    folder.mkdir(parents=True)
    return folder / "a.csv"


def _collect(paths: Paths) -> Collected:
    found = read_inbox(paths, load_sources(paths.sources), local_now())
    return collect_period(found, CALENDAR.month_from_key(KEY))


@contextmanager
def _meanwhile(step: Callable[[], None]) -> Iterator[None]:
    """Repeat a step in the background, every millisecond or so."""
    is_over = threading.Event()

    def repeat() -> None:
        while not is_over.wait(0.001):
            step()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_a_file_is_settled_once_its_time_lies_back(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "QUIET_SECONDS", 3600.0)
    file.write_bytes(b"a")
    assert still_growing([file]) == {file}
    os.utime(file, (LONG_AGO - 1, LONG_AGO - 1))
    assert still_growing([file]) == set()


def test_a_time_to_come_keeps_no_file_back(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share whose clock is ahead writes such times."""
    monkeypatch.setattr(inbox, "QUIET_SECONDS", 3600.0)
    file.write_bytes(b"a")
    os.utime(file, (time.time() + 9000,) * 2)
    assert still_growing([file]) == set()


def test_a_file_that_grows_under_an_old_time_is_not_settled(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Windows share keeps the time that the copying program set at the start."""
    monkeypatch.setattr(inbox, "LOOK_SECONDS", 0.5)
    file.write_bytes(b"a")

    def grow() -> None:
        with file.open("ab") as handle:
            handle.write(b"a")
        os.utime(file, (LONG_AGO, LONG_AGO))

    with _meanwhile(grow):
        assert still_growing([file]) == {file}
    assert still_growing([file]) == set()


def test_a_file_is_taken_when_its_upload_has_ended(
    installation: Paths, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(inbox, "QUIET_SECONDS", 0.5)
    arguments = [sys.executable, "-c", SLOW_UPLOAD, str(file)]
    with subprocess.Popen(arguments, stdin=-1, stdout=subprocess.PIPE) as upload:
        assert upload.stdout is not None
        upload.stdout.readline()
        whole = file.with_name("b.csv")
        whole.write_bytes(b"another")
        os.utime(whole, (LONG_AGO, LONG_AGO))
        early = _collect(installation)
        assert (early.growing, early.left) == (1, {})
        assert [item.name for item in early.new] == [f"{KEY}/b.csv"]
        upload.communicate()
    late = _collect(installation)
    assert late.growing == 0
    (taken,) = late.new
    assert raw_store.blob_of(installation, taken).read_bytes() == file.read_bytes()
    assert file.read_bytes().endswith(b"the end\n")


def test_a_file_that_grows_while_it_is_copied_is_left_to_the_next_run(
    installation: Paths, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_store, "CHUNK", 1)
    file.write_bytes(b"a" * 200_000)

    def grow() -> None:
        with file.open("ab") as handle:
            handle.write(b"a")

    with _meanwhile(grow):
        early = _collect(installation)
    assert (early.new, early.growing) == ([], 1)
    left = [path for path in installation.raw.rglob("*") if path.is_file()]
    assert left == []
    assert len(_collect(installation).new) == 1
