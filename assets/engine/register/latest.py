"""The latest version of each record: `is_latest`, `is_gone` and `first_due_date`.

Latest is the greatest (delivery period, stated extraction time, arrival), then the furthest state;
a later period's version is never overridden by a redelivery of an earlier one. A file that states
no extraction time counts as extracted when it arrived. Where the greatest version stands in a
snapshot that a newer snapshot replaced, the newer one no longer holds the record: it is gone,
unless another export still holds it. A version that a whole period outdated (`old_changes`) is not
active; where none is, the record is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from assets.engine.register.codes import agree_on_codes, stated_codes
from assets.engine.register.old_changes import outdated_keys_sql, outdated_versions_sql
from assets.engine.register.remembered import remember
from assets.engine.warehouse import sql_file
from schemas.rows import DOSSIER, Kind

_LATEST_SQL = Path(__file__).with_name("latest.sql")
_ORDER = (
    "version.delivery_period",
    "coalesce(delivery.extracted_at, delivery.collected_at)",
    "delivery.collected_at",
)


@dataclass(frozen=True)
class Removed:
    """What deleted rows said: tables of their `key`, and of the `code` pairs they stated."""

    keys: tuple[pa.Table, ...] = ()
    codes: tuple[pa.Table, ...] = ()

    def with_keys(self, keys: pa.Table) -> "Removed":
        """Return the same with further keys to look at."""
        return replace(self, keys=(*self.keys, keys))


def remove_delivery(connection: duckdb.DuckDBPyConnection, kind: Kind, delivery_id: str) -> Removed:
    """Delete the versions of a delivery; return what `refresh` must know of them."""
    codes = (stated_codes(connection, [delivery_id]),) if kind is DOSSIER else ()
    keys_sql = f"SELECT {kind.identity} AS key FROM {kind.table} WHERE delivery_id = $id"
    keys = connection.sql(keys_sql, params={"id": delivery_id}).to_arrow_table()
    if not keys.num_rows:
        return Removed()
    if kind is DOSSIER:
        remember(connection, keys_sql, {"id": delivery_id})
    connection.execute(f"DELETE FROM {kind.table} WHERE delivery_id = ?", [delivery_id])
    return Removed((keys,), codes)


def refresh(
    connection: duckdb.DuckDBPyConnection,
    kind: Kind,
    *,
    loaded: str | None = None,
    changed: Sequence[str] = (),
    noted: Sequence[str] = (),
    removed: Removed,
) -> None:
    """Bring codes and latest versions up to date after deliveries came, went or changed.

    Parameters
    ----------
    loaded
        The delivery just inserted. Its rows count as the latest already; only keys with another
        version are looked at.
    changed
        Deliveries that became active, superseded or refused.
    noted
        Deliveries of a portal that say otherwise than before which of its rows are outdated.
    removed
        What deleted rows said, and keys that stand on several rows of `loaded`.
    """
    new = [loaded] if loaded else []
    whole = [*changed, *noted]
    moved: list[pa.Table] = []
    if kind is DOSSIER:
        codes = [*removed.codes, stated_codes(connection, [*new, *whole])]
        moved = agree_on_codes(connection, pa.concat_tables(codes))
    _collect_keys(connection, kind, (*removed.keys, *moved))
    _add_keys(connection, f"{kind.table} WHERE delivery_id IN (SELECT unnest($ids))", kind, whole)
    _add_keys(connection, f"({outdated_keys_sql(kind)})", kind, [*new, *noted])
    _add_keys(
        connection,
        f"{kind.table} SEMI JOIN (SELECT {kind.identity} FROM {kind.table} "
        f"WHERE NOT list_contains($ids, delivery_id)) USING ({kind.identity}) "
        "WHERE list_contains($ids, delivery_id)",
        kind, new,
    )  # fmt: skip
    _flag_latest(connection, kind)


def _collect_keys(
    connection: duckdb.DuckDBPyConnection, kind: Kind, tables: tuple[pa.Table, ...]
) -> None:
    """Create `changed_key` from tables of keys."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE changed_key AS "
        f"SELECT {kind.identity} AS key FROM {kind.table} LIMIT 0"
    )
    for keys in tables:
        connection.register("keys", keys)
        connection.execute("INSERT INTO changed_key SELECT key FROM keys")
        connection.unregister("keys")


def _add_keys(
    connection: duckdb.DuckDBPyConnection, relation: str, kind: Kind, ids: list[str]
) -> None:
    """Add the keys of a relation over the deliveries `$ids` to `changed_key`."""
    if ids:
        connection.execute(
            f"INSERT INTO changed_key SELECT {kind.identity} FROM {relation}", {"ids": ids}
        )


def _flag_latest(connection: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    """Flag the latest version of every changed key.

    The first due date is that of the first version, whatever superseded it since.
    """
    is_dossier = kind is DOSSIER
    if is_dossier:
        remember(connection, "SELECT key FROM changed_key")
    keys = "SELECT key FROM changed_key"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE outdated_version AS {outdated_versions_sql(kind, keys)}"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE ranked_version AS {_latest_sql(kind)}")
    due = ", first_due_date = ranked.first_due_date" if is_dossier else ""
    due_differs = (
        "OR version.first_due_date IS DISTINCT FROM ranked.first_due_date" if is_dossier else ""
    )
    connection.execute(
        f"""
        UPDATE {kind.table} AS version
        SET is_latest = ranked.is_latest, is_gone = ranked.is_gone {due}
        FROM ranked_version AS ranked
        WHERE version.rowid = ranked.version_rowid
            AND (version.is_latest <> ranked.is_latest OR version.is_gone <> ranked.is_gone
                 {due_differs})
        """
    )


def _latest_sql(kind: Kind) -> str:
    first_due_date = (
        f"min_by(version.due_date, ({', '.join(_ORDER)}, version.row_number)) "
        "FILTER (WHERE version.due_date IS NOT NULL) "
        f"OVER (PARTITION BY version.{kind.identity})"
        if kind is DOSSIER
        else "NULL"
    )
    return sql_file(
        _LATEST_SQL,
        table=kind.table,
        key=kind.identity,
        first_due_date=first_due_date,
        descending=", ".join(f"{item} DESC" for item in _ORDER),
        states="[" + ", ".join(f"'{state}'" for state in kind.states) + "]::VARCHAR[]",
        state="version.state" if kind.states else "NULL",
    )
