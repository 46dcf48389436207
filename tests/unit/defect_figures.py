"""The figures that follow from a defect's files."""

from collections.abc import Callable
from functools import cache

import pytest

from assets.engine.indicators import sum_payments
from assets.engine.quarantine import rebuild_quarantine
from assets.engine.reference import load_procedures
from assets.engine.warehouse import warehouse
from schemas.tables import CONFLICT, GONE, ORPHAN
from tests.support import compute_all
from tests.unit.defects import Outcome, Rows, load_defect

JANUARY, FEBRUARY, MARCH = "2023-01-15", "2023-02-15", "2023-03-15"


def code(sequence: int) -> str:
    """Return the code of a defect's dossier."""
    return f"000.06.33.H22-230120-{sequence:04}"


def compute(outcome: Outcome) -> None:
    """Compute the figures, which must balance, and the tables of what no figure shows."""
    with warehouse(outcome.paths) as connection:
        load_procedures(connection, outcome.paths.reference)
        compute_all(connection)
        sum_payments(connection)
        for table in (CONFLICT, GONE, ORPHAN):
            rebuild_quarantine(connection, table)


def computed_once(folders: pytest.TempPathFactory) -> Callable[[int], Outcome]:
    """Return what takes a defect in and computes it the first time it is asked for: read only."""

    @cache
    def computed(number: int) -> Outcome:
        outcome = load_defect(folders.mktemp(f"defect_{number}"), number)
        compute(outcome)
        return outcome

    return computed


def month(outcome: Outcome, key: str = JANUARY, level: str = "all") -> dict[str, int]:
    """Return the counts of a month that are not zero, by name without `_count`."""
    return _counts(outcome, "by_level", f"period_start = DATE '{key}' AND unit_level = '{level}'")


def unit_month(
    outcome: Outcome, unit: str, scope: str = "own", key: str = JANUARY
) -> dict[str, int]:
    """Return the counts of a unit's month that are not zero, by name without `_count`."""
    condition = f"period_start = DATE '{key}' AND unit_code = '{unit}' AND scope = '{scope}'"
    return _counts(outcome, "by_unit", condition)


def rates(outcome: Outcome, key: str = JANUARY) -> dict[str, float]:
    """Return the rates of a month that have a denominator, by name."""
    row = _row(outcome, "by_level", f"period_start = DATE '{key}' AND unit_level = 'all'", "_pct")
    return {name: float(rate) for name, rate in row.items() if rate is not None}  # type: ignore[arg-type]


def outside(outcome: Outcome) -> dict[str, int]:
    """Return how many records no period counts, by reason."""
    return dict(
        outcome.query("SELECT reason, sum(record_count) FROM quarantine.outside GROUP BY reason")
    )


def payment_sums(outcome: Outcome, key: str = JANUARY) -> Rows:
    """Return outcome, method, dossiers, requests and money of a month's payment requests."""
    return outcome.query(
        "SELECT outcome, method, sum(dossier_count), sum(request_count), sum(amount) "
        "FROM indicators.payment_sum WHERE period_start = CAST(? AS DATE) GROUP BY ALL "
        "ORDER BY ALL",
        [key],
    )


def summary(outcome: Outcome) -> dict[tuple[str, str], int]:
    """Return the rejected and flagged rows by export and rule."""
    rows = outcome.query(
        "SELECT export, rule_id, sum(row_count) FROM quarantine.summary GROUP BY ALL"
    )
    return {(export, rule): int(count) for export, rule, count in rows}


def _counts(outcome: Outcome, table: str, condition: str) -> dict[str, int]:
    row = _row(outcome, table, condition, "_count")
    return {name.removesuffix("_count"): int(str(n)) for name, n in row.items() if n}


def _row(outcome: Outcome, table: str, condition: str, ending: str) -> dict[str, object]:
    names = [
        str(name)
        for (name,) in outcome.query(
            "SELECT column_name FROM duckdb_columns() WHERE schema_name = 'indicators' "
            "AND table_name = ? AND ends_with(column_name, ?) ORDER BY column_index",
            [table, ending],
        )
    ]
    rows = outcome.query(
        f"SELECT {', '.join(names)} FROM indicators.{table} "
        f"WHERE period_kind = 'month' AND {condition}"
    )
    return dict(zip(names, rows[0], strict=True)) if rows else {}
