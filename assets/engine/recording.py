"""What is written down of a delivery beside its rows.

Belongs here: `ops.delivery`, the parts of a file, its layout and totals rows, its rejected rows.
Does not belong here: accepted rows (`assets.engine.load_file`) and what is in force
(`assets.engine.in_force`).
"""

import duckdb
import numpy as np
import pandas as pd

from assets.engine.in_force import arrived_at
from assets.engine.layout import LayoutLog
from assets.engine.lines import moved
from assets.engine.loaded import Loaded
from assets.engine.periods import local_now
from assets.engine.rejects import Rejects
from assets.engine.text_table import TextTable
from schemas.settings import Export, Source

# Replaced when a delivery is read again.
PER_DELIVERY = ("quarantine.rejected_row", "ops.delivery_part", "ops.layout", "ops.check_value")


def record_rejects(
    connection: duckdb.DuckDBPyConnection, delivery_id: str, table: TextTable, rejects: Rejects
) -> None:
    """Write the rejected rows of a list."""
    rows = rejects.frame().assign(delivery_id=delivery_id, part_number=table.part_number)
    if len(rows):
        connection.execute("INSERT INTO quarantine.rejected_row BY NAME FROM rows")


def record_part(
    connection: duckdb.DuckDBPyConnection,
    delivery_id: str,
    table: TextTable,
    log: LayoutLog,
    moves: pd.DataFrame,
) -> None:
    """Write where a list stood, its layout rows by kind, and its totals rows."""
    place = [delivery_id, table.part_number]
    connection.execute(
        "INSERT INTO ops.delivery_part VALUES (?, ?, ?, ?, ?, ?, ?)",
        [*place, table.member_number, table.sheet_number, table.container, table.encoding,
         table.header_row],
    )  # fmt: skip
    for kind, count in sorted(log.counts.items()):
        connection.execute("INSERT INTO ops.layout VALUES (?, ?, ?, ?)",
                                [*place, kind, count])  # fmt: skip
    for value in log.check_values():
        row_number = int(moved(np.array([value.row_number]), moves)[0])
        connection.execute(
            "INSERT INTO ops.check_value VALUES (?, ?, ?, ?, ?, ?)",
            [*place, row_number, value.column_name, value.stated, value.counted],
        )


def record_delivery(
    connection: duckdb.DuckDBPyConnection,
    result: Loaded,
    source: Source,
    export: Export,
    *,
    version: str,
    run_id: str,
) -> None:
    """Write what became of a delivery, in place of what was written before."""
    delivery = result.delivery
    connection.execute("DELETE FROM ops.delivery WHERE delivery_id = ?", [delivery.delivery_id])
    row = {
        "delivery_id": delivery.delivery_id,
        "source": delivery.source,
        "export": delivery.export,
        "kind": export.kind,
        "delivery_period": delivery.period,
        "file_sha256": delivery.sha256,
        "file_suffix": delivery.suffix,
        "file_bytes": delivery.size,
        "state": result.state,
        "reason": result.reason,
        "covers_to": result.covers_to,
        "extracted_at": result.extracted_at,
        "origin": source.origin,
        "is_snapshot": export.is_snapshot,
        "read_count": result.read,
        "accepted_count": result.accepted,
        "quarantined_count": result.quarantined,
        "flagged_count": result.flagged,
        "duplicate_count": result.duplicates,
        "layout_count": result.layout,
        "unit_unknown_count": result.unit_unknown,
        "warnings": result.warnings,
        "reading_version": version,
        "collected_at": arrived_at(delivery),
        "loaded_at": local_now().replace(tzinfo=None),
        "run_id": run_id,
    }
    connection.execute(
        f"INSERT INTO ops.delivery ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        list(row.values()),
    )
