"""Asset reference/period: every period that has figures, up to the data's cut-off."""

import dagster as dg

from assets.engine.compute import data_cutoff, refresh_periods
from assets.engine.statistic import load_statistic
from assets.metadata import table_asset
from assets.resources import Installation
from schemas.indicator_tables import PERIOD


@table_asset(PERIOD, "duckdb", deps=[["core", "dossier_version"], ["core", "payment_version"]])
def period(
    context: dg.AssetExecutionContext, installation: Installation
) -> dg.MaterializeResult[None]:
    """Derive the periods from the deliveries; the clock has no say in them."""
    sources = installation.sources()
    exports = {(name, export) for name, source in sources.items() for export in source.exports}
    with installation.warehouse() as connection:
        cutoff = data_cutoff(connection, exports)
        periods = refresh_periods(connection, cutoff, load_statistic(installation.paths.settings))
    if cutoff.held_back_by:
        context.log.warning(
            "Figures reach to %s only: %s is delivered no further. Deliver it, or take an export "
            "that no longer comes out of the source settings.",
            cutoff.day,
            ", ".join(cutoff.held_back_by),
        )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(periods),
            "cutoff_date": str(cutoff.day),
            "held_back_by": ", ".join(cutoff.held_back_by) or "none",
        },
        data_version=dg.DataVersion(str(cutoff.day)),
    )
