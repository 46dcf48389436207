"""Which states are closed: SQL says what the registry does."""

import duckdb
import pytest

from schemas.tables import CLOSED_STATES, DOSSIER_STATES


@pytest.mark.parametrize("state", DOSSIER_STATES)
def test_a_state_is_closed_where_the_registry_says_so(
    state: str, register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    found = register_warehouse.execute("SELECT is_closed(?)", [state]).fetchone()
    assert found == (state in CLOSED_STATES,)
