"""The commands `backup` and `restore`: an installation into a folder, and back.

Belongs here: saying what was copied. Does not belong here: copying (`assets.engine.backup`).
"""

import time
from pathlib import Path

from assets.engine.backup import Part, back_up, restore
from assets.engine.hash_key import VARIABLE
from assets.engine.paths import Paths
from assets.engine.periods import local_now
from pipelines.serve import dagster_home

MEGABYTE = 10**6


def back_up_installation(paths: Paths, target: Path) -> int:
    """Back an installation up into a new folder, and print what the back-up holds."""
    started = time.monotonic()
    parts = back_up(paths, dagster_home(paths), target, local_now(), _tell_waiting)
    _print(parts)
    if not paths.hash_key_file.exists():
        print(f"The key of the dossier hash is that of {VARIABLE}: keep it with the back-up.")
    print(f"Backed up: {target} ({time.monotonic() - started:.1f} s)")
    return 0


def restore_installation(origin: Path, paths: Paths) -> int:
    """Restore a back-up into an empty installation, and print what it holds."""
    started = time.monotonic()
    _print(restore(origin, paths, dagster_home(paths)))
    print(f"Restored: {paths.data}, settings {paths.settings} ({time.monotonic() - started:.1f} s)")
    return 0


def _tell_waiting() -> None:
    print("A run is at work; the back-up waits for its end.", flush=True)


def _print(parts: list[Part]) -> None:
    for part in parts:
        print(f"{part.name:<10} {part.files:>8,} files {part.size / MEGABYTE:>12,.1f} MB")
