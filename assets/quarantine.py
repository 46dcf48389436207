"""Layer quarantine: what was rejected, and what no period counts."""

from collections.abc import Iterator

import dagster as dg

from assets.engine.quarantine import rebuild_quarantine
from assets.metadata import selected, table_key, table_spec
from assets.resources import Installation
from schemas.tables import (
    CONFLICT,
    DOSSIER,
    GONE,
    ORPHAN,
    OUTSIDE,
    PAYMENT_REQUEST,
    PAYMENT_TRANSACTION,
    PERIOD,
    PROCEDURE,
    RECEIPT,
    SUMMARY,
)

REGISTERS = (DOSSIER, PAYMENT_REQUEST, PAYMENT_TRANSACTION, RECEIPT)
MADE_OF = {
    SUMMARY: (*REGISTERS, PROCEDURE),
    OUTSIDE: (DOSSIER, PAYMENT_REQUEST, PERIOD),
    CONFLICT: (DOSSIER,),
    GONE: (DOSSIER,),
    ORPHAN: REGISTERS,
}


def quarantine_assets() -> list[dg.AssetsDefinition]:
    """Return the step of this layer."""
    step = dg.multi_asset(
        name="quarantine",
        specs=[table_spec(table, "duckdb", "sql", deps=deps) for table, deps in MADE_OF.items()],
        can_subset=True,
    )
    return [step(quarantine)]


def quarantine(
    context: dg.AssetExecutionContext, installation: Installation
) -> Iterator[dg.MaterializeResult[None]]:
    """Write the tables anew from the whole warehouse."""
    with installation.warehouse() as connection:
        for table in selected(context, MADE_OF):
            rows = rebuild_quarantine(connection, table)
            yield dg.MaterializeResult(
                asset_key=table_key(table), metadata={"dagster/row_count": rows}
            )
