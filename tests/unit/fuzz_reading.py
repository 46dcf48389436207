"""Reading cases in processes of their own, so that one which dies or hangs is only a failure."""

import contextlib
import faulthandler
import hashlib
import multiprocessing
import multiprocessing.connection
import os
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import duckdb

from assets.engine.collect import Delivery, raw_store
from assets.engine.common.errors import FileRefused
from assets.engine.common.paths import Paths, private_folder
from assets.engine.extract import period_line
from assets.engine.load import FileLoad, load_file
from assets.engine.warehouse import warehouse
from schemas.rows import KINDS
from tests.support import CALENDAR, SETTINGS, prepared
from tests.unit.fuzz_cases import Case
from tests.unit.fuzz_lists import PERIOD, SOURCE, Record

# A case takes a fraction of a second, or what the bounds of its two readings allow.
MOST_SECONDS = 180
MOST_BYTES = 8 << 30
# The register compares every load with all before it, so a warehouse serves a few cases only; each
# is the copy of an empty one, in memory where the machine has such a folder.
_CASES_A_WAREHOUSE = 25
_MEMORY = Path("/dev/shm")
_ARRIVED = "2023-01-20T08:00:00+07:00"
_RECORD = "dossier_code, procedure_code, unit_code, received_date, finished_date, state"
_TEXTS = "row_number, rule_id, record_code, unit_code, found"


@dataclass
class Reading:
    """What the engine made of a case; `failure` says where it failed, without any text."""

    state: str = ""
    reason: str = ""
    warnings: list[str] = field(default_factory=list)
    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    layout: int = 0
    rows: list[tuple[int, int, Record]] = field(default_factory=list)
    rejects: list[tuple[Any, ...]] = field(default_factory=list)
    texts: str = ""
    left_behind: int = 0
    failure: str = ""
    seconds: float = 0
    peak_bytes: int = 0


@contextlib.contextmanager
def case_readers(folder: Path, processes: int = 2) -> Iterator[Sequence["Reader"]]:
    """Return processes that read cases, and end them afterwards."""
    memory = _MEMORY if os.access(_MEMORY, os.W_OK) else folder
    # Taken away here, because a reader is killed and takes nothing away.
    with tempfile.TemporaryDirectory(dir=memory) as home:
        readers = [
            Reader(private_folder(folder / str(number)), Path(home) / str(number), prepared())
            for number in range(processes)
        ]
        try:
            yield readers
        finally:
            for reader in readers:
                reader.end()


def read_cases(readers: Sequence["Reader"], cases: Iterable[Case]) -> Iterator[Reading]:
    """Yield the reading of each case, in the order of the cases."""
    waiting = iter(cases)
    ready: dict[int, Reading] = {}
    given: dict[Any, tuple[Reader, int]] = {}
    next_given = next_due = 0
    try:
        idle = list(readers)
        while True:
            while idle and (case := next(waiting, None)) is not None:
                reader = idle.pop()
                given[reader.give(case)] = (reader, next_given)
                next_given += 1
            if not given:
                return
            for pipe in multiprocessing.connection.wait(list(given), MOST_SECONDS * 2):
                reader, place = given.pop(pipe)
                ready[place] = reader.take()
                idle.append(reader)
            while next_due in ready:
                yield ready.pop(next_due)
                next_due += 1
    finally:
        # Where nobody takes the rest, what was given must not answer later.
        for reader, _ in given.values():
            reader.end()


