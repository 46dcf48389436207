"""Under which unit and level a dossier counts, and which units have rows."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from assets.engine.common.errors import BalanceError
from assets.engine.indicators import as_reported_sql, check_balance, compute_table, count_dossiers
from schemas.tables import BY_LEVEL, BY_UNIT_PROCEDURE, Table
from tests.sql.register_reference import UNITS
from tests.sql.registers import Dossier, Payment, Register, Row, fill, rows_of

JANUARY = "period_kind = 'month' AND period_start = DATE '2022-12-15'"
FEBRUARY = "period_kind = 'month' AND period_start = DATE '2023-01-15'"


def _received(
    connection: duckdb.DuckDBPyConnection, month: str = JANUARY
) -> dict[tuple[str, ...], int]:
    units = rows_of(connection, "indicators.by_unit", f"{month} AND received_count > 0")
    levels = rows_of(connection, "indicators.by_level", f"{month} AND received_count > 0")
    found: dict[tuple[str, ...], int] = {
        (row["unit_code"], row["scope"]): row["received_count"] for row in units
    }
    return found | {(row["unit_level"],): row["received_count"] for row in levels}


def _expect_computation(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    connection.execute(
        f"INSERT INTO ops.wanted_period SELECT '{table.name}', period_kind, period_start, "
        f"period_end FROM reference.period WHERE {JANUARY}"
    )


def _key(row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in BY_UNIT_PROCEDURE.key)


def _of(unit_code: str | None, received: date = date(2022, 12, 20)) -> Register:
    return Register([Dossier("in_process", received, unit_code=unit_code)])


def test_a_dossier_counts_for_its_unit_and_the_subtrees_above(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    fill(register_warehouse, _of("01096"))
    assert _received(register_warehouse) == {
        ("01096", "own"): 1, ("01096", "subtree"): 1, ("033", "subtree"): 1, ("02", "subtree"): 1,
        ("commune",): 1, ("all",): 1,
    }  # fmt: skip


def test_a_code_that_begins_like_another_units_is_not_below_it(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    fill(register_warehouse, _of("0331"))
    assert _received(register_warehouse) == {
        ("0331", "own"): 1, ("0331", "subtree"): 1, ("02", "subtree"): 1,
        ("department",): 1, ("all",): 1,
    }  # fmt: skip


@pytest.mark.parametrize("unit_code", [None, "99999"])
def test_an_unknown_unit_is_unassigned_and_below_nobody(
    unit_code: str | None, register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    fill(register_warehouse, _of(unit_code))
    assert _received(register_warehouse) == {
        ("unassigned", "own"): 1, ("unassigned", "subtree"): 1, ("unassigned",): 1, ("all",): 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("received", "places"),
    [
        (date(2023, 1, 31), {("033", "subtree"): 1, ("commune",): 1}),
        (date(2023, 2, 1), {("0331", "subtree"): 1, ("district",): 1}),
    ],
)
def test_the_record_valid_on_the_reception_day_says_level_and_parent(
    received: date,
    places: dict[tuple[str, ...], int],
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    fill(register_warehouse, _of("01099", received))
    common = {("01099", "own"): 1, ("01099", "subtree"): 1, ("02", "subtree"): 1, ("all",): 1}
    assert _received(register_warehouse, FEBRUARY) == common | places


def test_a_unit_that_changed_its_parent_has_one_row_with_both_its_records(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    days = [date(2023, 1, 31), date(2023, 2, 1)]
    given = [Dossier("in_process", received, unit_code="01099") for received in days]
    fill(register_warehouse, Register(given))
    assert _received(register_warehouse, FEBRUARY)["01099", "own"] == 2


@pytest.mark.parametrize(
    ("received", "unit_code"),
    [(date(2022, 12, 31), "01102"), (date(2023, 1, 1), "unassigned")],
)
def test_a_dossier_received_after_its_unit_ended_is_unassigned(
    received: date, unit_code: str, register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    fill(register_warehouse, _of("01102", received))
    assert _received(register_warehouse)[unit_code, "own"] == 1


def test_every_unit_has_a_row_in_every_period_it_existed_in(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    fill(register_warehouse, Register([]))
    for period in rows_of(register_warehouse, "reference.period"):
        first, last = period["period_start"], period["period_end"]
        rows = rows_of(
            register_warehouse,
            "indicators.by_unit",
            f"period_kind = '{period['period_kind']}' AND period_start = DATE '{first}' "
            f"AND period_end = DATE '{last}'",
        )
        existed = {
            (unit.unit_code, scope)
            for unit in UNITS
            if unit.valid_from <= last and unit.valid_to >= first
            for scope in ("own", "subtree")
        }
        assert {(row["unit_code"], row["scope"]) for row in rows} == existed


def test_what_leaves_the_register_leaves_the_figures(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    paid = Payment(0, date(2022, 12, 20))
    fill(register_warehouse, Register([Dossier("in_process", date(2022, 12, 20))], [paid]))
    fill(register_warehouse, Register([]))
    assert _received(register_warehouse) == {}
    assert rows_of(register_warehouse, "indicators.by_level", "payable_count > 0") == []


def test_a_row_that_disappears_is_logged_as_removed_and_no_longer_reported(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    fill(register_warehouse, _of("01096"))
    before = rows_of(register_warehouse, "indicators.by_unit_procedure")
    register_warehouse.execute("UPDATE core.dossier_version SET procedure_code = '2.000001'")
    count_dossiers(register_warehouse, "test-run", anew=True)
    compute_table(register_warehouse, BY_UNIT_PROCEDURE, "test-run")
    now = rows_of(register_warehouse, "indicators.by_unit_procedure")
    register_warehouse.execute(
        "CREATE OR REPLACE TEMP MACRO as_reported(asked_table, asked_at) AS TABLE "
        + as_reported_sql()
    )
    reported = rows_of(register_warehouse, "as_reported('by_unit_procedure', DATE '9999-12-30')")
    removed = rows_of(register_warehouse, "ops.revision", "change = 'removed'")
    assert [_key(row) for row in removed] == [_key(row) for row in before]
    assert [_key(row) for row in reported] == [_key(row) for row in now] != []
    assert not set(map(_key, now)) & set(map(_key, before))


def test_an_unchanged_register_changes_nothing_when_it_is_computed_again(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    fill(register_warehouse, _of("01096"))
    revisions = rows_of(register_warehouse, "ops.revision")
    _expect_computation(register_warehouse, BY_LEVEL)
    change = compute_table(register_warehouse, BY_LEVEL, "test-run")
    assert (change.months, change.closed) == ([], [])
    assert rows_of(register_warehouse, "ops.revision") == revisions


def test_a_change_in_a_closed_month_is_told_with_both_figures(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    fill(register_warehouse, Register([]))
    register_warehouse.execute(
        "UPDATE indicators.by_level SET received_count = 7, received_online_count = 7 "
        f"WHERE unit_level = 'all' AND {JANUARY}"
    )
    _expect_computation(register_warehouse, BY_LEVEL)
    change = compute_table(register_warehouse, BY_LEVEL, "test-run")
    assert change.months == [date(2022, 12, 15)]
    assert [closed.sentence for closed in change.closed] == [
        "Tháng 01/2023 (15/12/2022–14/01/2023), all: received_count 7 -> 0, "
        "received_online_count 7 -> 0"
    ]


@pytest.fixture(scope="module")
def computed(register_warehouse: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Figures of one dossier, which balance."""
    fill(register_warehouse, _of("01096"))
    check_balance(register_warehouse)
    return register_warehouse


