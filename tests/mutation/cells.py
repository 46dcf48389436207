"""Every cell of every indicator table against the oracle, and the laws."""

from collections import Counter

import duckdb

from tests.sql.oracle import figures, spans
from tests.sql.registers import Register
from tests.sql.test_figures_against_the_oracle import (
    _assert_balanced,
    _assert_months_chain,
    _assert_parents_add_up,
    _cells,
    _expected,
)


def assert_cells(connection: duckdb.DuckDBPyConnection, register: Register) -> None:
    cells = _cells(connection)
    assert set(cells) == set(spans(register)), "periods"
    for span, rows in cells.items():
        expected = figures(register, span)
        missing = {place for place, numbers in expected.items() if numbers} - set(rows)
        assert not missing, f"rows missing: {missing}"
        for place, row in rows.items():
            wanted = _expected(expected.get(place, Counter()), row)
            wrong = [name for name, value in wanted.items() if row[name] != value]
            assert not wrong, f"{span.kind} {span.first} {place}: {', '.join(wrong)}"
            assert row["cutoff_date"] == min(span.last, register.cutoff)
            assert row["is_provisional"] == (register.cutoff < span.last)
            _assert_balanced(row)
        _assert_parents_add_up(rows)
    _assert_months_chain(cells)
