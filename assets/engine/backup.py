"""Back-up and restore: what of an installation nothing else brings back, in one folder.

Belongs here: which parts these are, copying them while no run changes them, checking the copy. Does
not belong here: the commands (`pipelines.upkeep`), building a warehouse from raw files
(`assets.engine.rebuild`). The inbox is no part: what was collected of it lies in the raw store.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from assets.engine.errors import MotcuaError, WarehouseError
from assets.engine.locks import one_run
from assets.engine.paths import Paths, private_folder
from assets.engine.warehouse import checkpoint, warehouse
from schemas.tables import DURABLE_TABLES

# Written last: a folder without it is no whole back-up.
SEAL = "backup.json"
SETTINGS = ("sources", "reference", "statistic.toml", "operations.toml")
# The warehouse last: without it nothing is published that is not restored whole.
_DATA = ("raw", "published", "returns", "warehouse")
# What runs and readers leave, and what SQLite's own copy holds already.
_LEFT_OUT = shutil.ignore_patterns(
    "tmp", ".building", ".incoming-*", ".reading-*", "*.wal", "*.db-wal", "*.db-shm", "*.db-journal"
)


@dataclass(frozen=True)
class Part:
    """One part of a back-up: its name, how many files it has, and their bytes."""

    name: str
    files: int
    size: int


def back_up(
    paths: Paths, dagster_home: Path, target: Path, now: datetime, tell_waiting: Callable[[], None]
) -> list[Part]:
    """Copy an installation into the new folder `target` once no run is at work; return its parts.

    Readers may have the published files open: these are never written to. The folder holds names
    and the hash key, so only its owner may enter it.

    Raises
    ------
    MotcuaError
        There is nothing to back up, or `target` cannot be where it goes.
    """
    _check_target(paths, target)
    building = target.with_name(f".{target.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    private_folder(building)
    with one_run(paths, tell_waiting):
        checkpoint(paths)
        for name, folder in _places(paths, dagster_home).items():
            if folder.is_dir():
                shutil.copytree(
                    folder, building / name, ignore=_LEFT_OUT, copy_function=_copy, symlinks=True
                )
        for name in SETTINGS:
            _copy_any(paths.settings / name, building / "settings" / name)
        _check_copy(paths.warehouse_file, building / "warehouse" / paths.warehouse_file.name)
    parts = _parts(building)
    seal = {"made_at": now.isoformat(), "parts": [asdict(part) for part in parts]}
    (building / SEAL).write_text(json.dumps(seal, indent=1), encoding="utf-8")
    os.sync()
    building.replace(target)
    return parts


def restore(origin: Path, paths: Paths, dagster_home: Path) -> list[Part]:
    """Copy a back-up into an installation that holds nothing yet; return its parts.

    Settings that are there already stay. At the end the warehouse is opened, which brings the one
    of an older version to this one and compares its key and closing day.

    Raises
    ------
    MotcuaError
        `origin` is no whole back-up, or the installation holds something.
    """
    parts = _check_origin(origin)
    places = _places(paths, dagster_home)
    for name, folder in places.items():
        has = [path for path in folder.glob("*") if path.name != "dagster.yaml"]
        if has:
            raise MotcuaError(
                f"Restoring {origin}", f"files in {folder}", f"an installation without {name}",
                "Move it away first, or set MOTCUA_DATA to an empty folder.",
            )  # fmt: skip
    private_folder(paths.inbox)
    for name, folder in places.items():
        if (origin / name).is_dir():
            shutil.copytree(origin / name, folder, dirs_exist_ok=True, symlinks=True)
    for name in SETTINGS:
        if not (paths.settings / name).exists():
            _copy_any(origin / "settings" / name, paths.settings / name)
    os.sync()
    with warehouse(paths):
        pass
    return parts


def _places(paths: Paths, dagster_home: Path) -> dict[str, Path]:
    return {"dagster": dagster_home, **{name: paths.data / name for name in _DATA}}


def _check_target(paths: Paths, target: Path) -> None:
    doing = f"Backing up {paths.data}"
    if not paths.warehouse_file.exists():
        raise MotcuaError(
            doing, f"no {paths.warehouse_file}", "an installation that has had a run",
            "Correct MOTCUA_DATA.",
        )  # fmt: skip
    if target.exists() and (not target.is_dir() or target.is_mount() or any(target.iterdir())):
        raise MotcuaError(
            doing, f"{target}, which is there already", "a new folder",
            "Name one for each back-up, such as TO=/mnt/backup/2023-11-15.",
        )  # fmt: skip
    if target.is_relative_to(paths.data) or not target.parent.is_dir():
        raise MotcuaError(
            doing, f"{target} as the place of the copy",
            "a folder outside of MOTCUA_DATA, in one that is there",
            "Name a folder on another disk.",
        )  # fmt: skip


def _check_origin(origin: Path) -> list[Part]:
    """Return the parts of a back-up whose files are all there."""
    try:
        seal = json.loads((origin / SEAL).read_text(encoding="utf-8"))
        parts = [Part(**part) for part in seal["parts"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise MotcuaError(
            f"Restoring {origin}", f"no {SEAL} there that can be read", "a whole back-up",
            "Name the folder that make backup made.",
        ) from None  # fmt: skip
    if _parts(origin) != parts:
        differing = {part.name for part in set(_parts(origin)) ^ set(parts)}
        raise MotcuaError(
            f"Restoring {origin}",
            f"other files than were backed up in {', '.join(sorted(differing))}",
            "the files and bytes that backup.json counts",
            "Copy the back-up here whole, or take another one.",
        )
    return parts


def _check_copy(origin: Path, copy: Path) -> None:
    """Raise WarehouseError unless the copy of the warehouse opens and holds the same rows."""
    if _row_counts(copy) != _row_counts(origin):
        raise WarehouseError(
            "Opening the copy of the warehouse", "other rows than in the warehouse", "the same",
            "Nothing was backed up: look at the disk, and run it again.",
        )  # fmt: skip


def _row_counts(file: Path) -> dict[str, int]:
    with duckdb.connect(str(file), read_only=True) as connection:
        present = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal"
        ).fetchall()
        return {
            table.qualified_name: int(
                connection.execute(f"SELECT count(*) FROM {table.qualified_name}").fetchall()[0][0]
            )
            for table in DURABLE_TABLES
            if (table.qualified_name,) in present
        }


def _parts(folder: Path) -> list[Part]:
    """Return what lies in a back-up, by its folders."""
    parts = []
    for part in sorted(path for path in folder.iterdir() if path.is_dir()):
        sizes = [path.stat().st_size for path in part.rglob("*") if path.is_file()]
        parts.append(Part(part.name, len(sizes), sum(sizes)))
    return parts


def _copy(origin: str, target: str) -> None:
    """Copy a file with its mode and time; a database of Dagster, which may be in use, by SQLite."""
    if origin.endswith(".db"):
        with closing(sqlite3.connect(origin)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
        shutil.copystat(origin, target)
    else:
        shutil.copy2(origin, target)


def _copy_any(origin: Path, target: Path) -> None:
    """Copy a file or a folder, if there is one."""
    if origin.is_dir():
        shutil.copytree(origin, target)
    elif origin.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(origin, target)
