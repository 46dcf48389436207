"""In which units a unit counts: a tree in which parents change while their children last.

Belongs here: ancestry.sql alone, over records that `tests/sql/register_reference.py` has not.
"""

from datetime import date

import duckdb

from assets.engine.warehouse import INDICATOR_SQL, sql_file

START, LAST, TURN, END = (date(2000, 1, 1), date(2009, 12, 31), date(2010, 1, 1),
                          date(2019, 12, 31))  # fmt: skip
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
    connection.execute("DELETE FROM reference.unit")
    connection.executemany(
        "INSERT INTO reference.unit (unit_code, parent_unit_code, valid_from, valid_to, unit_name, "
        "unit_level, source) VALUES (?, ?, ?, ?, 'Đơn vị Mẫu', 'commune', 'mẫu')",
        [record[:4] for record in RECORDS],
    )
    sql = f"WITH RECURSIVE {sql_file(INDICATOR_SQL / 'ancestry.sql')} FROM reached"
    found = sorted(connection.execute(sql).fetchall())
    connection.rollback()
    wanted = [(unit, first, other) for unit, _, first, _, above in RECORDS for other in above]
    assert found == sorted([*wanted, UNASSIGNED]), "ancestry"
