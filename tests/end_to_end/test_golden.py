"""The sample gives the figures of report 769/BC-UBND (29/11/2023), recomputed from its counts."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from assets.engine.common.paths import Paths
from schemas.tables import MEASURES

YEAR = "period_kind = 'year_to_date' AND period_end = DATE '2023-11-14'"
# Events that happen once; the others are a stock, or the same dossier again in another month.
FLOWS = [
    measure.name
    for measure in MEASURES
    if not measure.is_rate and measure.name.startswith(("received_", "resolved_", "closed_"))
]


def _golden() -> list[tuple[str, str, str]]:
    with Path(__file__).with_name("golden.csv").open(encoding="utf-8", newline="") as handle:
        return [
            (row["measure"], level, row[level])
            for row in csv.DictReader(handle)
            for level in ("all", "district", "commune")
            if row[level]
        ]


@pytest.fixture(scope="module")
def published(sample: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample.published / "motcua.duckdb"), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize(("measure", "level", "expected"), _golden())
def test_a_figure_of_the_report(
    published: duckdb.DuckDBPyConnection, measure: str, level: str, expected: str
) -> None:
    rows = published.execute(
        f"SELECT {measure} FROM indicators.by_level WHERE {YEAR} AND unit_level = ?", [level]
    ).fetchall()
    assert rows == [(Decimal(expected),)]


def test_the_query_that_a_reader_types(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        """
        select unit_code, total_to_handle_count, resolved_count, on_time_pct,
               online_of_total_pct, online_payment_pct, digitised_pct
        from indicators.by_unit
        where period_kind = 'year_to_date' and period_end = '2023-11-14' and scope = 'subtree'
          and unit_code = '033'
        """
    ).fetchall()
    assert [tuple(map(str, row)) for row in rows] == [
        ("033", "11047", "10687", "99.05", "85.85", "83.93", "61.10")
    ]


def test_the_district_alone_and_with_its_communes(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        f"SELECT scope, total_to_handle_count FROM indicators.by_unit "
        f"WHERE {YEAR} AND unit_code = '033' ORDER BY scope"
    ).fetchall()
    assert rows == [("own", 2128), ("subtree", 11047)]


@pytest.mark.parametrize("level", ["all", "district", "commune"])
def test_the_months_add_up_to_the_year(published: duckdb.DuckDBPyConnection, level: str) -> None:
    sums = ", ".join(f"sum({name}) AS {name}" for name in FLOWS)
    months = published.execute(
        f"SELECT {sums} FROM indicators.by_level WHERE period_kind = 'month' AND unit_level = ?",
        [level],
    ).fetchall()
    year = published.execute(
        f"SELECT {', '.join(FLOWS)} FROM indicators.by_level WHERE {YEAR} AND unit_level = ?",
        [level],
    ).fetchall()
    assert months == year
    assert len(FLOWS) == 17


@pytest.mark.parametrize("kind", ["quarter", "half_year"])
@pytest.mark.parametrize("level", ["all", "district", "commune"])
def test_quarters_and_half_years_add_up_to_the_year(
    published: duckdb.DuckDBPyConnection, kind: str, level: str
) -> None:
    sums = ", ".join(f"sum({name}) AS {name}" for name in FLOWS)
    parts = published.execute(
        f"SELECT {sums} FROM indicators.by_level WHERE period_kind = ? AND unit_level = ?",
        [kind, level],
    ).fetchall()
    year = published.execute(
        f"SELECT {', '.join(FLOWS)} FROM indicators.by_level WHERE {YEAR} AND unit_level = ?",
        [level],
    ).fetchall()
    assert parts == year


@pytest.mark.parametrize(
    ("kind", "end"),
    [("quarter", "2023-12-14"), ("half_year", "2023-12-14"), ("year", "2023-12-14")],
)
def test_an_unfinished_period_holds_the_golden_stock_and_says_so(
    published: duckdb.DuckDBPyConnection, kind: str, end: str
) -> None:
    rows = published.execute(
        "SELECT pending_count, pending_overdue_count, is_provisional, cutoff_date::VARCHAR "
        "FROM indicators.by_level WHERE unit_level = 'all' AND period_kind = ? AND period_end = ?",
        [kind, end],
    ).fetchall()
    assert rows == [(56, 7, True, "2023-11-14")]


def test_the_stock_of_each_month_is_carried_into_the_next(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.execute(
        "SELECT unit_code, scope, pending_count + paused_count, carried_over_count "
        "FROM indicators.by_unit WHERE period_kind = 'month' ORDER BY unit_code, scope, period_end"
    ).fetchall()
    pairs = [(one, two) for one, two in pairwise(rows) if one[:2] == two[:2]]
    assert len(pairs) > 300
    assert all(earlier[2] == later[3] for earlier, later in pairs)


def test_what_is_left_at_the_year_s_end_is_what_the_last_month_leaves(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.execute(
        "SELECT DISTINCT pending_count, pending_overdue_count, paused_count "
        "FROM indicators.by_level WHERE unit_level = 'all' AND period_end = DATE '2023-11-14'"
    ).fetchall()
    assert len(rows) == 1
    assert rows[0][:2] == (56, 7)


def test_the_csv_says_what_the_table_says(
    published: duckdb.DuckDBPyConnection, sample: Paths
) -> None:
    relation = published.sql("FROM indicators.by_unit ORDER BY ALL")
    expected = [
        ["" if value is None else str(value) for value in row] for row in relation.fetchall()
    ]
    text = (sample.published / "by_unit.csv").read_text(encoding="utf-8-sig")
    header, *rows = csv.reader(text.splitlines())
    assert header == relation.columns
    assert sorted(rows) == sorted(expected)
