"""Asset reference/period: every period that has figures, up to the data's cut-off."""

import dagster as dg

from assets.engine.compute import refresh_periods
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.tables import PERIOD


@table_asset(PERIOD, "duckdb", deps=[["core", "dossier_version"], ["core", "payment_version"]])
def period(installation: Installation) -> dg.MaterializeResult[None]:
    """Derive the periods from the deliveries; the clock has no say in them."""
    with installation.warehouse() as connection:
        periods = refresh_periods(connection)
    cutoff = "none" if periods.empty else str(periods["cutoff_date"].max())
    return dg.MaterializeResult(
        metadata={"dagster/row_count": len(periods), "cutoff_date": cutoff},
        data_version=dg.DataVersion(cutoff),
    )
