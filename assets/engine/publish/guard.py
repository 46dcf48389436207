"""The guard of the published files: none holds less than the one before unless somebody asked.

A correction that drops rows, a newer whole list, a deletion of a portal are asked for by their
delivery, and an accepted loss by whoever accepted it. Whatever else makes less of what readers had
keeps the files of before in place.
"""

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from assets.engine.collect import read_arrivals
from assets.engine.common.errors import WarehouseError
from assets.engine.common.messages import SHOWN, counted, deliveries_of
from assets.engine.common.paths import Paths
from assets.engine.indicators import data_cutoff
from assets.engine.load import LOST
from assets.engine.settings import load_calendar, load_sources
from assets.engine.warehouse import scalar
from schemas.tables import PERIOD_NAMES

_PERIODS = f"SELECT period_label, {', '.join(PERIOD_NAMES)} FROM reference.period"
_DELIVERIES = (
    "SELECT delivery_id, CAST(delivery_period AS VARCHAR), state, accepted_count, reading_version, "
    "collected_at FROM ops.delivery"
)
_HELD_BACK = "the last day that counts went back from"
# What a portal was asked for decides, besides the deliveries, what was deleted there.
_COLLECTIONS = "SELECT delivery_id, whole_asked_at, changes_known_at FROM ops.collection"
_CUTOFF = "SELECT max(cutoff_date) FROM reference.period"
_UNITS = "SELECT unit_code, valid_from, valid_to FROM reference.unit AS unit"
# A code may be that of another unit later: the record counts that was valid then.
_UNITS_WITH_FIGURES = f"""
    {_UNITS} SEMI JOIN indicators.by_unit AS figure
        ON figure.unit_code = unit.unit_code AND scope = 'own' AND total_to_handle_count > 0
            AND period_start <= valid_to AND period_end >= valid_from
"""


@dataclass(frozen=True)
class _Delivery:
    period: str
    state: str
    accepted: int
    reading_version: str
    collected_at: date


@dataclass(frozen=True)
class _Held:
    """What a published file, or the warehouse, holds."""

    periods: dict[tuple[object, ...], str]
    deliveries: dict[str, _Delivery]
    collections: frozenset[tuple[object, ...]] | None
    units: frozenset[tuple[str, date, date]]
    cutoff: date | None


def check_not_fewer(connection: duckdb.DuckDBPyConnection, paths: Paths) -> None:
    """Check that readers lose nothing that nobody asked to leave out.

    Raises
    ------
    WarehouseError
        What would be published holds fewer periods, deliveries, rows of a delivery, dossiers or
        units than the files in place; or this machine's clock says that most are yet to come.
    """
    lost = list(_lost(connection, paths))
    if lost:
        is_held_back = len(lost) == 1 and lost[0].startswith(_HELD_BACK)
        to_do = (
            "Deliver the newest period of what holds it back first; or, where less is meant,"
            if is_held_back
            else "Bring back what is missing; where less is meant,"
        )
        period = scalar(connection, "SELECT max(delivery_period) FROM ops.delivery")
        raise WarehouseError(
            "Comparing what would be published with the published files",
            f"less than before: {'; '.join(lost)}",
            "at least what readers have",
            f"The published files stay as they were. {to_do} publish it once by make "
            f"period PERIOD={period} ACCEPT_FEWER=yes, or in the UI with "
            "accept_fewer: true in the configuration of the step publish.",
        )


def _lost(connection: duckdb.DuckDBPyConnection, paths: Paths) -> Iterator[str]:
    before = _published(paths)
    if before is None:
        return
    now, arrivals = _held(connection, _UNITS), read_arrivals(paths)
    arrivals.check_most_have_begun(before.deliveries)
    today = arrivals.clock.today
    is_begun = any(_has_begun(key, paths, today) for key in now.periods)
    gone = [
        label
        for key, label in before.periods.items()
        if key not in now.periods and (not is_begun or _has_begun(key, paths, today))
    ]
    if gone:
        held_back = _held_back(connection, paths, before, now)
        yield f"{held_back}{counted(len(gone), 'period')} missing {_first(gone)}"
    missing = [
        item.period
        for key, item in before.deliveries.items()
        if key not in now.deliveries and key not in arrivals.aside
    ]
    if missing:
        yield f"{deliveries_of(missing)} missing"
    fewer = [
        item.period
        for key, item in before.deliveries.items()
        if item.state == "loaded" and key in now.deliveries
        and _has_fewer_rows(item, now.deliveries[key])
    ]  # fmt: skip
    if fewer:
        yield f"{deliveries_of(fewer)} with fewer rows, read again with other settings"
    if units := sorted({unit[0] for unit in before.units if not _is_there(unit, now.units)}):
        yield f"{counted(len(units), 'unit')} missing {_first(units)} that had figures"
    is_known = before.collections is not None
    if is_known and before.collections == now.collections and _arrivals(before) == _arrivals(now):
        dossiers = _dossiers(paths) - int(
            str(scalar(connection, "SELECT count(*) FROM core.dossier_version WHERE is_latest"))
        )
        if dossiers > 0:
            yield f"{counted(dossiers, 'dossier')} fewer, though nothing was delivered since"


