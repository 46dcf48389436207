"""`make bench-small`: what a small run costs, in ratios to importing the definitions."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

import duckdb

from assets.engine.collect import inbox
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import PROJECT, Paths
from assets.engine.load import load_period
from assets.engine.settings import load_sources
from assets.engine.warehouse import warehouse
from schemas.rows import DOSSIER
from tests.assets.runs import real_instance, run_job
from tests.benchmarks.bulk_files import FOLDER
from tests.end_to_end.commands import COMMAND, environment
from tests.support import CALENDAR, SAMPLE_INBOX, new_installation
from tests.unit.deliveries import JANUARY, deliver_csv, dossier

PERIOD = "2023-10-15"
ROWS = 10
REPEAT = 3


def main() -> None:
    """Measure everything and print it; the figures also go to `data/bench/small.json`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The first import compiles.
        imported = median([_seconds_of_import() for _ in range(REPEAT + 1)][1:])
        sample = _seconds_of(folder / "sample", "run")
        period = _seconds_of_period(folder / "period")
        loaded = median(_seconds_of_load(folder / f"load_{n}") for n in range(REPEAT))
        steps, openings = _steps_and_openings(folder / "counted")
    result = {
        "import_seconds": round(imported, 2),
        "sample_seconds": round(sample, 2),
        "sample_ratio": round(sample / imported, 2),
        "period_seconds": round(period, 2),
        "period_ratio": round(period / imported, 2),
        "load_seconds": round(loaded, 3),
        "steps": steps,
        "openings": openings,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "small.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    _print(result)


def _print(result: dict[str, Any]) -> None:
    rows = [
        ("importing the definitions, s", result["import_seconds"], ""),
        ("make run on the sample, s", result["sample_seconds"], ""),
        ("  in imports", result["sample_ratio"], "6"),
        ("one sample period, s", result["period_seconds"], ""),
        ("  in imports", result["period_ratio"], "2.5"),
        (f"loading a file of {ROWS} rows, s", result["load_seconds"], "0.4"),
        ("steps of a period's run", result["steps"], "15"),
        ("openings of the warehouse in it", result["openings"], "1"),
    ]
    print(f"{'':<34}{'measured':>10}{'at most':>10}")
    for title, figure, bound in rows:
        print(f"{title:<34}{figure:>10}{bound:>10}")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _seconds_of_import() -> float:
    """Time loading the definitions, as every command begins."""
    script = (
        "from assets.engine.common.paths import Paths\n"
        "from pipelines.definitions import definitions\n"
        "definitions(Paths.from_environment())"
    )
    command = [sys.executable, "-c", script]
    return _seconds(lambda: subprocess.run(command, check=True, cwd=PROJECT))


def _seconds_of(data: Path, *arguments: str) -> float:
    """Time a command from its start to its end."""
    return _seconds(
        lambda: subprocess.run(
            [*COMMAND, *arguments], env=environment(data), check=True, capture_output=True,
            cwd=PROJECT,
        )
    )  # fmt: skip


def _seconds_of_period(data: Path) -> float:
    """Time the first run of an installation that has an inbox and nothing else."""
    shutil.copytree(SAMPLE_INBOX, data / "inbox")
    return _seconds_of(data, "period", PERIOD)


def _seconds_of_load(data: Path) -> float:
    """Time opening a warehouse that has its reference tables, and loading a collected file."""
    paths = new_installation(data)
    deliver_csv(paths, [dossier(number) for number in range(1, ROWS + 1)])
    sources, period = load_sources(paths.sources), CALENDAR.month_from_key(JANUARY)
    with _files_are_whole():
        inbox.collect_period(inbox.read_inbox(paths, sources, local_now()), period)

    def load() -> None:
        with warehouse(paths) as connection:
            (loaded,) = load_period(
                connection, paths, sources, kind=DOSSIER, period=period, run_id="bench",
                progress=lambda _: None,
            )  # fmt: skip
        assert loaded.accepted == ROWS, loaded.reason

    return _seconds(load)


def _steps_and_openings(data: Path) -> tuple[int, int]:
    """Run `nightly` for a sample period; return its steps, and how often it opened the file."""
    paths = new_installation(data, with_sample=True)
    with (
        real_instance(data / "home") as instance,
        _counted_openings(paths) as openings,
        _files_are_whole(),
    ):
        result = run_job(paths, instance, "nightly", PERIOD)
        assert result.success
    return sum(event.is_step_start for event in result.all_events), len(openings)


@contextmanager
def _counted_openings(paths: Paths) -> Iterator[list[str]]:
    """Note each opening of the warehouse's file for writing."""
    connect, openings = duckdb.connect, list[str]()

    def counting(database: str = ":memory:", **options: Any) -> duckdb.DuckDBPyConnection:
        if os.fspath(database) == str(paths.warehouse_file):
            openings.append(database)
        return connect(database, **options)

    with mock.patch.object(duckdb, "connect", counting):
        yield openings


@contextmanager
def _files_are_whole() -> Iterator[None]:
    """Take files that were written a moment ago."""
    with mock.patch.multiple(inbox, LOOK_SECONDS=0, QUIET_SECONDS=0):
        yield


if __name__ == "__main__":
    main()
