"""The judge: computes the fixed registers and looks for one difference from what is right.

Belongs here: the order of the checks. Does not belong here: the registers (`cases.py`), what no
indicator table shows (`probes.py`), putting a mutant in place (`child.py`).
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from assets.engine.errors import BalanceError
from assets.engine.warehouse import warehouse
from tests.mutation.cells import assert_cells
from tests.mutation.probes import assert_checks_see, assert_macros, assert_outside, assert_sums
from tests.sql.registers import Register, fill
from tests.support import new_installation

# More of a difference nobody reads.
SHOWN = 120


def verdict(registers: Sequence[Register]) -> tuple[str, str]:
    """Return what becomes of the SQL that is in place, and which check says so.

    `killed`: figures differ, or a law does not hold. `raises`: DuckDB refuses the SQL, which
    proves little. `survived`: nothing tells it from the right one.
    """
    try:
        _judge(registers)
    except AssertionError as difference:
        return "killed", f"oracle: {_brief(difference)}"
    except BalanceError as difference:
        return "killed", f"balance: {_brief(difference)}"
    except duckdb.Error as error:
        return "raises", type(error).__name__
    return "survived", ""


def _judge(registers: Sequence[Register]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        warehouse(new_installation(Path(folder) / "data")) as connection,
    ):
        assert_macros(connection)
        for register in registers:
            fill(connection, register)
            assert_cells(connection, register)
            assert_outside(connection, register)
            assert_sums(connection, register)
        fill(connection, registers[0])
        assert_checks_see(connection)


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:SHOWN]
