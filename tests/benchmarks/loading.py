"""Loading alone: take one delivered file in, in a process of its own; print seconds and memory.

Usage: python -m tests.benchmarks.loading DATA SETTINGS PERIOD

The copy into the raw store is not timed: seconds count from the collected file to the rows in the
warehouse, its end included.
"""

import json
import resource
import sys
import time
from pathlib import Path

from assets.engine.collect import inbox
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from assets.engine.load import load_period
from assets.engine.reference import files as reference
from assets.engine.settings import load_calendar, load_sources
from assets.engine.warehouse import warehouse
from schemas.rows import DOSSIER
from tests.benchmarks.memory import peak_bytes


def main(data: str, settings: str, key: str) -> None:
    """Load and print one JSON line."""
    paths = Paths(Path(data), Path(settings))
    period = load_calendar(paths.settings).month_from_key(key)
    sources = load_sources(paths.sources)
    with warehouse(paths) as connection:
        for name in ("unit", "procedure"):
            reference.load_reference(connection, paths.reference, name)
    inbox.collect_period(inbox.read_inbox(paths, sources, local_now()), period)
    before = _cpu_seconds()
    started = time.perf_counter()
    with warehouse(paths) as connection:
        results = load_period(
            connection, paths, sources, kind=DOSSIER, period=period, run_id="bench",
            progress=lambda _: None,
        )  # fmt: skip
    seconds = time.perf_counter() - started
    for result in results:
        if result.state != "loaded":
            raise SystemExit(result.reason)
    figures = {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(_cpu_seconds() - before, 2),
        "peak_bytes": peak_bytes(),
        "accepted": sum(result.accepted for result in results),
        "quarantined": sum(result.quarantined for result in results),
    }
    print(json.dumps(figures))


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:])
