"""What `make doctor` sees of the warehouse: whether the next run can go on with it."""

import os
from collections.abc import Callable, Iterator

import duckdb

from assets.engine.collect import read_manifest
from assets.engine.common.errors import MotcuaError
from assets.engine.common.paths import Paths
from assets.engine.settings import load_calendar, load_sources
from assets.engine.status.health import Finding
from assets.engine.status.state import first_difference, kept_readings
from assets.engine.warehouse import (
    HASH_KEY_VARIABLE,
    check_calendar,
    check_key,
    check_version,
    looking,
    version_to_change,
)

_LAST = "SELECT max(computed_at) FROM ops.revision"


def warehouse_findings(paths: Paths) -> Iterator[Finding]:
    """Look at the warehouse, unless a run holds it."""
    if not paths.warehouse_file.exists() or not paths.warehouse_file.stat().st_size:
        if read_manifest(paths):
            yield Finding(
                "look",
                "there is no warehouse, or an empty file, though the manifest lists deliveries",
                "the next run loads them all; an older warehouse: make restore.",
            )  # fmt: skip
        return
    if HASH_KEY_VARIABLE not in os.environ and not paths.hash_key_file.exists():
        yield Finding(
            "wrong", f"there is no {paths.hash_key_file}, nor {HASH_KEY_VARIABLE}",
            "bring the key of the dossier hash back: the next run would make another one.",
        )  # fmt: skip
        return
    try:
        with looking(paths) as connection:
            yield from _findings(connection, paths)
    except duckdb.Error as error:
        if "lock on file" not in str(error).lower():  # else told among the locks
            yield Finding(
                "wrong", f"DuckDB cannot read {paths.warehouse_file}",
                "make restore, or make rebuild.",
            )  # fmt: skip


def _findings(connection: duckdb.DuckDBPyConnection, paths: Paths) -> Iterator[Finding]:
    version = version_to_change(connection)
    found = [
        *_refusals(lambda: check_version(version or 0)),
        *_refusals(lambda: check_key(connection)),
        *_refusals(lambda: check_calendar(connection, load_calendar(paths.settings))),
    ]
    if version is None:
        found += _state_findings(connection, paths)
    if version is not None and not found:
        found.append(
            Finding(
                "look", "the tables of the warehouse are those of another version of Motcua",
                "the next run changes them; docs/upgrade.md says how.",
            )
        )  # fmt: skip
    yield from found or [Finding("ok", "the warehouse fits its key, closing day and manifest")]


def _state_findings(connection: duckdb.DuckDBPyConnection, paths: Paths) -> Iterator[Finding]:
    """Look what the next run would make good or refuse, and what stays as it is."""
    sources = load_sources(paths.sources)
    if difference := first_difference(connection, paths, sources):
        error = difference.error
        yield Finding(
            "look" if difference.is_made_good else "wrong",
            error.said,
            "the next run of any period does it, once nothing else here is wrong."
            if difference.is_made_good
            else error.to_do,
        )
    else:
        yield from _publishing_findings(connection, paths)
    if kept := kept_readings(connection, paths, sources):
        yield Finding("look", kept, "deliver these files again if the change concerns them.")


def _publishing_findings(connection: duckdb.DuckDBPyConnection, paths: Paths) -> Iterator[Finding]:
    file = paths.published / "motcua.duckdb"
    computed = connection.execute(_LAST).fetchall()
    if not file.exists() or computed == [(None,)]:
        return
    with duckdb.connect(str(file), read_only=True) as published:
        if published.execute(_LAST).fetchall() < computed:
            yield Finding(
                "look", "figures were computed that are not published: the run that did it failed",
                "see why in the UI, and run its period again.",
            )  # fmt: skip


def _refusals(check: Callable[[], None]) -> Iterator[Finding]:
    """Return what a run would refuse."""
    try:
        check()
    except MotcuaError as error:
        yield Finding.of(error)
