"""Asset indicators/own_payment: dossiers of each unit by itself that paid."""

import dagster as dg

from assets.engine.own_counts import count_payments
from assets.indicators.recompute import INDICATOR_DEPS
from assets.metadata import table_asset
from assets.partitions import PERIODS
from assets.resources import Installation
from schemas.indicator_tables import OWN_PAYMENT


@table_asset(OWN_PAYMENT, "duckdb", "sql", partitions_def=PERIODS, deps=INDICATOR_DEPS)
def own_payment(installation: Installation) -> dg.MaterializeResult[None]:
    """Count every period anew: what is paid is small beside the register."""
    with installation.warehouse() as connection:
        changed = count_payments(connection)
    return dg.MaterializeResult(metadata={"changed_row_count": changed})
