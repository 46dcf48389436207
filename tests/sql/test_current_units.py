"""History on today's units: who goes on for a unit that ended, and what nobody can take over."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pytest

from assets.engine.indicators.indicator_sql import COUNTS
from assets.engine.reference import load_reference
from tests.sql.register_reference import UnitRecord
from tests.sql.registers import Dossier, Register, fill_reference, hold, rows_of
from tests.support import SETTINGS, compute_all

LAST, NEW = date(2022, 12, 31), date(2023, 1, 1)
# After the cut-off, but within the running month.
LATER = date(2023, 3, 1)

# Until 2022: 02 > 20 > 01, 04, 05, 06, and 03 > 09. From 2023 on: 03 > 01, 07, 08.
UNITS = (
    UnitRecord("02", "province", None, valid_to=LAST),
    UnitRecord("03", "province", None),
    UnitRecord("20", "district", "02", valid_to=LAST),
    UnitRecord("01", "commune", "20", valid_to=LAST),
    UnitRecord("04", "commune", "20", valid_to=LAST),
    UnitRecord("05", "commune", "20", valid_to=date(2022, 11, 30)),
    UnitRecord("06", "commune", "20", valid_to=LAST),
    UnitRecord("09", "commune", "03", valid_to=LAST),
    UnitRecord("01", "commune", "03", valid_from=NEW),
    UnitRecord("07", "commune", "03", valid_from=NEW, valid_to=LATER - timedelta(days=1)),
    UnitRecord("08", "commune", "03", valid_from=NEW),
    UnitRecord("10", "commune", "03", valid_from=LATER),
)
SUCCESSIONS = (
    ("02", "03", NEW),
    ("01", "01", NEW),
    ("04", "01", NEW),
    ("05", "04", date(2022, 12, 1)),
    # A split; 20 and 09 end without a successor.
    ("06", "07", NEW),
    ("06", "08", NEW),
    # Nobody's successor yet.
    ("07", "01", LATER),
)
FEBRUARY = "period_kind = 'month' AND period_start = DATE '2023-01-15'"
BEFORE, AFTER = date(2022, 11, 20), date(2023, 1, 5)


def _fill(connection: duckdb.DuckDBPyConnection, dossiers: Sequence[tuple[str, date]]) -> None:
    """Compute a register of these units and reception days, all in process."""
    fill_reference(connection)
    hold(
        connection, Register([Dossier("in_process", day, unit_code=unit) for unit, day in dossiers])
    )
    units = pa.Table.from_pylist([
        asdict(unit) | {"unit_name": f"Đơn vị Mẫu {unit.unit_code}", "source": "mẫu"}
        for unit in UNITS
    ])  # fmt: skip
    connection.execute("DELETE FROM reference.unit; DELETE FROM reference.unit_succession")
    connection.register("given", units)
    connection.execute("INSERT INTO reference.unit BY NAME FROM given")
    connection.unregister("given")
    connection.executemany(
        "INSERT INTO reference.unit_succession VALUES (?, ?, ?, 'mẫu')", SUCCESSIONS
    )
    compute_all(connection)


def _stock(
    connection: duckdb.DuckDBPyConnection, table: str, *keys: str, where: str = FEBRUARY
) -> dict[tuple[object, ...], int]:
    rows = rows_of(connection, f"indicators.{table}", f"{where} AND pending_count > 0")
    return {tuple(row[key] for key in keys): row["pending_count"] for row in rows}


def _units(connection: duckdb.DuckDBPyConnection) -> dict[tuple[object, ...], int]:
    return _stock(connection, "by_unit_current", "unit_code", "scope", "is_current")


@pytest.mark.parametrize(
    ("unit", "received", "today"),
    [
        pytest.param("01", BEFORE, "01", id="a unit that went on under its code"),
        pytest.param("01", AFTER, "01", id="and its new record"),
        pytest.param("04", BEFORE, "01", id="a unit merged into another"),
        pytest.param("05", BEFORE, "01", id="merged into one that was merged later"),
        pytest.param("02", BEFORE, "03", id="a province merged into one that was"),
        pytest.param("07", AFTER, "07", id="a unit that ends after today"),
    ],
)
def test_history_counts_under_the_unit_of_today(
    unit: str,
    received: date,
    today: str,
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    _fill(register_warehouse, [(unit, received)])
    assert _units(register_warehouse) == {
        ("03", "subtree", True): 1, (today, "own", True): 1, (today, "subtree", True): 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "above"),
    [
        pytest.param("20", ["20"], id="no successor"),
        pytest.param("09", ["09"], id="no successor, below a unit that is still there"),
        pytest.param("06", ["06", "20"], id="several successors, below a unit that ended"),
    ],
)
def test_what_nobody_can_take_over_keeps_a_marked_row_below_what_its_parent_became(
    unit: str, above: list[str], register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    _fill(register_warehouse, [(unit, BEFORE)])
    ended = {(code, "subtree", False): 1 for code in above}
    assert _units(register_warehouse) == ended | {
        (unit, "own", False): 1, ("03", "subtree", True): 1,
    }  # fmt: skip


def test_a_unit_of_today_and_what_its_code_kept_before_are_two_rows(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Here 01 had two successors: the remnant and today's 01 share the code only."""
    _fill(register_warehouse, [("01", BEFORE), ("01", AFTER)])
    register_warehouse.execute(
        "INSERT INTO reference.unit_succession VALUES ('01', '08', DATE '2023-01-01', 'mẫu')"
    )
    compute_all(register_warehouse)
    own = {key: count for key, count in _units(register_warehouse).items() if key[1] == "own"}
    assert own == {("01", "own", True): 1, ("01", "own", False): 1}


