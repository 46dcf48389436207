"""The deliveries of the manifest beside those of the warehouse: which differ, and how."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import duckdb

from assets.engine.collect import Delivery, blob_of, coverage_since, read_arrivals, read_manifest
from assets.engine.common.calendar import Calendar, Period
from assets.engine.common.errors import MotcuaError, WarehouseError
from assets.engine.common.messages import deliveries_of
from assets.engine.common.paths import Paths
from assets.engine.load.reading_version import ReadingVersions, version_as_of
from assets.engine.load.supersession import differing, recorded_standings
from assets.engine.settings import load_calendar
from assets.engine.warehouse import check_rows
from schemas.settings import Source

_COMPARING = "Comparing the warehouse with the manifest"


@dataclass(frozen=True)
class Lacking:
    """Deliveries of the manifest that the warehouse has not as today's settings read them.

    Those that are `loadable` it lacks, or has not as they arrived last. Those that are `lost` it
    lacks for good: their bytes were purged, or their period is none of today's calendar; so does it
    the `unnamed`, whose source or export the settings no longer name. The `outdated` were read with
    other settings, units or by another version, and can be read again; the `kept` cannot, or are
    refused then: their rows stay.
    """

    loadable: list[Delivery] = field(default_factory=list)
    lost: list[Delivery] = field(default_factory=list)
    unnamed: list[Delivery] = field(default_factory=list)
    outdated: list[Delivery] = field(default_factory=list)
    kept: list[Delivery] = field(default_factory=list)

    @property
    def not_loadable(self) -> list[Delivery]:
        """All that the warehouse lacks and no run can load."""
        return [*self.lost, *self.unnamed]

    @property
    def to_load(self) -> list[Delivery]:
        """All that a run loads, or reads again."""
        return [*self.loadable, *self.outdated]


@dataclass(frozen=True)
class _Reading:
    """What `ops.delivery` says of how a delivery was read."""

    state: str
    version: str
    refused_version: str | None
    covers_to: date | None
    is_coverage_stated: bool | None
    stated_to: date | None
    extracted_at: datetime | None

    def is_outdated(self, version: str, *, has_bytes: bool) -> bool:
        """Return whether reading the bytes with settings of `version` says something else.

        What other settings refused since is no refusal any more.
        """
        if version == self.version:
            return self.refused_version is not None
        return has_bytes and version != self.refused_version

    def covers_other_days(self, arrivals: list[Delivery], period: Period) -> bool:
        """Return whether the bytes arrived again since, and cover other days now."""
        covered = coverage_since(
            arrivals, period, self.covers_to, is_stated=self.is_coverage_stated,
            stated_to=self.stated_to, extracted_at=self.extracted_at,
        )  # fmt: skip
        return covered is not None and covered.day != self.covers_to


def lacking(
    connection: duckdb.DuckDBPyConnection, paths: Paths, sources: dict[str, Source]
) -> Lacking:
    """Return which deliveries the warehouse has not as they arrived and as today's settings say."""
    standings, readings = recorded_standings(connection), _recorded_readings(connection)
    lacks = lacking_beside(paths, sources, standings.keys())
    calendar, versions = load_calendar(paths.settings), ReadingVersions(connection)
    for (source, export, key), arrivals in _places(paths, sources, calendar).items():
        settings, period = sources[source].exports[export], calendar.month_from_key(key)
        of_export = versions.of(sources[source], settings, period)
        ids = differing(arrivals, settings, standings)
        same_bytes: dict[str, list[Delivery]] = {}
        for arrival in arrivals:
            same_bytes.setdefault(arrival.delivery_id, []).append(arrival)
        for delivery_id in filter(readings.__contains__, same_bytes):
            reading, same = readings[delivery_id], same_bytes[delivery_id]
            version = version_as_of(of_export, same[0].arrived_at)
            if delivery_id in ids or reading.covers_other_days(same, period):
                lacks.loadable.append(same[0])
            elif reading.is_outdated(version, has_bytes=blob_of(paths, same[0]).exists()):
                lacks.outdated.append(same[0])
            elif reading.version != version and reading.state == "loaded":
                lacks.kept.append(same[0])
    return lacks


def _places(
    paths: Paths, sources: dict[str, Source], calendar: Calendar
) -> dict[tuple[str, str, str], list[Delivery]]:
    """Return the deliveries that today's settings name, by source, export and period."""
    places: dict[tuple[str, str, str], list[Delivery]] = {}
    for delivery in read_manifest(paths):
        if _is_named(sources, delivery) and _is_period(calendar, delivery):
            place = (delivery.source, delivery.export, delivery.period)
            places.setdefault(place, []).append(delivery)
    return places


def lacking_beside(paths: Paths, sources: dict[str, Source], known: Container[str]) -> Lacking:
    """Return which deliveries a warehouse lacks that has those of the ids `known`."""
    calendar = load_calendar(paths.settings)
    lacks = Lacking()
    found = {d.delivery_id: d for d in read_manifest(paths) if d.delivery_id not in known}
    for delivery in found.values():
        if not _is_named(sources, delivery):
            lacks.unnamed.append(delivery)
        elif _is_period(calendar, delivery) and blob_of(paths, delivery).exists():
            lacks.loadable.append(delivery)
        else:
            lacks.lost.append(delivery)
    return lacks


