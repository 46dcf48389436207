"""Dossiers with two codes: the local one and the national one are one dossier.

Belongs here: which codes are one dossier, by what deliveries in force state, and writing the
agreed code into the version tables. Does not belong here: which version is the latest.

The agreed code of a group is the first in alphabetical order, so that the order in which files
were loaded never matters. A second code that several dossiers of one export share is a filler and
joins none of them.
"""

import duckdb

from assets.engine.register import TOUCHED, remember
from schemas.exports import DOSSIER, KINDS, Kind

SHARED = "other_dossier_code_shared"
STATED = "stated_code"
_DELIVERED = "coalesce(delivered_dossier_code, dossier_code)"


def start_stated(connection: duckdb.DuckDBPyConnection, delivery_id: str) -> None:
    """List the codes that a delivery states in pairs, before its rows are read again."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {STATED} (code VARCHAR)")
    _add_stated(connection, [delivery_id])


def _add_stated(connection: duckdb.DuckDBPyConnection, delivery_ids: list[str]) -> None:
    connection.execute(
        f"""
        INSERT INTO {STATED}
        SELECT unnest([{_DELIVERED}, other_dossier_code]) FROM core.dossier_version
        WHERE delivery_id IN (SELECT unnest($ids)) AND other_dossier_code IS NOT NULL
        """,
        {"ids": delivery_ids},
    )


def agree_on_codes(
    connection: duckdb.DuckDBPyConnection, kind: Kind, delivery_ids: list[str]
) -> None:
    """Bring the codes of all version tables up to date after deliveries came or went.

    Dossiers whose code changes are touched under both codes.
    """
    if not kind.has_dossier:
        return
    if kind is DOSSIER:
        _add_stated(connection, delivery_ids)
        _find_groups(connection)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE moved_code AS
        SELECT alias_code AS delivered, dossier_code AS agreed FROM core.dossier_alias
        WHERE alias_code IN (
            SELECT {_DELIVERED} FROM {kind.table} WHERE delivery_id IN (SELECT unnest($ids)))
        """,
        {"ids": delivery_ids},
    )
    of_them = "AND version.delivery_id IN (SELECT unnest($ids))"
    _move(connection, kind, of_them, {"ids": delivery_ids})


def flag_shared(connection: duckdb.DuckDBPyConnection, delivery_id: str) -> None:
    """Flag the dossiers of a delivery that share one second code."""
    connection.execute(
        f"""
        UPDATE core.dossier_version SET flags = list_append(coalesce(flags, []), '{SHARED}')
        WHERE delivery_id = $id AND other_dossier_code IN (
            SELECT other_dossier_code FROM core.dossier_version
            WHERE delivery_id = $id AND other_dossier_code IS NOT NULL
            GROUP BY ALL HAVING count(DISTINCT {_DELIVERED}) > 1)
        """,
        {"id": delivery_id},
    )


def _find_groups(connection: duckdb.DuckDBPyConnection) -> None:
    """Find anew the groups that hold a stated code, and move what changed."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE concerned AS
        WITH agreed AS (
            SELECT coalesce(alias.dossier_code, stated.code) AS code
            FROM {STATED} AS stated LEFT JOIN core.dossier_alias AS alias ON alias_code = code
        )
        SELECT code FROM {STATED}
        UNION SELECT code FROM agreed
        UNION SELECT alias_code FROM core.dossier_alias WHERE dossier_code IN (FROM agreed)
        """
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE pair AS
        SELECT DISTINCT {_DELIVERED} AS one, other_dossier_code AS other
        FROM core.dossier_version
        SEMI JOIN (SELECT delivery_id FROM ops.delivery WHERE state = 'loaded') USING (delivery_id)
        WHERE other_dossier_code <> {_DELIVERED}
            AND NOT list_contains(coalesce(flags, []), '{SHARED}')
            AND ({_DELIVERED} IN (FROM concerned) OR other_dossier_code IN (FROM concerned));
        DELETE FROM pair WHERE other IN (
            SELECT other_dossier_code
            FROM core.dossier_version JOIN ops.delivery USING (delivery_id)
            WHERE ops.delivery.state = 'loaded' AND other_dossier_code IN (SELECT other FROM pair)
            GROUP BY other_dossier_code, source, export
            HAVING count(DISTINCT {_DELIVERED}) > 1);
        INSERT INTO pair SELECT other, one FROM pair;
        CREATE OR REPLACE TEMP TABLE label AS SELECT DISTINCT one AS code, one AS first FROM pair;
        """
    )
    while _spread_first_code(connection):
        pass
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE moved_code AS
        SELECT code AS delivered, coalesce(first, code) AS agreed
        FROM (FROM concerned UNION SELECT code FROM label) LEFT JOIN label USING (code);
        DELETE FROM core.dossier_alias WHERE alias_code IN (SELECT delivered FROM moved_code);
        INSERT INTO core.dossier_alias SELECT delivered, agreed FROM moved_code
        WHERE delivered <> agreed;
        """
    )
    for kind in KINDS.values():
        if kind.has_dossier:
            _move(connection, kind, "", {})


def _spread_first_code(connection: duckdb.DuckDBPyConnection) -> bool:
    """Give every code the first code among its neighbours'; say whether one changed."""
    changed = connection.execute(
        """
        UPDATE label SET first = nearer.first
        FROM (SELECT pair.one AS code, min(label.first) AS first
              FROM pair JOIN label ON label.code = pair.other GROUP BY pair.one) AS nearer
        WHERE label.code = nearer.code AND nearer.first < label.first
        """
    ).fetchall()
    return bool(changed[0][0])


def _move(
    connection: duckdb.DuckDBPyConnection, kind: Kind, where: str, parameters: dict[str, list[str]]
) -> None:
    """Write the agreed codes of `moved_code` into the versions of a kind."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE moving AS
        SELECT version.rowid AS version_rowid, version.dossier_key AS former_key, agreed, delivered
        FROM {kind.table} AS version
        JOIN moved_code
            ON delivered = coalesce(version.delivered_dossier_code, version.dossier_code)
        WHERE version.dossier_code <> agreed {where}
        """,
        parameters,
    )
    if kind is DOSSIER:
        keys = "SELECT former_key FROM moving UNION ALL SELECT keyed_hash(agreed) FROM moving"
        remember(connection, keys)
        connection.execute(f"INSERT INTO {TOUCHED} {keys}")
    connection.execute(
        f"""
        UPDATE {kind.table} AS version
        SET dossier_code = agreed, dossier_key = keyed_hash(agreed),
            delivered_dossier_code = nullif(delivered, agreed)
        FROM moving WHERE version.rowid = version_rowid
        """
    )
