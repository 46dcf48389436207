"""What the warehouse holds, beside what it should: keys, periods, the deliveries of the manifest.

Belongs here: whether hash key and calendar are still those of the rows, which deliveries were never
loaded, and the refusals that follow. Does not belong here: loading (`assets.engine.load`), what was
reported (`assets.engine.revision_log`).
"""

from collections.abc import Container
from dataclasses import dataclass

import duckdb

from assets.engine.errors import MotcuaError, SettingsError, WarehouseError
from assets.engine.hash_key import VARIABLE, has_hash_key
from assets.engine.paths import Paths
from assets.engine.periods import Calendar, load_calendar
from assets.engine.raw_store import Delivery, blob_of, read_manifest
from assets.engine.supersession import differing, recorded_standings
from schemas.core_tables import DOSSIER_KEY, VERSION_TABLES
from schemas.settings import Source

# More labels than this nobody reads in a sentence.
SHOWN = 5
_KEYED = [table.qualified_name for table in VERSION_TABLES if DOSSIER_KEY in table.columns]
# One row a delivery: each was loaded with one key.
_KEYS = " UNION ALL ".join(
    f"SELECT dossier_code, dossier_key FROM {table} "
    f"WHERE rowid IN (SELECT min(rowid) FROM {table} GROUP BY delivery_id)"
    for table in _KEYED
)


@dataclass(frozen=True)
class Lacking:
    """Deliveries of the manifest that the warehouse has no row of, or not as they arrived last.

    Those that are `lost` cannot be loaded: their bytes were purged, or their period is none of
    today's calendar. Nor can the `unnamed`: the settings no longer name their source or export.
    """

    loadable: list[Delivery]
    lost: list[Delivery]
    unnamed: list[Delivery]

    @property
    def not_loadable(self) -> list[Delivery]:
        """All that no run can load."""
        return [*self.lost, *self.unnamed]


def check_key_is_there(connection: duckdb.DuckDBPyConnection, paths: Paths) -> None:
    """Check that a key is not to be made where rows have one already.

    Raises
    ------
    SettingsError
        The key of the rows is missing.
    """
    if not has_hash_key(paths) and any(_has_rows(connection, table) for table in _KEYED):
        raise SettingsError(
            "Reading the key of the dossier hash",
            f"neither {paths.hash_key_file} nor {VARIABLE}",
            "the key that the rows of the warehouse were loaded with",
            "Bring it back from a back-up. If it is lost for good, load everything again with a "
            "new one: make rebuild, which says first what was purged.",
        )


def check_key(connection: duckdb.DuckDBPyConnection) -> None:
    """Check that today's key makes the dossier keys that the rows of each delivery have.

    Raises
    ------
    SettingsError
        Some were loaded with another key: each dossier would count twice.
    """
    if connection.execute(
        f"FROM ({_KEYS}) WHERE dossier_key <> keyed_hash(dossier_code) LIMIT 1"
    ).fetchall():
        raise SettingsError(
            "Comparing the key of the dossier hash with the rows of the warehouse",
            "rows that another key made",
            "the key that they were loaded with",
            "Set MOTCUA_HASH_KEY, or warehouse/dossier_hash.key, back to what it was. To change "
            "the key for good, load everything again: make rebuild, which says first what was "
            "purged.",
        )


