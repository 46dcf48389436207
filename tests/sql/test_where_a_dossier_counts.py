"""One dossier, four months and four years to date: which measure counts it where.

Months end on the 14th; the data end on 20/02/2023, so month 3/2023 is provisional.
"""

from collections.abc import Sequence

import duckdb

from schemas.settings import Statistic
from tests.sql.dossier_cases import CASES, WORDS, day
from tests.sql.register_reference import UnitRecord
from tests.sql.registers import (
    DEFAULTS,
    Dossier,
    Register,
    counts,
    fill,
    in_own_units,
    own_unit,
    rows_of,
)

Figures = list[dict[str, int]]


def _figures(
    connection: duckdb.DuckDBPyConnection, given: Sequence[Dossier], kind: str = "month"
) -> list[Figures]:
    """Return what each of the dossiers counts as in every period, alone in its unit."""
    fill(connection, *_apart(given))
    return _found(connection, len(given), kind)


def _apart(given: Sequence[Dossier]) -> tuple[Register, Statistic, list[UnitRecord]]:
    register, units = in_own_units([Register([dossier]) for dossier in given])
    return register, DEFAULTS, units


def _found(connection: duckdb.DuckDBPyConnection, count: int, kind: str) -> list[Figures]:
    rows = rows_of(connection, "indicators.by_unit", f"period_kind = '{kind}' AND scope = 'own'")
    return [
        [counts(row) for row in rows if row["unit_code"] == own_unit(place)]
        for place in range(count)
    ]


def _expected(text: str) -> list[dict[str, int]]:
    months = [set().union(*(WORDS[word] for word in part.split())) for part in text.split("|")]
    return [dict.fromkeys(sorted(month), 1) for month in months]


def test_each_period_counts_a_dossier_as_the_rules_say(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    months = _figures(register_warehouse, [given for given, *_ in CASES.values()])
    years = _found(register_warehouse, len(CASES), "year_to_date")
    differing = {
        case: {"found": found, "expected": expected}
        for (case, (_, *texts)), *found in zip(CASES.items(), months, years, strict=True)
        if found != (expected := [_expected(text) for text in texts])
    }
    assert differing == {}


RESULTS = (
    ("returned", "refused", "other"),
    ("finished", "refused", "other"),
    ("finished", "result", "resolved"),
    ("finished", "supplement", "resolved"),
    ("returned", "apology", "resolved"),
    ("returned", None, "resolved"),
)


def test_a_dossier_handed_back_refused_is_not_resolved(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    given = [
        Dossier(state, day("20/12"), finished_date=day("22/12"), result_kind=result_kind)
        for state, result_kind, _ in RESULTS
    ]
    found = dict(zip(RESULTS, _figures(register_warehouse, given), strict=True))
    assert found == {
        result: _expected(f" | received {measure} | | ")
        for result in RESULTS
        for measure in result[-1:]
    }


def test_each_channel_has_its_count_of_the_received(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    channels = ("online", "direct", "postal", None)
    given = [Dossier("in_process", day("20/12"), channel=channel) for channel in channels]
    by_channel = {
        channel: [{name for name in month if name.startswith("received_")} for month in months]
        for channel, months in zip(channels, _figures(register_warehouse, given), strict=True)
    }
    assert by_channel == {
        channel: [set(), {f"received_{channel or 'unknown_channel'}"}, set(), set()]
        for channel in channels
    }


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
    rows = rows_of(register_warehouse, "indicators.by_level", "period_kind = 'month'")
    _, received, resolved, _ = (counts(row) for row in rows if row["unit_level"] == "all")
    assert (received["received"], resolved["resolved"]) == (3, 3)
    assert (received["received_digitised_input"], received["received_reused"]) == (1, 1)
    assert (resolved["resolved_e_result"], resolved["resolved_digitised"]) == (1, 1)


# What the dossier states, its procedure, and whether a paper result is due.
PAPER_RESULTS = (
    (None, "1.000001", True),
    (None, "1.000002", False),
    (None, "1.000003", True),
    (None, "1.999999", True),
    (None, None, True),
    (True, "1.000002", True),
    (False, "1.000001", False),
)


def test_without_paper_result_digitised_input_is_enough(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    given = [
        Dossier(
            "finished", day("20/12"), finished_date=day("20/12"), has_digitised_input=True,
            procedure_code=procedure, is_paper_result_due=stated,
        )
        for stated, procedure, _ in PAPER_RESULTS
    ]  # fmt: skip
    figures = zip(PAPER_RESULTS, _figures(register_warehouse, given), strict=True)
    digitised = {result: months[1].get("resolved_digitised", 0) for result, months in figures}
    assert digitised == {result: 0 if result[-1] else 1 for result in PAPER_RESULTS}
