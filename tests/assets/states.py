"""A night through the engine, its checks among it, and the same from nothing: both are equal."""

import shutil
from pathlib import Path

from assets.engine.collect import inbox
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from assets.engine.indicators import check_is_counted, take_over_published
from assets.engine.load import load_lacking, load_period
from assets.engine.publish import (
    check_not_fewer,
    publish_by_unit_csv,
    publish_dossiers,
    publish_motcua,
)
from assets.engine.settings import load_calendar, load_sources, load_statistic
from assets.engine.status import check_before_computing
from assets.engine.warehouse import warehouse
from schemas.rows import KINDS
from tests.end_to_end.tables import Tables, rows_of
from tests.support import SETTINGS, compute_all, load_references

# When and by which run a delivery was loaded says nothing of the state.
_TIMES = frozenset({"loaded_at", "counted_at", "computed_at", "run_id"})


def own_settings(origin: Paths, folder: Path) -> Paths:
    """Return a copy of an installation, with settings of its own, in an empty folder."""
    shutil.copytree(origin.data, folder / "data")
    for name in ("sources", "reference"):
        shutil.copytree(SETTINGS / name, folder / "settings" / name)
    return Paths(folder / "data", folder / "settings")


def night(
    paths: Paths, key: str, *, collects: bool = True, accepts_fewer: bool = False
) -> list[str]:
    """Do what a run of one period does; return what it says and warns of."""
    said: list[str] = []
    with warehouse(paths) as connection:
        load_references(connection, paths)
        sources = load_sources(paths.sources)
        period = load_calendar(paths.settings).month_from_key(key)
        if collects:
            inbox.collect_period(inbox.read_inbox(paths, sources, local_now()), period)
        load_lacking(
            connection, paths, sources, kinds=KINDS.values(), but=[key], run_id="night",
            progress=said.append,
        )  # fmt: skip
        for kind in KINDS.values():
            load_period(
                connection, paths, sources, kind=kind, period=period, run_id="night",
                progress=said.append,
            )  # fmt: skip
        check_before_computing(connection, paths, sources)
        take_over_published(connection, paths, said.append)
        compute_all(connection, load_statistic(paths.settings))
        check_is_counted(connection, paths, sources)
        if not accepts_fewer:
            check_not_fewer(connection, paths)
        publish_motcua(connection, paths)
        publish_dossiers(connection, paths)
        publish_by_unit_csv(connection, paths)
    return said


def published(paths: Paths) -> Tables:
    """Return every published row but those of the logs, without times and runs."""
    tables = {
        **rows_of(paths.published / "motcua.duckdb", without=_TIMES),
        **rows_of(paths.published / "dossiers.duckdb", without=_TIMES),
    }
    return {
        name: rows
        for name, rows in tables.items()
        if name not in ("ops.revision", "ops.moved_dossier")
    }


def loaded_anew(paths: Paths, folder: Path, key: str) -> Tables:
    """Return what an installation publishes that loads the same raw files with the same settings.

    Nothing is collected: the manifest is the same.
    """
    fresh = Paths(folder / "fresh", paths.settings)
    shutil.copytree(paths.raw, fresh.raw)
    fresh.warehouse.mkdir(mode=0o700)
    shutil.copy2(paths.hash_key_file, fresh.hash_key_file)
    fresh.inbox.mkdir()
    night(fresh, key, collects=False)
    return published(fresh)
