"""Random registers: every cell of every indicator table against the oracle, and the laws.

`MOTCUA_SOAK=1` takes ten times as many and writes to `data/bench/oracle.json` how many registers
and cells were compared.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, get_args

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from assets.engine.paths import PROJECT
from assets.engine.periods import PeriodKind
from schemas.tables import PERIOD_COLUMNS, TABLES
from tests.sql.generated_registers import registers
from tests.sql.laws import Tables, assert_all
from tests.sql.oracle import dossier_counts
from tests.sql.oracle_periods import Span, spans
from tests.sql.oracle_tables import KEYS, figures
from tests.sql.registers import Register, Row, Statistic, fill, rows_of

IS_SOAK = bool(os.environ.get("MOTCUA_SOAK"))
EXAMPLES = 600 if IS_SOAK else 60
COUNTS = PROJECT / "data" / "bench" / "oracle.json"
NAMES = [name for name in KEYS if f"indicators.{name}" in TABLES]
HEAD = {column.name for column in PERIOD_COLUMNS}
REGISTERS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def compared() -> Iterator[Counter[str]]:
    """Cells compared by table and kind, and rows and registers; written down after a soak."""
    counted: Counter[str] = Counter()
    yield counted
    if IS_SOAK:
        COUNTS.parent.mkdir(parents=True, exist_ok=True)
        COUNTS.write_text(json.dumps(dict(sorted(counted.items())), indent=1) + "\n")


def _tables(connection: duckdb.DuckDBPyConnection) -> Tables:
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


def _assert_head(row: Row, span: Span, cutoff: date, statistic: Statistic) -> None:
    assert row["cutoff_date"] == min(span.last, cutoff)
    assert row["is_provisional"] == (cutoff < span.last)
    for name in ("end_basis", "closed_other"):
        assert row.get(name, getattr(statistic, name)) == getattr(statistic, name)


def _agree(found: object, wanted: object) -> bool:
    if isinstance(wanted, float) and isinstance(found, float | Decimal):
        return abs(float(found) - wanted) < 1e-9
    return found == wanted


def _compare(register: Register, statistic: Statistic, tables: Tables) -> Counter[str]:
    """Assert that every cell is what the oracle says; return how many were compared."""
    cells: Counter[str] = Counter()
    wanted_spans = [
        span
        for span in spans(register.first_day, register.cutoff, statistic.closing_day)
        if span.kind in get_args(PeriodKind)
    ]
    for name in NAMES:
        assert set(tables[name]) <= set(wanted_spans), name
    for span in wanted_spans:
        expected = figures(register, span, statistic)
        for name in NAMES:
            rows = tables[name].get(span, {})
            assert expected.required(name) <= set(rows), (name, span)
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
                cells[f"{name} {span.kind}"] += len(wanted)
                cells["cells"] += len(wanted)
                cells["rows"] += 1
    return cells


@REGISTERS
@given(given=registers())
def test_every_cell_is_what_the_rules_say_dossier_by_dossier_and_the_laws_hold(
    given: tuple[Register, Statistic],
    register_warehouse: duckdb.DuckDBPyConnection,
    compared: Counter[str],
) -> None:
    register, statistic = given
    fill(register_warehouse, register, statistic)
    tables = _tables(register_warehouse)
    compared.update(_compare(register, statistic, tables))
    compared["registers"] += 1
    compared["dossiers"] += len(register.dossiers)
    assert_all(tables)


@settings(REGISTERS, max_examples=EXAMPLES // 3)
@given(given=registers())
def test_every_dossier_is_counted_by_some_period_or_listed_outside(
    given: tuple[Register, Statistic], register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    register, statistic = given
    fill(register_warehouse, register, statistic)
    listed = rows_of(register_warehouse, "quarantine.outside", "record_kind = 'dossier'")
    all_spans = spans(register.first_day, register.cutoff, statistic.closing_day)
    months = [span for span in all_spans if span.kind == "month"]
    uncounted = [
        dossier
        for dossier in register.dossiers
        if not any(
            dossier_counts(dossier, span.first, min(span.last, register.cutoff), statistic)
            for span in months
        )
    ]
    assert sum(row["record_count"] for row in listed) == len(uncounted)
