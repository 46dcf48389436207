"""A hostile or broken file costs itself: the child that reads it is bounded, and replaced."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from assets.engine.common.errors import FileRefused
from assets.engine.common.paths import PROJECT
from assets.engine.extract import period_line
from assets.engine.formats import child
from assets.engine.formats.bounds import Bounds, bounds_of
from assets.engine.formats.process import READER_PROCESS
from assets.engine.formats.reader import FormatReader
from assets.engine.formats.sheet import Sheet
from tests.unit import hostile_files
from tests.unit.hostile_files import MEMORY, READ, REFUSED, very_many_attributes, workbook

DAY = "%d/%m/%Y"
BOUNDS = Bounds(128 << 20, 20, 100, 16 << 20, 64 << 20)


def read(data: bytes, folder: Path, bounds: Bounds = BOUNDS) -> list[Sheet]:
    """Return the sheets of a file, read through the child."""
    file = folder / "delivered"
    file.write_bytes(data)
    reader = FormatReader(file, folder, bounds)
    (member,) = reader.unpack().files
    return reader.sheets(member, reader.container(member), DAY)


def found(data: bytes, folder: Path, bounds: Bounds = BOUNDS) -> str:
    """Return what the refusal of a file says was found."""
    with pytest.raises(FileRefused) as refusal:
        read(data, folder, bounds)
    assert "Mẫu" not in str(refusal.value)
    return refusal.value.found


def process_of_the_child() -> int:
    assert READER_PROCESS._child is not None
    return READER_PROCESS._child.pid


@pytest.fixture(autouse=True)
def _an_honest_file_is_read_afterwards(tmp_path: Path) -> Iterator[None]:
    yield
    (sheet,) = read(workbook(), tmp_path)
    assert sheet.head(9) == [["Mã hồ sơ", "Lò Thị Mẫu", "3"]]


@pytest.mark.parametrize("name", MEMORY)
def test_what_asks_for_too_much_memory_is_refused(name: str, tmp_path: Path) -> None:
    assert found(MEMORY[name](), tmp_path) == "content that asks for more than 128 MiB of memory"


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_file_is_refuses_it(name: str, tmp_path: Path) -> None:
    make, expected = REFUSED[name]
    assert expected in found(make(), tmp_path, replace(BOUNDS, memory_bytes=1 << 30))


@pytest.mark.parametrize("name", READ)
def test_what_only_looks_hostile_is_read(name: str, tmp_path: Path) -> None:
    make, expected = READ[name]
    sheets = read(make(), tmp_path)
    assert [(sheet.row_count, len(sheet.columns)) for sheet in sheets] == expected


def test_what_takes_too_long_is_refused(tmp_path: Path) -> None:
    bounds = replace(BOUNDS, cpu_seconds=1)
    expected = "content that takes more than 1 seconds to read"
    assert found(very_many_attributes(), tmp_path, bounds) == expected


def test_a_child_that_answers_nothing_is_ended(tmp_path: Path) -> None:
    read(workbook(), tmp_path)
    stopped = process_of_the_child()
    os.kill(stopped, signal.SIGSTOP)
    assert "takes more than" in found(workbook(), tmp_path, replace(BOUNDS, clock_seconds=0.1))
    read(workbook(), tmp_path)
    assert process_of_the_child() != stopped


def test_the_answers_are_bounded(tmp_path: Path) -> None:
    assert found(workbook(), tmp_path, replace(BOUNDS, cell_bytes=90)) == "texts of more than 0 MiB"


def test_all_members_share_the_time_of_their_file(tmp_path: Path) -> None:
    file = tmp_path / "delivered"
    # Large enough for a clock of a hundredth of a second.
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as written:
        sheet = written.add_worksheet()
        for row in range(3_000):
            sheet.write_row(row, 0, ["Mã hồ sơ", "Lò Thị Mẫu", row])
    members = [(str(number), book.getvalue()) for number in range(3)]
    file.write_bytes(hostile_files.packed(members))
    reader = FormatReader(file, tmp_path, BOUNDS)
    left = []
    for member in reader.unpack().files:
        reader.sheets(member, "workbook", DAY)
        left.append(reader._left_seconds)
    assert sorted(set(left), reverse=True) == left
    assert left[0] < BOUNDS.cpu_seconds


def test_a_large_file_may_cost_more_up_to_a_ceiling() -> None:
    small, large, huge = (bounds_of(size) for size in (0, 100 << 20, 1 << 40))
    for name in ("cpu_seconds", "clock_seconds", "expanded_bytes", "cell_bytes"):
        assert getattr(small, name) < getattr(large, name) <= getattr(huge, name) < 1 << 40
    assert small.memory_bytes == huge.memory_bytes


def test_a_child_that_was_killed_is_replaced(tmp_path: Path) -> None:
    read(workbook(), tmp_path)
    killed = process_of_the_child()
    os.kill(killed, signal.SIGKILL)
    while Path(f"/proc/{killed}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)
    (sheet,) = read(workbook(), tmp_path)
    assert (sheet.row_count, process_of_the_child() != killed) == (1, True)


@pytest.mark.parametrize(("times", "is_read"), [(1, True), (2, False)])
def test_a_child_that_is_killed_while_it_reads_is_asked_once_more(
    times: int, is_read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = READER_PROCESS._running
    kills = iter([signal.SIGKILL] * times)

    def running() -> subprocess.Popen[bytes]:
        process = asked()
        os.kill(process.pid, signal.SIGSTOP)
        os.kill(process.pid, next(kills, signal.SIGCONT))
        return process

    file = tmp_path / "delivered"
    file.write_bytes(workbook())
    with monkeypatch.context() as patched:
        patched.setattr(READER_PROCESS, "_running", running)
        reader = FormatReader(file, tmp_path, BOUNDS)
        if is_read:
            assert len(reader.sheets(file, "workbook", DAY)) == 1
        else:
            with pytest.raises(FileRefused, match="the system ended, for want of memory"):
                reader.sheets(file, "workbook", DAY)


def test_one_warm_child_reads_file_after_file(tmp_path: Path) -> None:
    read(workbook(), tmp_path)
    first = process_of_the_child()
    with pytest.raises(FileRefused):
        read(b"PK\x03\x04", tmp_path)
    read(workbook(), tmp_path)
    assert process_of_the_child() == first


def test_an_error_of_the_machine_is_not_the_files_fault(tmp_path: Path) -> None:
    file = tmp_path / "delivered"
    file.write_bytes(hostile_files.packed([("Lò Thị Mẫu.csv", b"1")]))
    with pytest.raises(FileNotFoundError) as error:
        FormatReader(file, tmp_path / "gone", BOUNDS).unpack()
    assert "delivered" not in str(error.value)


@pytest.mark.parametrize("error", [ValueError, RecursionError, ZeroDivisionError])
def test_of_an_error_that_nobody_foresaw_its_class_crosses(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise error("Lò Thị Mẫu")

    monkeypatch.setitem(child._WORK, "container", fail)
    request = {"work": "container"}
    assert child._answer(request, lambda _: None) == {"failed": error.__name__}


def test_half_a_surrogate_crosses_as_a_question_mark(tmp_path: Path) -> None:
    with (tmp_path / "answers").open("wb") as answers:
        child._write(answers, {"columns": [["\ud800a"]]})
    assert (tmp_path / "answers").read_bytes()[4:] == b'{"columns": [["?a"]]}'


def test_the_period_of_a_hostile_file_is_asked_for_in_the_child(tmp_path: Path) -> None:
    file = tmp_path / "delivered"
    file.write_bytes(MEMORY["texts announced"]())
    with pytest.raises(FileRefused, match="asks for more than"):
        period_line(file, tmp_path)


def _end_of(script: str, *arguments: str) -> list[str]:
    """Return the lines that a process of its own prints."""
    ended = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=PROJECT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert not ended.stderr, ended.stderr
    return ended.stdout.split()


_READ = """
import os, signal, sys
from pathlib import Path
from assets.engine.formats.process import READER_PROCESS
from assets.engine.formats.reader import FormatReader
file = Path(sys.argv[1])
def read():
    (sheet,) = FormatReader(file, file.parent).sheets(file, "workbook", "%d/%m/%Y")
    print(sheet.row_count, READER_PROCESS._child.pid, flush=True)
read()
"""


@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), signal.SIGKILL)", "os._exit(0)"])
def test_the_child_ends_with_the_run_however_that_ends(end: str, tmp_path: Path) -> None:
    file = tmp_path / "delivered"
    file.write_bytes(workbook())
    _, pid = _end_of(_READ + end, str(file))
    for _ in range(500):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.01)
    pytest.fail("the child goes on")


def test_a_process_that_was_forked_has_a_child_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "delivered"
    file.write_bytes(workbook())
    script = _READ + "forked = os.fork()\nread()\nif forked: os.waitpid(forked, 0)\nread()\n"
    lines = _end_of(script, str(file))
    rows, pids = lines[::2], lines[1::2]
    # The first, both after the fork, both again.
    assert (rows, len(set(pids))) == (["1"] * 5, 2)
