"""The child process as the run holds it: started once, asked, ended when it breaks a bound."""

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from threading import Lock
from typing import IO, Any, cast

from assets.engine.common.errors import FileRefused
from assets.engine.common.paths import PROJECT
from assets.engine.formats.bounds import Bounds
from assets.engine.formats.child import LENGTH_BYTES
from assets.engine.formats.detect import NoList

_READ_BYTES = 1 << 20
_REFUSALS = {kind.__name__: kind for kind in (FileRefused, NoList)}
_ANYWHERE = "Look where it comes from; export the list again as CSV."
_TO_DO = {
    "Opening a workbook": "Delete what stands far below or far right of the list, or export it "
    "again as CSV.",
    "Unpacking an archive": "Look where it comes from; deliver the export unpacked.",
}


class ReaderEnded(FileRefused):
    """The child was ended from outside: by the system for want of memory, or by somebody."""


@dataclass
class _Broken(Exception):
    """The child ended, or was ended, before its answer did; `found` says why."""

    found: str
    is_from_outside: bool = False


class ReaderProcess:
    """One warm child, shared by all that this process reads; a new one after each that ended."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    def ask(
        self, request: dict[str, Any], bounds: Bounds, take: Callable[[dict[str, Any]], None]
    ) -> dict[str, Any]:
        """Return the last frame of the answer; give the others to `take` as they come.

        Parameters
        ----------
        request
            What `child` is asked for; `doing` begins the sentence of a refusal.
        bounds
            What the answer may cost.
        take
            What becomes of the frames before the last.

        Raises
        ------
        FileRefused
            The child refused the file, broke a bound, or did not survive it; `ReaderEnded` where
            that may not be the file's fault.
        OSError
            The machine is at fault: a full disk, say.
        """
        doing = request["doing"]
        with self._lock:
            try:
                for frame in self._frames(request | {"bounds": asdict(bounds)}, bounds):
                    if "ends" not in frame:
                        take(frame)
                last = frame
            except _Broken as broken:
                self.end()
                refusal = ReaderEnded if broken.is_from_outside else FileRefused
                raise refusal(
                    doing, broken.found, "a file that is read within its bounds",
                    _TO_DO.get(doing, _ANYWHERE),
                ) from None  # fmt: skip
            except BaseException:
                # Whatever came in between: the rest of the answer must not meet the next request.
                self.end()
                raise
            if last["ends"]:
                self.end()
        _raise_what_ended(last, doing)
        return last

    def end(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            _close(child)
            child.wait()

    def forget(self) -> None:
        """Leave the child to the process that this one was forked from."""
        child, self._child, self._lock = self._child, None, Lock()
        if child is not None:
            _close(child)
            child.returncode = 0  # it is no child of this process

    def _frames(self, request: dict[str, Any], bounds: Bounds) -> Iterator[dict[str, Any]]:
        child = self._running()
        requests, answers = cast("IO[bytes]", child.stdin), cast("IO[bytes]", child.stdout)
        try:
            requests.write(json.dumps(request).encode() + b"\n")
        except BrokenPipeError:
            raise _ended(child, bounds) from None
        left_seconds, left_bytes = bounds.clock_seconds, bounds.cell_bytes
        data = bytearray()
        poll = select.poll()
        poll.register(answers, select.POLLIN)
        while True:
            length = _length(data)
            if length > left_bytes:
                raise _Broken(f"texts of more than {_size(bounds.cell_bytes)}")
            if len(data) >= length:
                left_bytes -= length
                frame = json.loads(data[LENGTH_BYTES:length])
                del data[:length]
                yield frame
                if "ends" in frame:
                    return
                continue
            asked = time.monotonic()
            if not poll.poll(max(left_seconds, 0) * 1000):
                raise _Broken(_too_slow(bounds))
            left_seconds -= time.monotonic() - asked
            chunk = os.read(answers.fileno(), _READ_BYTES)
            if not chunk:
                raise _ended(child, bounds)
            data += chunk

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.end()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "assets.engine.formats.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                # What a library says of a file may quote it.
                stderr=subprocess.DEVNULL,
                cwd=PROJECT,
                # No secret of the run's; and no stack of a panic, which takes seconds to write.
                env={"PYTHONPATH": str(PROJECT), "RUST_BACKTRACE": "0"},
                # Ctrl-C is the run's own: the child ends when its input does.
                start_new_session=True,
            )
        return self._child


def _raise_what_ended(last: dict[str, Any], doing: str) -> None:
    """Raise what the last frame says went wrong, if anything did."""
    if "refused" in last:
        kind, *parts = last["refused"]
        raise _REFUSALS[kind](*parts)
    if "machine_error" in last:
        raise OSError(last["machine_error"], os.strerror(last["machine_error"]))
    if "failed" in last:
        raise FileRefused(
            doing, f"content that its reader does not understand ({last['failed']})",
            "a whole file", _ANYWHERE,
        )  # fmt: skip


def _close(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()


def _length(data: bytearray) -> int:
    """Return how long the first frame is, its length included, as far as that is known."""
    if len(data) < LENGTH_BYTES:
        return LENGTH_BYTES
    return LENGTH_BYTES + int.from_bytes(data[:LENGTH_BYTES], "big")


def _ended(child: subprocess.Popen[bytes], bounds: Bounds) -> _Broken:
    """Return what is said of the file that a child ended with."""
    code = child.wait()
    if -code == signal.SIGXCPU:
        return _Broken(_too_slow(bounds))
    if -code == signal.SIGABRT:  # as libraries end where they get no memory
        return _Broken(f"content that asks for more than {_size(bounds.memory_bytes)} of memory")
    if -code == signal.SIGKILL:
        ended = "content whose reader the system ended, for want of memory perhaps"
        return _Broken(ended, is_from_outside=True)
    return _Broken(f"content that its reader does not survive (it ended with {code})", code >= 0)


def _too_slow(bounds: Bounds) -> str:
    return f"content that takes more than {bounds.cpu_seconds:,.0f} seconds to read"


def _size(count: int) -> str:
    return f"{count / (1 << 30):.1f} GiB" if count >= 1 << 30 else f"{count >> 20} MiB"


READER_PROCESS = ReaderProcess()
atexit.register(READER_PROCESS.end)
os.register_at_fork(after_in_child=READER_PROCESS.forget)