def test_a_dossier_of_nobody_stays_unassigned(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    _fill(register_warehouse, [("99", BEFORE), ("09", AFTER)])
    assert _units(register_warehouse) == {
        ("unassigned", "own", True): 2, ("unassigned", "subtree", True): 2,
    }  # fmt: skip


def test_levels_are_those_of_today_s_units_and_the_ended_ones_stand_apart(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    codes = ("02", "20", "01", "04", "05", "06", "09", "99")
    _fill(register_warehouse, [(code, BEFORE) for code in codes])
    assert _stock(register_warehouse, "by_level_current", "unit_level", "is_current") == {
        ("province", True): 1, ("commune", True): 3, ("commune", False): 2,
        ("district", False): 1, ("unassigned", True): 1, ("all", True): 8,
    }  # fmt: skip


def test_nothing_is_lost_and_nothing_counts_twice(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    given = [(unit.unit_code, day) for unit in UNITS for day in (BEFORE, AFTER)]
    _fill(register_warehouse, given)
    sums = ", ".join(f"sum({name})" for name in COUNTS)
    of_period = f"SELECT period_kind, period_start, period_end, {sums} FROM indicators"
    own = register_warehouse.execute(
        f"{of_period}.by_unit WHERE scope = 'own' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert sum(row[3] for row in own if row[0] == "month") == len(given)
    for table in (
        "by_unit_current WHERE scope = 'own'",
        "by_level_current WHERE unit_level <> 'all'",
        "by_level_current WHERE unit_level = 'all'",
    ):
        found = register_warehouse.execute(f"{of_period}.{table} GROUP BY ALL ORDER BY ALL")
        assert found.fetchall() == own, table


def test_today_s_units_have_rows_in_every_period_and_ended_ones_while_they_existed(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    _fill(register_warehouse, [])
    first = "period_kind = 'month' AND period_start = DATE '2022-11-15'"
    today = {("01", True), ("03", True), ("07", True), ("08", True)}
    for where, ended in ((first, {("06", False), ("09", False), ("20", False)}), (FEBRUARY, set())):
        rows = rows_of(register_warehouse, "indicators.by_unit_current", where)
        for scope in ("own", "subtree"):
            found = {(r["unit_code"], r["is_current"]) for r in rows if r["scope"] == scope}
            assert found == today | ended
        assert {row["received_count"] for row in rows} == {0}
        levels = rows_of(register_warehouse, "indicators.by_level_current", where)
        assert len(levels) == (5 if ended else 3)


@pytest.mark.parametrize("table", ["by_unit_current", "by_level_current"])
def test_a_row_is_told_by_its_key(
    table: str, register_warehouse: duckdb.DuckDBPyConnection
) -> None:
    _fill(register_warehouse, [(unit.unit_code, BEFORE) for unit in UNITS])
    key = "unit_code, scope" if table == "by_unit_current" else "unit_level"
    found = register_warehouse.execute(
        f"SELECT count(*), count(DISTINCT (period_kind, period_start, period_end, {key}, "
        f"is_current)) FROM indicators.{table}"
    ).fetchall()
    assert found[0][0] == found[0][1] > 0


def _xin_man(
    connection: duckdb.DuckDBPyConnection, cutoff: date, received: date, codes: Sequence[str]
) -> dict[tuple[object, ...], int]:
    dossiers = [Dossier("in_process", received, unit_code=code) for code in codes]
    fill_reference(connection)
    hold(connection, Register(dossiers, cutoff=cutoff, first_day=date(2025, 5, 15)))
    for name in ("unit", "unit_succession"):
        load_reference(connection, SETTINGS / "reference", name)
    compute_all(connection)
    last = f"period_kind = 'month' AND cutoff_date = DATE '{cutoff}'"
    return _stock(connection, "by_unit_current", "unit_code", "scope", "is_current", where=last)


# The town and two communes that became the commune Pà Vầy Sủ, and the district.
XIN_MAN = ("01096", "01120", "01129", "033")


def test_xin_man_before_the_change_stands_as_it_was(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = _xin_man(register_warehouse, date(2025, 6, 20), date(2025, 6, 16), XIN_MAN)
    assert {key: count for key, count in found.items() if key[1] == "own"} == {
        (code, "own", True): 1 for code in XIN_MAN
    }
    assert found["033", "subtree", True] == 4


def test_xin_man_after_the_change_is_six_communes_and_what_the_district_leaves(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = _xin_man(register_warehouse, date(2025, 7, 10), date(2025, 6, 16), XIN_MAN)
    assert found == {
        ("01096", "own", True): 3, ("01096", "subtree", True): 3, ("08", "subtree", True): 3,
        ("033", "own", False): 1, ("033", "subtree", False): 1,
    }  # fmt: skip


def test_both_changes_are_followed_one_after_the_other(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """01111 became 01117 in 2020, which became the larger 01117 in 2025; so did 01117 itself."""
    codes = ("01111", "01117")
    found = _xin_man(register_warehouse, date(2025, 7, 10), date(2019, 6, 3), codes)
    assert found["01117", "own", True] == 2


def test_the_day_of_the_change_is_the_first_of_the_new_units(
    register_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for cutoff, code in ((date(2025, 6, 30), "01120"), (date(2025, 7, 1), "01096")):
        found = _xin_man(register_warehouse, cutoff, date(2025, 6, 16), ["01120"])
        assert found[code, "own", True] == 1