@pytest.fixture
def balanced(computed: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same; what a test changes of them is taken back."""
    computed.begin()
    yield computed
    computed.rollback()


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "UPDATE indicators.by_level SET received_count = received_count + 1 "
            "WHERE unit_level = 'commune'",
            "to handle = carried over + received",
        ),
        (
            "UPDATE indicators.by_unit SET pending_overdue_count = pending_overdue_count + 1 "
            "WHERE unit_code = '01096'",
            "pending = in time + overdue + no due date",
        ),
        (
            "UPDATE indicators.own_count SET pending_count = pending_count + 1, "
            "pending_no_due_date_count = pending_no_due_date_count + 1, "
            "resolved_count = resolved_count - 1, "
            "resolved_no_due_date_count = resolved_no_due_date_count - 1 "
            f"WHERE unit_code = '01096' AND {JANUARY}",
            "months do not chain",
        ),
        (
            "DELETE FROM indicators.by_unit WHERE unit_code = '01096' AND scope = 'own'",
            "sums differ",
        ),
    ],
)
def test_figures_that_do_not_balance_are_not_let_through(
    statement: str, sentence: str, balanced: duckdb.DuckDBPyConnection
) -> None:
    balanced.execute(statement)
    with pytest.raises(BalanceError, match=sentence.replace("+", r"\+")):
        check_balance(balanced)


@pytest.mark.parametrize(
    "change", ["DELETE FROM {} WHERE true", "UPDATE {} SET payable_count = 99"]
)
@pytest.mark.parametrize(
    "rows",
    [
        "by_unit: scope = 'own'",
        "by_unit: scope = 'subtree'",
        "by_level: unit_level = 'all'",
        "by_level: unit_level <> 'all'",
        "by_unit_field: true",
        "by_unit_procedure: true",
        "by_unit_current: scope = 'own'",
        "by_level_current: unit_level = 'all'",
        "by_level_current: unit_level <> 'all'",
    ],
)
def test_every_grain_has_the_same_sum_or_is_not_let_through(
    rows: str, change: str, balanced: duckdb.DuckDBPyConnection
) -> None:
    table, where = rows.split(": ")
    sql = change.format(f"indicators.{table}").removesuffix(" WHERE true")
    balanced.execute(f"{sql} WHERE {where} AND received_count > 0")
    with pytest.raises(BalanceError, match="sums differ"):
        check_balance(balanced)
