"""Computing: periods, counts, rates, the revision log, quarantine tables.

Belongs here: running the SQL of `assets/indicators/sql` and keeping only what changed. Does not
belong here: any formula, which stands in SQL.
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from assets.engine.errors import BalanceError
from assets.engine.periods import local_now, periods_until
from assets.engine.warehouse import ENGINE_SQL, INDICATOR_SQL, sql_file, transaction
from schemas.columns import Table
from schemas.measures import FORMULA_VERSION, MEASURES
from schemas.rules import RULES
from schemas.tables import BY_LEVEL, BY_UNIT, OWN_COUNT, PERIOD

COUNTS = [measure.name for measure in MEASURES if not measure.is_rate]
RATES = [measure.name for measure in MEASURES if measure.is_rate]
# More than these of a row nobody reads; the revision log has them all.
SHOWN_DIFFERENCES = 3

# What tells the rows of one period apart, in messages.
KEYS = {
    OWN_COUNT: "unit_code",
    BY_UNIT: "unit_code || ' ' || scope",
    BY_LEVEL: "unit_level",
}


@dataclass(frozen=True)
class Change:
    """What a computation changed: rows now in the table, the months moved, closed months moved."""

    row_count: int
    months: list[date]
    closed: list[str]


@dataclass(frozen=True)
class Cutoff:
    """The last day that counts, and the exports that are delivered no further than that.

    `held_back_by` is empty where all exports reach equally far.
    """

    first_period: date | None
    day: date | None
    held_back_by: list[str]


def data_cutoff(
    connection: duckdb.DuckDBPyConnection, exports: set[tuple[str, str]] | None = None
) -> Cutoff:
    """Return the last day that the newest delivery of every export covers; never the clock's.

    `exports` are source and export of today's settings: one that is there no more is delivered no
    more and holds nothing back. None: all that ever delivered.
    """
    rows = connection.execute(
        """
        SELECT source, export, min(delivery_period), max(covers_to) FROM ops.delivery
        WHERE state = 'loaded' AND kind IN ('dossier', 'payment') GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
    if not rows:
        return Cutoff(None, None, [])
    current = [row for row in rows if exports is None or (row[0], row[1]) in exports] or rows
    reached = {f"{source}/{export}": covers_to for source, export, _, covers_to in current}
    day = min(reached.values())
    is_uneven = max(reached.values()) > day
    held_back_by = [name for name, covers_to in reached.items() if covers_to == day]
    return Cutoff(min(row[2] for row in rows), day, held_back_by if is_uneven else [])


def refresh_periods(connection: duckdb.DuckDBPyConnection, cutoff: Cutoff) -> pd.DataFrame:
    """Write `reference.period`: every period from the first delivery to the data's cut-off.

    A row's `cutoff_date` is the last day it counts: the cut-off, at most the period's last day, so
    that a closed period's rows stay as they are. Returns the table.
    """
    rows = []
    if cutoff.first_period is not None and cutoff.day is not None:
        rows = [
            (p.kind, p.start, p.end, p.label, min(p.end, cutoff.day), cutoff.day < p.end)
            for p in periods_until(cutoff.first_period, cutoff.day)
        ]
    frame = pd.DataFrame(rows, columns=list(PERIOD.column_names))
    with transaction(connection):
        connection.execute("DELETE FROM reference.period")
        if rows:
            connection.execute("INSERT INTO reference.period BY NAME FROM frame")
    return frame


def indicator_sql(table: Table) -> str:
    """Return the SELECT of an indicator table, with the registry's columns filled in."""
    rates = sql_file(INDICATOR_SQL / "rates.sql")
    parts = {
        "counts": ", ".join(COUNTS),
        "summed_counts": ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in COUNTS),
        "counts_or_zero": ", ".join(
            f"CAST(coalesce({name}, 0) AS BIGINT) AS {name}" for name in COUNTS
        ),
        "rates": rates,
        "ancestry": sql_file(INDICATOR_SQL / "ancestry.sql"),
        "current_unit": sql_file(INDICATOR_SQL / "current_unit.sql"),
    }
    sql = sql_file(INDICATOR_SQL / f"{table.name}.sql")
    for name, text in parts.items():
        sql = sql.replace("{{" + name + "}}", text)
    return sql


