"""What became of one delivered file."""

from dataclasses import dataclass, field
from datetime import date, datetime

import duckdb

from assets.engine.collect import Delivery
from assets.engine.warehouse import scalar


@dataclass
class Loaded:
    """What became of one delivered file: `state` is loaded, superseded or refused."""

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
    is_coverage_stated: bool | None = None
    stated_to: date | None = None

    def check_conservation(self) -> None:
        """Assert that every row read is accounted for exactly once."""
        if self.read != self.accepted + self.quarantined + self.duplicates:
            raise AssertionError(
                f"Loading {self.delivery.reference}: read {self.read} rows but accepted "
                f"{self.accepted} + quarantined {self.quarantined} + duplicates "
                f"{self.duplicates}: a defect of Motcua, nothing of this file was loaded"
            )


def is_loaded(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> bool:
    """Return whether the rows of a delivery are active."""
    sql = "SELECT state = 'loaded' FROM ops.delivery WHERE delivery_id = ?"
    return scalar(connection, sql, [delivery.delivery_id]) is True
