"""Rows of a portal's changes that are no longer in the whole period that it gave later.

Belongs here: which deliveries hold a portal's whole period and which its changes, noting when these
were asked for, and the SQL that finds such rows. Does not belong here: what is the latest version
then (`register`), asking a portal (`portal_collection`).

No delivery of changes is ever superseded: what it says of older periods stands nowhere else. What
it says of a period that was asked for whole since is either in that one, or deleted at the portal.
Changes that came in while the whole was being asked for may be newer than it, so they count; so do
those that came behind it when this machine's clock, which ran ahead before, was right again.
"""

import re
from datetime import datetime

import duckdb

from assets.engine.in_force import arrived_at
from assets.engine.paths import Paths
from assets.engine.raw_store import Delivery, read_manifest
from schemas.exports import Kind

WHOLE = "api.json"
_CHANGES = re.compile(r"since-\d{8}T\d{6}\.json")
_TOLD = """
    SELECT changes.delivery_id, whole.delivery_id AS whole_id,
        whole.delivery_period AS period_start,
        whole.delivery_period + INTERVAL 1 MONTH AS next_start
    FROM ops.collection AS changes
    JOIN ops.collection AS whole USING (source, export)
    WHERE changes.changes_known_at < whole.whole_asked_at
"""


def changes_name(started: datetime) -> str:
    """Return the name of a delivery of changes; each of its own, so that none supersedes."""
    return f"since-{started:%Y%m%dT%H%M%S}.json"


def has_changes_since_whole(paths: Paths, source: str, export: str, period: str) -> bool:
    """Say whether changes, of whatever period, came behind the last whole one of `period`."""
    for delivery in reversed(read_manifest(paths)):
        if (delivery.source, delivery.export) == (source, export):
            if _CHANGES.fullmatch(delivery.name):
                return True
            if (delivery.period, delivery.name) == (period, WHOLE):
                return False
    return False


def whole_still_to_come(paths: Paths, source: str, export: str, now: datetime) -> datetime | None:
    """Return the latest moment after `now` at which a whole period of an export was asked for.

    Its clock ran ahead, or this one is behind: changes that come now came after it nevertheless,
    and their file carries that moment. A whole period that was asked for again says no more of it.
    """
    asked_at = {
        delivery.period: datetime.fromisoformat(delivery.modified_at)
        for delivery in read_manifest(paths)
        if (delivery.source, delivery.export, delivery.name) == (source, export, WHOLE)
    }
    return max((moment for moment in asked_at.values() if moment > now), default=None)


def note_collections(connection: duckdb.DuckDBPyConnection, arrivals: list[Delivery]) -> list[str]:
    """Write into `ops.collection` what deliveries in force were asked for, and when.

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
    """Return when each delivery in force was asked for as a whole, and came as changes.

    The same bytes may have come as both: a whole period and changes without any row are alike.
    """
    in_force = {d.name: d for d in arrivals if d.delivery_id in loaded}
    found: dict[str, tuple[datetime | None, datetime | None]] = {}
    for name, delivery in sorted(in_force.items()):
        whole, changes = found.get(delivery.delivery_id, (None, None))
        if name == WHOLE:
            # Its file carries the moment at which asking began.
            whole = _carried(delivery)
        elif _CHANGES.fullmatch(name):
            known = max(arrived_at(delivery), _carried(delivery))
            changes = max(changes or known, known)
        else:
            continue
        found[delivery.delivery_id] = whole, changes
    return found


def _carried(delivery: Delivery) -> datetime:
    """Return the moment that a delivery's file carries: local, without a zone."""
    return datetime.fromisoformat(delivery.modified_at).replace(tzinfo=None)


def _lies_within(kind: Kind) -> str:
    """Return the condition that a period that is asked for whole would have listed a version.

    Which of its days the portal is asked by is not known, where it has several: all must lie there.
    """
    days = ", ".join(f"version.{name}" for name in kind.asked_days)
    if not days:
        return "false"
    return f"least({days}) >= told.period_start AND greatest({days}) < told.next_start"
