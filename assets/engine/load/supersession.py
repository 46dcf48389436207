"""Which deliveries of an export's period are active, and which are superseded.

It follows from the manifest of the raw store and from which files were refused, never from when
they were loaded. Of a name the last arrival that was not refused is active; where deliveries are
snapshots, of the whole period the one extracted last. Bytes that lie under several names count
from the first of them: the same bytes again are nothing new. Of a portal they are: it was asked
again.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from assets.engine.collect import Delivery
from schemas.settings import Export

_STANDINGS = """
    SELECT delivery_id, state, reason IS NOT NULL AND state <> 'loaded' AS is_refused,
           extracted_at, collected_at
"""


@dataclass(frozen=True)
class Standing:
    """What `ops.delivery` says of a delivery; times are local, without a zone."""

    state: str
    is_refused: bool
    extracted_at: datetime | None
    collected_at: datetime


def sequences(arrivals: list[Delivery], export: Export) -> list[list[Delivery]]:
    """Return the arrivals of a period by what supersedes what, each in the order of arrival.

    They are those of one name; where an export's deliveries are snapshots, all of its period. Of
    bytes that came back, only the last arrival is returned; of bytes that never left, the first.
    """
    found: dict[str, dict[str, Delivery]] = {}
    for delivery in arrivals:
        sequence = found.setdefault("" if export.is_snapshot else delivery.place[-1], {})
        last = next(reversed(sequence.values()), None)
        if last and (last.place, last.delivery_id) == (delivery.place, delivery.delivery_id):
            continue
        sequence.pop(delivery.delivery_id, None)
        sequence[delivery.delivery_id] = delivery
    return [list(sequence.values()) for _, sequence in sorted(found.items())]


def set_active(
    connection: duckdb.DuckDBPyConnection, arrivals: list[Delivery], export: Export
) -> list[str]:
    """Write into `ops.delivery` which deliveries are active and when they arrived.

    `arrivals` are all of one source, export and period. Returns the ids of those whose state or
    arrival changed. What was superseded carries a reason only if it was refused.
    """
    recorded = _recorded(connection, arrivals[0])
    changed = []
    for delivery_id, (state, collected_at) in _should_be(arrivals, export, recorded).items():
        now = recorded[delivery_id]
        if (state, collected_at) != (now.state, now.collected_at):
            connection.execute(
                "UPDATE ops.delivery SET state = ?, collected_at = ?, "
                "reason = CASE WHEN ? THEN reason END WHERE delivery_id = ?",
                [state, collected_at, now.is_refused or state == "loaded", delivery_id],
            )
            changed.append(delivery_id)
    return changed


def recorded_standings(connection: duckdb.DuckDBPyConnection) -> dict[str, Standing]:
    """Return what `ops.delivery` says of every delivery, by its id."""
    rows = connection.execute(f"{_STANDINGS} FROM ops.delivery").fetchall()
    return {row[0]: Standing(*row[1:]) for row in rows}


def differing(arrivals: list[Delivery], export: Export, recorded: dict[str, Standing]) -> set[str]:
    """Return the ids of recorded deliveries that have another state or arrival than they should."""
    return {
        delivery_id
        for delivery_id, (state, collected_at) in _should_be(arrivals, export, recorded).items()
        if (state, collected_at)
        != (recorded[delivery_id].state, recorded[delivery_id].collected_at)
    }


def refused_with_active_predecessor(
    connection: duckdb.DuckDBPyConnection, arrivals: list[Delivery]
) -> set[str]:
    """Return the ids of refused deliveries with an older one of their name that is active.

    `arrivals` are of any source, export and period.
    """
    states = dict(connection.execute("SELECT delivery_id, state FROM ops.delivery").fetchall())
    loaded = {(d.place, d.period) for d in arrivals if states.get(d.delivery_id) == "loaded"}
    return {
        d.delivery_id
        for d in arrivals
        if states.get(d.delivery_id) == "refused" and (d.place, d.period) in loaded
    }


def _recorded(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> dict[str, Standing]:
    rows = connection.execute(
        f"""
        {_STANDINGS}
        FROM ops.delivery WHERE source = ? AND export = ? AND delivery_period = ?
        """,
        [delivery.source, delivery.export, delivery.period],
    ).fetchall()
    return {row[0]: Standing(*row[1:]) for row in rows}


def _should_be(
    arrivals: list[Delivery], export: Export, recorded: dict[str, Standing]
) -> dict[str, tuple[str, datetime]]:
    """Return the state and the arrival that every recorded delivery should have."""
    stands: dict[str, tuple[str, datetime]] = {}
    asked_again = _portal_arrivals(arrivals)

    def arrival(delivery: Delivery) -> datetime:
        return asked_again.get(delivery.delivery_id) or delivery.arrived_at

    for sequence in sequences(arrivals, export):
        order = [d for d in sequence if d.delivery_id in recorded]
        sound = [d for d in order if not recorded[d.delivery_id].is_refused]
        if export.is_snapshot:
            sound.sort(key=lambda d: recorded[d.delivery_id].extracted_at or arrival(d))
        for delivery in order:
            state = "superseded"
            if sound[-1:] == [delivery]:
                state = "loaded"
            elif delivery is order[-1] and recorded[delivery.delivery_id].is_refused:
                state = "refused"
            place = (state, arrival(delivery))
            known = stands.setdefault(delivery.delivery_id, place)
            stands[delivery.delivery_id] = min(known, place, key=_rank)
    return stands


def _portal_arrivals(arrivals: list[Delivery]) -> dict[str, datetime]:
    """Return when the bytes of portals arrived last; right after one another they are one arrival.

    A portal that gives them again after others says that a change was taken back.
    """
    found: dict[str, datetime] = {}
    previous = ""
    for delivery in arrivals:
        if delivery.scope is not None and delivery.delivery_id != previous:
            found[delivery.delivery_id] = delivery.arrived_at
        previous = delivery.delivery_id
    return found


def _rank(place: tuple[str, datetime]) -> tuple[int, datetime]:
    return ("loaded", "refused", "superseded").index(place[0]), place[1]
