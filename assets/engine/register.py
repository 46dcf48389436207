"""The register: which version of each dossier and payment record is the latest.

Belongs here: keeping `is_latest`, `is_gone` and `first_due_date` of the version tables right after
rows came or went. Does not belong here: loading rows. Only keys that a load touches are looked at.

Latest is the greatest (delivery period, stated extraction time, arrival), then the furthest state;
a later period's version is never overridden by a redelivery of an earlier one. A file that states
no extraction time counts as extracted when it arrived. Where the greatest version stands in a
snapshot that a newer snapshot replaced, the newer one no longer holds the record: it is gone,
unless another export still holds it. A version that a portal deleted since (`deleted_rows`) is not
in force; where none is, the record is gone.
"""

import duckdb

from assets.engine.deleted_rows import deleted_rows_sql, told_keys_sql
from schemas.columns import quoted
from schemas.exports import DOSSIER, Kind
from schemas.indicator_tables import TOUCHED_DOSSIER

TOUCHED = "touched_key"
REPEATED = "repeated_key"
_ORDER = (
    "version.delivery_period",
    "coalesce(delivery.extracted_at, delivery.collected_at)",
    "delivery.collected_at",
)
_REMEMBERED = ", ".join(
    f"dossier.{name}" for name in TOUCHED_DOSSIER.column_names if name != "dossier_key"
)
_DESCENDING = ", ".join(f"{item} DESC" for item in _ORDER)


def start_touched(connection: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    """Empty the lists of keys whose latest version must be found again, and of repeated ones."""
    for name in (TOUCHED, REPEATED):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS "
            f"SELECT {kind.identity} AS key FROM {kind.table} LIMIT 0"
        )


def remember(connection: duckdb.DuckDBPyConnection, keys: str) -> None:
    """Keep what the dossiers of the query `keys` said when they were counted last.

    Call it before any change to their rows: the counts are corrected by it (`own_counts`). A
    dossier without a counted row is kept as one that was not in the register.
    """
    connection.execute(
        f"""
        INSERT INTO ops.touched_dossier BY NAME
        SELECT touched.dossier_key, {_REMEMBERED}
        FROM (SELECT DISTINCT dossier_key FROM ({keys}) AS asked(dossier_key)
              ANTI JOIN ops.touched_dossier USING (dossier_key)) AS touched
        LEFT JOIN (
            SELECT dossier.* FROM core.dossier AS dossier
            SEMI JOIN (SELECT delivery_id FROM ops.delivery WHERE counted_at IS NOT NULL) AS counted
                USING (delivery_id)
        ) AS dossier USING (dossier_key)
        """
    )


def touch_delivery(connection: duckdb.DuckDBPyConnection, kind: Kind, delivery_id: str) -> None:
    """Touch every key of a delivery that leaves the register."""
    if kind is DOSSIER:
        of_delivery = f"WHERE delivery_id = {quoted(delivery_id)}"
        remember(connection, f"SELECT dossier_key FROM core.dossier_version {of_delivery}")
    connection.execute(
        f"INSERT INTO {TOUCHED} SELECT {kind.identity} FROM {kind.table} WHERE delivery_id = ?",
        [delivery_id],
    )


def find_repeated(connection: duckdb.DuckDBPyConnection, kind: Kind, delivery_id: str) -> None:
    """List the keys that stand on more than one row of a delivery.

    Grouping hashes of ten million codes takes half the time of grouping the codes.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {REPEATED} AS
        SELECT {kind.identity} AS key FROM {kind.table}
        WHERE delivery_id = $id AND hash({kind.identity}) IN (
            SELECT hash({kind.identity}) FROM {kind.table} WHERE delivery_id = $id
            GROUP BY ALL HAVING count(*) > 1)
        GROUP BY ALL HAVING count(*) > 1
        """,
        {"id": delivery_id},
    )


