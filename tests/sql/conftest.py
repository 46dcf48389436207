"""Fixtures: a warehouse to put tiny registers into."""

from collections.abc import Iterator

import duckdb
import pytest

from assets.engine.warehouse import warehouse
from tests.support import new_installation


@pytest.fixture(scope="session")
def register_warehouse(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """One warehouse for all registers of a session: `fill` replaces what the one before left."""
    paths = new_installation(tmp_path_factory.mktemp("registers") / "data")
    with warehouse(paths) as connection:
        yield connection
