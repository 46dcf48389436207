"""Units and periods that the registers have not: parents that change, units that begin and end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb

from assets.engine.indicators.indicator_sql import INDICATOR_SQL
from assets.engine.warehouse import sql_file
from tests.mutation.cases import Case
from tests.sql.agreement import compare
from tests.sql.registers import rows_of
from tests.support import compute_all

START, LAST, TURN, END = (date(2000, 1, 1), date(2009, 12, 31), date(2010, 1, 1),
                          date(2019, 12, 31))  # fmt: skip
END_OF_TIME = date(2099, 12, 31)
UNASSIGNED = ("unassigned", date(1, 1, 1), "unassigned")

# Unit, parent, first and last day, and the units it counts in. D moved from P to Q; a unit below
# D counts in P if it was there on the last day before, and in Q if on the first day since.
RECORDS = (
    ("P", None, START, END, "P"),
    ("Q", None, START, END, "Q"),
    ("D", "P", START, LAST, "DP"),
    ("D", "Q", TURN, END, "DQ"),
    ("A", "D", START, date(2005, 12, 31), "ADP"),
    ("B", "D", date(2015, 1, 1), END, "BDQ"),
    ("F", "D", START, TURN, "FDPQ"),
    ("G", "D", LAST, END, "GDPQ"),
    # Below both records of E, and below P once all the same.
    ("E", "P", START, LAST, "EP"),
    ("E", "P", TURN, END, "EP"),
    ("C", "E", START, END, "CEP"),
)


def assert_ancestry(connection: duckdb.DuckDBPyConnection) -> None:
    """Ask in which units each record counts; put the units back that were there."""
    connection.begin()
    _replace_units(connection, [(*record[:4], "commune") for record in RECORDS])
    sql = f"WITH RECURSIVE {sql_file(INDICATOR_SQL / 'ancestry.sql')} FROM reached"
    found = sorted(connection.execute(sql).fetchall())
    connection.rollback()
    wanted = [(unit, first, other) for unit, _, first, _, above in RECORDS for other in above]
    assert found == sorted([*wanted, UNASSIGNED]), "ancestry"


def _replace_units(connection: duckdb.DuckDBPyConnection, records: Sequence[Sequence[Any]]) -> None:
    connection.execute("DELETE FROM reference.unit")
    if records:
        connection.executemany(
            "INSERT INTO reference.unit (unit_code, parent_unit_code, valid_from, valid_to, "
            "unit_level, unit_name, source) VALUES (?, ?, ?, ?, ?, 'Đơn vị Mẫu', 'mẫu')",
            records,
        )


def cut_back(connection: duckdb.DuckDBPyConnection, case: Case, cutoff: date) -> Case:
    """Let the data of the register that is there end earlier: periods go, with all their rows."""
    connection.execute("UPDATE ops.delivery SET covers_to = ?", [cutoff])
    compute_all(connection, case.statistic)
    shorter = Case(replace(case.register, cutoff=cutoff), case.statistic)
    compare(shorter.register, shorter.statistic, connection)
    return shorter


# Unit, level, first and last day, around the month from 15/12/2022 to 14/01/2023.
MONTH = "period_kind = 'month' AND period_start = DATE '2022-12-15'"
THERE = (
    ("S", "begins", date(2023, 1, 14), END_OF_TIME),
    ("T", "ends", START, date(2022, 12, 15)),
    ("U", "a day", date(2023, 1, 14), date(2023, 1, 14)),
)
SINCE = ("V", "begins later", date(2023, 1, 15), END_OF_TIME)
NOT_THERE = (SINCE, ("W", "ended before", START, date(2022, 12, 14)))


def assert_rows_of_units(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    """Rows are of units that are there in a period; of no unit, dossiers are unassigned."""
    connection.execute("DELETE FROM reference.procedure")
    for records in ([], [*THERE, *NOT_THERE]):
        rows = [(unit, None, first, last, level) for unit, level, first, last in records]
        _replace_units(connection, rows)
        compute_all(connection, case.statistic)
        there = THERE if records else ()
        scopes = {(unit, scope) for unit in (*(u for u, *_ in there), UNASSIGNED[0])
                  for scope in ("own", "subtree")}  # fmt: skip
        # Today's units have a row in every period.
        today = scopes | ({(SINCE[0], "own"), (SINCE[0], "subtree")} if records else set())
        found = rows_of(connection, "indicators.by_unit_current", MONTH)
        assert {(row["unit_code"], row["scope"]) for row in found} == today, "units: today's"
        levels = {*(level for _, level, *_ in there), UNASSIGNED[0], "all"}
        for table in ("by_unit", "by_unit_first_due"):
            found = rows_of(connection, f"indicators.{table}", MONTH)
            assert {(row["unit_code"], row["scope"]) for row in found} == scopes, f"units: {table}"
        by_level = rows_of(connection, "indicators.by_level", MONTH)
        assert {row["unit_level"] for row in by_level} == levels, "units: levels"
        zeros = {row["unit_level"] for row in by_level if not row["total_to_handle_count"]}
        assert zeros == {level for _, level, *_ in there}, "units: who counts"
