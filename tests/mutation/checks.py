"""The checks that hold figures back: each must see a figure that is broken, and say what is."""

from datetime import date

import duckdb

from assets.engine.indicators.indicator_sql import INDICATOR_SQL
from assets.engine.warehouse import sql_file

# Breaking one count of a row that balances breaks these identities.
PLACED = "to handle = resolved + other closings + pending + paused"
BROKEN_BY_ONE_MORE = {
    "received_online": ["received = sum of channels"],
    "received_direct": ["received = sum of channels"],
    "received_postal": ["received = sum of channels"],
    "received_unknown_channel": ["received = sum of channels"],
    "received": [PLACED, "to handle = carried over + received", "received = sum of channels"],
    "carried_over": [PLACED, "to handle = carried over + received"],
    "total_to_handle": ["to handle = carried over + received"],
    "resolved": [PLACED, "resolved = early + on due date + late + no due date"],
    "resolved_early": ["resolved = early + on due date + late + no due date"],
    "resolved_on_due_date": ["resolved = early + on due date + late + no due date"],
    "resolved_late": ["resolved = early + on due date + late + no due date"],
    "resolved_no_due_date": ["resolved = early + on due date + late + no due date"],
    "closed_other": [PLACED],
    "closed_undated": [PLACED],
    "closed_before_received": [PLACED],
    "paused": [PLACED],
    "pending": [PLACED, "pending = in time + overdue + no due date"],
    "pending_in_time": ["pending = in time + overdue + no due date"],
    "pending_overdue": ["pending = in time + overdue + no due date"],
    "pending_no_due_date": ["pending = in time + overdue + no due date"],
}
WHOLES = {
    "paid_online": "payable",
    "resolved_digitised": "resolved",
    "resolved_e_result": "resolved",
    "received_digitised_input": "received",
    "received_reused": "received",
}


def assert_checks_see(connection: duckdb.DuckDBPyConnection) -> None:
    """Break each identity of rows that balance, and each chain of months: the checks say so."""
    rows = "SELECT * FROM indicators.by_level LIMIT 1"
    for name, sentences in BROKEN_BY_ONE_MORE.items():
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE probe AS SELECT * REPLACE "
            f"({name}_count + 1 AS {name}_count) FROM ({rows})"
        )
        assert _broken(connection) == [", ".join(sentences)], f"balance: one more {name}"
    for part, whole in WHOLES.items():
        for more, sentences in ((1, ["parts within their whole"]), (0, [])):
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE probe AS SELECT * REPLACE "
                f"({whole}_count + {more} AS {part}_count) FROM ({rows})"
            )
            assert _broken(connection) == sentences, f"balance: {part} of {whole}"
    _assert_chain_sees(connection)
    _assert_form_sees(connection)


def _broken(connection: duckdb.DuckDBPyConnection) -> list[str]:
    sql = sql_file(INDICATOR_SQL / "balance.sql")
    sql = sql.replace("{{table}}", "probe").replace("{{key}}", "unit_level")
    return [row[-1] for row in connection.execute(sql).fetchall()]


def _assert_chain_sees(connection: duckdb.DuckDBPyConnection) -> None:
    chain = sql_file(INDICATOR_SQL / "chain.sql")
    assert connection.execute(chain).fetchall() == [], "chain: months that chain"
    january, february = date(2022, 12, 15), date(2023, 1, 15)
    unit, procedure = connection.execute(
        "SELECT unit_code, procedure_code FROM indicators.own_count WHERE period_kind = 'month' "
        "GROUP BY ALL HAVING count(*) = 4 ORDER BY ALL LIMIT 1"
    ).fetchall()[0]
    for name, month, more in (("pending", february, 1), ("paused", february, 1),
                              ("carried_over", january, -1)):  # fmt: skip
        connection.begin()
        connection.execute(
            f"UPDATE indicators.own_count SET {name}_count = {name}_count + 1 "
            "WHERE period_kind = 'month' AND period_start = ? AND unit_code = ? "
            "AND procedure_code = ?",
            [january, unit, procedure],
        )
        found = connection.execute(chain).fetchall()
        connection.rollback()
        assert [(row[0], row[1], row[3]) for row in found] == [(month, unit, procedure)], (
            f"chain: one more {name}"
        )
        assert found[0][4] - found[0][5] == more, f"chain: by how much {name} breaks it"


# Columns of form II.06a: one more of it breaks these identities of the row.
FORM_BROKEN_BY = {
    "column_3": {"3 = 4 + 5 + 6": 1, "3 = 7 + 11 + left out": 1},
    "column_4": {"3 = 4 + 5 + 6": -1},
    "column_5": {"3 = 4 + 5 + 6": -1},
    "column_6": {"3 = 4 + 5 + 6": -1, "6 = 11 of the month before": 1},
    "column_7": {"7 = 8 + 9 + 10": 1, "3 = 7 + 11 + left out": -1},
    "column_8": {"7 = 8 + 9 + 10": -1},
    "column_9": {"7 = 8 + 9 + 10": -1},
    "column_10": {"7 = 8 + 9 + 10": -1},
    "column_11": {"11 = 12 + 13": 1, "3 = 7 + 11 + left out": -1,
                  "6 = 11 of the month before": -1},
    "column_12": {"11 = 12 + 13": -1},
    "column_13": {"11 = 12 + 13": -1},
    "left_out_count": {"3 = 7 + 11 + left out": -1},
}  # fmt: skip


def _assert_form_sees(connection: duckdb.DuckDBPyConnection) -> None:
    check = sql_file(INDICATOR_SQL / "form_06a_break.sql")
    assert connection.execute(check).fetchall() == [], "form: rows that add up"
    row = (
        "WHERE period_kind = 'month' AND period_start = DATE '2022-12-15' AND unit_code = '033' "
        "AND scope = 'subtree' AND field_code = 'all'"
    )
    for column, broken in FORM_BROKEN_BY.items():
        connection.begin()
        connection.execute(f"UPDATE indicators.form_06a SET {column} = {column} + 1 {row}")
        found = connection.execute(check).fetchall()
        connection.rollback()
        assert {said[5]: said[6] - said[7] for said in found} == broken, f"form: one more {column}"
        assert len(found) == len(broken), f"form: one more {column}"
        assert {said[2:5] for said in found} == {("033", "subtree", "all")}, "form: which row"
    _assert_form_misses_a_row(connection, check, row)


def _assert_form_misses_a_row(connection: duckdb.DuckDBPyConnection, check: str, row: str) -> None:
    carried, left = connection.execute(
        f"SELECT column_6, column_11 FROM indicators.form_06a {row}"
    ).fetchall()[0]
    connection.begin()
    connection.execute(f"DELETE FROM indicators.form_06a {row}")
    found = {(said[1], said[6], said[7]) for said in connection.execute(check).fetchall()}
    connection.rollback()
    wanted = {(date(2022, 12, 15), 0, carried), (date(2023, 1, 15), left, 0)}
    assert found == wanted, "form: a row is missing"