class Reader:
    """A process that reads cases one at a time, started anew when it died."""

    def __init__(self, folder: Path, home: Path, warehouse: Path) -> None:
        self._folder, self._home, self._warehouse = folder, home, warehouse
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Any = None

    def give(self, case: Case) -> Any:
        """Hand over a case and return what becomes readable when it was read."""
        if self._process is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(
                target=_serve,
                args=(theirs, self._folder, self._home, self._warehouse),
                daemon=True,
            )
            self._process.start()
            theirs.close()
        self._pipe.send((case.container.export, case.data))
        return self._pipe

    def take(self) -> Reading:
        """Return what the process said, or that it ended."""
        try:
            reading: Reading = self._pipe.recv()
        except EOFError:
            assert self._process is not None
            self._process.join()
            code = self._process.exitcode
            self.end()
            said = (self._folder / "stderr").read_text(encoding="utf-8", errors="replace")
            return Reading(failure=f"the process ended with {code}: {_where(said)}")
        return reading

    def end(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
        self._process = None


def _where(said: str) -> str:
    """Return the lines of a dying process that say where it was; others may quote a cell."""
    lines = [line.strip() for line in said.splitlines()]
    signs = ("Fatal Python error", "Timeout", "memory allocation", "File ")
    return " | ".join(line for line in lines if line.startswith(signs))[:2000]


def _serve(pipe: Any, folder: Path, home: Path, empty: Path) -> None:
    """Read what comes through `pipe` until it is closed; the process is this function's own.

    `empty` is the folder of a warehouse without deliveries.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Symbols for the stack of each of calamine's panics would take longer than the case.
    os.environ["RUST_BACKTRACE"] = "0"
    with (folder / "stderr").open("w", buffering=1) as said:
        os.dup2(said.fileno(), sys.stderr.fileno())
        faulthandler.enable(said)
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        with contextlib.suppress(EOFError):
            while True:
                _serve_some(pipe, said, home, empty)


def _serve_some(pipe: Any, said: Any, home: Path, empty: Path) -> None:
    with tempfile.TemporaryDirectory(dir=home) as root:
        paths = Paths(Path(root) / "data", SETTINGS)
        shutil.copytree(empty, paths.warehouse)
        with warehouse(paths) as connection:
            connection.execute("SET threads = 1")
            for _ in range(_CASES_A_WAREHOUSE):
                export, data = pipe.recv()
                faulthandler.dump_traceback_later(MOST_SECONDS, exit=True, file=said)
                started = time.monotonic()
                reading = _read(connection, paths, export, data)
                reading.seconds = time.monotonic() - started
                faulthandler.cancel_dump_traceback_later()
                reading.peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
                pipe.send(reading)


def _read(connection: duckdb.DuckDBPyConnection, paths: Paths, export: str, data: bytes) -> Reading:
    delivery = _deliver(paths, export, data)
    settings = SOURCE.exports[export]
    reading = Reading()
    try:
        with contextlib.suppress(FileRefused), raw_store.reading_folder(paths) as workspace:
            period_line(raw_store.blob_of(paths, delivery), workspace)
        loaded = load_file(FileLoad(
            connection, paths, SOURCE, [settings], CALENDAR.month_from_key(delivery.period),
            delivery, [delivery], "1", "run",
        ))  # fmt: skip
    except BaseException as error:  # noqa: BLE001 (whatever it is, it would have ended the run)
        last = traceback.extract_tb(sys.exc_info()[2])[-4:]
        reading.failure = " < ".join(
            [type(error).__name__, *(f"{Path(f.filename).name}:{f.lineno}" for f in last[::-1])]
        )
        return reading
    reading.state, reading.reason = loaded.state, loaded.reason or ""
    reading.warnings = loaded.warnings
    reading.read, reading.accepted = loaded.read, loaded.accepted
    reading.quarantined, reading.duplicates = loaded.quarantined, loaded.duplicates
    reading.layout = loaded.layout
    _ask(connection, delivery.delivery_id, reading)
    return reading


def _deliver(paths: Paths, export: str, data: bytes) -> Delivery:
    """Put the bytes where a collected file lies."""
    digest = hashlib.sha256(data).hexdigest()
    delivery = Delivery(
        "fuzz", export, PERIOD, "Lò Thị Mẫu.xls", digest, len(data),
        modified_at=_ARRIVED, collected_at=_ARRIVED,
    )  # fmt: skip
    blob = raw_store.blob_of(paths, delivery)
    private_folder(blob.parent)
    blob.write_bytes(data)
    return delivery


def _ask(connection: duckdb.DuckDBPyConnection, delivery_id: str, reading: Reading) -> None:
    """Note what the warehouse holds of the delivery."""
    table = "core.dossier_version"
    found = connection.execute(
        f"SELECT part_number, row_number, {_RECORD} FROM {table} WHERE delivery_id = ? "
        "ORDER BY part_number, row_number",
        [delivery_id],
    ).fetchall()
    reading.rows = [(row[0], row[1], cast("Record", row[2:])) for row in found]
    reading.rejects = connection.execute(
        f"SELECT part_number, {_TEXTS} FROM quarantine.rejected_row WHERE delivery_id = ?",
        [delivery_id],
    ).fetchall()
    tables = [kind.table for kind in KINDS.values()]
    tables += ["quarantine.rejected_row", "ops.delivery_part", "ops.layout", "ops.check_value"]
    every = " UNION ALL ".join(
        f"SELECT '{name}', CAST(held AS VARCHAR) FROM {name} AS held WHERE delivery_id = $id"
        for name in (*tables, "ops.delivery")
    )
    rows = connection.execute(every, {"id": delivery_id}).fetchall()
    texts = [text for _, text in rows]
    reading.left_behind = sum(name != "ops.delivery" for name, _ in rows)
    reading.texts = "\n".join(texts)
