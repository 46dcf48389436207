"""The register: which version of each dossier and payment record is the latest.

Belongs here: keeping `is_latest`, `is_gone` and `first_due_date` of the version tables right after
rows came or went. Does not belong here: loading rows. Only keys that a load touches are looked at.

Latest is the greatest (delivery period, stated extraction time, arrival), then the furthest state;
a later period's version is never overridden by a redelivery of an earlier one. A file that states
no extraction time counts as extracted when it arrived. Where the greatest version stands in a
snapshot that a newer snapshot replaced, the newer one no longer holds the record: it is gone.
"""

import duckdb

from schemas.exports import DOSSIER, Kind

TOUCHED = "touched_key"
REPEATED = "repeated_key"
_ORDER = (
    "version.delivery_period",
    "coalesce(delivery.extracted_at, delivery.collected_at)",
    "delivery.collected_at",
)
_DESCENDING = ", ".join(f"{item} DESC" for item in _ORDER)


def start_touched(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty the list of keys whose latest version must be found again."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {TOUCHED} (key VARCHAR)")


def touch_delivery(connection: duckdb.DuckDBPyConnection, kind: Kind, delivery_id: str) -> None:
    """Touch every key of a delivery that leaves the register."""
    connection.execute(
        f"INSERT INTO {TOUCHED} SELECT {kind.key} FROM {kind.table} WHERE delivery_id = ?",
        [delivery_id],
    )


def find_repeated(connection: duckdb.DuckDBPyConnection, kind: Kind, delivery_id: str) -> None:
    """List the keys that stand on more than one row of a delivery.

    Grouping hashes of ten million codes takes half the time of grouping the codes.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {REPEATED} AS
        SELECT {kind.key} AS key FROM {kind.table}
        WHERE delivery_id = $id AND hash({kind.key}) IN (
            SELECT hash({kind.key}) FROM {kind.table} WHERE delivery_id = $id
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
        SELECT new.{kind.key} FROM {kind.table} AS new
        SEMI JOIN (SELECT {kind.key} FROM {kind.table} WHERE delivery_id <> $id) AS other
            USING ({kind.key})
        WHERE new.delivery_id = $id
        """,
        {"id": delivery_id},
    )


def settle_touched(connection: duckdb.DuckDBPyConnection, kind: Kind) -> int:
    """Flag the latest version of every touched key; return how many rows changed."""
    state = "version.state" if kind.states else "NULL"
    states = "[" + ", ".join(f"'{state}'" for state in kind.states) + "]::VARCHAR[]"
    first_due = (
        f"min_by(version.due_date, ({', '.join(_ORDER)}, version.row_number)) FILTER (WHERE "
        "is_evidence AND version.due_date IS NOT NULL) "
        f"OVER (PARTITION BY version.{kind.key})"
        if kind is DOSSIER
        else "NULL"
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE settled AS
        SELECT
            version.rowid AS version_rowid,
            delivery.state = 'loaded' AS is_in_force,
            is_in_force OR delivery.state = 'superseded' AND delivery.is_snapshot AS is_evidence,
            {first_due} AS first_due_date,
            is_evidence AND row_number() OVER (
                PARTITION BY version.{kind.key}
                ORDER BY
                    is_evidence DESC,
                    {_DESCENDING},
                    is_in_force DESC,
                    list_position({states}, {state}) DESC,
                    version.delivery_id,
                    version.part_number,
                    version.row_number
            ) = 1 AS is_greatest
        FROM {kind.table} AS version
        JOIN ops.delivery AS delivery USING (delivery_id)
        WHERE version.{kind.key} IN (SELECT key FROM {TOUCHED})
        """
    )
    due = ", first_due_date = settled.first_due_date" if kind is DOSSIER else ""
    due_differs = (
        "OR version.first_due_date IS DISTINCT FROM settled.first_due_date"
        if kind is DOSSIER
        else ""
    )
    changed = connection.execute(
        f"""
        UPDATE {kind.table} AS version
        SET is_latest = settled.is_greatest AND settled.is_in_force,
            is_gone = settled.is_greatest AND NOT settled.is_in_force {due}
        FROM settled
        WHERE version.rowid = settled.version_rowid
            AND (version.is_latest <> (settled.is_greatest AND settled.is_in_force)
                 OR version.is_gone <> (settled.is_greatest AND NOT settled.is_in_force)
                 {due_differs})
        """
    ).fetchone()
    return int(changed[0]) if changed else 0
