"""Dossiers that no period counts: each is listed once, with its reason."""

from datetime import date
from typing import Literal

import duckdb
import pytest

from schemas.settings import Statistic
from tests.sql.registers import CUTOFF, Dossier, Register, fill, in_own_units, own_unit, rows_of

# The first month lies in the year that begins on 15/12/2021, which counts it, too.
BEFORE, FIRST, AFTER = date(2021, 12, 14), date(2022, 11, 15), date(2023, 2, 21)


UNCOUNTED = (
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
)
COUNTED = (
    Dossier("in_process", BEFORE),
    Dossier("in_process", CUTOFF),
    Dossier("paused_other", BEFORE),
    Dossier("paused_supplement", BEFORE, supplement_requested_date=BEFORE),
    Dossier("finished", BEFORE, finished_date=FIRST),
    Dossier("finished", FIRST, finished_date=BEFORE),
    Dossier("finished", FIRST),
    Dossier("finished", FIRST, finished_date=AFTER),
    Dossier("in_process", BEFORE, finished_date=BEFORE),
    Dossier("paused_finance", BEFORE, finished_date=BEFORE),
)


def test_a_dossier_that_no_period_counts_is_listed_with_its_reason(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    given = [*COUNTED, *(dossier for dossier, _ in UNCOUNTED)]
    register, units = in_own_units([Register([dossier]) for dossier in given])
    fill(register_warehouse, register, units=units)
    listed = {row["unit_code"]: row for row in rows_of(register_warehouse, "quarantine.outside")}
    assert listed == {
        own_unit(place): {
            "record_kind": "dossier", "reason": reason, "unit_code": own_unit(place),
            "record_count": 1,
        }
        for place, (_, reason) in enumerate(UNCOUNTED, len(COUNTED))
    }  # fmt: skip
    counted = rows_of(
        register_warehouse, "indicators.by_unit", "total_to_handle_count > 0 AND scope = 'own'"
    )
    assert {row["unit_code"] for row in counted} == set(map(own_unit, range(len(COUNTED))))


@pytest.mark.parametrize(("end_basis", "listed"), [("finished", 1), ("returned", 0)])
def test_the_day_that_ends_a_dossier_is_the_one_the_settings_name(
    end_basis: Literal["finished", "returned"],
    listed: int,
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    given = Dossier("returned", BEFORE, finished_date=BEFORE, returned_date=FIRST)
    fill(register_warehouse, Register([given]), Statistic(end_basis=end_basis))
    assert len(rows_of(register_warehouse, "quarantine.outside")) == listed
