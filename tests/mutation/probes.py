"""What no indicator table shows, in plain Python: macros, sums of money, records outside, checks.

Belongs here: what each of them should say, dossier by dossier, sharing no code with the SQL. Does
not belong here: the figures of the indicator tables (`tests/sql/oracle.py`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from assets.engine.compute import COUNTS
from assets.engine.warehouse import INDICATOR_SQL, sql_file
from tests.sql.oracle import end_of, is_open, spans
from tests.sql.registers import Dossier, Payment, Register, rows_of

NEVER = date(9999, 12, 31)
RATES = [(0, 7, "0.00"), (7, 7, "100.00"), (1, 3, "33.33"), (2, 3, "66.67"), (1, 800, "0.13"),
         (3, 800, "0.38"), (1, 20_000, "0.01"), (1, 20_001, "0.00"), (19_999, 20_000, "100.00"),
         (9_999_999, 10_000_000, "100.00"), (2_000_000_001, 4_000_000_000, "50.00")]  # fmt: skip


def assert_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Ask each macro of the calendar and of rates on every day of two years and at its edges."""
    for offset in range(800):
        day = date(2022, 11, 1) + timedelta(days=offset)
        # The 15th of this month, or of the one before it.
        back = day if day.day >= 15 else day.replace(day=1) - timedelta(days=1)
        first = back.replace(day=15)
        said = connection.execute(
            "SELECT reporting_month($1), month_reached($1, $1), month_reached($1, $1 - 1), "
            "month_reached($1, $1 + 1)",
            [day],
        ).fetchone()
        assert said == (first, first, NEVER, first), f"macro: the month of {day}"
    for above, below, percent in RATES:
        found = connection.execute("SELECT rate_pct(?, ?)", [above, below]).fetchone()
        assert found == (Decimal(percent),), f"macro: rate_pct({above}, {below})"
    assert connection.execute("SELECT rate_pct(3, 0)").fetchone() == (None,), "macro: over nothing"


def assert_outside(connection: duckdb.DuckDBPyConnection, register: Register) -> None:
    """Compare `quarantine.outside` with the reason of every record that no period counts."""
    wanted: Counter[tuple[str, str, str]] = Counter()
    for dossier in register.dossiers:
        reason = _why_outside(dossier, register)
        if reason:
            wanted["dossier", reason, dossier.unit_code or "unassigned"] += 1
    for payment in register.payments:
        owner = _owner(payment, register)
        reason = _why_payment_outside(payment, register)
        if reason:
            unit_code = owner.unit_code if owner else None
            wanted["payment_request", reason, unit_code or "unassigned"] += 1
    rows = rows_of(connection, "quarantine.outside")
    found = {(r["record_kind"], r["reason"], r["unit_code"]): r["record_count"] for r in rows}
    assert len(found) == len(rows), "outside: two rows of one key"
    assert found == dict(wanted), f"outside: {_first_difference(found, wanted)}"


def _why_outside(dossier: Dossier, register: Register) -> str | None:
    received, ended = dossier.received_date, end_of(dossier)
    if dossier.state in {"new", "not_accepted"}:
        return dossier.state
    if received is None:
        return "no_received_date"
    if received > register.cutoff:
        return "received_after_cutoff"
    if received >= register.first_month or is_open(dossier):
        return None
    if ended is None:
        return "closed_undated_before_first_period"
    return "closed_before_first_period" if ended < register.first_month else None


def _why_payment_outside(payment: Payment, register: Register) -> str | None:
    if _owner(payment, register) is None:
        return "payment_without_dossier"
    day = payment.collected_date
    if day is None:
        return "payment_undated"
    if day > register.cutoff:
        return "payment_after_cutoff"
    return "payment_before_first_period" if day < register.first_month else None


def _owner(payment: Payment, register: Register) -> Dossier | None:
    return register.dossiers[payment.dossier] if payment.dossier < len(register.dossiers) else None


def assert_sums(connection: duckdb.DuckDBPyConnection, register: Register) -> None:
    """Compare `indicators.payment_sum` with the money of each movement, request by request."""
    months = [span for span in spans(register) if span.kind == "month"]
    wanted: dict[tuple[Any, ...], list[tuple[int, int]]] = defaultdict(list)
    for payment in register.payments:
        owner = _owner(payment, register)
        for outcome, amount in _movements(payment) if owner else ():
            for month in months:
                last = min(month.last, register.cutoff)
                if payment.collected_date and month.first <= payment.collected_date <= last:
                    unit_code = owner.unit_code if owner else None
                    key = (month.first, unit_code or "unassigned", outcome,
                           payment.method or "unknown")  # fmt: skip
                    wanted[key].append((payment.dossier, amount))
    sums = {
        key: (
            len({dossier for dossier, _ in moved}),
            len(moved),
            sum(amount for _, amount in moved),
        )
        for key, moved in wanted.items()
    }
    found = {tuple(row[:4]): tuple(row[4:]) for row in connection.execute(
        "SELECT period_start, unit_code, outcome, method, dossier_count, request_count, amount "
        "FROM indicators.payment_sum").fetchall()}  # fmt: skip
    assert found == sums, f"payment_sum: {_first_difference(found, sums)}"


def _movements(payment: Payment) -> Iterator[tuple[str, int]]:
    if payment.state == "refunded":
        yield "refunded", -abs(payment.amount)
        yield "paid_refunded", abs(payment.amount)
    elif payment.state == "cancelled":
        yield "cancelled", payment.amount
    elif payment.collection == "exempt":
        yield "exempt", payment.amount
    else:
        yield payment.state if payment.amount else "zero_amount", payment.amount


def _first_difference(found: Any, wanted: Any) -> str:
    keys = [key for key in {**found, **wanted} if found.get(key, 0) != wanted.get(key, 0)]
    return ", ".join(map(str, sorted(keys, key=str)[0])) if keys else ""


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


def _broken(connection: duckdb.DuckDBPyConnection) -> list[str]:
    sql = sql_file(INDICATOR_SQL / "balance.sql")
    sql = sql.replace("{{table}}", "probe").replace("{{key}}", "unit_level")
    return [row[-1] for row in connection.execute(sql).fetchall()]


def _assert_chain_sees(connection: duckdb.DuckDBPyConnection) -> None:
    chain = sql_file(INDICATOR_SQL / "chain.sql")
    assert connection.execute(chain).fetchall() == [], "chain: months that chain"
    assert set(COUNTS) >= {"pending_count", "paused_count", "carried_over_count"}
    for name in ("pending_count", "paused_count", "carried_over_count"):
        connection.begin()
        connection.execute(
            f"UPDATE indicators.own_count SET {name} = {name} + 1 WHERE period_kind = 'month' "
            "AND period_start = DATE '2022-12-15' AND unit_code = '01096'"
        )
        found = [(row[0], row[1]) for row in connection.execute(chain).fetchall()]
        connection.rollback()
        month = date(2022, 12, 15) if name == "carried_over_count" else date(2023, 1, 15)
        assert found == [(month, "01096")], f"chain: one more {name}"
