"""A Dagster instance with real databases, one a test module."""

from collections.abc import Iterator

import dagster as dg
import pytest

from tests.assets.runs import real_instance


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """A Dagster instance in a temporary folder."""
    with real_instance(tmp_path_factory.mktemp("dagster")) as opened:
        yield opened
