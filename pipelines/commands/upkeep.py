"""The commands `backup`, `restore` and `rebuild`: an installation into a folder, back, and anew."""

import time
from datetime import date
from pathlib import Path

from assets.engine.collect import read_manifest
from assets.engine.common.calendar import Calendar, Period, local_now
from assets.engine.common.errors import MotcuaError
from assets.engine.common.paths import Paths
from assets.engine.settings import load_sources
from assets.engine.status import run_at_work
from assets.engine.upkeep import Part, back_up, begin_anew, restore
from assets.engine.warehouse import HASH_KEY_VARIABLE
from pipelines.commands.serve import dagster_home

MEGABYTE = 10**6


def back_up_installation(paths: Paths, target: Path) -> int:
    """Back an installation up into a new folder, and print what the back-up holds."""
    started = time.monotonic()
    parts = back_up(
        paths,
        dagster_home(paths),
        target,
        local_now(),
        lambda: print(f"{run_at_work(paths)}; the back-up waits for its end.", flush=True),
    )
    _print(parts)
    if not paths.hash_key_file.exists():
        print(
            f"The key of the dossier hash is that of {HASH_KEY_VARIABLE}: keep it with the back-up."
        )
    print(f"Backed up: {target} ({time.monotonic() - started:.1f} s)")
    return 0


def restore_installation(origin: Path, paths: Paths) -> int:
    """Restore a back-up into an empty installation, and print what it holds."""
    started = time.monotonic()
    _print(restore(origin, paths, dagster_home(paths)))
    print(f"Restored: {paths.data}, settings {paths.settings} ({time.monotonic() - started:.1f} s)")
    return 0


def begin_rebuild(paths: Paths, calendar: Calendar, *, is_loss_accepted: bool) -> list[Period]:
    """Set the old warehouse aside; return the periods to load, which one run publishes at its end.

    Raises
    ------
    MotcuaError
        The raw store is empty, or lacks files that the old warehouse holds.
    """
    days = {date.fromisoformat(delivery.period) for delivery in read_manifest(paths)}
    months = sorted(month for day in days if (month := calendar.month_of(day)).start == day)
    if not months:
        raise MotcuaError(
            "Rebuilding the warehouse", f"no delivery in {paths.raw}", "the raw store",
            "Restore a back-up: make restore.",
        )  # fmt: skip
    aside = begin_anew(
        paths,
        load_sources(paths.sources),
        local_now(),
        is_loss_accepted=is_loss_accepted,
        report=print,
    )
    if aside is not None:
        print(f"The warehouse of before is kept: {aside}")
    return months


def _print(parts: list[Part]) -> None:
    for part in parts:
        print(f"{part.name:<10} {part.files:>8,} files {part.size / MEGABYTE:>12,.1f} MB")
