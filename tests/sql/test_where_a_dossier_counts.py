"""One dossier, four months and four years to date: which measure counts it where.

Months end on the 14th; the data end on 20/02/2023, so month 3/2023 is provisional.
"""

import duckdb
import pytest

from tests.sql.dossier_cases import CASES, WORDS, day
from tests.sql.registers import Dossier, Register, counts, fill, rows_of


def _figures(connection: duckdb.DuckDBPyConnection, kind: str) -> list[dict[str, int]]:
    rows = rows_of(connection, "indicators.by_level", f"period_kind = '{kind}'")
    return [counts(row) for row in rows if row["unit_level"] == "all"]


def _expected(text: str) -> list[dict[str, int]]:
    months = [set().union(*(WORDS[word] for word in part.split())) for part in text.split("|")]
    return [dict.fromkeys(sorted(month), 1) for month in months]


@pytest.mark.parametrize("case", CASES)
def test_each_period_counts_a_dossier_as_the_rules_say(
    case: str, register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    given, months, years = CASES[case]
    fill(register_warehouse, Register([given]))
    assert _figures(register_warehouse, "month") == _expected(months)
    assert _figures(register_warehouse, "year_to_date") == _expected(years)


@pytest.mark.parametrize(
    ("state", "result_kind", "measure"),
    [
        ("returned", "refused", "other"),
        ("finished", "refused", "other"),
        ("finished", "result", "resolved"),
        ("finished", "supplement", "resolved"),
        ("returned", "apology", "resolved"),
        ("returned", None, "resolved"),
    ],
)
def test_a_dossier_handed_back_refused_is_not_resolved(
    state: str, result_kind: str | None, measure: str, register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    given = Dossier(state, day("20/12"), finished_date=day("22/12"), result_kind=result_kind)
    fill(register_warehouse, Register([given]))
    assert _figures(register_warehouse, "month") == _expected(f" | received {measure} | | ")


@pytest.mark.parametrize(
    ("channel", "count"),
    [
        ("online", "received_online"),
        ("direct", "received_direct"),
        ("postal", "received_postal"),
        (None, "received_unknown_channel"),
    ],
)
def test_each_channel_has_its_count_of_the_received(
    channel: str | None, count: str, register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    fill(register_warehouse, Register([Dossier("in_process", day("20/12"), channel=channel)]))
    by_channel = [
        {name for name in month if name.startswith("received_")}
        for month in _figures(register_warehouse, "month")
    ]
    assert by_channel == [set(), {count}, set(), set()]


def test_flags_count_and_unknown_ones_are_no(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    ended = {"received_date": day("20/12"), "finished_date": day("20/01")}
    flags = ("has_digitised_input", "has_reused_input", "has_e_result")
    given = [
        Dossier("finished", **ended, **dict.fromkeys(flags, value))  # type: ignore[arg-type]
        for value in (True, False, None)
    ]
    fill(register_warehouse, Register(given))
    _, received, resolved, _ = _figures(register_warehouse, "month")
    assert (received["received"], resolved["resolved"]) == (3, 3)
    assert (received["received_digitised_input"], received["received_reused"]) == (1, 1)
    assert (resolved["resolved_e_result"], resolved["resolved_digitised"]) == (1, 1)


@pytest.mark.parametrize(
    ("stated", "procedure", "is_paper_due"),
    [
        (None, "1.000001", True),
        (None, "1.000002", False),
        (None, "1.000003", True),
        (None, "1.999999", True),
        (None, None, True),
        (True, "1.000002", True),
        (False, "1.000001", False),
    ],
)
def test_without_paper_result_digitised_input_is_enough(
    stated: bool | None,
    procedure: str | None,
    is_paper_due: bool,
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    given = Dossier(
        "finished", day("20/12"), finished_date=day("20/12"), has_digitised_input=True,
        procedure_code=procedure, is_paper_result_due=stated,
    )  # fmt: skip
    fill(register_warehouse, Register([given]))
    digitised = _figures(register_warehouse, "month")[1].get("resolved_digitised", 0)
    assert digitised == (0 if is_paper_due else 1)
