"""From a figure to its dossiers: as many keys as the figure says, each once."""

from collections.abc import Iterator

import duckdb
import pytest

from assets.engine.common.paths import Paths
from schemas.tables.measures import COUNTS

YEAR = ("year_to_date", "2023-11-14")
PLACES = [
    (*period, unit, scope)
    for period in (YEAR, ("month", "2023-06-14"), ("quarter", "2023-03-14"),
                   ("half_year", "2023-12-14"))
    for unit, scope in (("033", "subtree"), ("033", "own"), ("01117", "own"))
]  # fmt: skip


@pytest.fixture(scope="module")
def files(sample: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample.published / "dossiers.duckdb"), read_only=True) as connection:
        connection.execute(f"ATTACH '{sample.published / 'motcua.duckdb'}' AS m (READ_ONLY)")
        yield connection


def _figure(files: duckdb.DuckDBPyConnection, measure: str, *place: str) -> int:
    ((figure,),) = files.execute(
        f"SELECT {measure} FROM m.indicators.by_unit "
        "WHERE period_kind = ? AND period_end = ? AND unit_code = ? AND scope = ?",
        list(place),
    ).fetchall()
    return int(figure)


@pytest.mark.parametrize("place", PLACES, ids=" ".join)
def test_as_many_keys_as_the_figure_says(
    files: duckdb.DuckDBPyConnection, place: tuple[str, ...]
) -> None:
    differing = {}
    for measure in (measure.name for measure in COUNTS):
        found, figure = _explained(files, measure, place), _figure(files, measure, *place)
        if found != (figure, figure, figure):
            differing[measure] = (found, figure)
    assert differing == {}


def _explained(
    files: duckdb.DuckDBPyConnection, measure: str, place: tuple[str, ...]
) -> tuple[int, ...]:
    """Return the rows that explain a figure, their dossiers, and those that name a delivery."""
    kind, end, unit, scope = place
    (row,) = files.execute(
        "SELECT count(*), count(DISTINCT dossier_key), count(delivery_id) "
        f"FROM explain('{measure}', '{kind}', DATE '{end}', '{unit}', '{scope}')"
    ).fetchall()
    return tuple(row)


def test_most_measures_of_the_district_s_year_count_somebody(
    files: duckdb.DuckDBPyConnection,
) -> None:
    figures = [_figure(files, measure.name, *YEAR, "033", "subtree") for measure in COUNTS]
    assert sum(figure > 0 for figure in figures) > 20


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ("explain('on_time_pct', 'month', DATE '2023-06-14')", "no measure of a count"),
        ("explain('resolved_count', 'month', DATE '2023-06-15')", "no period of reference"),
        ("explain('resolved_count', 'monat', DATE '2023-06-14')", "no period of reference"),
        (
            "explain('resolved_count', 'month', DATE '2023-06-14', '99')",
            "no unit of reference.unit",
        ),
        ("explain('resolved_count', 'month', DATE '2023-06-14', '033', 'x')", "own or subtree"),
    ],
)
def test_what_is_asked_for_in_vain_does_not_look_like_nobody(
    files: duckdb.DuckDBPyConnection, call: str, sentence: str
) -> None:
    with pytest.raises(duckdb.InvalidInputException, match=sentence):
        files.execute(f"FROM {call}").fetchall()


def test_a_table_without_a_history_is_told(sample: Paths) -> None:
    with (
        duckdb.connect(str(sample.published / "motcua.duckdb"), read_only=True) as figures,
        pytest.raises(duckdb.InvalidInputException, match="as_reported: the tables are"),
    ):
        figures.execute("FROM ops.as_reported('form_06a', DATE '2099-01-01')").fetchall()


def test_without_a_unit_it_is_the_whole(files: duckdb.DuckDBPyConnection) -> None:
    rows = files.execute(
        "SELECT count(*) FROM explain('resolved_count', 'year_to_date', DATE '2023-11-14')"
    ).fetchall()
    assert rows == [(10687,)]
