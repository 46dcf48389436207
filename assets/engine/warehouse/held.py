"""Whether the rows of the warehouse fit this installation: their hash key, calendar and number."""

import duckdb

from assets.engine.common.calendar import Calendar
from assets.engine.common.errors import SettingsError, WarehouseError
from assets.engine.common.messages import deliveries_of
from assets.engine.common.paths import Paths
from assets.engine.warehouse.hash_key import HASH_KEY_VARIABLE, has_hash_key
from schemas.tables import DOSSIER_KEY, VERSION_TABLES

_KEYED = [table.qualified_name for table in VERSION_TABLES if DOSSIER_KEY in table.columns]
_ROWS = " UNION ALL ".join(f"SELECT delivery_id FROM {t.qualified_name}" for t in VERSION_TABLES)
# One row a delivery: each was loaded with one key.
_KEYS = " UNION ALL ".join(
    f"SELECT dossier_code, dossier_key FROM {table} "
    f"WHERE rowid IN (SELECT min(rowid) FROM {table} GROUP BY delivery_id)"
    for table in _KEYED
)


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
            f"neither {paths.hash_key_file} nor {HASH_KEY_VARIABLE}",
            "the key that the rows of the warehouse were loaded with",
            "Bring it back from a back-up. If it is lost for good, load everything again with a "
            "new one: make rebuild, which says first what was purged.",
        )


def check_key_and_calendar(connection: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
    """Check that the rows were loaded with today's key and today's closing day.

    Raises
    ------
    SettingsError
        One of them is another, or both are: then both are named.
    """
    try:
        check_key(connection)
    except SettingsError as key:
        try:
            check_calendar(connection, calendar)
        except SettingsError as day:
            raise SettingsError(
                "Comparing hash key and closing_day with the rows of the warehouse",
                f"{key.found}, and {day.found}",
                f"{key.expected}, and {day.expected}",
                f"{key.to_do} {day.to_do}",
            ) from None
        raise
    check_calendar(connection, calendar)


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


def check_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Check that each delivery has the rows that it was loaded with.

    Raises
    ------
    WarehouseError
        One has other rows: the warehouse was damaged, or changed by hand.
    """
    rows = connection.execute(
        f"""
        SELECT CAST(delivery_period AS VARCHAR) FROM ops.delivery
        LEFT JOIN (SELECT delivery_id, count(*) AS row_count FROM ({_ROWS}) GROUP BY ALL)
            USING (delivery_id)
        WHERE coalesce(row_count, 0) <> accepted_count
        """
    ).fetchall()
    if rows:
        raise WarehouseError(
            "Counting the rows of the warehouse",
            f"other rows than were accepted of {deliveries_of([period for (period,) in rows])}",
            "those that were loaded",
            "Restore a back-up (make restore), or load everything again: make rebuild.",
        )


def _has_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    try:
        return bool(connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall())
    except duckdb.CatalogException:  # a new warehouse
        return False
