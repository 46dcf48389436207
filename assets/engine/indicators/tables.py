"""Computing: periods, rates, the revision log, quarantine tables."""

from dataclasses import dataclass
from datetime import date

import duckdb

from assets.engine.common.calendar import local_now
from assets.engine.indicators.balance import ROW_NAMES, raise_if, unbalanced
from assets.engine.indicators.indicator_sql import COUNTS, RATES, indicator_sql
from assets.engine.warehouse import rebuild_table, scalar, transaction
from schemas.tables import PAYMENT_SUM, PERIOD_NAMES, Table

# More than these of a row nobody reads; the revision log has them all.
SHOWN_DIFFERENCES = 3
_PERIOD = ", ".join(PERIOD_NAMES)


@dataclass(frozen=True)
class ClosedChange:
    """A row of a closed period that says something else: how, and the first measure that does."""

    sentence: str
    measure: str
    period_kind: str
    period_end: date


@dataclass(frozen=True)
class Change:
    """What a computation changed: rows now in the table, the months moved, closed rows changed."""

    row_count: int
    months: list[date]
    closed: list[ClosedChange]


def compute_table(connection: duckdb.DuckDBPyConnection, table: Table, run_id: str) -> Change:
    """Add up own counts in the periods whose own counts changed, and write the rows that differ.

    All in one transaction. Every changed row of a table of measures gets its revision. Raises
    BalanceError, and leaves the table as it was, if a row does not balance.
    """
    with transaction(connection):
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE wanted_period AS
            SELECT {_PERIOD} FROM ops.wanted_period WHERE table_name = '{table.name}'
            -- Where the cut-off went back, periods that are no more.
            UNION SELECT {_PERIOD} FROM {table.qualified_name}
            ANTI JOIN reference.period USING ({_PERIOD});
            DELETE FROM ops.wanted_period WHERE table_name = '{table.name}';
            """
        )
        return _replace_changed(connection, table, run_id)


def sum_payments(connection: duckdb.DuckDBPyConnection) -> int:
    """Write `indicators.payment_sum` anew from all requests; return the number of rows."""
    return rebuild_table(connection, PAYMENT_SUM, indicator_sql(PAYMENT_SUM))


def _replace_changed(connection: duckdb.DuckDBPyConnection, table: Table, run_id: str) -> Change:
    name, key = table.qualified_name, ", ".join(table.key)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS {indicator_sql(table)}")
    columns = ", ".join(table.column_names)
    former = f"SELECT {columns} FROM {name} SEMI JOIN wanted_period USING ({_PERIOD})"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE new_row AS SELECT {columns} FROM fresh EXCEPT {former};
        CREATE OR REPLACE TEMP TABLE old_row AS {former} EXCEPT SELECT {columns} FROM fresh;
        """
    )
    is_measured = table in ROW_NAMES
    # A table that a lost warehouse or a new version left empty moves nothing: its rows come back.
    is_filled = is_measured or bool(connection.execute(f"FROM {name} LIMIT 1").fetchall())
    closed = _closed_changes(connection, table) if is_measured else []
    months = connection.execute(
        f"""
        SELECT DISTINCT reporting_month(period_end) AS month
        FROM (SELECT {_PERIOD} FROM new_row UNION ALL SELECT {_PERIOD} FROM old_row)
        -- The last month of a longer period may not have begun.
        WHERE period_kind IN ('month', 'year_to_date') ORDER BY 1
        """
    ).fetchall()
    connection.execute(f"DELETE FROM {name} WHERE ({key}) IN (SELECT ({key}) FROM old_row)")
    connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM new_row")
    if is_measured:
        _log_revision(connection, table, run_id)
        raise_if(unbalanced(connection, table))
    count = int(str(scalar(connection, f"SELECT count(*) FROM {name}")))
    return Change(count, [month for (month,) in months if is_filled], closed)


def _log_revision(connection: duckdb.DuckDBPyConnection, table: Table, run_id: str) -> None:
    """Log the rows that say something else; that their last counted day moved on is no news."""
    key = ", ".join(table.key)
    connection.execute(
        f"""
        INSERT INTO ops.revision BY NAME
        SELECT $at AS computed_at, $run AS run_id, $name AS table_name, change,
               * EXCLUDE (change)
        FROM (SELECT 'set' AS change, * FROM new_row
              SEMI JOIN (SELECT * EXCLUDE (cutoff_date) FROM new_row
                         EXCEPT SELECT * EXCLUDE (cutoff_date) FROM old_row) USING ({key})
              UNION ALL
              SELECT 'removed', * FROM old_row
              WHERE ({key}) NOT IN (SELECT ({key}) FROM new_row))
        """,
        {"at": local_now().replace(tzinfo=None), "run": run_id, "name": table.name},
    )


def _closed_changes(connection: duckdb.DuckDBPyConnection, table: Table) -> list[ClosedChange]:
    """Return the rows of closed periods that said something else before, months first.

    A row that came or went counted nothing on the other side. A measure that was not there when a
    row was reported has not changed.
    """
    differences = ", ".join(
        f"CASE WHEN (old_row.period_label IS NULL OR old_row.{name} IS NOT NULL) "
        f"AND coalesce(new_row.{name}, 0) <> coalesce(old_row.{name}, 0) THEN '{name} ' "
        f"|| coalesce(old_row.{name}, 0) || ' -> ' || coalesce(new_row.{name}, 0) END"
        for name in COUNTS
    )
    rows = connection.execute(
        f"""
        SELECT coalesce(old_row.period_label, new_row.period_label), {ROW_NAMES[table]} AS row_key,
               list_filter([{differences}], lambda text: text IS NOT NULL) AS texts,
               period_kind, period_end
        FROM old_row
        FULL JOIN new_row USING ({", ".join(table.key)})
        WHERE (period_kind, period_start, period_end) IN (
            SELECT (period_kind, period_start, period_end) FROM {table.qualified_name}
            WHERE NOT is_provisional)
        ORDER BY period_kind <> 'month', period_end, period_kind, row_key
        """
    ).fetchall()
    return [
        ClosedChange(f"{label}, {key}: {_brief(texts)}", texts[0].split()[0], kind, end)
        for label, key, texts, kind, end in rows
        if texts
    ]


def _brief(texts: list[str]) -> str:
    said, more = texts[:SHOWN_DIFFERENCES], len(texts) - SHOWN_DIFFERENCES
    return ", ".join(said) + (f" and {more} more, see ops.revision" if more > 0 else "")


def figures_by_level(
    connection: duckdb.DuckDBPyConnection, month: date
) -> dict[str, dict[str, object]]:
    """Return what `indicators.by_level` says of one month, by level and column; the whole first.

    Levels that count nothing are left out, and so are rates over nothing; empty if the month has
    no figures.
    """
    cursor = connection.execute(
        f"""
        SELECT unit_level, period_label, is_provisional, {", ".join(COUNTS + RATES)}
        FROM indicators.by_level
        WHERE period_kind = 'month' AND period_start = ?
            AND total_to_handle_count + payable_count > 0
        ORDER BY unit_level <> 'all', unit_level
        """,
        [month],
    )
    names = [item[0] for item in cursor.description or []][1:]
    return {
        level: {name: value for name, value in zip(names, said, strict=True) if value is not None}
        for level, *said in cursor.fetchall()
    }
