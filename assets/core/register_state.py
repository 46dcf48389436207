"""What the register assets share: saying what state a register is in.

A register is a view over the version table, brought up to date in the transaction of each load;
its asset reports it and warns of deliveries read with older settings.
"""

import dagster as dg

from assets.engine.load import outdated_periods
from assets.engine.warehouse import scalar
from assets.resources import Installation
from schemas.exports import Kind


def register_state(
    context: dg.AssetExecutionContext, installation: Installation, kind: Kind
) -> dg.MaterializeResult[None]:
    """Return the register's row count and a version that changes when the files of `kind` do."""
    with installation.warehouse() as connection:
        rows = scalar(connection, f"SELECT count(*) FROM {kind.table} WHERE is_latest")
        content = scalar(
            connection,
            "SELECT md5(string_agg(delivery_id || state, ' ' ORDER BY delivery_id)) "
            "FROM ops.delivery WHERE kind = ?",
            [kind.name],
        )
        outdated = outdated_periods(connection, installation.paths, installation.sources(), kind)
    if outdated:
        context.log.warning(
            "Files of %s were read with older settings or units. Re-materialise these periods "
            "to read them with today's.", ", ".join(outdated),
        )  # fmt: skip
    return dg.MaterializeResult(
        metadata={"dagster/row_count": int(str(rows)), "outdated_period_count": len(outdated)},
        data_version=dg.DataVersion(str(content)),
    )
