"""Random registers: every cell of every indicator table against the oracle, and the laws.

`MOTCUA_SOAK=1` runs ten times as many.
"""

import os
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.exports import CHANNELS, COLLECTIONS, PAYMENT_METHODS, PAYMENT_STATES, RESULT_KINDS
from tests.sql.oracle import Span, dossier_counts, figures, payment_counts, rates, spans
from tests.sql.registers import PROCEDURES, UNITS, Dossier, Payment, Register, Row, fill, rows_of

EXAMPLES = 600 if os.environ.get("MOTCUA_SOAK") else 60
STATES = (
    "new", "not_accepted", "in_process", "paused_supplement", "paused_finance", "paused_other",
    "withdrawn", "refused_after_acceptance", "finished", "returned",
)  # fmt: skip
CUTOFFS = (date(2023, 1, 14), date(2023, 1, 15), date(2023, 2, 14), date(2023, 2, 20))
# The days around the ends of months and cut-offs, and any other day now and then.
EDGES = sorted(
    {
        edge + timedelta(days=offset)
        for edge in (*CUTOFFS, date(2022, 11, 15), date(2022, 12, 15), date(2023, 1, 31))
        for offset in (-1, 0, 1)
    }
)
DAYS = (
    st.sampled_from(EDGES) | st.sampled_from(EDGES) | st.dates(date(2022, 9, 1), date(2023, 4, 1))
)
MAYBE_DAY = st.none() | DAYS
FLAG = st.none() | st.booleans()
UNIT_CODES = (None, "99999", *sorted({unit.unit_code for unit in UNITS}))


def _maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


@st.composite
def _dossiers(draw: st.DrawFn) -> Dossier:
    received = draw(st.none() | DAYS | DAYS | DAYS | DAYS)
    # Without a reception day nothing says which record of a unit is meant: 01096 has only one.
    unit_codes = UNIT_CODES if received else (None, "01096")
    return Dossier(
        state=draw(st.sampled_from((*STATES, "in_process", "finished"))),
        received_date=received,
        due_date=draw(MAYBE_DAY),
        finished_date=draw(MAYBE_DAY),
        returned_date=draw(MAYBE_DAY),
        refused_date=draw(st.none() | st.none() | DAYS),
        supplement_requested_date=draw(MAYBE_DAY),
        channel=draw(_maybe(*CHANNELS)),
        result_kind=draw(_maybe(*RESULT_KINDS)),
        unit_code=draw(st.sampled_from(unit_codes)),
        procedure_code=draw(_maybe(*PROCEDURES, "1.999999")),
        has_digitised_input=draw(FLAG),
        has_reused_input=draw(FLAG),
        has_e_result=draw(FLAG),
        is_paper_result_due=draw(FLAG),
    )


@st.composite
def _registers(draw: st.DrawFn) -> Register:
    few_or_many = st.lists(_dossiers(), max_size=5) | st.lists(
        _dossiers(), min_size=20, max_size=40
    )
    dossiers = draw(few_or_many)
    payment = st.builds(
        Payment,
        dossier=st.sampled_from((0, 1, 2, len(dossiers))),
        collected_date=MAYBE_DAY,
        state=st.sampled_from((*PAYMENT_STATES, "paid", "paid", "paid")),
        amount=st.sampled_from((0, 1, 30_000, 30_000)),
        method=_maybe(*PAYMENT_METHODS),
        collection=_maybe(*COLLECTIONS),
    )
    # Few dossiers have many requests, so that some are paid in several months.
    payments = draw(st.lists(payment, max_size=5) | st.lists(payment, min_size=15, max_size=30))
    return Register(dossiers, payments, cutoff=draw(st.sampled_from(CUTOFFS)))


REGISTERS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _span(row: Row) -> Span:
    return Span(row["period_kind"], row["period_start"], row["period_end"])


