"""Dossiers with two codes: the local one and the national one are one dossier.

The agreed code of a group is the first in alphabetical order, so that the order in which files
were loaded never matters. A second code that several dossiers of one export share is a filler and
joins none of them.
"""

import duckdb
import pyarrow as pa

from assets.engine.register.remembered import remember
from schemas.rows import DOSSIER, KINDS, Kind

SHARED_CODE = "other_dossier_code_shared"
_DELIVERED = "coalesce(delivered_dossier_code, dossier_code)"


def stated_codes(connection: duckdb.DuckDBPyConnection, delivery_ids: list[str]) -> pa.Table:
    """Return the codes that deliveries state in pairs, as `code`."""
    return connection.sql(
        f"""
        SELECT DISTINCT unnest([{_DELIVERED}, other_dossier_code]) AS code
        FROM core.dossier_version
        WHERE delivery_id IN (SELECT unnest($ids)) AND other_dossier_code IS NOT NULL
        """,
        params={"ids": delivery_ids},
    ).to_arrow_table()


def agree_on_codes(connection: duckdb.DuckDBPyConnection, stated: pa.Table) -> list[pa.Table]:
    """Find the groups of the codes `stated` anew; write what changed into all version tables.

    Returns the keys of the dossiers that moved, the former and the new ones.
    """
    if not stated.num_rows:
        return []
    connection.register("stated", stated)
    _find_groups(connection)
    connection.unregister("stated")
    moved = [_move(connection, kind) for kind in KINDS.values() if kind.has_dossier]
    return [keys for keys in moved if keys is not None]


def _find_groups(connection: duckdb.DuckDBPyConnection) -> None:
    """Find anew the groups that hold a stated code, and move what changed."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE concerned AS
        WITH agreed AS (
            SELECT coalesce(alias.dossier_code, stated.code) AS code
            FROM stated LEFT JOIN core.dossier_alias AS alias ON alias_code = code
        )
        SELECT code FROM stated
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
            AND NOT list_contains(coalesce(flags, []), '{SHARED_CODE}')
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


def _move(connection: duckdb.DuckDBPyConnection, kind: Kind) -> pa.Table | None:
    """Write the agreed codes of `moved_code` into the versions of a kind; return moved dossiers."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE moving AS
        SELECT version.rowid AS version_rowid, version.dossier_key AS former_key, agreed, delivered
        FROM {kind.table} AS version
        INNER JOIN moved_code
            ON delivered = coalesce(version.delivered_dossier_code, version.dossier_code)
        WHERE version.dossier_code <> agreed
        """
    )
    moved = None
    if kind is DOSSIER:
        keys = "SELECT former_key AS key FROM moving UNION SELECT keyed_hash(agreed) FROM moving"
        remember(connection, keys)
        moved = connection.sql(keys).to_arrow_table()
    connection.execute(
        f"""
        UPDATE {kind.table} AS version
        SET dossier_code = agreed, dossier_key = keyed_hash(agreed),
            delivered_dossier_code = nullif(delivered, agreed)
        FROM moving WHERE version.rowid = version_rowid
        """
    )
    return moved
