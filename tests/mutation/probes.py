"""What no table of measures shows, in plain Python: macros, sums of money, records outside.

Belongs here: what each of them should say, record by record, sharing no code with the SQL. Does
not belong here: the figures of the indicator tables (`tests/sql/oracle.py`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from tests.sql.oracle import end_of, is_open
from tests.sql.oracle_periods import Span, spans
from tests.sql.registers import Dossier, Payment, Register, rows_of

NEVER = date(9999, 12, 31)
RATES = [(0, 7, "0.00"), (7, 7, "100.00"), (1, 3, "33.33"), (2, 3, "66.67"), (1, 800, "0.13"),
         (3, 800, "0.38"), (1, 20_000, "0.01"), (1, 20_001, "0.00"), (19_999, 20_000, "100.00"),
         (9_999_999, 10_000_000, "100.00"), (2_000_000_001, 4_000_000_000, "50.00")]  # fmt: skip
ASKED, COLLECTED, REFUNDED = date(2023, 1, 1), date(2023, 1, 2), date(2023, 1, 3)
PAYMENT_DAYS = (
    (["refunded", ASKED, COLLECTED, REFUNDED], REFUNDED),
    (["refunded", ASKED, COLLECTED, None], COLLECTED),
    (["refunded", ASKED, None, None], ASKED),
    (["paid", ASKED, COLLECTED, REFUNDED], COLLECTED),
    (["paid", ASKED, None, None], None),
    (["unpaid", ASKED, COLLECTED, REFUNDED], ASKED),
    (["cancelled", None, COLLECTED, None], COLLECTED),
)


def assert_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Ask each macro of the calendar and of rates on every day of two years and at its edges."""
    said = connection.execute(
        "SELECT CAST(day AS DATE) AS day, reporting_month(CAST(day AS DATE)), "
        "month_reached(CAST(day AS DATE), CAST(day AS DATE)), "
        "month_reached(CAST(day AS DATE), CAST(day AS DATE) - 1), "
        "month_reached(CAST(day AS DATE), CAST(day AS DATE) + 1) "
        "FROM range(DATE '2022-11-01', DATE '2025-01-01', INTERVAL 1 DAY) AS days(day)"
    ).fetchall()
    for day, *months in said:
        # The 15th of this month, or of the one before it.
        back = day if day.day >= 15 else day.replace(day=1) - timedelta(days=1)
        first = back.replace(day=15)
        assert months == [first, first, NEVER, first], f"macro: the month of {day}"
    for given, wanted in PAYMENT_DAYS:
        found = connection.execute("SELECT payment_day(?, ?, ?, ?)", given).fetchone()
        assert found == (wanted,), f"macro: payment_day of {given[0]}"
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
    first = _first_day(register)
    if dossier.state in {"new", "not_accepted"}:
        return dossier.state
    if received is None:
        return "no_received_date"
    if received > register.cutoff:
        return "received_after_cutoff"
    if received >= first or is_open(dossier, ended):
        return None
    if ended is None:
        return "closed_undated_before_first_period"
    return "closed_before_first_period" if ended < first else None


def _why_payment_outside(payment: Payment, register: Register) -> str | None:
    if _owner(payment, register) is None:
        return "payment_without_dossier"
    day = payment.collected_date
    if day is None:
        return "payment_undated"
    if day > register.cutoff:
        return "payment_after_cutoff"
    return "payment_before_first_period" if day < _first_day(register) else None


def _months(register: Register) -> list[Span]:
    found = spans(register.first_day, register.cutoff, 14)
    return [span for span in found if span.kind == "month"]


def _first_day(register: Register) -> date:
    return min(month.first for month in _months(register))


def _owner(payment: Payment, register: Register) -> Dossier | None:
    return register.dossiers[payment.dossier] if payment.dossier < len(register.dossiers) else None


def assert_sums(connection: duckdb.DuckDBPyConnection, register: Register) -> None:
    """Compare `indicators.payment_sum` with the money of each movement, request by request."""
    wanted: dict[tuple[Any, ...], list[tuple[int, int]]] = defaultdict(list)
    for payment in register.payments:
        owner = _owner(payment, register)
        for outcome, amount in _movements(payment) if owner else ():
            for month in _months(register):
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