def _cells(connection: duckdb.DuckDBPyConnection) -> dict[Span, dict[tuple[str, ...], Row]]:
    found: dict[Span, dict[tuple[str, ...], Row]] = {}
    for table, keys in (("by_unit", ("unit_code", "scope")), ("by_level", ("unit_level",))):
        for row in rows_of(connection, f"indicators.{table}"):
            place = tuple(row[key] for key in keys)
            assert place not in found.setdefault(_span(row), {}), "two rows of one key"
            found[_span(row)][place] = row
    return found


def _expected(numbers: Counter[str], row: Row) -> dict[str, Any]:
    names = [name for name in row if name.endswith("_count")]
    return {name: numbers[name.removesuffix("_count")] for name in names} | rates(numbers)


@REGISTERS
@given(register=_registers())
def test_every_cell_is_what_the_rules_say_dossier_by_dossier_and_the_laws_hold(
    register: Register, register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    fill(register_warehouse, register)
    cells = _cells(register_warehouse)
    assert set(cells) == set(spans(register))
    for span, rows in cells.items():
        expected = figures(register, span)
        assert {place for place, numbers in expected.items() if numbers} <= set(rows)
        for place, row in rows.items():
            wanted = _expected(expected.get(place, Counter()), row)
            assert {name: row[name] for name in wanted} == wanted, (span, place)
            assert row["cutoff_date"] == min(span.last, register.cutoff)
            assert row["is_provisional"] == (register.cutoff < span.last)
            _assert_balanced(row)
        _assert_parents_add_up(rows)
    _assert_months_chain(cells)


def _assert_balanced(row: Row) -> None:
    places = ("resolved", "closed_other", "pending", "paused", "closed_undated",
              "closed_before_received")  # fmt: skip
    placed = sum(row[f"{place}_count"] for place in places)
    assert row["carried_over_count"] + row["received_count"] == placed


def _assert_months_chain(cells: dict[Span, dict[tuple[str, ...], Row]]) -> None:
    months = sorted((span for span in cells if span.kind == "month"), key=lambda span: span.first)
    for earlier, later in pairwise(months):
        for place, row in cells[later].items():
            before = cells[earlier].get(place)
            stock = before["pending_count"] + before["paused_count"] if before else 0
            assert row["carried_over_count"] == stock, (later, place)


def _assert_parents_add_up(rows: dict[tuple[str, ...], Row]) -> None:
    counts = [name for name in rows["all",] if name.endswith("_count")]
    levels = [row for place, row in rows.items() if len(place) == 1 and place != ("all",)]
    own = [row for place, row in rows.items() if place[1:] == ("own",)]
    tops = [
        rows[place] for place in (("02", "subtree"), ("unassigned", "subtree")) if place in rows
    ]
    for name in counts:
        whole = rows["all",][name]
        assert sum(row[name] for row in levels) == whole
        assert sum(row[name] for row in own) == whole
        assert sum(row[name] for row in tops) == whole


@settings(REGISTERS, max_examples=EXAMPLES // 3)
@given(register=_registers())
def test_every_dossier_is_counted_by_some_period_or_listed_outside(
    register: Register, register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    fill(register_warehouse, register)
    listed = rows_of(register_warehouse, "quarantine.outside", "record_kind = 'dossier'")
    months = [span for span in spans(register) if span.kind == "month"]
    uncounted = [
        dossier
        for dossier in register.dossiers
        if not any(
            dossier_counts(dossier, span.first, min(span.last, register.cutoff)) for span in months
        )
    ]
    assert sum(row["record_count"] for row in listed) == len(uncounted)


def test_the_oracle_counts_by_itself() -> None:
    """The oracle must not agree with the SQL by counting nothing."""
    first, last = date(2022, 12, 15), date(2023, 1, 14)
    resolved = Dossier("finished", first, last, finished_date=last, has_e_result=True)
    assert dossier_counts(resolved, first, last) == {
        "received", "received_online", "total_to_handle", "resolved", "resolved_on_due_date",
        "resolved_e_result",
    }  # fmt: skip
    assert payment_counts([Payment(0, last)], first, last) == {"payable", "paid_online"}
