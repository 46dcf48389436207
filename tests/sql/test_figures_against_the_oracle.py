"""Random registers: every cell of every indicator table against the oracle, and the laws.

The long tier takes thirty times as many and writes to `data/bench/oracle.json` how many registers
and cells were compared.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings

from assets.engine.common.paths import PROJECT, Paths
from assets.engine.warehouse import warehouse
from schemas.settings import Statistic
from tests import tier
from tests.sql.agreement import REGISTERS, check
from tests.sql.generated_registers import registers
from tests.sql.oracle_periods import ClosingDay
from tests.sql.registers import Register
from tests.support import close_on

COUNTS = PROJECT / "data" / "bench" / "oracle.json"


@pytest.fixture(scope="module")
def compared() -> Iterator[Counter[str]]:
    """How many registers, rows and cells were compared; written down after a soak."""
    counted: Counter[str] = Counter()
    yield counted
    if tier.IS_SOAK:
        COUNTS.parent.mkdir(parents=True, exist_ok=True)
        COUNTS.write_text(json.dumps(dict(sorted(counted.items())), indent=1) + "\n")


@settings(REGISTERS, max_examples=tier.REGISTERS)
@given(drawn=registers())
def test_every_cell_is_what_the_rules_say_dossier_by_dossier_and_the_laws_hold(
    drawn: tuple[Register, Statistic],
    register_warehouse: duckdb.DuckDBPyConnection,
    compared: Counter[str],
) -> None:
    compared.update(check(*drawn, register_warehouse))


@pytest.mark.parametrize("closing_day", ["last", 27, 1])
def test_so_it_is_whatever_day_the_months_close_on(
    closing_day: ClosingDay, tmp_path: Path, compared: Counter[str]
) -> None:
    close_on(closing_day, tmp_path)
    with warehouse(Paths(tmp_path / "data", tmp_path)) as connection:

        @settings(REGISTERS, max_examples=tier.REGISTERS // 6)
        @given(drawn=registers(closing_day))
        def draw(drawn: tuple[Register, Statistic]) -> None:
            compared.update(check(*drawn, connection))

        draw()
