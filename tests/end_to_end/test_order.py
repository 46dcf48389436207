"""Whatever the order in which periods are loaded, the figures end up the same."""

from pathlib import Path

import pytest

from assets.engine.common.paths import Paths
from assets.engine.publish import files as publish
from assets.engine.warehouse import warehouse
from tests.end_to_end.tables import TIMES, Tables, all_tables, differences
from tests.nights.conftest import deliver
from tests.support import SAMPLE_KEYS, compute_all, new_installation, process, take_in

FIRST_FIVE = SAMPLE_KEYS[:5]
# Enough for many dossiers that several months list; the whole sample is loaded backwards below.
ROWS = 300


def _loaded_in_order(folder: Path, keys: list[str]) -> Tables:
    """Load and compute period by period, then publish; return all tables but the history."""
    paths = new_installation(folder)
    for key in keys:
        deliver(paths, key, ROWS)
    with warehouse(paths) as connection:
        for key in keys:
            take_in(paths, [key], connection)
            compute_all(connection)
        publish.publish_motcua(connection, paths)
        publish.publish_dossiers(connection, paths)
        publish.publish_by_unit_csv(connection, paths)
    return _said(paths)


def _said(paths: Paths) -> Tables:
    tables = all_tables(paths, without=TIMES)
    logs = ("ops.revision", "ops.moved_dossier")
    return {name: rows for name, rows in tables.items() if not name.endswith(logs)}


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return _loaded_in_order(tmp_path_factory.mktemp("in_order") / "data", FIRST_FIVE)


def _permutations() -> list[list[str]]:
    orders = ([4, 3, 2, 1, 0], [2, 0, 4, 1, 3], [1, 4, 0, 3, 2])
    return [[FIRST_FIVE[place] for place in order] for order in orders]


@pytest.mark.parametrize("keys", _permutations(), ids=lambda keys: " ".join(k[2:7] for k in keys))
def test_five_months_in_any_order(in_order: Tables, tmp_path: Path, keys: list[str]) -> None:
    assert differences(in_order, _loaded_in_order(tmp_path / "data", keys)) == {}
    assert (
        len(in_order["published/motcua.duckdb indicators.by_unit"])
        == (5 + 2 + 1 + 1 + 1 + 5) * 19 * 2
    )


def test_the_whole_year_backwards(sample: Paths, tmp_path: Path) -> None:
    """The sample was loaded forwards and computed once."""
    paths = new_installation(tmp_path / "data", with_sample=True)
    process(paths, SAMPLE_KEYS[::-1])
    assert differences(_said(sample), _said(paths)) == {}