def check_is_listed(connection: duckdb.DuckDBPyConnection, paths: Paths) -> None:
    """Check that the manifest lists what is active in the warehouse, as it arrived there.

    Raises
    ------
    WarehouseError
        It is older than the warehouse, or another installation's: what it says supersedes less
        than was superseded, and withdrawn rows would count again.
    """
    arrived: dict[str, datetime] = {}
    found = read_arrivals(paths)
    counting = [*found.deliveries, *found.to_come]
    for item in (*counting, *found.withdrawn):
        last = arrived.get(item.delivery_id, item.arrived_at)
        arrived[item.delivery_id] = max(last, item.arrived_at)
    said = {item.collected_at for item in found.stated}
    if found.withdrawn or said != {item.collected_at for item in counting}:
        # A clock was wrong: times that are believed no more may stand in the warehouse, at most
        # microseconds after any that the manifest states.
        every = (*counting, *found.withdrawn, *found.stated)
        last = max(item.arrived_at for item in every) + timedelta(seconds=1)
        arrived = dict.fromkeys(arrived, last)
    rows = connection.execute(
        "SELECT delivery_id, CAST(delivery_period AS VARCHAR), collected_at, "
        "source || '/' || export FROM ops.delivery WHERE state = 'loaded' ORDER BY delivery_period"
    ).fetchall()
    unlisted = [
        (period, export)
        for delivery_id, period, collected_at, export in rows
        if delivery_id not in arrived or arrived[delivery_id] < collected_at
    ]
    if unlisted:
        periods = [period for period, _ in unlisted]
        exports = ", ".join(sorted({export for _, export in unlisted}))
        raise WarehouseError(
            _COMPARING,
            f"{deliveries_of(periods)} ({exports}) in the warehouse that raw/manifest.jsonl does "
            "not list, or with an earlier arrival",
            "a manifest that lists all that was loaded",
            f"If the files still lie in the inbox: make period PERIOD={periods[0]}. Else restore "
            "raw/manifest.jsonl, or raw and warehouse together, from a back-up, or deliver them "
            "again under their names; to go on without them, make rebuild ACCEPT_LOSS=yes.",
        )


def check_can_be_loaded(lacks: Lacking, kept: str = "") -> None:
    """Check that a run can load all that is lacking; `kept` says what else is known of the rest.

    Raises
    ------
    WarehouseError
        The bytes of some were purged, their period is none of today's calendar, or the settings no
        longer name their source or export.
    """
    if lacks.lost:
        raise WarehouseError(
            _COMPARING,
            f"{summary_of(lacks.lost)} lacking, which cannot be loaded: the raw bytes were purged, "
            f"or the period is none of this closing_day{kept}",
            "every delivery of the manifest",
            "Restore a back-up (make restore), or deliver these files again; to go on without "
            "them, make rebuild ACCEPT_LOSS=yes records them as refused.",
        )
    if lacks.unnamed:
        exports = ", ".join(sorted({f"{d.source}/{d.export}" for d in lacks.unnamed}))
        raise WarehouseError(
            _COMPARING,
            f"{summary_of(lacks.unnamed)} that it lacks, and the settings no longer name {exports}"
            f"{kept}",
            "every delivery of the manifest",
            f"Bring the settings of {exports} back, or accept the loss: make rebuild "
            "ACCEPT_LOSS=yes records these deliveries as refused.",
        )


def check_nothing_lacks(
    connection: duckdb.DuckDBPyConnection, paths: Paths, sources: dict[str, Source]
) -> Lacking:
    """Check that no figure is computed or published without a delivery of the manifest.

    Returns what was found: deliveries that stay as they were read are no reason to stop.

    Raises
    ------
    WarehouseError
        Some were never loaded, not as they arrived last, or with other settings than today's, or
        their rows are not all there; the sentence says of which periods, and what to do.
    """
    check_is_listed(connection, paths)
    lacks = lacking(connection, paths, sources)
    check_can_be_loaded(lacks)
    check_is_loaded(lacks)
    check_rows(connection)
    return lacks


def check_is_loaded(lacks: Lacking) -> None:
    """Check that no run has anything to load, or to read again.

    Raises
    ------
    WarehouseError
        One has.
    """
    if lacks.loadable:
        raise WarehouseError(
            _COMPARING,
            f"{summary_of(lacks.loadable)} that it lacks",
            "every delivery of the manifest",
            f"Load them: make period PERIOD={min(d.period for d in lacks.loadable)}.",
        )
    if lacks.outdated:
        raise WarehouseError(
            "Comparing the warehouse with the settings",
            f"{summary_of(lacks.outdated)} read with other settings or units",
            "all read with those of today",
            f"Read them again: make period PERIOD={min(d.period for d in lacks.outdated)}.",
        )


def summary_of(deliveries: list[Delivery]) -> str:
    """Return how many deliveries there are, and of which periods."""
    return deliveries_of([delivery.period for delivery in deliveries])


def stays_as_it_was(lacks: Lacking) -> str:
    """Return what is to be known of deliveries that no run can read with today's settings."""
    return (
        "Kept as read before settings, units, the program or what is believed of the clock "
        f"changed: {summary_of(lacks.kept)}. The raw bytes were purged, or are refused today."
    )


def _recorded_readings(connection: duckdb.DuckDBPyConnection) -> dict[str, _Reading]:
    rows = connection.execute(
        "SELECT delivery_id, state, reading_version, refused_version, covers_to, "
        "is_coverage_stated, stated_to, extracted_at FROM ops.delivery"
    ).fetchall()
    return {row[0]: _Reading(*row[1:]) for row in rows}


def _is_named(sources: dict[str, Source], delivery: Delivery) -> bool:
    source = sources.get(delivery.source)
    return source is not None and delivery.export in source.exports


def _is_period(calendar: Calendar, delivery: Delivery) -> bool:
    try:
        calendar.month_from_key(delivery.period)
    except MotcuaError:
        return False
    return True
