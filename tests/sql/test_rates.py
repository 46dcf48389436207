"""Rates: from counts, two decimals, half up, nothing over nothing."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from tests.sql.oracle import RATES
from tests.sql.registers import Dossier, Register, fill, rows_of

DAY = date(2022, 12, 20)


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [
        (0, 7, "0.00"),
        (7, 7, "100.00"),
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        (1, 8, "12.50"),
        (1, 800, "0.13"),
        (3, 800, "0.38"),
        (1, 20_000, "0.01"),
        (1, 20_001, "0.00"),
        (19_999, 20_000, "100.00"),
        (19_998, 20_000, "99.99"),
        (9_999_999, 10_000_000, "100.00"),
        (2_000_000_001, 4_000_000_000, "50.00"),
    ],
)
def test_a_rate_is_rounded_half_up_to_two_decimals(
    numerator: int, denominator: int, percent: str, register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    found = register_warehouse.execute("SELECT rate_pct(?, ?)", [numerator, denominator]).fetchone()
    assert found == (Decimal(percent),)


@pytest.mark.parametrize("numerator", [0, 3])
def test_over_nothing_there_is_no_rate(
    numerator: int, register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    found = register_warehouse.execute("SELECT rate_pct(?, 0)", [numerator]).fetchone()
    assert found == (None,)


def test_a_unit_without_dossiers_has_counts_of_0_and_no_rates(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    fill(register_warehouse, Register([Dossier("in_process", DAY, unit_code="01096")]))
    (row,) = rows_of(
        register_warehouse, "indicators.by_unit",
        "unit_code = '0331' AND scope = 'own' AND period_kind = 'month' "
        "AND period_start = DATE '2022-12-15'",
    )  # fmt: skip
    assert [value for name, value in row.items() if name.endswith("_count") and value != 0] == []
    assert {row[name] for name in RATES} == {None}


def test_dossiers_without_a_due_date_are_on_time_but_not_judged(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    dues = [None, date(2022, 12, 21), date(2022, 12, 22), date(2022, 12, 23), date(2022, 12, 21),
            date(2022, 12, 21)]  # fmt: skip
    ended = date(2022, 12, 22)
    given = [Dossier("finished", DAY, due, finished_date=ended) for due in dues]
    fill(register_warehouse, Register([*given, Dossier("finished", DAY)]))
    (row,) = rows_of(
        register_warehouse, "indicators.by_level",
        "unit_level = 'all' AND period_kind = 'month' AND period_start = DATE '2022-12-15'",
    )  # fmt: skip
    assert row["on_time_pct"] == Decimal("50.00")
    assert row["on_time_judged_pct"] == Decimal("40.00")
    assert (row["early_pct"], row["late_pct"]) == (Decimal("16.67"), Decimal("50.00"))
    assert row["pending_overdue_pct"] is None


def test_rates_of_a_level_are_made_from_its_counts_not_from_rates_of_units(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    given = [Dossier("in_process", DAY, unit_code="01096", channel="online")]
    given += [Dossier("in_process", DAY, unit_code="01099", channel="direct")] * 3
    fill(register_warehouse, Register(given))
    (row,) = rows_of(
        register_warehouse, "indicators.by_level",
        "unit_level = 'commune' AND period_kind = 'month' AND period_start = DATE '2022-12-15'",
    )  # fmt: skip
    assert row["online_pct"] == Decimal("25.00")


def test_the_online_rate_over_the_total_counts_carried_over_dossiers(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    given = [Dossier("in_process", DAY), Dossier("in_process", date(2022, 12, 1))]
    fill(register_warehouse, Register([*given, *given[1:]]))
    (row,) = rows_of(
        register_warehouse, "indicators.by_level",
        "unit_level = 'all' AND period_kind = 'month' AND period_start = DATE '2022-12-15'",
    )  # fmt: skip
    assert (row["online_pct"], row["online_of_total_pct"]) == (Decimal("100.00"), Decimal("33.33"))
