"""What the warehouse holds, beside what it should: keys, periods, the deliveries of the manifest.

Belongs here: whether hash key and calendar are still those of the rows, which deliveries were never
loaded, and the refusals that follow. Does not belong here: loading (`assets.engine.load`), what was
reported (`assets.engine.revision_log`).
"""

from dataclasses import dataclass

import duckdb

from assets.engine.errors import MotcuaError, SettingsError, WarehouseError
from assets.engine.paths import Paths
from assets.engine.periods import Calendar, load_calendar
from assets.engine.raw_store import Delivery, blob_of, read_manifest
from schemas.core_tables import DOSSIER_KEY, VERSION_TABLES
from schemas.settings import Source

# More labels than this nobody reads in a sentence.
SHOWN = 5
_KEYS = " UNION ALL ".join(
    f"(SELECT dossier_code, dossier_key FROM {table.qualified_name} LIMIT 1)"
    for table in VERSION_TABLES
    if DOSSIER_KEY in table.columns
)


@dataclass(frozen=True)
class Lacking:
    """Deliveries of the manifest that the warehouse has no row of.

    Those that are `lost` cannot be loaded: their bytes were purged, or their period is none of
    today's calendar.
    """

    loadable: list[Delivery]
    lost: list[Delivery]


def check_key(connection: duckdb.DuckDBPyConnection) -> None:
    """Check that today's key makes the dossier keys that the rows have; any row tells.

    Raises
    ------
    SettingsError
        The rows were loaded with another key: each dossier would count twice.
    """
    if connection.execute(
        f"FROM ({_KEYS}) WHERE dossier_key <> keyed_hash(dossier_code)"
    ).fetchall():
        raise SettingsError(
            "Comparing the key of the dossier hash with the rows of the warehouse",
            "rows that another key made",
            "the key that they were loaded with",
            "Set MOTCUA_HASH_KEY, or warehouse/dossier_hash.key, back to what it was. To change "
            "the key for good, load everything again: make rebuild.",
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
    """Return which deliveries of today's exports were never loaded, nor refused."""
    rows = connection.execute("SELECT delivery_id FROM ops.delivery").fetchall()
    return _lacking(paths, sources, {delivery_id for (delivery_id,) in rows})


def check_can_be_loaded(paths: Paths, sources: dict[str, Source]) -> None:
    """Check that a new warehouse would lack no delivery.

    Raises
    ------
    WarehouseError
        The bytes of some were purged, or their period is none of today's calendar.
    """
    lacks = _lacking(paths, sources, set())
    if lacks.lost:
        raise _lost(lacks)


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
    if lacks.lost:
        raise _lost(lacks)
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


def _lacking(paths: Paths, sources: dict[str, Source], known: set[str]) -> Lacking:
    calendar = load_calendar(paths.settings)
    found = {
        delivery.delivery_id: delivery
        for delivery in read_manifest(paths)
        if delivery.delivery_id not in known
        and delivery.source in sources
        and delivery.export in sources[delivery.source].exports
    }
    lacks = Lacking([], [])
    for delivery in found.values():
        (lacks.lost if _is_lost(paths, delivery, calendar) else lacks.loadable).append(delivery)
    return lacks


def _lost(lacks: Lacking) -> WarehouseError:
    return WarehouseError(
        "Comparing the warehouse with the manifest",
        f"{named(lacks.lost)} that it lacks and that cannot be loaded: their raw bytes were "
        "purged, or their period is none of this closing_day",
        "every delivery of the manifest",
        "Restore a back-up (make restore), or deliver these files again; to go on without them, "
        "make rebuild ACCEPT_LOSS=yes records them as refused.",
    )


def _is_lost(paths: Paths, delivery: Delivery, calendar: Calendar) -> bool:
    try:
        calendar.month_from_key(delivery.period)
    except MotcuaError:
        return True
    return not blob_of(paths, delivery).exists()