def compute_table(connection: duckdb.DuckDBPyConnection, table: Table, run_id: str) -> Change:
    """Compute `table` from the register and write the rows that differ, in one transaction.

    Every changed row of a published indicator table gets its revision. Raises BalanceError, and
    leaves the table as it was, if a row does not balance.
    """
    with transaction(connection):
        return _replace_changed(connection, table, run_id)


def rebuild_table(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    """Write a table anew from its SQL file; return the number of rows."""
    rules = pd.DataFrame(
        [(r.rule_id, r.severity, r.repairer, r.vi, r.en) for r in RULES.values()],
        columns=["rule_id", "severity", "repairer", "rule_vi", "rule_en"],
    )
    connection.register("rule", rules)
    with transaction(connection):
        connection.execute(f"DELETE FROM {table.qualified_name}")
        is_indicator = table.layer == "indicators"
        sql = indicator_sql(table) if is_indicator else sql_file(ENGINE_SQL / f"{table.name}.sql")
        inserted = connection.execute(f"INSERT INTO {table.qualified_name} BY NAME {sql}")
        count = int(inserted.fetchall()[0][0])
    connection.unregister("rule")
    return count


def check_balance(connection: duckdb.DuckDBPyConnection) -> None:
    """Check every row of every indicator table, the chain of months and the sum of levels.

    Raises
    ------
    BalanceError
        An identity of form II.06a does not hold; the first breaks are named.
    """
    breaks = [item for table in KEYS for item in _unbalanced(connection, table)]
    chain = connection.execute(sql_file(INDICATOR_SQL / "chain.sql")).fetchall()
    breaks += [("months do not chain", *row) for row in chain]
    breaks += [("levels do not add up", *row) for row in _levels_that_do_not_add_up(connection)]
    _raise_if(breaks)


def _unbalanced(connection: duckdb.DuckDBPyConnection, table: Table) -> list[tuple[object, ...]]:
    sql = sql_file(INDICATOR_SQL / "balance.sql")
    sql = sql.replace("{{table}}", table.qualified_name).replace("{{key}}", KEYS[table])
    return [(table.qualified_name, *row) for row in connection.execute(sql).fetchall()]


def _raise_if(breaks: list[tuple[object, ...]]) -> None:
    if breaks:
        shown = "; ".join(" ".join(map(str, item)) for item in breaks[:5])
        raise BalanceError(
            "Checking the balance of the indicators",
            f"{len(breaks)} breaks, the first: {shown}",
            "every row in balance",
            "Nothing was published. This is a defect of Motcua: report it with this sentence.",
        )


def _levels_that_do_not_add_up(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Return periods where own rows, subtrees and levels do not have one sum."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in COUNTS)
    of_period = "SELECT period_kind, period_start, period_end"
    own = f"{of_period}, {sums} FROM indicators.own_count GROUP BY ALL"
    by_unit = f"{of_period}, {sums} FROM indicators.by_unit WHERE scope ="
    by_level = f"{of_period}, {sums} FROM indicators.by_level WHERE unit_level"
    # A unit's own counts stand in its subtree and in that of each unit above it.
    reached = "FROM indicators.own_count INNER JOIN reached USING (unit_code, unit_valid_from)"
    same = (
        (own, f"{by_unit} 'own' GROUP BY ALL"),
        (f"{of_period}, {sums} {reached} GROUP BY ALL", f"{by_unit} 'subtree' GROUP BY ALL"),
        (own, f"{by_level} = 'all' GROUP BY ALL"),
        (own, f"{by_level} <> 'all' GROUP BY ALL"),
    )
    differences = " UNION ".join(
        f"(({one}) EXCEPT ({other})) UNION (({other}) EXCEPT ({one}))" for one, other in same
    )
    return connection.execute(
        f"WITH RECURSIVE {sql_file(INDICATOR_SQL / 'ancestry.sql')} "
        f"{of_period} FROM ({differences}) ORDER BY ALL"
    ).fetchall()


def _replace_changed(connection: duckdb.DuckDBPyConnection, table: Table, run_id: str) -> Change:
    name, key = table.qualified_name, ", ".join(table.key)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS {indicator_sql(table)}")
    columns = ", ".join(table.column_names)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE new_row AS
            SELECT {columns} FROM fresh EXCEPT SELECT {columns} FROM {name};
        CREATE OR REPLACE TEMP TABLE old_row AS
            SELECT {columns} FROM {name} EXCEPT SELECT {columns} FROM fresh;
        """
    )
    closed = _closed_changes(connection, table)
    months = connection.execute(
        """
        SELECT DISTINCT reporting_month(period_end) AS month
        FROM (SELECT period_end FROM new_row UNION ALL SELECT period_end FROM old_row) ORDER BY 1
        """
    ).fetchall()
    connection.execute(f"DELETE FROM {name} WHERE ({key}) IN (SELECT ({key}) FROM old_row)")
    connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM new_row")
    if table is not OWN_COUNT:
        _log_revision(connection, table, run_id)
    _raise_if(_unbalanced(connection, table))
    count = connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
    return Change(count, [month for (month,) in months], closed)


def _log_revision(connection: duckdb.DuckDBPyConnection, table: Table, run_id: str) -> None:
    key = ", ".join(table.key)
    connection.execute(
        f"""
        INSERT INTO ops.revision BY NAME
        SELECT $at AS computed_at, $run AS run_id, $version AS formula_version,
               $name AS table_name, change, * EXCLUDE (change)
        FROM (SELECT 'set' AS change, * FROM new_row
              UNION ALL
              SELECT 'removed', * FROM old_row
              WHERE ({key}) NOT IN (SELECT ({key}) FROM new_row))
        """,
        {"at": local_now().replace(tzinfo=None), "run": run_id, "version": FORMULA_VERSION,
         "name": table.name},
    )  # fmt: skip


def _closed_changes(connection: duckdb.DuckDBPyConnection, table: Table) -> list[str]:
    """Return a sentence for each row of a closed period that said something else before."""
    if table is OWN_COUNT:
        return []
    differences = ", ".join(
        f"CASE WHEN new_row.{name} <> old_row.{name} "
        f"THEN '{name} ' || old_row.{name} || ' -> ' || new_row.{name} END"
        for name in COUNTS
    )
    rows = connection.execute(
        f"""
        SELECT old_row.period_label, {KEYS[table]} AS row_key,
               list_filter([{differences}], lambda text: text IS NOT NULL) AS texts
        FROM old_row
        INNER JOIN new_row USING ({", ".join(table.key)})
        WHERE NOT old_row.is_provisional
        -- Months first: the year to date only repeats what they say.
        ORDER BY period_kind, period_start, period_end, row_key
        """
    ).fetchall()
    return [f"{label}, {key}: {_brief(texts)}" for label, key, texts in rows if texts]


def _brief(texts: list[str]) -> str:
    said, more = texts[:SHOWN_DIFFERENCES], len(texts) - SHOWN_DIFFERENCES
    return ", ".join(said) + (f" and {more} more, see ops.revision" if more > 0 else "")


def headline(connection: duckdb.DuckDBPyConnection, month: date) -> dict[str, object]:
    """Return the counts and rates of the whole for one month, by measure name.

    Empty if the month has no figures. Rates over nothing are left out.
    """
    cursor = connection.execute(
        f"""
        SELECT period_label, is_provisional, {", ".join(COUNTS + RATES)}
        FROM (SELECT period_kind, period_start, period_end, {", ".join(COUNTS)},
                     {sql_file(INDICATOR_SQL / "rates.sql")}
              FROM (SELECT period_kind, period_start, period_end,
                           {", ".join(f"CAST(sum({n}) AS BIGINT) AS {n}" for n in COUNTS)}
                    FROM indicators.own_count GROUP BY ALL))
        INNER JOIN reference.period USING (period_kind, period_start, period_end)
        WHERE period_kind = 'month' AND period_start = ?
        """,
        [month],
    )
    row = cursor.fetchone()
    if row is None:
        return {}
    names = [item[0] for item in cursor.description or []]
    return {name: value for name, value in zip(names, row, strict=True) if value is not None}
