"""The child process: reads what a library parses, one request at a time, until its input ends.

Run as `python -m assets.engine.formats.child`. A request is a line of JSON on the input; an answer
is frames of JSON, each after its length in four bytes. Nothing of a file's texts leaves it but the
cells asked for: of an exception its class, of a refusal its four parts.

It imports neither Dagster, DuckDB nor Arrow, and libraries only when a file needs them: it must
start in a tenth of a second.
"""

import errno
import json
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO

from assets.engine.common.errors import FileRefused
from assets.engine.formats.archive import unpack
from assets.engine.formats.detect import Cells, sniff
from assets.engine.formats.extent import check_extent

LENGTH_BYTES = 4

_ROWS_A_FRAME = 4096
# A child that has grown gives its memory back by ending.
_GROWN_BYTES = 512 << 20
# Errors of the machine, which are not the file's fault.
_MACHINE_ERRORS = frozenset({
    errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT,
    errno.EMFILE, errno.ENFILE, errno.ESTALE,
})  # fmt: skip
_READERS = {
    "workbook": "xlsx.workbook_sheets",
    "old_workbook": "xls.old_workbook_sheets",
    "spreadsheet_xml": "spreadsheetml.spreadsheet_xml_sheets",
    "web_page": "html.web_page_tables",
}
_Send = Callable[[dict[str, Any]], None]


def main() -> None:
    """Serve requests until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    # A library that prints would break the frames, and may quote a cell.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # Where memory runs out, the run itself must not be the one to go.
        Path("/proc/self/oom_score_adj").write_text("1000")

    def send(frame: dict[str, Any]) -> None:
        _write(answers, frame)

    for line in sys.stdin.buffer:
        request = json.loads(line)
        _limit(request["bounds"])
        started = time.process_time()
        answer = _answer(request, send)
        grown = _resident_bytes() > _GROWN_BYTES
        send(answer | {"seconds": time.process_time() - started, "ends": grown})
        if grown:
            return


def _resident_bytes() -> int:
    # The greatest size that getrusage knows is that of the parent which the child was forked from.
    sizes = Path("/proc/self/statm").read_text(encoding="ascii")
    return int(sizes.split()[1]) * resource.getpagesize()


def _write(answers: BinaryIO, frame: dict[str, Any]) -> None:
    # Half a surrogate is no text: it becomes a question mark.
    data = json.dumps(frame, ensure_ascii=False).encode("utf-8", "replace")
    answers.write(len(data).to_bytes(LENGTH_BYTES, "big") + data)
    answers.flush()


def _limit(bounds: dict[str, float]) -> None:
    """Hold this process to the bounds of a request."""
    seconds = math.ceil(time.process_time()) + max(math.ceil(bounds["cpu_seconds"]), 1)
    for kind, value in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, int(bounds["memory_bytes"])),
        (resource.RLIMIT_FSIZE, int(bounds["expanded_bytes"])),
    ):
        hard = resource.getrlimit(kind)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (most, hard))


def _answer(request: dict[str, Any], send: _Send) -> dict[str, Any]:
    try:
        return {"result": _WORK[request["work"]](request, send)}
    except FileRefused as refusal:
        parts = [refusal.doing, refusal.found, refusal.expected, refusal.to_do]
        return {"refused": [type(refusal).__name__, *parts]}
    except MemoryError:
        # As a library that cannot raise ends it; nobody knows what state it is in.
        os.kill(os.getpid(), signal.SIGABRT)
        raise
    except OSError as error:
        if error.errno in _MACHINE_ERRORS:
            return {"machine_error": error.errno}
        return {"failed": type(error).__name__}
    except Exception as error:  # noqa: BLE001 (whatever it is, its text may quote a cell)
        return {"failed": type(error).__name__}


def _unpack(request: dict[str, Any], _: _Send) -> dict[str, Any]:
    workspace = Path(request["workspace"])
    unpacked = unpack(
        Path(request["file"]),
        workspace,
        request["patterns"],
        most_bytes=int(request["bounds"]["expanded_bytes"]),
    )
    return {
        "files": [str(file) for file in unpacked.files],
        "skipped": unpacked.skipped,
        "places": unpacked.places,
    }


def _container(request: dict[str, Any], _: _Send) -> str:
    return sniff(Path(request["file"]))


def _sheets(request: dict[str, Any], send: _Send) -> None:
    read = _function(_READERS[request["format"]])
    # The cells of a page are text already.
    form = () if request["format"] == "web_page" else (request["date_format"],)
    for rows in read(Path(request["file"]), *form):
        send({"sheet": True})
        for frame in _frames(rows, request["most_rows"], request["doing"]):
            send(frame)


def _frames(rows: list[Cells], most_rows: int | None, doing: str) -> Iterator[dict[str, Any]]:
    """Yield the cells of a sheet by columns; a blank cell is null."""
    width = max(map(len, rows), default=0)
    check_extent(doing, 0, width, 0)
    filled = 0
    for start in range(0, len(rows), _ROWS_A_FRAME):
        block = [
            [cell if cell and not cell.isspace() else None for cell in row]
            for row in rows[start : start + _ROWS_A_FRAME]
        ]
        filled += sum(len(row) - row.count(None) for row in block)
        if most_rows is None or start < most_rows:
            texts = [len({*row}) - (None in row) for row in block]
            yield {"columns": list(zip_longest(*block)), "text_counts": texts}
    check_extent(doing, len(rows), width, filled)


def _has_surplus(request: dict[str, Any], _: _Send) -> bool:
    return bool(_function("xls.has_surplus")(Path(request["file"])))


def _function(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(".")
    function: Callable[..., Any] = getattr(import_module(f"assets.engine.formats.{module}"), name)
    return function


_WORK: dict[str, Callable[[dict[str, Any], _Send], Any]] = {
    "unpack": _unpack,
    "container": _container,
    "sheets": _sheets,
    "has_surplus": _has_surplus,
}

if __name__ == "__main__":
    main()
