"""What many tests share: an installation in a temporary folder, taken through the engine."""

import atexit
import json
import os
import shutil
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import duckdb
import pytest
from filelock import FileLock

from assets.engine import load
from assets.engine.collect import inbox
from assets.engine.common.calendar import Calendar, local_now
from assets.engine.common.paths import PRIVATE_FILE, PROJECT, Paths, private_folder
from assets.engine.indicators import (
    balance,
    compute_table,
    data_cutoff,
    load_indicators,
    own_counts,
    refresh_periods,
    sum_payments,
)
from assets.engine.load import Loaded
from assets.engine.publish import files as publish
from assets.engine.quarantine import rebuild_quarantine
from assets.engine.reference import files as reference
from assets.engine.settings import load_calendar, load_sources, load_statistic
from assets.engine.warehouse import scalar, warehouse
from schemas.rows import KINDS, REFERENCE_SCHEMAS
from schemas.settings import Statistic
from schemas.tables import CONFLICT, GONE, INDICATOR_TABLES, ORPHAN, OUTSIDE, SUMMARY

SETTINGS = PROJECT / "data"
SAMPLE_INBOX = PROJECT / "data" / "sample" / "inbox"
CALENDAR = Calendar()  # the one of the law, which most tests keep to
SAMPLE_KEYS = [
    period.key
    for period in CALENDAR.periods_until(CALENDAR.first_period, date(2023, 11, 14))
    if period.kind == "month"
]
# Which reference files each warehouse of this process has loaded.
_references: dict[Path, tuple[str, ...]] = {}


def new_installation(folder: Path, *, with_sample: bool = False) -> Paths:
    """Return an installation in `folder`: an empty inbox, the project's settings, a warehouse."""
    paths = Paths(folder, SETTINGS)
    paths.inbox.mkdir(parents=True)
    if with_sample:
        shutil.copytree(SAMPLE_INBOX, paths.inbox, dirs_exist_ok=True)
    copy_warehouse(paths)
    return paths


def close_on(closing_day: int | str, settings: Path) -> None:
    """Write a `statistic.toml` whose months close on a day, or on the "last" of the month."""
    (settings / "statistic.toml").write_text(
        f"closing_day = {json.dumps(closing_day)}\n", encoding="utf-8"
    )


def copy_warehouse(paths: Paths) -> None:
    """Give a new installation a warehouse that has its tables and the project's reference tables.

    A copy takes 3 ms, making one a second. The key of the hash is the same in all copies.
    """
    shutil.copytree(prepared(), paths.warehouse)
    _references[paths.warehouse_file] = _reference_version(SETTINGS / "reference")


@cache
def prepared() -> Path:
    """Return the folder of the warehouse that installations begin with: made once a process."""
    folder = Path(mkdtemp(prefix="prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    paths = Paths(folder, SETTINGS)
    # Workers share installations, and compare what they made of them.
    private_folder(paths.warehouse)
    paths.hash_key_file.write_text("0123456789abcdef" * 4, encoding="ascii")
    paths.hash_key_file.chmod(PRIVATE_FILE)
    with warehouse(paths) as connection:
        load_references(connection, paths)
    return paths.warehouse


def load_references(connection: duckdb.DuckDBPyConnection, paths: Paths) -> None:
    """Load every reference table, and what the measures mean, unless the warehouse has them."""
    version = _reference_version(paths.reference)
    is_filled = scalar(connection, "SELECT count(*) FROM reference.unit")
    if is_filled and _references.get(paths.warehouse_file) == version:
        return
    for name in REFERENCE_SCHEMAS:
        reference.load_reference(connection, paths.reference, name)
    load_indicators(connection)
    _references[paths.warehouse_file] = version


def _reference_version(folder: Path) -> tuple[str, ...]:
    return tuple(reference.file_version(folder, name) for name in REFERENCE_SCHEMAS)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that the workers of a session share; the first to need it makes it."""
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with FileLock(shared / f"{name}.lock"):
        if not (shared / name).exists():
            shutil.rmtree(shared / f"{name}.unfinished", ignore_errors=True)
            make(shared / f"{name}.unfinished")
            (shared / f"{name}.unfinished").rename(shared / name)
    return shared / name


def take_in(
    paths: Paths,
    keys: list[str],
    connection: duckdb.DuckDBPyConnection,
    now: datetime | None = None,
) -> list[Loaded]:
    """Collect and load the periods, in the order given; return what became of each file."""
    sources, calendar = load_sources(paths.sources), load_calendar(paths.settings)
    load_references(connection, paths)
    results = []
    for key in keys:
        period = calendar.month_from_key(key)
        inbox.collect_period(inbox.read_inbox(paths, sources, now or local_now()), period)
        for kind in KINDS.values():
            results += load.load_period(
                connection,
                paths,
                sources,
                kind=kind,
                period=period,
                run_id="test-run",
                progress=lambda _: None,
            )
    return results


def compute_all(
    connection: duckdb.DuckDBPyConnection,
    statistic: Statistic = Statistic(),  # noqa: B008
) -> None:
    """Compute every derived table from the register and check the balance."""
    reference.load_working_days(connection)
    refresh_periods(connection, data_cutoff(connection), statistic)
    own_counts.count_dossiers(connection, "test-run")
    own_counts.count_payments(connection)
    for table in INDICATOR_TABLES:
        compute_table(connection, table, "test-run")
    balance.check_balance(connection)
    sum_payments(connection)
    for table in (SUMMARY, OUTSIDE, CONFLICT, GONE, ORPHAN):
        rebuild_quarantine(connection, table)


def process(paths: Paths, keys: list[str]) -> list[Loaded]:
    """Do what a run does for each period, then compute and publish."""
    with warehouse(paths) as connection:
        results = take_in(paths, keys, connection)
        compute_all(connection, load_statistic(paths.settings))
        publish.publish_motcua(connection, paths)
        publish.publish_dossiers(connection, paths)
        publish.publish_by_unit_csv(connection, paths)
    return results
