"""Own counts: counting dossiers, all of them where it must be, else only those that changed.

A period is counted anew from the whole register if it is new, if its last counted day moved back,
or if what decides about counting (formula, settings, units and which of them there are today,
procedures, holidays) is not what it was. Every other period is corrected: what some dossiers said
when they were counted is taken out of its counts, and what they say now is added. These are the
changed ones, of which `ops.touched_dossier`, which loading fills (`assets.engine.register`), holds
what they said; and, where the last counted day moved on, those with a date in the days since.
"""

import hashlib

import duckdb

from assets.engine.common.calendar import local_now
from assets.engine.indicators.indicator_sql import (
    INDICATOR_SQL,
    REGISTER,
    own_count_sql,
    own_payment_sql,
)
from assets.engine.indicators.moved import (
    check_signs,
    collect_moved,
    correct,
    log_moved,
    want_times,
)
from assets.engine.warehouse import WAREHOUSE_SQL, sql_file, transaction
from schemas.tables import (
    CLOSED_STATES,
    FORMULA_VERSION,
    INDICATOR_TABLES,
    OWN_COUNT,
    OWN_PAYMENT,
    PERIOD_NAMES,
    Table,
)

_PERIOD = ", ".join(PERIOD_NAMES)


def count_dossiers(
    connection: duckdb.DuckDBPyConnection, run_id: str, *, anew: bool = False
) -> int:
    """Bring `indicators.own_count` up to date with the register; return how many rows changed.

    `anew` counts every period from the whole register, whatever was counted before.

    Raises BalanceError, and leaves everything as it was, if a count would fall below 0.
    """
    basis = counting_basis(connection)
    with transaction(connection):
        _choose_periods(connection, "" if anew else basis)
        has_counted = collect_moved(connection)
        is_kept = not connection.execute("FROM full_period LIMIT 1").fetchall()
        # DuckDB would read the whole register for no period at all.
        register = f"(FROM {REGISTER} LIMIT 0)" if is_kept else REGISTER
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE fresh AS {own_count_sql(register, 'full_period')}"
        )
        replaced = "FROM indicators.own_count ANTI JOIN kept_period USING (" + _PERIOD + ")"
        if has_counted:
            correct(connection)
            replaced += " UNION ALL FROM corrected"
        changed = _write(connection, OWN_COUNT, replaced)
        _want(connection, "FROM changed_period UNION FROM full_period_key UNION FROM longer_period")
        check_signs(connection)
        if has_counted:
            want_times(connection)
            log_moved(connection, run_id)
        connection.execute("DELETE FROM ops.touched_dossier")
        _note_counted(connection, "kind <> 'payment'")
        connection.execute("DELETE FROM ops.counted_period")
        connection.execute(
            f"INSERT INTO ops.counted_period SELECT {_PERIOD}, cutoff_date, ? "
            "FROM reference.period",
            [basis],
        )
    return changed


def count_payments(connection: duckdb.DuckDBPyConnection) -> int:
    """Count `indicators.own_payment` anew from all requests; return how many rows changed."""
    with transaction(connection):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS {own_payment_sql()}")
        changed = _write(connection, OWN_PAYMENT, "FROM indicators.own_payment")
        _want(connection, "FROM changed_period")
        _note_counted(connection, "kind = 'payment'")
    return changed


def _note_counted(connection: duckdb.DuckDBPyConnection, which: str) -> None:
    connection.execute(
        f"UPDATE ops.delivery SET counted_at = ? WHERE counted_at IS NULL AND {which}",
        [local_now().replace(tzinfo=None)],
    )


def counting_basis(connection: duckdb.DuckDBPyConnection) -> str:
    """Return a hash of all that decides how a dossier is counted, besides itself."""
    formulas = [sql_file(file) for file in sorted(INDICATOR_SQL.glob("*.sql"))]
    # Another closing day makes other periods, none of which was counted before.
    macros = sql_file(WAREHOUSE_SQL / "calendar.sql")
    parts: list[object] = [FORMULA_VERSION, macros, CLOSED_STATES, *formulas]
    for sql in (
        "SELECT DISTINCT end_basis, closed_other FROM reference.period",
        "FROM reference.unit",
        "SELECT procedure_code, field_code, has_paper_result FROM reference.procedure",
        "SELECT day, is_working FROM reference.holiday",
        "FROM reference.unit_succession",
        "SELECT unit_code, valid_from FROM reference.unit "
        "WHERE (SELECT max(cutoff_date) FROM reference.period) BETWEEN valid_from AND valid_to",
    ):
        parts.append(connection.execute(f"FROM ({sql}) ORDER BY ALL").fetchall())
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _choose_periods(connection: duckdb.DuckDBPyConnection, basis: str) -> None:
    """Part the periods into those counted anew and those kept, which were counted on `basis`."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE kept_period AS
        SELECT period.* FROM (SELECT {_PERIOD}, closed_other, cutoff_date FROM reference.period)
            AS period
        INNER JOIN ops.counted_period AS counted USING ({_PERIOD})
        WHERE basis = $basis AND counted.cutoff_date <= period.cutoff_date
        """,
        {"basis": basis},
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE full_period AS
        SELECT {_PERIOD}, closed_other FROM reference.period
        ANTI JOIN kept_period USING ({_PERIOD});
        CREATE OR REPLACE TEMP TABLE full_period_key AS SELECT {_PERIOD} FROM full_period;
        CREATE OR REPLACE TEMP TABLE longer_period AS SELECT {_PERIOD} FROM kept_period
        ANTI JOIN ops.counted_period USING ({_PERIOD}, cutoff_date);
        """
    )


def _write(connection: duckdb.DuckDBPyConnection, table: Table, replaced: str) -> int:
    """Put `fresh` in the place of the rows `replaced`, touching only those that differ."""
    name, columns = table.qualified_name, ", ".join(table.column_names)
    counts = [column for column in table.column_names if column.endswith("_count")]
    # Dossiers that no period counts leave rows of zeros.
    fresh = f"SELECT {columns} FROM fresh WHERE {' + '.join(f'abs({c})' for c in counts)} > 0"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE replaced AS {replaced};
        CREATE OR REPLACE TEMP TABLE new_row AS {fresh} EXCEPT SELECT {columns} FROM replaced;
        CREATE OR REPLACE TEMP TABLE old_row AS SELECT {columns} FROM replaced EXCEPT {fresh};
        CREATE OR REPLACE TEMP TABLE changed_period AS
            SELECT {_PERIOD} FROM new_row UNION SELECT {_PERIOD} FROM old_row;
        """
    )
    key = ", ".join(table.key)
    connection.execute(f"DELETE FROM {name} WHERE ({key}) IN (SELECT ({key}) FROM old_row)")
    inserted = connection.execute(f"INSERT INTO {name} BY NAME FROM new_row").fetchall()
    return int(inserted[0][0])


def _want(connection: duckdb.DuckDBPyConnection, periods: str) -> None:
    """Note for every table that adds up own counts which periods it has to compute."""
    names = [table.name for table in INDICATOR_TABLES]
    connection.execute(
        f"""
        INSERT INTO ops.wanted_period
        SELECT table_name, {_PERIOD} FROM (SELECT unnest($names) AS table_name)
        CROSS JOIN ({periods})
        EXCEPT FROM ops.wanted_period
        """,
        {"names": names},
    )
