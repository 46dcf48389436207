"""What the publishing assets share: the last gate before readers, and what a file says of itself.

Belongs here: checking the balance once more (a hand-picked selection may have skipped the check)
and the metadata of a published file. Does not belong here: writing files.
"""

from collections.abc import Callable

import dagster as dg
import duckdb

from assets.engine.balance import check_balance
from assets.engine.paths import Paths
from assets.resources import Installation

Publisher = Callable[[duckdb.DuckDBPyConnection, Paths], dict[str, int]]


def publish(
    installation: Installation, publisher: Publisher, file_name: str
) -> dg.MaterializeResult[None]:
    """Check the balance, then let `publisher` replace the file; BalanceError keeps the old one."""
    with installation.warehouse() as connection:
        check_balance(connection)
        rows = publisher(connection, installation.paths)
    file = installation.paths.published / file_name
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(str(file)),
            "bytes": file.stat().st_size,
            "dagster/row_count": sum(rows.values()),
            **{f"rows {name}": count for name, count in rows.items()},
        }
    )
