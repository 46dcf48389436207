"""Money of payment requests, and the days on which they stand, request by request."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from assets.engine.indicators import sum_payments
from assets.engine.quarantine import rebuild_quarantine
from schemas.tables import OUTSIDE
from tests.sql.oracle_periods import Span, spans
from tests.sql.registers import CUTOFF, Dossier, Payment, Register


@dataclass(frozen=True)
class Days:
    """The days on which a request was made, collected and paid back."""

    asked: date | None
    collected: date | None
    refunded: date | None

    def of(self, state: str) -> date | None:
        """Return the day on which a request of this state stands."""
        if state == "paid":
            return self.collected
        if state == "refunded" and self.refunded:
            return self.refunded
        both = (self.collected, self.asked) if state == "refunded" else (self.asked, self.collected)
        return both[0] or both[1]


def days_of(number: int, payment: Payment) -> Days:
    """Return the days that `date_requests` gives a request: some have none, some one alone."""
    paid = payment.collected_date
    asked = CUTOFF - timedelta(days=number % 90) if number % 3 else None
    refunded = paid + timedelta(days=25) if paid and number % 4 else None
    return Days(asked, paid, refunded)


def date_requests(connection: duckdb.DuckDBPyConnection, register: Register) -> None:
    """Give every request days of asking and of refund, and sum up the money anew."""
    days = [days_of(number, payment) for number, payment in enumerate(register.payments)]
    if days:
        rows = [{"number": n, "asked": d.asked, "refunded": d.refunded} for n, d in enumerate(days)]
        connection.register("given", pa.Table.from_pylist(rows))
        connection.execute(
            "UPDATE core.payment_version SET requested_date = CAST(given.asked AS DATE), "
            "refunded_date = CAST(given.refunded AS DATE) FROM given WHERE row_number = number"
        )
        connection.unregister("given")
    sum_payments(connection)
    rebuild_quarantine(connection, OUTSIDE)


def assert_sums(connection: duckdb.DuckDBPyConnection, register: Register) -> None:
    """Compare `indicators.payment_sum` with the money of each movement, request by request."""
    wanted: dict[tuple[Any, ...], list[tuple[int, int]]] = defaultdict(list)
    for number, payment in enumerate(register.payments):
        owner = owner_of(payment, register)
        unit_code = (owner.unit_code if owner else None) or "unassigned"
        for day, outcome, amount in _movements(payment, days_of(number, payment)) if owner else ():
            for month in months_of(register):
                if day and month.first <= day <= min(month.last, register.cutoff):
                    key = (month.first, unit_code, outcome, payment.method or "unknown")
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
    assert found == sums, f"payment_sum: {first_difference(found, sums)}"


def _movements(payment: Payment, days: Days) -> Iterator[tuple[date | None, str, int]]:
    day, amount = days.of(payment.state), payment.amount
    if payment.state == "refunded":
        yield day, "refunded", -abs(amount)
        yield days.collected or day, "paid_refunded", abs(amount)
    elif payment.state == "cancelled":
        yield day, "cancelled", amount
    elif payment.collection == "exempt":
        yield day, "exempt", amount
    else:
        yield day, payment.state if amount else "zero_amount", amount


def months_of(register: Register) -> list[Span]:
    """Return the months that have figures."""
    found = spans(register.first_day, register.cutoff, 14)
    return [span for span in found if span.kind == "month"]


def first_day_of(register: Register) -> date:
    """Return the first day that some month counts."""
    return min(month.first for month in months_of(register))


def owner_of(payment: Payment, register: Register) -> Dossier | None:
    """Return the dossier of a request; None for an orphan."""
    return register.dossiers[payment.dossier] if payment.dossier < len(register.dossiers) else None


def first_difference(found: Any, wanted: Any) -> str:
    """Return the first key of which both say something else."""
    keys = [key for key in {**found, **wanted} if found.get(key, 0) != wanted.get(key, 0)]
    return ", ".join(map(str, sorted(keys, key=str)[0])) if keys else ""
