"""Comparing every cell of every indicator table with the oracle, and holding them to the laws."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
from hypothesis import HealthCheck, settings

from schemas.settings import Statistic
from schemas.tables import FORMULA_VERSION, PERIOD_COLUMNS, TABLES
from tests.sql.laws import Tables, assert_all
from tests.sql.oracle import dossier_counts
from tests.sql.oracle_periods import Span, spans
from tests.sql.oracle_tables import KEYS, figures
from tests.sql.registers import Register, Row, fill, rows_of

NAMES = [name for name in KEYS if f"indicators.{name}" in TABLES]
HEAD = {column.name for column in PERIOD_COLUMNS}
REGISTERS = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def check(
    register: Register, statistic: Statistic, connection: duckdb.DuckDBPyConnection
) -> Counter[str]:
    """Compute a register and `compare` it."""
    fill(connection, register, statistic)
    _assert_counted_or_outside(register, statistic, connection)
    return compare(register, statistic, connection)


def compare(
    register: Register, statistic: Statistic, connection: duckdb.DuckDBPyConnection
) -> Counter[str]:
    """Assert that every cell is what the oracle says and the laws hold; return the cells."""
    tables = tables_of(connection)
    cells = _cells(register, statistic, tables)
    assert_all(tables)
    return cells + Counter(registers=1, dossiers=len(register.dossiers))


def tables_of(connection: duckdb.DuckDBPyConnection) -> Tables:
    """Return every row of every indicator table by its period and key."""
    found: Tables = {}
    for name in NAMES:
        rows: dict[Span, dict[tuple[Any, ...], Row]] = {}
        for row in rows_of(connection, f"indicators.{name}"):
            span = Span(row["period_kind"], row["period_start"], row["period_end"])
            key = tuple(row[column] for column in KEYS[name])
            assert key not in rows.setdefault(span, {}), ("two rows of one key", name, span, key)
            rows[span][key] = row
        found[name] = rows
    return found


def _cells(register: Register, statistic: Statistic, tables: Tables) -> Counter[str]:
    cells: Counter[str] = Counter()
    wanted_spans = spans(register.first_day, register.cutoff, statistic.closing_day)
    for name in NAMES:
        assert set(tables[name]) <= set(wanted_spans), (name, set(tables[name]) - set(wanted_spans))
    for span in wanted_spans:
        expected = figures(register, span, statistic)
        for name in NAMES:
            rows = tables[name].get(span, {})
            required, allowed = expected.required(name), expected.allowed(name)
            assert required <= set(rows) <= allowed, (
                name, span, "missing", required - set(rows), "too many", set(rows) - allowed
            )  # fmt: skip
            for key, row in rows.items():
                _assert_head(row, span, register.cutoff, statistic)
                wanted = expected.wanted(name, key)
                assert set(row) == HEAD | set(KEYS[name]) | set(wanted), name
                differing = {
                    column: (row[column], value)
                    for column, value in wanted.items()
                    if not _agree(row[column], value)
                }
                assert not differing, (name, span, key, "found, wanted", differing)
                cells.update({f"cells of {name}, {span.kind}": len(wanted), "rows": 1})
                cells["cells"] += len(wanted)
    return cells


def _assert_counted_or_outside(
    register: Register, statistic: Statistic, connection: duckdb.DuckDBPyConnection
) -> None:
    """Assert that every dossier is counted by some period or listed outside."""
    listed = rows_of(connection, "quarantine.outside", "record_kind = 'dossier'")
    all_spans = spans(register.first_day, register.cutoff, statistic.closing_day)
    uncounted = [
        dossier
        for dossier in register.dossiers
        if not any(
            dossier_counts(dossier, span.first, min(span.last, register.cutoff), statistic)
            for span in all_spans
        )
    ]
    assert sum(row["record_count"] for row in listed) == len(uncounted)


def _assert_head(row: Row, span: Span, cutoff: date, statistic: Statistic) -> None:
    assert row["cutoff_date"] == min(span.last, cutoff)
    assert row["is_provisional"] == (cutoff < span.last)
    settings_used = (row["end_basis"], row["closed_other"], row["formula_version"])
    assert settings_used == (statistic.end_basis, statistic.closed_other, FORMULA_VERSION)


def _agree(found: object, wanted: object) -> bool:
    if isinstance(wanted, float) and isinstance(found, float | Decimal):
        return abs(float(found) - wanted) < 1e-9
    return found == wanted
