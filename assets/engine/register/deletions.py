"""Rows of a portal's changes that are no longer in the whole period that it gave later.

No delivery of changes is ever superseded: what it says of older periods stands nowhere else. What
it says of a period that was asked for whole since is either in that one, or deleted at the portal.
Changes that came in while the whole was being asked for may be newer than it, so they count; so do
those that came after it when this machine's clock, which ran ahead before, was right again.
"""

from datetime import datetime

import duckdb

from assets.engine.collect import Delivery
from schemas.rows import Kind

_TOLD = """
    SELECT changes.delivery_id, whole.delivery_id AS whole_id,
        whole.delivery_period AS period_start,
        whole.delivery_period + INTERVAL 1 MONTH AS next_start
    FROM ops.collection AS changes
    JOIN ops.collection AS whole USING (source, export)
    WHERE changes.changes_known_at < whole.whole_asked_at
"""


def note_collections(connection: duckdb.DuckDBPyConnection, arrivals: list[Delivery]) -> list[str]:
    """Write into `ops.collection` what active deliveries were asked for, and when.

    `arrivals` are all of one source, export and period. Returns the ids of those for which it was
    written otherwise, or not at all, before.
    """
    place = [arrivals[0].source, arrivals[0].export, arrivals[0].period]
    of_place = "source = ? AND export = ? AND delivery_period = ?"
    loaded = connection.execute(
        f"SELECT delivery_id FROM ops.delivery WHERE state = 'loaded' AND {of_place}", place
    ).fetchall()
    noted = {
        delivery_id: (whole, changes)
        for delivery_id, whole, changes in connection.execute(
            "SELECT delivery_id, whole_asked_at, changes_known_at FROM ops.collection "
            f"WHERE {of_place}", place,
        ).fetchall()
    }  # fmt: skip
    should_be = _collections(arrivals, {delivery_id for (delivery_id,) in loaded})
    changed = [
        delivery_id
        for delivery_id in sorted(noted.keys() | should_be.keys())
        if noted.get(delivery_id) != should_be.get(delivery_id)
    ]
    for delivery_id in changed:
        connection.execute("DELETE FROM ops.collection WHERE delivery_id = ?", [delivery_id])
        if delivery_id in should_be:
            connection.execute(
                "INSERT INTO ops.collection VALUES (?, ?, ?, ?, ?, ?)",
                [delivery_id, *place, *should_be[delivery_id]],
            )
    return changed


def told_keys_sql(kind: Kind) -> str:
    """Return the query for the keys of which one of the deliveries `$ids` may tell the deletion."""
    return f"""
        SELECT version.{kind.identity} FROM {kind.table} AS version
        JOIN ({_TOLD}) AS told USING (delivery_id)
        WHERE (told.delivery_id IN (SELECT unnest($ids)) OR whole_id IN (SELECT unnest($ids)))
            AND {_lies_within(kind)}
    """


def deleted_rows_sql(kind: Kind, keys: str) -> str:
    """Return the query for the deleted versions, as `version_rowid`, among those of `keys`.

    A version is deleted where a whole period, asked for later, lacks its key.
    """
    key = kind.identity
    columns = ", ".join((key, *kind.asked_days))
    return f"""
        WITH told AS ({_TOLD}),
        concerned AS MATERIALIZED (
            SELECT rowid AS version_rowid, delivery_id, {columns} FROM {kind.table}
            WHERE delivery_id IN (SELECT delivery_id FROM told UNION SELECT whole_id FROM told)
                AND {key} IN ({keys})
        )
        SELECT DISTINCT version_rowid FROM concerned AS version
        JOIN told USING (delivery_id)
        WHERE {_lies_within(kind)} AND NOT EXISTS (
            FROM concerned AS held
            WHERE held.delivery_id = told.whole_id AND held.{key} = version.{key})
    """


def _collections(
    arrivals: list[Delivery], loaded: set[str]
) -> dict[str, tuple[datetime | None, datetime | None]]:
    """Return when each active delivery was asked for as a whole, and came as changes.

    The same bytes may have come as both: a whole period and changes without any row are alike.
    """
    active = {d.name: d for d in arrivals if d.delivery_id in loaded}
    found: dict[str, tuple[datetime | None, datetime | None]] = {}
    for _, delivery in sorted(active.items()):
        if delivery.asked_at is None:
            continue
        # Local, without a zone.
        asked_at = datetime.fromisoformat(delivery.asked_at).replace(tzinfo=None)
        whole, changes = found.get(delivery.delivery_id, (None, None))
        if delivery.scope == "whole":
            whole = asked_at
        else:
            known = max(delivery.arrived_at, asked_at)
            changes = max(changes or known, known)
        found[delivery.delivery_id] = whole, changes
    return found


def _lies_within(kind: Kind) -> str:
    """Return the condition that a period that is asked for whole would have listed a version.

    Which of its days the portal is asked by is not known, where it has several: all must lie there.
    """
    days = ", ".join(f"version.{name}" for name in kind.asked_days)
    if not days:
        return "false"
    return f"least({days}) >= told.period_start AND greatest({days}) < told.next_start"