def check_calendar(connection: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
    """Check that every loaded delivery is of a period of the calendar.

    Raises
    ------
    SettingsError
        The closing day was changed after the first delivery.
    """
    days = connection.execute(
        "SELECT DISTINCT delivery_period FROM ops.delivery WHERE state <> 'refused'"
    ).fetchall()
    strangers = sorted(day for (day,) in days if calendar.month_of(day).start != day)
    if strangers:
        raise SettingsError(
            "Comparing closing_day with the rows of the warehouse",
            f"deliveries of a period that begins on {strangers[0]}",
            f"periods that begin on day {calendar.first_day_of_month} of a month",
            "Set closing_day of statistic.toml back, or begin in an empty MOTCUA_DATA. Where both "
            "were in use, set the right one and load everything again: make rebuild.",
        )


def lacking(
    connection: duckdb.DuckDBPyConnection, paths: Paths, sources: dict[str, Source]
) -> Lacking:
    """Return which deliveries were never loaded nor refused, or stand as they did before."""
    standings = recorded_standings(connection)
    lacks = lacking_beside(paths, sources, standings.keys())
    calendar = load_calendar(paths.settings)
    places: dict[tuple[str, str, str], list[Delivery]] = {}
    for delivery in read_manifest(paths):
        if _is_named(sources, delivery) and _is_period(calendar, delivery):
            place = (delivery.source, delivery.export, delivery.period)
            places.setdefault(place, []).append(delivery)
    for (source, export, _), arrivals in places.items():
        ids = differing(arrivals, sources[source].exports[export], standings)
        lacks.loadable.extend({d.delivery_id: d for d in arrivals if d.delivery_id in ids}.values())
    return lacks


def lacking_beside(paths: Paths, sources: dict[str, Source], known: Container[str]) -> Lacking:
    """Return which deliveries a warehouse lacks that has those of the ids `known`."""
    calendar = load_calendar(paths.settings)
    lacks = Lacking([], [], [])
    found = {d.delivery_id: d for d in read_manifest(paths) if d.delivery_id not in known}
    for delivery in found.values():
        if not _is_named(sources, delivery):
            lacks.unnamed.append(delivery)
        elif _is_period(calendar, delivery) and blob_of(paths, delivery).exists():
            lacks.loadable.append(delivery)
        else:
            lacks.lost.append(delivery)
    return lacks


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
            "Comparing the warehouse with the manifest",
            f"{named(lacks.lost)} that it lacks and that cannot be loaded: their raw bytes were "
            f"purged, or their period is none of this closing_day{kept}",
            "every delivery of the manifest",
            "Restore a back-up (make restore), or deliver these files again; to go on without "
            "them, make rebuild ACCEPT_LOSS=yes records them as refused.",
        )
    if lacks.unnamed:
        exports = ", ".join(sorted({f"{d.source}/{d.export}" for d in lacks.unnamed}))
        raise WarehouseError(
            "Comparing the warehouse with the manifest",
            f"{named(lacks.unnamed)} that it lacks, and the settings no longer name {exports}"
            f"{kept}",
            "every delivery of the manifest",
            f"Bring the settings of {exports} back, or accept the loss: make rebuild "
            "ACCEPT_LOSS=yes records these deliveries as refused.",
        )


def check_nothing_lacks(
    connection: duckdb.DuckDBPyConnection, paths: Paths, sources: dict[str, Source]
) -> None:
    """Check that no figure is computed or published without a delivery of the manifest.

    Raises
    ------
    WarehouseError
        Some were never loaded; the sentence says of which periods, and what to do.
    """
    lacks = lacking(connection, paths, sources)
    check_can_be_loaded(lacks)
    if lacks.loadable:
        raise WarehouseError(
            "Comparing the warehouse with the manifest",
            f"{named(lacks.loadable)} that it lacks",
            "every delivery of the manifest",
            f"Load them: make period PERIOD={min(d.period for d in lacks.loadable)}.",
        )


def named(deliveries: list[Delivery]) -> str:
    """Return how many deliveries there are, and of which periods."""
    periods = sorted({delivery.period for delivery in deliveries})
    more = f" and {len(periods) - SHOWN} more" if len(periods) > SHOWN else ""
    count = f"{len(deliveries):,} {'delivery' if len(deliveries) == 1 else 'deliveries'}"
    return f"{count} of {', '.join(periods[:SHOWN])}{more}"


def _has_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    try:
        return bool(connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall())
    except duckdb.CatalogException:  # a new warehouse
        return False


def _is_named(sources: dict[str, Source], delivery: Delivery) -> bool:
    source = sources.get(delivery.source)
    return source is not None and delivery.export in source.exports


def _is_period(calendar: Calendar, delivery: Delivery) -> bool:
    try:
        calendar.month_from_key(delivery.period)
    except MotcuaError:
        return False
    return True
