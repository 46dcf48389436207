"""Warehouse: the one DuckDB file, how it is opened, and how its tables come to be.

Belongs here: connections, transactions, macros, migrations, whether its rows fit the installation.
What is loaded, counted or published does not belong here.
"""

from assets.engine.warehouse.connection import (
    checkpoint,
    looking,
    passing_warehouse,
    reader,
    warehouse,
)
from assets.engine.warehouse.hash_key import HASH_KEY_VARIABLE, dossier_hash_key, has_hash_key
from assets.engine.warehouse.held import check_calendar, check_key, check_rows
from assets.engine.warehouse.sql import (
    WAREHOUSE_SQL,
    calendar_sql,
    drop_temporary,
    rebuild_table,
    replace_rows,
    scalar,
    sql_file,
    transaction,
)
from assets.engine.warehouse.tables import (
    check_version,
    expect_recount,
    restore_reported,
    version_to_change,
)

__all__ = [
    "HASH_KEY_VARIABLE", "WAREHOUSE_SQL", "calendar_sql", "check_calendar", "check_key",
    "check_rows", "check_version", "checkpoint", "dossier_hash_key", "drop_temporary",
    "expect_recount", "has_hash_key", "looking", "passing_warehouse", "reader", "rebuild_table",
    "replace_rows", "restore_reported", "scalar", "sql_file", "transaction", "version_to_change",
    "warehouse",
]  # fmt: skip
