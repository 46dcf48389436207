"""The tables of the layer quarantine, each written anew from its SQL file."""

from pathlib import Path

import duckdb
import pandas as pd

from assets.engine.warehouse import rebuild_table, sql_file
from schemas.rows import RULES
from schemas.tables import Table

_SQL = Path(__file__).parent


def rebuild_quarantine(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    """Write a table of the layer anew; return the number of rows."""
    rules = pd.DataFrame(
        [(r.rule_id, r.severity, r.repairer, r.vi, r.en) for r in RULES.values()],
        columns=["rule_id", "severity", "repairer", "rule_vi", "rule_en"],
    )
    connection.register("rule", rules)
    count = rebuild_table(connection, table, sql_file(_SQL / f"{table.name}.sql"))
    connection.unregister("rule")
    return count
