"""Which dossiers are payable and which paid online."""

from datetime import date

import duckdb

from tests.sql.registers import Dossier, Payment, Register, fill, in_own_units, own_unit, rows_of

RECEIVED = date(2022, 12, 20)
FIRST, LAST = date(2022, 12, 15), date(2023, 1, 14)
PAYER = Dossier("in_process", RECEIVED)


def _paid(
    connection: duckdb.DuckDBPyConnection, register: Register, kind: str = "month"
) -> list[tuple[int, int]]:
    """Return (payable, paid online) of the whole in each of the four periods."""
    fill(connection, register)
    rows = rows_of(connection, "indicators.by_level", f"period_kind = '{kind}'")
    return [
        (row["payable_count"], row["paid_online_count"])
        for row in rows
        if row["unit_level"] == "all"
    ]


# Payable and paid online in January.
REQUESTS = (
    (Payment(0, FIRST), (1, 1)),
    (Payment(0, LAST), (1, 1)),
    (Payment(0, date(2022, 12, 14)), (0, 0)),
    (Payment(0, date(2023, 1, 15)), (0, 0)),
    (Payment(0, None), (0, 0)),
    (Payment(0, FIRST, amount=1), (1, 1)),
    (Payment(0, FIRST, amount=0), (0, 0)),
    (Payment(0, FIRST, method="transfer"), (1, 0)),
    (Payment(0, FIRST, method="cash"), (1, 0)),
    (Payment(0, FIRST, method=None), (1, 0)),
    (Payment(0, FIRST, collection="postpaid"), (1, 1)),
    (Payment(0, FIRST, collection=None), (1, 1)),
    (Payment(0, FIRST, collection="exempt"), (0, 0)),
    (Payment(0, FIRST, state="unpaid"), (0, 0)),
    (Payment(0, FIRST, state="refunded"), (0, 0)),
    (Payment(0, FIRST, state="cancelled"), (0, 0)),
)


def test_a_request_makes_a_dossier_payable_or_not(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    register, units = in_own_units([Register([PAYER], [payment]) for payment, _ in REQUESTS])
    fill(register_warehouse, register, units=units)
    rows = rows_of(
        register_warehouse, "indicators.by_unit",
        f"period_kind = 'month' AND period_start = DATE '{FIRST}' AND scope = 'own'",
    )  # fmt: skip
    january = {row["unit_code"]: (row["payable_count"], row["paid_online_count"]) for row in rows}
    differing = {
        payment: found
        for place, (payment, expected) in enumerate(REQUESTS)
        if (found := january[own_unit(place)]) != expected
    }
    assert differing == {}


def test_two_requests_in_one_month_are_one_dossier_and_one_online_is_enough(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    requests = [Payment(0, FIRST, method="cash"), Payment(0, LAST)]
    found = _paid(register_warehouse, Register([PAYER], requests))
    assert found == [(0, 0), (1, 1), (0, 0), (0, 0)]


def test_requests_in_two_months_count_in_each_and_once_in_the_year(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    requests = [Payment(0, LAST, method="cash"), Payment(0, date(2023, 1, 15))]
    register = Register([PAYER], requests)
    assert _paid(register_warehouse, register) == [(0, 0), (1, 0), (1, 1), (0, 0)]
    assert _paid(register_warehouse, register, "year_to_date") == [(0, 0), (1, 0), (1, 1), (1, 1)]


def test_an_online_request_of_another_month_does_not_make_this_one_online(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    requests = [Payment(0, LAST), Payment(0, date(2023, 1, 15), method="transfer")]
    found = _paid(register_warehouse, Register([PAYER], requests))
    assert found == [(0, 0), (1, 1), (1, 0), (0, 0)]


def test_a_request_collected_on_the_cutoff_counts_and_one_after_it_does_not(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    requests = [Payment(0, date(2023, 2, 20)), Payment(1, date(2023, 2, 21))]
    found = _paid(register_warehouse, Register([PAYER, PAYER], requests))
    assert found == [(0, 0), (0, 0), (0, 0), (1, 1)]


def test_a_request_counts_for_its_dossiers_unit(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    moved = Dossier("in_process", date(2023, 1, 31), unit_code="01099")
    fill(register_warehouse, Register([moved], [Payment(0, date(2023, 2, 10))]))
    rows = rows_of(register_warehouse, "indicators.by_unit", "payable_count > 0")
    assert {(row["unit_code"], row["scope"]) for row in rows} == {
        ("01099", "own"), ("01099", "subtree"), ("033", "subtree"), ("02", "subtree"),
    }  # fmt: skip


def test_a_request_without_its_dossier_counts_nowhere_and_is_listed(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = _paid(register_warehouse, Register([PAYER], [Payment(7, FIRST)]))
    assert found == [(0, 0)] * 4
    (row,) = rows_of(register_warehouse, "quarantine.outside")
    assert (row["record_kind"], row["reason"], row["record_count"]) == (
        "payment", "payment_without_dossier", 1,
    )  # fmt: skip


def test_a_dossier_without_a_reception_day_counts_once_under_the_unit_of_its_first_payment(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """01099 moved to another unit and level on 1/2/2023; the month is the one of 15/1 to 14/2."""
    never = Dossier("in_process", unit_code="01099")
    payments = [Payment(0, date(2023, 1, 20)), Payment(0, date(2023, 2, 5))]
    fill(register_warehouse, Register([never], payments))
    rows = rows_of(
        register_warehouse, "indicators.by_level",
        "payable_count > 0 AND period_kind = 'month' AND period_start = DATE '2023-01-15'",
    )  # fmt: skip
    assert [(row["unit_level"], row["payable_count"]) for row in rows] == [
        ("all", 1), ("commune", 1),
    ]  # fmt: skip
