"""Deliveries of changes, which portals gave until every period was asked for whole.

A row of one counts until the period of its own days was asked for whole later: that list tells
what became of it, and a record that it lacks was deleted at the portal. Changes that came in while
the whole was being asked for may be newer than it, so they count; so does, until then, what a
delivery of changes says of periods that were not asked for since: it stands nowhere else.
`ops.collection` notes of each active delivery of a portal when it was asked for.
"""

from datetime import datetime

import duckdb

from assets.engine.collect import Delivery
from schemas.rows import Kind

Moments = tuple[datetime | None, datetime | None]  # of the whole period, of changes
_OUTDATED = """
    SELECT changes.delivery_id, whole.delivery_id AS whole_id,
        whole.delivery_period AS period_start,
        whole.delivery_period + INTERVAL 1 MONTH AS next_start
    FROM ops.collection AS changes
    JOIN ops.collection AS whole USING (source, export)
    WHERE changes.changes_known_at < whole.whole_asked_at
        AND changes.delivery_id <> whole.delivery_id
"""


def note_collections(connection: duckdb.DuckDBPyConnection, arrivals: list[Delivery]) -> list[str]:
    """Write into `ops.collection` when portals were asked for the active ones of `arrivals`.

    They are all of one source, export and period. Returns the ids of those for which it was written
    otherwise, or not at all, before.
    """
    place = [arrivals[0].source, arrivals[0].export, arrivals[0].period]
    of_place = "source = ? AND export = ? AND delivery_period = ?"
    loaded = connection.execute(
        f"SELECT delivery_id FROM ops.delivery WHERE state = 'loaded' AND {of_place}", place
    ).fetchall()
    noted: dict[str, Moments] = {
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


def _collections(arrivals: list[Delivery], loaded: set[str]) -> dict[str, Moments]:
    """Return when each active delivery was asked for as a whole, and came as changes.

    The same bytes may have come as both: a whole period and changes without any row are alike.
    """
    active = {d.name: d for d in arrivals if d.delivery_id in loaded and d.asked_at}
    found: dict[str, Moments] = {}
    for _, delivery in sorted(active.items()):
        # Local, without a zone.
        asked_at = datetime.fromisoformat(str(delivery.asked_at)).replace(tzinfo=None)
        whole, changes = found.get(delivery.delivery_id, (None, None))
        if delivery.scope == "whole":
            whole = asked_at
        else:
            known = max(delivery.arrived_at, asked_at)
            changes = max(changes or known, known)
        found[delivery.delivery_id] = whole, changes
    return found


def outdated_keys_sql(kind: Kind) -> str:
    """Return the query for the keys of outdated versions, of which one of the deliveries `$ids` is.

    Either the version's own or the whole period's.
    """
    return f"""
        SELECT version.{kind.identity} FROM {kind.table} AS version
        JOIN ({_OUTDATED}) AS outdated USING (delivery_id)
        WHERE (outdated.delivery_id IN (SELECT unnest($ids))
                OR whole_id IN (SELECT unnest($ids)))
            AND {_lies_within(kind)}
    """


def outdated_versions_sql(kind: Kind, keys: str) -> str:
    """Return the query for the outdated versions, as `version_rowid`, among those of `keys`."""
    return f"""
        SELECT DISTINCT version.rowid AS version_rowid FROM {kind.table} AS version
        JOIN ({_OUTDATED}) AS outdated USING (delivery_id)
        WHERE version.{kind.identity} IN ({keys}) AND {_lies_within(kind)}
    """


def _lies_within(kind: Kind) -> str:
    """Return the condition that a period that is asked for whole would have listed a version.

    Which of its days the portal is asked by is not known, where it has several: all must lie there.
    """
    days = ", ".join(f"version.{name}" for name in kind.asked_days)
    if not days:
        return "false"
    return f"least({days}) >= outdated.period_start AND greatest({days}) < outdated.next_start"
