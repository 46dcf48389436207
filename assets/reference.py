"""Layer reference: units, holidays, working days and the definitions of the measures."""

from collections.abc import Iterator

import dagster as dg
import duckdb

from assets.engine.indicators import load_indicators
from assets.engine.reference import file_version, load_reference, load_working_days
from assets.metadata import selected, table_key, table_spec
from assets.resources import Installation
from schemas.tables import (
    FORMULA_VERSION,
    HOLIDAY,
    INDICATOR,
    UNIT,
    UNIT_SUCCESSION,
    WORKING_DAY,
    Table,
)

# In the order in which they are made.
FROM_CSV = (UNIT, UNIT_SUCCESSION, HOLIDAY)
TABLES = (*FROM_CSV, WORKING_DAY, INDICATOR)


def reference_assets() -> list[dg.AssetsDefinition]:
    """Return the step of this layer."""
    step = dg.multi_asset(
        name="reference",
        specs=[
            table_spec(UNIT, "csv", "duckdb"),
            table_spec(UNIT_SUCCESSION, "csv", "duckdb", deps=[UNIT]),
            table_spec(HOLIDAY, "csv", "duckdb"),
            table_spec(WORKING_DAY, "duckdb", "sql", deps=[HOLIDAY]),
            table_spec(INDICATOR, "duckdb", code_version=FORMULA_VERSION),
        ],
        can_subset=True,
    )
    return [step(reference)]


def reference(
    context: dg.AssetExecutionContext, installation: Installation
) -> Iterator[dg.MaterializeResult[None]]:
    """Check each CSV against its schema and replace the table by it; write the others anew."""
    with installation.warehouse() as connection:
        for table in selected(context, TABLES):
            yield _made(connection, installation, table)


def _made(
    connection: duckdb.DuckDBPyConnection, installation: Installation, table: Table
) -> dg.MaterializeResult[None]:
    key = table_key(table)
    if table is INDICATOR:
        rows = load_indicators(connection)
        return dg.MaterializeResult(
            asset_key=key,
            metadata={"dagster/row_count": rows, "formula_version": FORMULA_VERSION},
            data_version=dg.DataVersion(FORMULA_VERSION),
        )
    if table is WORKING_DAY:
        rows = load_working_days(connection)
        return dg.MaterializeResult(asset_key=key, metadata={"dagster/row_count": rows})
    folder = installation.paths.reference
    rows = load_reference(connection, folder, table.name)
    return dg.MaterializeResult(
        asset_key=key,
        metadata={"dagster/row_count": rows},
        data_version=dg.DataVersion(file_version(folder, table.name)),
    )
