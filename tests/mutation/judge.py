"""The judge: computes the fixed registers and looks for one difference from what is right."""

import shutil
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from assets.engine.common.errors import BalanceError
from assets.engine.common.paths import Paths
from assets.engine.warehouse import warehouse
from tests.mutation.cases import Case
from tests.mutation.checks import assert_checks_see
from tests.mutation.money import assert_sums, date_requests
from tests.mutation.probes import assert_macros, assert_outside
from tests.mutation.traces import assert_explained, assert_moved
from tests.mutation.tree import assert_ancestry, assert_rows_of_units, cut_back
from tests.sql.agreement import check
from tests.support import SETTINGS, new_installation

# More of a difference nobody reads.
SHOWN = 120
# Where the data of the last register end when they end earlier.
CUT_BACK = date(2023, 1, 31)


def new_warehouse(folder: Path) -> None:
    """Make an empty warehouse, which every judge copies: its tables depend on no SQL file."""
    with warehouse(new_installation(folder)):
        pass


def verdict(cases: Sequence[Case], empty: Path) -> tuple[str, str]:
    """Return what becomes of the SQL that is in place, and which check says so.

    `empty` is what `new_warehouse` made; two cases are the least.

    `killed`: figures differ, or a law does not hold. `raises`: DuckDB refuses the SQL, which
    proves little. `survived`: nothing tells it from the right one.
    """
    try:
        _judge(cases, empty)
    except AssertionError as difference:
        return "killed", f"oracle: {_brief(difference)}"
    except (ArithmeticError, LookupError, TypeError, ValueError) as missing:
        # A row or value that the laws or the oracle ask for is not there.
        return "killed", f"oracle: {type(missing).__name__} {_brief(missing)}"
    except BalanceError as difference:
        return "killed", f"balance: {_brief(difference)}"
    except duckdb.Error as error:
        return "raises", type(error).__name__
    return "survived", ""


def _judge(cases: Sequence[Case], empty: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "data"
        shutil.copytree(empty, copied)
        with warehouse(Paths(copied, SETTINGS)) as connection:
            _compare(connection, cases)


def _compare(connection: duckdb.DuckDBPyConnection, cases: Sequence[Case]) -> None:
    assert_macros(connection)
    assert_ancestry(connection)
    # The first one also corrects what it counted, which only a new warehouse tells in full.
    first, *others = cases
    _assert_figures(connection, first)
    assert_checks_see(connection)
    assert_explained(connection, first)
    assert_moved(connection, first)
    for case in others:
        _assert_figures(connection, case)
    assert_rows_of_units(connection, cut_back(connection, others[-1], CUT_BACK))


def _assert_figures(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    check(case.register, case.statistic, connection)
    date_requests(connection, case.register)
    assert_outside(connection, case)
    assert_sums(connection, case.register)


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:SHOWN]
