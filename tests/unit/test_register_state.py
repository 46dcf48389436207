"""The version of a register: it moves with the files of its own kind, and with no other's."""

from pathlib import Path

import dagster as dg
import duckdb

from assets.core.register_state import register_state
from assets.engine.warehouse import warehouse
from assets.resources import Installation
from schemas.exports import KINDS, Kind
from schemas.quarantine_tables import DELIVERY
from tests.support import SETTINGS, new_installation


def _version(installation: Installation, kind: Kind) -> str:
    said = register_state(dg.build_asset_context(), installation, kind).data_version
    assert said is not None
    return said.value


def _deliver(connection: duckdb.DuckDBPyConnection, kind: str) -> None:
    """Put a delivery of `kind` into the log; what else a row needs says nothing here."""
    stands_for = {
        "VARCHAR": "'mau'",
        "BIGINT": "0",
        "BOOLEAN": "false",
        "DATE": "DATE '2022-12-15'",
        "TIMESTAMP": "TIMESTAMP '2023-01-15 00:00:00'",
    }
    said = {
        column.name: stands_for[column.type] for column in DELIVERY.columns if not column.nullable
    } | {"kind": f"'{kind}'", "delivery_id": f"'{kind}'", "state": "'loaded'"}
    values = ", ".join(f"{value} AS {name}" for name, value in said.items())
    connection.execute(f"INSERT INTO ops.delivery BY NAME SELECT {values}")


def test_the_version_of_a_register_changes_with_the_files_of_its_kind_alone(
    tmp_path: Path,
) -> None:
    paths = new_installation(tmp_path / "data")
    installation = Installation(data_folder=str(paths.data), settings_folder=str(SETTINGS))
    before = {name: _version(installation, kind) for name, kind in KINDS.items()}
    with warehouse(paths) as connection:
        _deliver(connection, "dossier")
    changed = {name for name, kind in KINDS.items() if _version(installation, kind) != before[name]}
    assert changed == {"dossier"}
