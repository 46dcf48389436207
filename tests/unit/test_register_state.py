"""The version of a register: it moves with the files of its own kind, and with no other's."""

from pathlib import Path

import duckdb

from assets.core import register_version
from assets.engine.warehouse import warehouse
from schemas.rows import KINDS
from schemas.tables import DELIVERY
from tests.support import new_installation


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
    with warehouse(paths) as connection:
        before = {name: register_version(connection, kind) for name, kind in KINDS.items()}
        _deliver(connection, "dossier")
        after = {name: register_version(connection, kind) for name, kind in KINDS.items()}
    changed = {name for name in KINDS if after[name] != before[name]}
    assert changed == {"dossier"}