def touch_contested(connection: duckdb.DuckDBPyConnection, kind: Kind, delivery_id: str) -> None:
    """Touch the keys of a new delivery that have another version; all others are the latest."""
    connection.execute(f"INSERT INTO {TOUCHED} SELECT key FROM {REPEATED}")
    connection.execute(
        f"""
        INSERT INTO {TOUCHED}
        SELECT new.{kind.identity} FROM {kind.table} AS new
        SEMI JOIN (SELECT {kind.identity} FROM {kind.table} WHERE delivery_id <> $id) AS other
            USING ({kind.identity})
        WHERE new.delivery_id = $id
        """,
        {"id": delivery_id},
    )


def touch_told(connection: duckdb.DuckDBPyConnection, kind: Kind, delivery_ids: list[str]) -> None:
    """Touch the keys that the deliveries may tell to be deleted at a portal, or there again."""
    connection.execute(f"INSERT INTO {TOUCHED} {told_keys_sql(kind)}", {"ids": delivery_ids})


def settle_touched(connection: duckdb.DuckDBPyConnection, kind: Kind) -> int:
    """Flag the latest version of every touched key; return how many rows changed.

    The first due date is that of the first version, whatever superseded it since.
    """
    if kind is DOSSIER:
        remember(connection, f"SELECT key FROM {TOUCHED}")
    state = "version.state" if kind.states else "NULL"
    states = "[" + ", ".join(f"'{state}'" for state in kind.states) + "]::VARCHAR[]"
    of_key = f"PARTITION BY version.{kind.identity}"
    first_due = (
        f"min_by(version.due_date, ({', '.join(_ORDER)}, version.row_number)) "
        f"FILTER (WHERE version.due_date IS NOT NULL) OVER ({of_key})"
        if kind is DOSSIER
        else "NULL"
    )
    keys = f"SELECT key FROM {TOUCHED}"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE deleted_version AS {deleted_rows_sql(kind, keys)}"
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE settled AS
        WITH ranked AS (
            SELECT
                version.rowid AS version_rowid,
                version.{kind.identity} AS key,
                (delivery.source, delivery.export) AS place,
                deleted.version_rowid IS NOT NULL AS is_deleted,
                delivery.state = 'loaded' AND NOT is_deleted AS is_in_force,
                is_in_force OR delivery.state = 'superseded' AND delivery.is_snapshot
                    AS is_evidence,
                {first_due} AS first_due_date,
                row_number() OVER ({of_key} ORDER BY is_evidence DESC, is_deleted DESC,
                    {_DESCENDING}, is_in_force DESC, list_position({states}, {state}) DESC,
                    version.delivery_id, version.part_number, version.row_number) AS rank
            FROM {kind.table} AS version
            JOIN ops.delivery AS delivery USING (delivery_id)
            LEFT JOIN deleted_version AS deleted ON deleted.version_rowid = version.rowid
            WHERE version.{kind.identity} IN ({keys})
        ),
        greatest AS (
            SELECT *,
                first_value(is_in_force) OVER by_rank AS is_held,
                first_value(place) OVER by_rank AS greatest_place,
                row_number() OVER (PARTITION BY key ORDER BY is_in_force DESC, rank) AS force_rank
            FROM ranked
            WINDOW by_rank AS (PARTITION BY key ORDER BY rank)
        ),
        held AS (
            SELECT *,
                is_held OR bool_or(is_in_force AND place <> greatest_place)
                    OVER (PARTITION BY key) AS is_in_register
            FROM greatest
        )
        SELECT version_rowid, first_due_date,
            is_in_register AND is_in_force AND force_rank = 1 AS is_latest,
            NOT is_in_register AND (is_evidence OR is_deleted) AND rank = 1 AS is_gone
        FROM held
        """
    )
    due, due_differs = "", ""
    if kind is DOSSIER:
        due = ", first_due_date = settled.first_due_date"
        due_differs = "OR version.first_due_date IS DISTINCT FROM settled.first_due_date"
    changed = connection.execute(
        f"""
        UPDATE {kind.table} AS version
        SET is_latest = settled.is_latest, is_gone = settled.is_gone {due}
        FROM settled
        WHERE version.rowid = settled.version_rowid
            AND (version.is_latest <> settled.is_latest OR version.is_gone <> settled.is_gone
                 {due_differs})
        """
    ).fetchall()
    return int(changed[0][0])
