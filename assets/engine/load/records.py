"""What is recorded of a delivery besides its rows: `ops.delivery`, parts, layout, rejected rows."""

import duckdb

from assets.engine.common.calendar import local_now
from assets.engine.load.report import Loaded
from assets.engine.load.staging import StagedList

# Replaced when a delivery is read again.
PER_DELIVERY = ("quarantine.rejected_row", "ops.delivery_part", "ops.layout", "ops.check_value")


def record_list(connection: duckdb.DuckDBPyConnection, delivery_id: str, item: StagedList) -> None:
    """Write where a list stood, its layout rows by kind, its totals and its rejected rows."""
    table = item.table
    place = [delivery_id, table.part_number]
    connection.execute(
        "INSERT INTO ops.delivery_part VALUES (?, ?, ?, ?, ?, ?, ?)",
        [*place, table.member_number, table.sheet_number, table.container, table.encoding,
         table.header_row],
    )  # fmt: skip
    for kind, count in sorted(item.layout.counts.items()):
        connection.execute("INSERT INTO ops.layout VALUES (?, ?, ?, ?)", [*place, kind, count])
    for value in item.layout.check_values():
        connection.execute(
            "INSERT INTO ops.check_value VALUES (?, ?, ?, ?, ?, ?)",
            [*place, value.row_number, value.column_name, value.stated, value.counted],
        )
    rows = item.rejects.assign(delivery_id=delivery_id, part_number=table.part_number)
    if len(rows):
        connection.execute("INSERT INTO quarantine.rejected_row BY NAME FROM rows")


def record_delivery(
    connection: duckdb.DuckDBPyConnection,
    result: Loaded,
    *,
    kind: str,
    origin: str,
    is_snapshot: bool,
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
        "kind": kind,
        "delivery_period": delivery.period,
        "file_sha256": delivery.sha256,
        "file_suffix": delivery.suffix,
        "file_bytes": delivery.size,
        "state": result.state,
        "reason": result.reason,
        "covers_to": result.covers_to,
        "is_coverage_stated": result.is_coverage_stated,
        "stated_to": result.stated_to,
        "extracted_at": result.extracted_at,
        "origin": origin,
        "is_snapshot": is_snapshot,
        "read_count": result.read,
        "accepted_count": result.accepted,
        "quarantined_count": result.quarantined,
        "flagged_count": result.flagged,
        "duplicate_count": result.duplicates,
        "layout_count": result.layout,
        "unit_unknown_count": result.unit_unknown,
        "warnings": result.warnings,
        "reading_version": version,
        "collected_at": delivery.arrived_at,
        "loaded_at": local_now().replace(tzinfo=None),
        "run_id": run_id,
    }
    connection.execute(
        f"INSERT INTO ops.delivery ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        list(row.values()),
    )
