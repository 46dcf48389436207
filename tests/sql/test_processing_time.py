"""Processing times: no resolved dossier is left out, however long ago it was received."""

from datetime import date

import duckdb

from tests.sql.oracle import processing_days
from tests.sql.registers import Dossier, Register, fill, rows_of

FIRST, LAST = date(2022, 12, 15), date(2023, 1, 14)
ENDED = date(2022, 12, 20)


def test_a_dossier_of_the_last_century_counts_as_any_other(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    given = [
        Dossier("finished", received, finished_date=ENDED)
        for received in (date(1900, 1, 2), date(1999, 3, 1), date(2022, 12, 19))
    ]
    fill(register_warehouse, Register(given))
    of_month = f"period_kind = 'month' AND period_start = DATE '{FIRST}'"
    (row,) = rows_of(register_warehouse, "indicators.processing_time", of_month)
    days = [processing_days(dossier, FIRST, LAST) for dossier in given]
    assert row["resolved_count"] == 3
    assert (days[2], row["median_days"], row["longest_days"]) == (1, days[1], days[0])
