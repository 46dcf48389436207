"""What became of one delivered file.

Belongs here: its counts, and whether it is known to the warehouse. Does not belong here: taking it
in (`assets.engine.load_file`).
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

import duckdb

from assets.engine.layout import ROWS, LayoutLog
from assets.engine.opening import FULL_SHEET
from assets.engine.raw_store import Delivery
from assets.engine.rejects import Rejects
from assets.engine.text_table import TextTable
from assets.engine.warehouse import scalar
from schemas.rules import EXCLUDED_IDS


@dataclass
class Loaded:
    """What became of one delivered file."""

    delivery: Delivery
    state: str
    reason: str | None = None
    covers_to: date | None = None
    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    flagged: int = 0
    duplicates: int = 0
    layout: int = 0
    unit_unknown: int = 0
    warnings: list[str] = field(default_factory=list)
    is_new: bool = True
    extracted_at: datetime | None = None
    refusable: int = 0
    rejected_by_rule: Counter[str] = field(default_factory=Counter)

    def note_part(self, rejects: Rejects, log: LayoutLog, table: TextTable) -> None:
        """Add what became of one list of the file."""
        self.quarantined += rejects.row_count()
        self.refusable += rejects.row_count(without=EXCLUDED_IDS)
        self.rejected_by_rule.update(rejects.frame()["rule_id"])
        self.layout += log.counts.total()
        for value in log.check_values():
            if value.stated != value.counted:
                self.warnings.append(
                    f"part {table.part_number}: the totals row states {value.stated:,} for "
                    f"{value.column_name}, its rows give {value.counted:,}"
                )
        if not log.sums[ROWS] and not rejects.row_count():
            # What it supersedes had some, perhaps.
            self.warnings.append(f"part {table.part_number} holds no rows")
        if table.delimited and table.header_row + log.sums[ROWS] == FULL_SHEET:
            self.warnings.append(
                f"part {table.part_number} has {FULL_SHEET:,} rows: it may be cut off"
            )

    def check_conservation(self) -> None:
        """Assert that every row read is accounted for exactly once."""
        if self.read != self.accepted + self.quarantined + self.duplicates:
            raise AssertionError(
                f"Loading {self.delivery.reference}: read {self.read} rows but accepted "
                f"{self.accepted} + quarantined {self.quarantined} + duplicates "
                f"{self.duplicates}: a defect of Motcua, nothing of this file was loaded"
            )


def is_loaded(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> bool:
    """Say whether the rows of a delivery are in force."""
    sql = "SELECT state = 'loaded' FROM ops.delivery WHERE delivery_id = ?"
    return scalar(connection, sql, [delivery.delivery_id]) is True
