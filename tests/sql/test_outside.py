"""Dossiers that no period counts: each is listed once, with its reason."""

from datetime import date
from typing import Literal

import duckdb
import pytest

from schemas.statistic import Statistic
from tests.sql.registers import Dossier, Register, fill, rows_of

# The first month lies in the year that begins on 15/12/2021, which counts it, too.
BEFORE, FIRST, AFTER = date(2021, 12, 14), date(2022, 11, 15), date(2023, 2, 21)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (Dossier("new", FIRST), "new"),
        (Dossier("new"), "new"),
        (Dossier("not_accepted", FIRST), "not_accepted"),
        (Dossier("in_process"), "no_received_date"),
        (Dossier("finished", finished_date=FIRST), "no_received_date"),
        (Dossier("in_process", AFTER), "received_after_cutoff"),
        (Dossier("finished", BEFORE, finished_date=BEFORE), "closed_before_first_period"),
        (Dossier("returned", BEFORE, returned_date=BEFORE), "closed_before_first_period"),
        (Dossier("withdrawn", BEFORE, refused_date=BEFORE), "closed_before_first_period"),
        (Dossier("withdrawn", BEFORE), "closed_undated_before_first_period"),
        (Dossier("paused_other", BEFORE, refused_date=BEFORE), "closed_before_first_period"),
    ],
)
def test_a_dossier_that_no_period_counts_is_listed_with_its_reason(
    given: Dossier, reason: str, register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    fill(register_warehouse, Register([given]))
    (row,) = rows_of(register_warehouse, "quarantine.outside")
    assert row == {
        "record_kind": "dossier", "reason": reason, "unit_code": "01096", "record_count": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [
        Dossier("in_process", BEFORE),
        Dossier("paused_other", BEFORE),
        Dossier("paused_supplement", BEFORE, supplement_requested_date=BEFORE),
        Dossier("finished", BEFORE, finished_date=FIRST),
        Dossier("finished", FIRST, finished_date=BEFORE),
        Dossier("finished", FIRST),
        Dossier("finished", FIRST, finished_date=AFTER),
        Dossier("in_process", BEFORE, finished_date=BEFORE),
        Dossier("paused_finance", BEFORE, finished_date=BEFORE),
    ],
)
def test_a_dossier_that_a_period_counts_is_not_listed(
    given: Dossier, register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    fill(register_warehouse, Register([given]))
    assert rows_of(register_warehouse, "indicators.by_level", "total_to_handle_count > 0")
    assert rows_of(register_warehouse, "quarantine.outside") == []


@pytest.mark.parametrize(("end_basis", "listed"), [("finished", 1), ("returned", 0)])
def test_the_day_that_ends_a_dossier_is_the_one_the_settings_name(
    end_basis: Literal["finished", "returned"],
    listed: int,
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    given = Dossier("returned", BEFORE, finished_date=BEFORE, returned_date=FIRST)
    fill(register_warehouse, Register([given]), Statistic(end_basis=end_basis))
    assert len(rows_of(register_warehouse, "quarantine.outside")) == listed
