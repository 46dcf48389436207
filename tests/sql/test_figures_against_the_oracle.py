"""Random registers: every cell of every indicator table against the oracle, and the laws.

The long tier takes twenty times as many and writes to `data/bench/oracle.json` how many registers
and cells were compared.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings

from assets.engine.paths import PROJECT
from schemas.statistic import Statistic
from tests import tier
from tests.sql.agreement import REGISTERS, check
from tests.sql.generated_registers import registers
from tests.sql.oracle import dossier_counts
from tests.sql.oracle_periods import spans
from tests.sql.registers import Register, fill, rows_of

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


@pytest.mark.parametrize("closing_day", ['"last"', "27", "1"])
def test_so_it_is_whatever_day_the_months_close_on(
    closing_day: str, tmp_path: Path, compared: Counter[str]
) -> None:
    (tmp_path / "statistic.toml").write_text(f"closing_day = {closing_day}\n")
    program = ("-m", "tests.sql.agreement", str(tmp_path / "data"), str(tier.REGISTERS // 6))
    installed = os.environ | {"MOTCUA_SETTINGS": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, *program], cwd=PROJECT, env=installed, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    compared.update(json.loads(ran.stdout))


@settings(REGISTERS, max_examples=tier.REGISTERS // 3)
@given(drawn=registers())
def test_every_dossier_is_counted_by_some_period_or_listed_outside(
    drawn: tuple[Register, Statistic], register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    register, statistic = drawn
    fill(register_warehouse, register, statistic)
    listed = rows_of(register_warehouse, "quarantine.outside", "record_kind = 'dossier'")
    all_spans = spans(register.first_day, register.cutoff, statistic.closing_day)
    uncounted = [
        dossier
        for dossier in register.dossiers
        if not any(
            dossier_counts(dossier, span.first, min(span.last, register.cutoff), statistic)
            for span in all_spans
        )
    ]
    assert sum(row["record_count"] for row in listed) == len(uncounted)
