"""Opening the warehouse while another process holds it, and transactions that fail."""

import subprocess
import sys
from contextlib import suppress
from threading import Timer

from assets.engine.common.paths import Paths
from assets.engine.warehouse import transaction, warehouse

HOLD = (
    "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); "
    "sys.stdin.readline()"
)
UNITS = "FROM reference.unit ORDER BY ALL"


def test_a_warehouse_that_another_process_holds_is_waited_for(installation: Paths) -> None:
    with warehouse(installation):
        pass
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(installation.warehouse_file)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == b"held\n"
        Timer(0.5, holder.stdin.close).start()
        with warehouse(installation) as connection:
            assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_transaction_that_fails_changes_nothing(installation: Paths) -> None:
    with warehouse(installation) as connection:
        before = connection.execute(UNITS).fetchall()
        with suppress(ValueError), transaction(connection):
            connection.execute("DELETE FROM reference.unit")
            raise ValueError
        assert connection.execute(UNITS).fetchall() == before != []
