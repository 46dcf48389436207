"""Deliveries that count nowhere: taken out of the warehouse, as if they had never come.

They were withdrawn, or are of a period that has not begun: the clock ran ahead when they were
collected. When their day has come, the warehouse lacks them, and the next run loads them.
"""

from collections.abc import Callable

import duckdb

from assets.engine import register
from assets.engine.collect import read_arrivals
from assets.engine.common.messages import counted
from assets.engine.common.paths import Paths
from assets.engine.load.records import PER_DELIVERY
from assets.engine.warehouse import transaction
from schemas.rows import KINDS

_OF_DELIVERY = (*PER_DELIVERY, "ops.collection", "ops.delivery")


def set_aside(
    connection: duckdb.DuckDBPyConnection, paths: Paths, progress: Callable[[str], None]
) -> None:
    """Delete all that the warehouse holds of such deliveries; the registers follow.

    Raises WarehouseError, and deletes nothing, if the clock would put most of them aside.
    """
    arrivals = read_arrivals(paths)
    known = connection.execute("SELECT delivery_id FROM ops.delivery").fetchall()
    arrivals.check_most_have_begun([delivery_id for (delivery_id,) in known])
    aside = sorted(arrivals.aside)
    for kind in KINDS.values():
        rows = connection.execute(
            "SELECT delivery_id FROM ops.delivery "
            "WHERE kind = ? AND delivery_id IN (SELECT unnest(?::VARCHAR[]))",
            [kind.name, aside],
        ).fetchall()
        if not rows:
            continue
        progress(
            "leaving the figures, as withdrawn or of a period to come: "
            f"{counted(len(rows), 'file')} of kind {kind.name}"
        )
        with transaction(connection):
            removed = register.Removed()
            for (delivery_id,) in rows:
                one = register.remove_delivery(connection, kind, delivery_id)
                removed = register.Removed(removed.keys + one.keys, removed.codes + one.codes)
                for table in _OF_DELIVERY:
                    connection.execute(f"DELETE FROM {table} WHERE delivery_id = ?", [delivery_id])
            register.refresh(connection, kind, loaded=None, changed=[], noted=[], removed=removed)