def _is_there(unit: tuple[str, date, date], units: Collection[tuple[str, date, date]]) -> bool:
    """Return whether a record of the same code is valid on one of a record's days."""
    code, first, last = unit
    return any(other == code and since <= last and to >= first for other, since, to in units)


def _held_back(
    connection: duckdb.DuckDBPyConnection, paths: Paths, before: _Held, now: _Held
) -> str:
    """Return that an export is delivered less far than what readers have, where one is."""
    sources = load_sources(paths.sources)
    exports = {(name, export) for name, source in sources.items() for export in source.exports}
    held_back_by = data_cutoff(connection, exports).held_back_by
    if not before.cutoff or not now.cutoff or now.cutoff >= before.cutoff or not held_back_by:
        return ""
    return (
        f"{_HELD_BACK} {before.cutoff:%d/%m/%Y} to {now.cutoff:%d/%m/%Y}, held back by "
        f"{', '.join(held_back_by)}: "
    )


def _has_begun(key: tuple[object, ...], paths: Paths, today: date) -> bool:
    """Return whether a period has begun; of one that has not a clock that ran ahead told."""
    kind, start, end = key
    assert isinstance(start, date)  # noqa: S101
    assert isinstance(end, date)  # noqa: S101
    if kind == "year_to_date":
        start = load_calendar(paths.settings).month_of(end).start
    return start <= today


def _has_fewer_rows(before: _Delivery, now: _Delivery) -> bool:
    """Return whether a delivery lost rows that no other one replaced, and nobody let go."""
    is_explained = now.state == "superseded" or now.reading_version == LOST
    return not is_explained and now.accepted < before.accepted


def _arrivals(held: _Held) -> dict[str, tuple[str, date]]:
    return {key: (item.state, item.collected_at) for key, item in held.deliveries.items()}


def _published(paths: Paths) -> _Held | None:
    """Return what readers have; None if it is nothing, or not to be compared.

    One that cannot be read is replaced.
    """
    file = paths.published / "motcua.duckdb"
    if not file.exists():
        return None
    try:
        with _reading(file) as reader:
            return _held(reader, _UNITS_WITH_FIGURES)
    except duckdb.Error:
        return None


@contextmanager
def _reading(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published file; a copy of it where a program has it open for writing."""
    try:
        reader = duckdb.connect(str(file), read_only=True)
    except duckdb.IOException as error:
        if "lock on file" not in str(error):
            raise
        with TemporaryDirectory(dir=file.parent, prefix=".comparing-") as folder:
            copy = shutil.copy(file, folder)
            with duckdb.connect(str(copy), read_only=True) as reader:
                yield reader
    else:
        with reader:
            yield reader


def _held(connection: duckdb.DuckDBPyConnection, units: str) -> _Held:
    try:
        collections = frozenset(connection.execute(_COLLECTIONS).fetchall())
    except duckdb.CatalogException:  # a published file of an older version
        collections = None
    return _Held(
        {tuple(key): label for label, *key in connection.execute(_PERIODS).fetchall()},
        {row[0]: _Delivery(*row[1:]) for row in connection.execute(_DELIVERIES).fetchall()},
        collections,
        frozenset(connection.execute(units).fetchall()),
        connection.execute(_CUTOFF).fetchall()[0][0],
    )


def _dossiers(paths: Paths) -> int:
    """Return how many dossiers readers have; 0 if that is not to be known."""
    file = paths.published / "dossiers.duckdb"
    if not file.exists():
        return 0
    try:
        with _reading(file) as reader:
            return int(str(scalar(reader, "SELECT count(*) FROM core.dossier")))
    except duckdb.Error:
        return 0


def _first(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"({', '.join(names[:SHOWN])}{more})"
