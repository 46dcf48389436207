"""Dossiers that changed since they were counted: their counts corrected, and their log."""

import duckdb

from assets.engine.common.calendar import local_now
from assets.engine.common.errors import BalanceError
from assets.engine.indicators.indicator_sql import own_count_sql
from assets.engine.warehouse import scalar
from schemas.tables import MOVED_DOSSIER, OWN_COUNT, PERIOD_NAMES, PROCESSING_TIME

_PERIOD = ", ".join(PERIOD_NAMES)
_MOVED = ", ".join(
    name for name in MOVED_DOSSIER.column_names if name not in ("computed_at", "run_id", "side")
)
_SAID = ", ".join(
    name for name in _MOVED.split(", ") if name not in ("delivery_id", "part_number", "row_number")
)


def collect_moved(connection: duckdb.DuckDBPyConnection) -> bool:
    """Collect what the changed dossiers said and say, if a period before may have counted them.

    Says whether there is such a period: what was never counted has not changed. A dossier that
    stands in another row now, but says the same, has not changed either.
    """
    has_counted = bool(connection.execute("FROM ops.counted_period LIMIT 1").fetchall())
    if has_counted:
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE moved AS
            WITH last AS (SELECT max(period_end) AS day FROM ops.counted_period),
            side AS (
                SELECT {_MOVED}, 'before' AS side
                FROM ops.touched_dossier, last WHERE state IS NOT NULL AND received_date <= last.day
                UNION ALL
                SELECT {_MOVED}, 'after'
                FROM core.dossier, last
                WHERE received_date <= last.day
                    AND (delivery_id IN (
                            SELECT delivery_id FROM ops.delivery WHERE counted_at IS NULL)
                        OR dossier_key IN (SELECT dossier_key FROM ops.touched_dossier))
            )
            FROM side
            QUALIFY count(*) OVER (PARTITION BY {_SAID}) = 1
            """
        )
    return has_counted


def correct(connection: duckdb.DuckDBPyConnection) -> None:
    """Add to `fresh` the corrected rows of the kept periods; `corrected` are the rows they were."""
    key = ", ".join(OWN_COUNT.key)
    counts = [name for name in OWN_COUNT.column_names if name.endswith("_count")]
    others = ", ".join(name for name in OWN_COUNT.column_names if name not in counts)
    sums = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in counts)
    total = " + ".join(f"abs({name})" for name in counts)
    _weigh(connection)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE delta AS FROM ({own_count_sql('weighed', 'kept_period')}) "
        f"WHERE {total} > 0"
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE corrected AS
        FROM indicators.own_count SEMI JOIN delta USING ({key});
        INSERT INTO fresh BY NAME
        FROM (SELECT {others}, {sums}
              FROM (FROM corrected UNION ALL BY NAME FROM delta) GROUP BY ALL)
        WHERE {total} > 0
        """
    )


def _weigh(connection: duckdb.DuckDBPyConnection) -> None:
    """List what is taken out of the counts, up to the day counted then, and what is added.

    A dossier that says the same counts otherwise if one of its dates lies in the days since: it
    was received, ended, paused, or is overdue.
    """
    moved = "dossier_key IN (SELECT dossier_key FROM moved)"
    days = ("received_date", "finished_date", "returned_date", "refused_date",
            "supplement_requested_date", "due_date + 1", "first_due_date + 1")  # fmt: skip
    has_aged = " OR ".join(f"{day} BETWEEN counted.day + 1 AND today.day" for day in days)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE weighed AS
        WITH counted AS (SELECT max(cutoff_date) AS day FROM ops.counted_period),
        today AS (SELECT max(cutoff_date) AS day FROM reference.period),
        aged AS (
            SELECT {_MOVED} FROM core.dossier, counted, today WHERE ({has_aged}) AND NOT {moved}
        )
        SELECT {_MOVED}, -1 AS weight, counted.day AS counted_to
        FROM (SELECT {_MOVED} FROM moved WHERE side = 'before' UNION ALL FROM aged), counted
        UNION ALL
        SELECT {_MOVED}, 1, today.day
        FROM (SELECT {_MOVED} FROM moved WHERE side = 'after' UNION ALL FROM aged), today
        """
    )


def want_times(connection: duckdb.DuckDBPyConnection) -> None:
    """Note the kept periods whose processing times may differ though their counts do not."""
    connection.execute(
        f"""
        INSERT INTO ops.wanted_period
        SELECT '{PROCESSING_TIME.name}', {_PERIOD} FROM kept_period
        WHERE EXISTS (
            FROM (SELECT unnest([finished_date, returned_date, refused_date]) AS day FROM moved)
            WHERE day BETWEEN period_start AND period_end)
        EXCEPT FROM ops.wanted_period
        """
    )


def check_signs(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise BalanceError if a corrected count is below 0."""
    counts = [name for name in OWN_COUNT.column_names if name.endswith("_count")]
    broken = connection.execute(
        f"SELECT {_PERIOD}, unit_code, procedure_code FROM new_row "
        f"WHERE least({', '.join(counts)}) < 0 ORDER BY ALL LIMIT 5"
    ).fetchall()
    if broken:
        raise BalanceError(
            "Correcting the counts of a period by the dossiers that changed",
            f"a count below 0 in {'; '.join(' '.join(map(str, row)) for row in broken)}",
            "counts of dossiers that were counted before",
            "Nothing was changed. This is a defect of Motcua: report it with this sentence.",
        )


def log_moved(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Keep what the dossiers of `moved` said before and say after.

    One whose last entry ends as it does now is logged already: by the run whose log was taken over.
    """
    # What a dossier says after, or if it went what it said before.
    ending = "QUALIFY row_number() OVER (PARTITION BY dossier_key ORDER BY side) = 1"
    connection.execute(
        f"""
        INSERT INTO ops.moved_dossier BY NAME
        WITH logged AS (
            FROM ops.moved_dossier SEMI JOIN moved USING (dossier_key)
            QUALIFY rank() OVER (PARTITION BY dossier_key ORDER BY computed_at DESC) = 1
        ),
        news AS (
            SELECT side, {_SAID} FROM moved {ending}
            EXCEPT SELECT side, {_SAID} FROM logged {ending}
        )
        SELECT $at AS computed_at, $run AS run_id, {_MOVED}, side
        FROM moved SEMI JOIN news USING (dossier_key)
        """,
        {"at": local_now().replace(tzinfo=None), "run": run_id},
    )


def moved_dossiers(connection: duckdb.DuckDBPyConnection, run_id: str) -> int:
    """Return how many dossiers of periods counted before a run found changed."""
    sql = "SELECT count(DISTINCT dossier_key) FROM ops.moved_dossier WHERE run_id = ?"
    return int(str(scalar(connection, sql, [run_id])))
