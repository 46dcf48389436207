"""Back-up and restore: what of an installation nothing else brings back, in one folder.

The inbox is no part: what was collected of it lies in the raw store.
"""

import hashlib
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

from assets.engine.common.errors import MotcuaError, WarehouseError
from assets.engine.common.locks import one_run
from assets.engine.common.messages import SHOWN
from assets.engine.common.paths import Paths, private_folder
from assets.engine.common.troubles import trouble_told
from assets.engine.warehouse import checkpoint, warehouse
from schemas.tables import DURABLE_TABLES

# Written last: a folder without it is no whole back-up.
SEAL = "backup.json"
SETTINGS = ("sources", "reference", "statistic.toml", "operations.toml")
# The warehouse last: without it nothing is published that is not restored whole.
_DATA = ("raw", "published", "returns", "warehouse")
# What runs and readers leave, and what SQLite's own copy holds already.
_LEFT_OUT = shutil.ignore_patterns(
    "tmp",
    ".building",
    ".comparing-*",
    ".incoming-*",
    ".reading-*",
    "*.wal",
    "*.db-wal",
    "*.db-shm",
    "*.db-journal",
)


@dataclass(frozen=True)
class Part:
    """One part of a back-up: its name, how many files it has, and their bytes."""

    name: str
    files: int
    size: int


def back_up(
    paths: Paths, dagster_home: Path, target: Path, now: datetime, report_wait: Callable[[], None]
) -> list[Part]:
    """Copy an installation into the new folder `target` once no run is at work; return its parts.

    Readers may have the published files open: these are never written to. The folder holds names
    and the hash key, so only its owner may enter it.

    Raises
    ------
    MotcuaError
        There is nothing to back up, the warehouse is damaged, or `target` cannot be where it goes.
    """
    _check_target(paths, target)
    building = target.with_name(f".{target.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    private_folder(building)
    with one_run(paths, report_wait), trouble_told(_doing(paths)):
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
    """Copy a back-up into an installation that holds nothing yet; return what was copied.

    At the end the warehouse is opened, which brings the one of an older version to this one and
    compares its key and closing day.

    Raises
    ------
    MotcuaError
        `origin` is no whole back-up, or the installation holds something, or other settings.
    """
    parts = _check_origin(origin)
    places = _places(paths, dagster_home)
    _check_is_empty(origin, paths, places)
    _check_settings(origin, paths.settings)
    has_settings = _setting_files(paths.settings)
    private_folder(paths.inbox)
    for name, folder in places.items():
        if (origin / name).is_dir():
            shutil.copytree(origin / name, folder, dirs_exist_ok=True, symlinks=True)
    for name in SETTINGS:
        _copy_any(origin / "settings" / name, paths.settings / name)
    os.sync()
    with warehouse(paths):
        pass
    new = _setting_files(paths.settings) - has_settings
    size = sum((paths.settings / file).stat().st_size for file in new)
    copied = [part for part in parts if part.name != "settings"]
    return [*copied, Part("settings", len(new), size)] if new else copied


def _places(paths: Paths, dagster_home: Path) -> dict[str, Path]:
    return {"dagster": dagster_home, **{name: paths.data / name for name in _DATA}}


def _check_target(paths: Paths, target: Path) -> None:
    doing = _doing(paths)
    if not paths.warehouse_file.exists() or not paths.warehouse_file.stat().st_size:
        raise MotcuaError(
            doing, f"no {paths.warehouse_file}, or an empty one",
            "an installation that has had a run",
            "Correct MOTCUA_DATA. A warehouse that was lost: the next run loads it again.",
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


def _doing(paths: Paths) -> str:
    return f"Backing up {paths.data}"


def _check_origin(origin: Path) -> list[Part]:
    """Return the parts of a back-up whose files are all there, the raw ones byte by byte."""
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
    damaged = [blob.name[:8] for blob in sorted(_blobs(origin)) if _sha256(blob) != blob.name]
    if damaged:
        raise MotcuaError(
            f"Restoring {origin}",
            f"other bytes than were delivered in {_first(damaged)} of raw",
            "files whose SHA-256 is their name",
            "Copy the back-up here again, or take another one.",
        )
    return parts


def _blobs(origin: Path) -> list[Path]:
    return [file for file in (origin / "raw").glob("??/*") if file.is_file()]


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _check_is_empty(origin: Path, paths: Paths, places: dict[str, Path]) -> None:
    """Raise MotcuaError if an installation is there already; everything in the way is named."""
    in_the_way = [
        str(folder)
        for folder in places.values()
        if any(path.name != "dagster.yaml" for path in folder.glob("*"))
    ]
    if in_the_way:
        raise MotcuaError(
            f"Restoring {origin}",
            f"an installation in {paths.data}: files in {', '.join(in_the_way)}",
            "an empty installation",
            "To keep it, restore beside it: set MOTCUA_DATA (and DAGSTER_HOME, where it is set) "
            "to an empty folder. To replace it, stop make ui, move these folders away first, and "
            "give the command once more.",
        )


def _check_settings(origin: Path, settings: Path) -> None:
    """Raise MotcuaError if a settings file is there that is not one of the back-up's."""
    differing = [
        str(file)
        for file in sorted(_setting_files(settings))
        if not (origin / "settings" / file).is_file()
        or (origin / "settings" / file).read_bytes() != (settings / file).read_bytes()
    ]
    if differing:
        raise MotcuaError(
            f"Restoring {origin}",
            f"settings in {settings} that are not those of the back-up: {_first(differing)}",
            "those of the back-up, or none",
            "Restore them into a new folder, such as MOTCUA_SETTINGS=/srv/motcua/settings make "
            f"restore FROM={origin}, and keep the variable set for every later command; or remove "
            "these files first.",
        )


def _setting_files(settings: Path) -> set[Path]:
    """Return the files of the settings, from their folder on."""
    found = [settings / name for name in SETTINGS]
    inner = [path for name in found for path in name.rglob("*")]
    return {path.relative_to(settings) for path in (*found, *inner) if path.is_file()}


def _first(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"


def _check_copy(origin: Path, copy: Path) -> None:
    """Raise WarehouseError unless the copy opens and has the rows of the warehouse, all read."""
    rows = _rows(copy)
    if not rows or rows != _rows(origin):
        raise WarehouseError(
            "Reading the copy of the warehouse", "no tables, or other rows than in the warehouse",
            "the same",
            "Nothing was backed up: look at the disk, and run it again.",
        )  # fmt: skip


def _rows(file: Path) -> dict[str, object]:
    """Return how many rows each durable table has, and their hash, for which all are read."""
    with duckdb.connect(str(file), read_only=True) as connection:
        present = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal"
        ).fetchall()
        return {
            table.qualified_name: connection.execute(
                f"SELECT count(*), bit_xor(hash(line)) FROM {table.qualified_name} AS line"
            ).fetchall()
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
    """Copy a file or a folder, if there is one; files that are there already stay."""
    if origin.is_dir():
        shutil.copytree(origin, target, copy_function=_copy_new, dirs_exist_ok=True)
    elif origin.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy_new(str(origin), str(target))


def _copy_new(origin: str, target: str) -> None:
    if not Path(target).exists():
        shutil.copy2(origin, target)
