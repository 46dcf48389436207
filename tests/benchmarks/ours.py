"""Us: run the job of one period in a process of its own; print seconds and peak memory.

Usage: python -m tests.benchmarks.ours FOLDER PERIOD [collect]

With `collect` only the copy into the raw store is timed: the targets count from the collected
file on.
"""

import json
import sys
import time
from pathlib import Path

import dagster as dg

from assets.engine.collect import collect_period, read_inbox
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import PROJECT, Paths
from assets.engine.settings import load_calendar, load_sources
from pipelines.commands.cli import QUIET
from pipelines.definitions import definitions
from tests.benchmarks.memory import peak_bytes


def main(folder: str, key: str, only: str = "") -> None:
    """Run and print one JSON line."""
    paths = Paths(Path(folder), PROJECT / "data")
    started = time.perf_counter()
    steps: dict[str, float] = {}
    if only == "collect":
        period = load_calendar(paths.settings).month_from_key(key)
        collect_period(read_inbox(paths, load_sources(paths.sources), local_now()), period)
    else:
        with dg.DagsterInstance.local_temp() as instance:
            result = (
                definitions(paths)
                .resolve_job_def("nightly")
                .execute_in_process(partition_key=key, instance=instance, run_config=QUIET)
            )
            steps = {
                event.step_key or "": round((event.step_success_data.duration_ms) / 1000, 2)
                for event in result.all_events
                if event.is_step_success
            }
    seconds = round(time.perf_counter() - started, 2)
    print(json.dumps({"seconds": seconds, "steps": steps, "peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
