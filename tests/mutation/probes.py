"""What no table of measures shows, in plain Python: macros, records that no period counts."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import duckdb

from tests.mutation.cases import Case
from tests.mutation.money import Days, days_of, first_day_of, first_difference, owner_of
from tests.sql.oracle import end_of, is_open
from tests.sql.oracle_periods import spans
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


def assert_outside(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    """Compare `quarantine.outside` with the reason of every record that no period counts."""
    register = case.register
    wanted: Counter[tuple[str, str, str]] = Counter()
    for dossier in register.dossiers:
        reason = _why_outside(dossier, case)
        if reason:
            wanted["dossier", reason, dossier.unit_code or "unassigned"] += 1
    for number, payment in enumerate(register.payments):
        owner = owner_of(payment, register)
        reason = _why_payment_outside(payment, days_of(number, payment), register)
        if reason:
            unit_code = owner.unit_code if owner else None
            wanted["payment", reason, unit_code or "unassigned"] += 1
    rows = rows_of(connection, "quarantine.outside")
    found = {(r["record_kind"], r["reason"], r["unit_code"]): r["record_count"] for r in rows}
    assert len(found) == len(rows), "outside: two rows of one key"
    assert found == dict(wanted), f"outside: {first_difference(found, wanted)}"


def _why_outside(dossier: Dossier, case: Case) -> str | None:
    register = case.register
    received, ended = dossier.received_date, end_of(dossier, case.statistic.end_basis)
    # The year of the first month counts, too.
    closing_day = case.statistic.closing_day
    first = min(span.first for span in spans(register.first_day, register.cutoff, closing_day))
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


def _why_payment_outside(payment: Payment, days: Days, register: Register) -> str | None:
    if owner_of(payment, register) is None:
        return "payment_without_dossier"
    day = days.of(payment.state)
    if day is None:
        return "payment_undated"
    if day > register.cutoff:
        return "payment_after_cutoff"
    return "payment_before_first_period" if day < first_day_of(register) else None
