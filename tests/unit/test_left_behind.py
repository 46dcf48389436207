"""What a killed run leaves is taken away by the next, and nothing of a run that lives."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from assets.engine.collect import Manifest, purge_raw, reading_folder
from assets.engine.common import locks
from assets.engine.common.calendar import local_now
from assets.engine.common.errors import WarehouseError
from assets.engine.common.locks import one_run
from assets.engine.common.paths import PROJECT, Paths
from assets.engine.publish import write_return_files
from assets.engine.warehouse import warehouse
from schemas.settings import Operations

READS_UNTIL_ASKED = """
import sys
from pathlib import Path
from assets.engine.common.paths import Paths
from assets.engine.collect.raw_store import reading_folder
with reading_folder(Paths(Path(sys.argv[1]), Path("."))) as folder:
    (folder / "member").write_text("a")
    print(folder, flush=True)
    sys.stdin.readline()
    print((folder / "member").exists(), flush=True)
"""


@contextmanager
def _another_reader(paths: Paths) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-c", READS_UNTIL_ASKED, str(paths.data)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT, text=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_folder_that_another_process_reads_in_stays(installation: Paths) -> None:
    with _another_reader(installation) as process:
        folder = _line(process)
        with reading_folder(installation):
            pass
        assert process.communicate("\n")[0] == "True\n"
    assert not list(installation.raw.glob(".reading-*")), folder


def test_a_folder_whose_reader_was_killed_goes(installation: Paths) -> None:
    with _another_reader(installation) as process:
        _line(process)
    assert len(list(installation.raw.glob(".reading-*"))) == 1
    with reading_folder(installation) as own:
        assert list(installation.raw.glob(".reading-*")) == [own]
    assert not list(installation.raw.glob(".reading-*"))


def test_a_purge_takes_away_what_a_reader_that_was_killed_left(installation: Paths) -> None:
    """The last file of a night is loaded, so no reading may follow."""
    with _another_reader(installation) as process:
        _line(process)
        purge_raw(installation, {}, local_now())
        assert len(list(installation.raw.glob(".reading-*"))) == 1
    purge_raw(installation, {}, local_now())
    assert not list(installation.raw.glob(".reading-*"))


def test_a_copy_that_was_cut_short_goes(installation: Paths) -> None:
    installation.raw.mkdir()
    (installation.raw / ".incoming-half").write_bytes(b"half")
    file = installation.inbox / "a.csv"
    file.write_bytes(b"whole")
    Manifest(installation).collect(
        file, source="s", export="e", period="2022-12-15", name="a.csv", now=local_now()
    )
    assert not list(installation.raw.glob(".incoming-*"))


def test_what_duckdb_put_aside_goes_when_the_warehouse_opens(installation: Paths) -> None:
    with warehouse(installation):
        pass
    aside = installation.warehouse / "tmp" / "duckdb_temp_storage_DEFAULT-0.tmp"
    aside.write_bytes(b"spilt")
    with warehouse(installation):
        assert not aside.exists()


def test_a_return_file_that_was_cut_short_goes(installation: Paths) -> None:
    installation.returns.mkdir()
    (installation.returns / ".033.building").write_bytes(b"half")
    with warehouse(installation) as connection:
        write_return_files(connection, installation)
    assert not list(installation.returns.iterdir())


def test_a_second_run_waits_for_the_first(installation: Paths) -> None:
    told, order = threading.Event(), []

    def second() -> None:
        with one_run(installation, told.set):
            order.append("second")

    thread = threading.Thread(target=second)
    with one_run(installation, lambda: None):
        thread.start()
        assert told.wait(30)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]


def test_a_run_waits_while_another_asks_its_portals_as_long_as_they_may_take() -> None:
    seconds = 60 * Operations().portal_minutes
    assert seconds + 3600 < locks.RUN_WAIT_SECONDS < 60 * Operations().max_run_minutes


def test_a_run_that_never_ends_is_told(
    installation: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "RUN_WAIT_SECONDS", 0.0)
    with (
        one_run(installation, lambda: None),
        pytest.raises(WarehouseError, match=r"one run at a time\. Look at that run in the UI"),
        one_run(installation, lambda: None),
    ):
        pass
