"""Runs that are marked as at work though nobody works: their process died without a word."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import dagster as dg

from assets.engine.common.errors import MotcuaError
from assets.engine.common.locks import is_free
from assets.engine.common.paths import Paths

# From its start a run reads the project and opens its database before it asks for the lock.
YOUNG = timedelta(minutes=5)


def runs_without_process(
    instance: dg.DagsterInstance, paths: Paths, now: datetime
) -> list[dg.DagsterRun]:
    """Return the runs that are marked as started while the lock of the one run is free.

    Every run takes the lock with the resource, as its first thing, and one that waits for it waits
    for a holder. It is free for a moment between two runs, and before a run is marked as ended: who
    acts on this looks twice.
    """
    started = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    old = no_longer_young(started, now)
    return old if old and is_free(paths.warehouse) else []


def no_longer_young(records: Iterable[dg.RunRecord], now: datetime) -> list[dg.DagsterRun]:
    """Return the runs that started long enough ago to hold the lock, or to wait for it."""
    before = (now - YOUNG).timestamp()
    return [
        record.dagster_run
        for record in records
        if record.start_time is not None and record.start_time < before
    ]


def death_told(run: dg.DagsterRun) -> str:
    """Return what is said of such a run."""
    return str(
        MotcuaError(
            f"Looking after the run {run.job_name}",
            "nobody at work, though it is marked as started: its process died without a word",
            "a run that ends by itself",
            "What it had done stays; run the period again. If the machine did not go down, look "
            "for what ended the process, such as too little memory.",
        )
    )
