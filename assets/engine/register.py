"""The register: which version of each dossier and payment request is the latest.

Belongs here: keeping `is_latest` of the version tables right after rows came or went. Does not
belong here: loading rows. Only keys that a load touches are looked at.

Latest is the greatest (delivery period, arrival), then the furthest state; a later period's
version is never overridden by a redelivery of an earlier one.
"""

import duckdb

from schemas.exports import Kind

TOUCHED = "touched_key"
REPEATED = "repeated_key"


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
    """Flag the latest version of every touched key; return how many rows changed their flag."""
    states = ", ".join(f"'{state}'" for state in kind.states)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE settled AS
        SELECT
            version.rowid AS version_rowid,
            delivery.state = 'loaded' AND row_number() OVER (
                PARTITION BY version.{kind.key}
                ORDER BY
                    delivery.state = 'loaded' DESC,
                    version.delivery_period DESC,
                    delivery.collected_at DESC,
                    list_position([{states}], version.state) DESC,
                    version.delivery_id,
                    version.row_number
            ) = 1 AS is_latest
        FROM {kind.table} AS version
        JOIN ops.delivery AS delivery USING (delivery_id)
        WHERE version.{kind.key} IN (SELECT key FROM {TOUCHED})
        """
    )
    changed = connection.execute(
        f"""
        UPDATE {kind.table} AS version SET is_latest = settled.is_latest
        FROM settled
        WHERE version.rowid = settled.version_rowid AND version.is_latest <> settled.is_latest
        """
    ).fetchone()
    return int(changed[0]) if changed else 0
