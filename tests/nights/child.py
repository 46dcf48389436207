"""Nights in a process of their own, which a test may kill."""

import multiprocessing
import os
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import uuid4

import dagster as dg

from assets.engine.collect import inbox
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from assets.engine.portal import collect_portals
from assets.engine.settings import load_sources
from tests.assets.runs import real_instance, run_job
from tests.nights import night
from tests.support import CALENDAR, SETTINGS

PORTAL_TOKEN = "mau-token"
forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload(["tests.nights.child"])


def through_the_engine(data: Path, keys: list[str], said: Connection) -> None:
    """Spend a night; say each stage that begins."""
    inbox.LOOK_SECONDS = inbox.QUIET_SECONDS = 0
    night.spend(Paths(data, SETTINGS), keys, local_now(), said.send)


def from_portals(
    paths: Paths, keys: list[str], now: datetime, *, is_anew: bool = False
) -> list[str]:
    """Collect the periods from every portal; return why some could not be collected."""
    os.environ["MOTCUA_PORTAL_TOKEN"] = PORTAL_TOKEN  # a child has the environment of long ago
    sources = load_sources(paths.sources)
    return [
        failure
        for key in keys
        for failure in collect_portals(
            paths,
            sources,
            CALENDAR.month_from_key(key),
            now=now,
            run_id="night",
            progress=lambda _: None,
            is_anew=is_anew,
        ).failures
    ]


def through_dagster(data: Path, keys: list[str], said: Connection) -> None:
    """Run `nightly` for each period, its instance beside the data; say each step that begins."""
    inbox.LOOK_SECONDS = inbox.QUIET_SECONDS = 0
    paths = Paths(data, SETTINGS)
    with real_instance(data / "home") as instance:
        for key in keys:
            run_id = str(uuid4())
            instance.add_event_listener(run_id, partial(_say_step, said, key))
            assert run_job(paths, instance, "nightly", key, run_id=run_id).success


def _say_step(said: Connection, key: str, entry: dg.EventLogEntry) -> None:
    if entry.dagster_event is not None and entry.dagster_event.is_step_start:
        said.send(f"{key} {entry.dagster_event.step_key}")
