"""What dossiers said when they were counted last, kept until the counts are corrected by it."""

import duckdb

from schemas.tables import TOUCHED_DOSSIER

_REMEMBERED = ", ".join(
    f"dossier.{name}" for name in TOUCHED_DOSSIER.column_names if name != "dossier_key"
)


def remember(
    connection: duckdb.DuckDBPyConnection, keys: str, parameters: dict[str, str] | None = None
) -> None:
    """Keep what the dossiers of the query `keys` said when they were counted last.

    Call it before any change to their rows: the counts are corrected by it (`own_counts`). A
    dossier without a counted row is kept as one that was not in the register.
    """
    connection.execute(
        f"""
        INSERT INTO ops.touched_dossier BY NAME
        SELECT touched.dossier_key, {_REMEMBERED}
        FROM (SELECT DISTINCT dossier_key FROM ({keys}) AS asked(dossier_key)
              ANTI JOIN ops.touched_dossier USING (dossier_key)) AS touched
        LEFT JOIN (
            SELECT dossier.* FROM core.dossier AS dossier
            SEMI JOIN (SELECT delivery_id FROM ops.delivery WHERE counted_at IS NOT NULL) AS counted
                USING (delivery_id)
        ) AS dossier USING (dossier_key)
        """,
        parameters or {},
    )
