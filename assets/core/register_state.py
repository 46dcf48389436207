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
    """Return the register's row count, and a version that changes with all it is made of.

    These are the files of `kind`, which of them were asked for as a whole period and when, and
    which codes are one dossier.
    """
    with installation.warehouse() as connection:
        rows = scalar(connection, f"SELECT count(*) FROM {kind.table} WHERE is_latest")
        content = scalar(
            connection,
            "SELECT md5(concat_ws(' ', string_agg(concat_ws(' ', delivery_id, state, "
            "whole_asked_at, changes_known_at), ' ' ORDER BY delivery_id), "
            "(SELECT bit_xor(hash(alias)) FROM core.dossier_alias AS alias))) "
            "FROM ops.delivery LEFT JOIN ops.collection USING (delivery_id) WHERE kind = ?",
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
