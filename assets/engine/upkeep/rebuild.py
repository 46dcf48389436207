"""Rebuilding: a new warehouse beside the old one, to be loaded from the raw store."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from assets.engine import register
from assets.engine.collect import read_manifest
from assets.engine.common.disk import sync
from assets.engine.common.errors import SettingsError, WarehouseError, WarehouseHeld
from assets.engine.common.locks import locked
from assets.engine.common.messages import counted
from assets.engine.common.paths import Paths, private_folder
from assets.engine.indicators import take_over
from assets.engine.load import (
    accept_loss,
    check_can_be_loaded,
    check_is_listed,
    lacking_beside,
    summary_of,
)
from assets.engine.settings import load_calendar
from assets.engine.warehouse import check_key, looking, transaction, warehouse
from schemas.rows import KINDS
from schemas.settings import Source
from schemas.tables import (
    CHECK_VALUE,
    COLLECTION,
    DELIVERY,
    DELIVERY_PART,
    LAYOUT,
    REJECTED_ROW,
    VERSION_TABLES,
    WAREHOUSE_TABLES,
    quoted,
)

_OF_DELIVERIES = (
    *VERSION_TABLES, DELIVERY, DELIVERY_PART, COLLECTION, LAYOUT, CHECK_VALUE, REJECTED_ROW,
)  # fmt: skip


class _Beside(Paths):
    """An installation whose warehouse is built beside the old one, which is whole until then."""

    @property
    def warehouse_file(self) -> Path:
        """A file of the same name, so that the database is called the same."""
        return self.warehouse / ".building" / super().warehouse_file.name


@dataclass(frozen=True)
class _Former:
    """The old file: whether it can go on as it is, the deliveries that can be copied of it.

    `unlisted` says what it holds that the manifest does not list.
    """

    is_sound: bool = False
    ids: frozenset[str] = frozenset()
    unlisted: WarehouseError | None = None


def begin_anew(
    paths: Paths,
    sources: dict[str, Source],
    now: datetime,
    *,
    is_loss_accepted: bool,
    report: Callable[[str], None] = lambda _: None,
) -> Path | None:
    """Set the warehouse aside and make one that knows what was reported; return the old file.

    The revision log comes from the old file where DuckDB can read it; the run that follows takes
    over what only the published files know. Deliveries that cannot be loaded come from the old
    file, where its key is the same. With `is_loss_accepted`, those that are lost are recorded as
    refused, as `report` is told: in the old warehouse, which is not set aside, where it fits key
    and calendar.

    Raises
    ------
    WarehouseError
        A run is at work, or there are deliveries that cannot be loaded.
    """
    try:
        with locked(private_folder(paths.warehouse), wait=False):
            former = _former(paths)
            if is_loss_accepted and former.is_sound and _accept_in_place(paths, sources, report):
                return None
            lacks = lacking_beside(paths, sources, former.ids)
            if not is_loss_accepted:
                if former.unlisted:
                    raise former.unlisted
                lost = [delivery.delivery_id for delivery in lacks.not_loadable]
                check_can_be_loaded(lacks, _what_is_lost(paths, lost))
            again = {d.delivery_id for d in lacking_beside(paths, sources, ()).loadable}
            listed = {delivery.delivery_id for delivery in read_manifest(paths)}
            if former.unlisted:
                report(f"Left in the warehouse of before: {former.unlisted.found}.")
            return _replace(
                paths,
                sources,
                now,
                sorted((former.ids & listed) - again),
                report if is_loss_accepted else None,
            )
    except BlockingIOError:
        raise WarehouseError(
            "Rebuilding the warehouse", "a run at work", "no run meanwhile",
            "Wait for it to end, or end it in the UI, and run this again.",
        ) from None  # fmt: skip


def _former(paths: Paths) -> _Former:
    """Read the old file to its end, once its tables are those of this version."""
    if not paths.warehouse_file.exists():
        return _Former()
    calendar = load_calendar(paths.settings)
    is_sound = True
    try:
        with warehouse(paths):
            pass
    except WarehouseHeld:
        raise
    except SettingsError:
        is_sound = False
    except (WarehouseError, duckdb.Error):
        return _Former()
    try:
        with looking(paths) as connection:
            check_key(connection)
            for table in WAREHOUSE_TABLES:
                name = table.qualified_name
                connection.execute(f"SELECT bit_xor(hash(row)) FROM {name} AS row").fetchall()
            rows = connection.execute(
                "SELECT delivery_id, delivery_period, state FROM ops.delivery"
            ).fetchall()
            unlisted = _unlisted(connection, paths)
    except (SettingsError, duckdb.Error):
        return _Former()
    ids = {
        delivery_id
        for delivery_id, day, state in rows
        if state == "refused" or calendar.month_of(day).start == day
    }
    return _Former(is_sound and not unlisted, frozenset(ids), unlisted)


def _unlisted(connection: duckdb.DuckDBPyConnection, paths: Paths) -> WarehouseError | None:
    try:
        check_is_listed(connection, paths)
    except WarehouseError as error:
        return error
    return None


def _accept_in_place(
    paths: Paths, sources: dict[str, Source], report: Callable[[str], None]
) -> bool:
    with warehouse(paths) as connection:
        return _accept(connection, paths, sources, report)


def _accept(
    connection: duckdb.DuckDBPyConnection,
    paths: Paths,
    sources: dict[str, Source],
    report: Callable[[str], None],
) -> bool:
    """Record what is lost as refused, and report it; return whether anything is."""
    lost = accept_loss(connection, paths, sources, "rebuild")
    if lost:
        report(
            f"Recorded as refused, for no run can load them: {summary_of(lost)}. Delivered again, "
            "they are loaded."
        )
    return bool(lost)


def _what_is_lost(paths: Paths, ids: list[str]) -> str:
    """Return how many dossiers of the deliveries the old file holds, where it can be read."""
    if not paths.warehouse_file.exists():
        return ""
    try:
        with duckdb.connect(str(paths.warehouse_file), read_only=True) as connection:
            ((count,),) = connection.execute(
                "SELECT count(DISTINCT dossier_code) FROM core.dossier_version "
                "WHERE list_contains(?, delivery_id)",
                [ids],
            ).fetchall()
    except duckdb.Error:
        return ""
    return f"; {counted(count, 'dossier')} of them in the warehouse of today" if count else ""


def _replace(
    paths: Paths,
    sources: dict[str, Source],
    now: datetime,
    copied: list[str],
    report_loss: Callable[[str], None] | None,
) -> Path | None:
    """Build a new warehouse beside the old one and exchange them; a loss is accepted if reported.

    Returns the old file.
    """
    beside, former = _Beside(paths.data, paths.settings), paths.warehouse_file
    building = beside.warehouse_file.parent
    shutil.rmtree(building, ignore_errors=True)
    private_folder(building)
    with warehouse(beside) as connection:
        if former.exists():
            if copied:
                _copy_deliveries(connection, former, copied)
            with suppress(WarehouseError):  # it is damaged, perhaps
                take_over(connection, former, former)
        if report_loss:
            _accept(connection, paths, sources, report_loss)
    sync(beside.warehouse_file)
    aside = _set_aside(paths, now)
    beside.warehouse_file.replace(former)
    sync(former.parent)
    building.rmdir()
    return aside


def _copy_deliveries(connection: duckdb.DuckDBPyConnection, origin: Path, ids: list[str]) -> None:
    """Copy all that the old file holds of deliveries; the registers follow."""
    connection.execute(f"ATTACH {quoted(str(origin))} AS former (READ_ONLY)")
    with transaction(connection):
        for table in _OF_DELIVERIES:
            name = table.qualified_name
            connection.execute(
                f"INSERT INTO {name} BY NAME FROM former.{name} "
                "WHERE delivery_id IN (SELECT unnest(?))",
                [ids],
            )
        connection.execute("UPDATE ops.delivery SET counted_at = NULL")
        for kind in KINDS.values():
            register.refresh(connection, kind, changed=ids, removed=register.Removed())
    connection.execute("DETACH former")


def _set_aside(paths: Paths, now: datetime) -> Path | None:
    """Give the warehouse's file, and its log, a name with the time; the file keeps its own, too."""
    file = paths.warehouse_file
    if not file.exists():
        return None
    aside = file.with_name(f"{file.stem}-{now:%Y%m%dT%H%M%S}{file.suffix}")
    log = file.with_name(f"{file.name}.wal")
    if log.exists():
        log.rename(aside.with_name(f"{aside.name}.wal"))
    try:
        os.link(file, aside)
    except OSError:  # a disk without links: for a moment there is no warehouse
        file.rename(aside)
    return aside
