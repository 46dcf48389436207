"""What holds between the figures of any register, whatever it says."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from tests.sql.oracle_periods import Span

Key = tuple[Any, ...]
Row = Mapping[str, Any]
Rows = dict[Span, dict[Key, Row]]
Tables = dict[str, Rows]

MEASURED = ("by_unit", "by_level", "by_unit_field", "by_unit_procedure", "by_unit_current",
            "by_level_current")  # fmt: skip
OUTCOMES = ("resolved", "closed_other", "pending", "paused", "closed_undated",
            "closed_before_received")  # fmt: skip
# Counts of what happened on a day add up over months; what stands on a day does not, and a
# dossier paid in two months is one of the quarter.
STOCKS = {"carried_over_count", "total_to_handle_count", "pending_count", "pending_in_time_count",
          "pending_overdue_count", "pending_no_due_date_count", "paused_count", "payable_count",
          "paid_online_count", "first_due_overdue_count"}  # fmt: skip
FORM_STOCKS = {"column_3", "column_6", "column_11", "column_12", "column_13"}


def assert_all(tables: Tables) -> None:
    """Assert every law over the tables there are."""
    assert_balanced(tables)
    assert_form_adds_up(tables)
    assert_one_whole(tables)
    assert_units_are_their_parts(tables)
    assert_parents_add_up(tables)
    assert_months_chain(tables)
    assert_stocks_are_those_of_the_months(tables)
    assert_flows_add_up(tables)
    assert_years_to_date_are_the_periods_they_end_with(tables)


def assert_balanced(tables: Tables) -> None:
    """What was there or came in is somewhere at the end; parts add up to their whole."""
    for table, _, key, row in _each(tables, MEASURED):
        placed = sum(row[f"{place}_count"] for place in OUTCOMES)
        assert row["carried_over_count"] + row["received_count"] == placed, (table, key)
        assert row["total_to_handle_count"] == placed, (table, key)
        _assert_parts(row, "received", ("online", "direct", "postal", "unknown_channel"))
        _assert_parts(row, "resolved", ("early", "on_due_date", "late", "no_due_date"))
        _assert_parts(row, "pending", ("in_time", "overdue", "no_due_date"))
        assert row["paid_online_count"] <= row["payable_count"]
    for _, _, key, row in _each(tables, ("by_unit_first_due",)):
        judged = ("early", "on_due_date", "late", "none")
        assert sum(row[f"first_due_{name}_count"] for name in judged) == row["resolved_count"], key


def _assert_parts(row: Row, whole: str, parts: Iterable[str]) -> None:
    assert sum(row[f"{whole}_{part}_count"] for part in parts) == row[f"{whole}_count"], whole


def assert_form_adds_up(tables: Tables) -> None:
    """The form's own identities, and what no column has room for."""
    for _, period, key, row in _each(tables, ("form_06a",)):
        column = [0, 0, 0, *(row[f"column_{number}"] for number in range(3, 14))]
        assert column[3] == column[4] + column[5] + column[6], (period, key)
        assert column[7] == column[8] + column[9] + column[10], (period, key)
        assert column[11] == column[12] + column[13], (period, key)
        assert column[3] == column[7] + column[11] + row["left_out_count"], (period, key)
        said = tables["by_unit"].get(period, {}).get(key[:2])
        if said is not None and key[2] == "all":
            assert column[3] == said["total_to_handle_count"]
            assert column[7] == said["resolved_count"] + said["closed_other_count"]
            assert column[11] == said["pending_count"] + said["paused_count"]


def assert_one_whole(tables: Tables) -> None:
    """Units, levels, and both of them today, are the same dossiers, seen from four sides."""
    for period, levels in tables["by_level"].items():
        whole = _total([levels.get(("all",), {})])
        assert _total(row for key, row in levels.items() if key != ("all",)) == whole, period
        for table in ("by_unit", "by_unit_current"):
            rows = tables.get(table, tables["by_unit"])[period]
            assert _total(row for key, row in rows.items() if key[1] == "own") == whole, period
        if "by_level_current" in tables:
            now = tables["by_level_current"][period]
            assert _total([now.get(("all", True), {})]) == whole, period
            assert _total(row for key, row in now.items() if key[0] != "all") == whole, period


def assert_units_are_their_parts(tables: Tables) -> None:
    """A unit is the sum of its fields, and of its procedures; so it is in form II.06a."""
    for table in ("by_unit_field", "by_unit_procedure"):
        for period, rows in tables.get(table, {}).items():
            of_unit = {key[0]: r for key, r in tables["by_unit"][period].items() if key[1] == "own"}
            _assert_sums(rows, of_unit)
    for rows in tables.get("form_06a", {}).values():
        of_unit = {key[0]: row for key, row in rows.items() if key[1:] == ("own", "all")}
        _assert_sums({key: row for key, row in rows.items() if key[2] != "all"}, of_unit)


def _assert_sums(parts: dict[Key, Row], of_unit: dict[Any, Row]) -> None:
    for unit_code in {key[0] for key in parts} | of_unit.keys():
        summed = _total(row for key, row in parts.items() if key[0] == unit_code)
        assert summed == _total([of_unit.get(unit_code, {})]), unit_code


def assert_parents_add_up(tables: Tables) -> None:
    """The tops of the tree have everything below them, of ended units, too."""
    for table in ("by_unit", "by_unit_current", "by_unit_first_due", "form_06a"):
        for period, rows in tables.get(table, {}).items():
            whole = {(), ("all",), (True,), (False,)}
            own = _total(r for key, r in rows.items() if key[1] == "own" and key[2:] in whole)
            tops = [
                row
                for key, row in rows.items()
                if key[0] in {"02", "unassigned"} and key[1] == "subtree"
            ]
            assert _total(tops) == own, (table, period)


def assert_months_chain(tables: Tables) -> None:
    """What a month leaves is what the next one finds, in every row of every table."""
    for table, period_of in _by_kind(tables, "month"):
        for earlier, later in pairwise(period_of):
            left = {k: _stock(table, row, "left") for k, row in tables[table][earlier].items()}
            found = {k: _stock(table, row, "found") for k, row in tables[table][later].items()}
            for key in left.keys() | found.keys():
                assert found.get(key, 0) == left.get(key, 0), (table, later, key)


def _stock(table: str, row: Row, end: str) -> int:
    if table == "form_06a":
        return int(row["column_11" if end == "left" else "column_6"])
    if end == "found":
        return int(row["carried_over_count"])
    return int(row["pending_count"] + row["paused_count"])


def assert_stocks_are_those_of_the_months(tables: Tables) -> None:
    """A longer period finds what its first month finds, and leaves what its last one leaves."""
    for table, months in _by_kind(tables, "month"):
        first = {month.first: month for month in months}
        last = {month.last: month for month in months}
        for period, rows in tables[table].items():
            if period.first in first:
                month_rows = tables[table][first[period.first]]
                _assert_same_stock(table, "found", rows, month_rows)
            if period.last in last:
                month_rows = tables[table][last[period.last]]
                _assert_same_stock(table, "left", rows, month_rows)


def _assert_same_stock(
    table: str, end: str, one: dict[Key, Row], other: dict[Key, Row]
) -> None:  # fmt: skip
    for key in one.keys() | other.keys():
        stocks = [_stock(table, rows[key], end) if key in rows else 0 for rows in (one, other)]
        assert stocks[0] == stocks[1], (table, end, key)


def assert_flows_add_up(tables: Tables) -> None:
    """What happened in a longer period happened in one of its months."""
    for table, months in _by_kind(tables, "month", (*MEASURED, "form_06a", "by_unit_first_due")):
        for period, rows in tables[table].items():
            if period.first < months[0].first:
                continue
            within = [m for m in months if period.first <= m.first <= period.last]
            summed: dict[Key, Counter[str]] = defaultdict(Counter)
            for month in within:
                for key, row in tables[table][month].items():
                    summed[key].update(_flows(row))
            for key in rows.keys() | summed.keys():
                flows = +Counter(_flows(rows.get(key, {})))
                assert flows == +summed[key], (table, period, key)


def _flows(row: Row) -> dict[str, int]:
    return {
        name: value
        for name, value in row.items()
        if (name.endswith("_count") and name not in STOCKS)
        or (name.startswith("column_") and name not in FORM_STOCKS)
    }


def assert_years_to_date_are_the_periods_they_end_with(tables: Tables) -> None:
    """The year to date at month 3 is the first quarter, at 6 the half-year, at 9, at 12 the year.

    They are the same two days: everything is equal, rates and payments, too.
    """
    for table, rows in tables.items():
        by_days: dict[tuple[date, date], list[Span]] = defaultdict(list)
        for period in rows:
            by_days[period.first, period.last].append(period)
        for same in by_days.values():
            for one, other in pairwise(same):
                assert _said(rows[one]) == _said(rows[other]), (table, one, other)


def _said(rows: dict[Key, Row]) -> dict[Key, dict[str, Any]]:
    return {
        key: {n: v for n, v in row.items() if n not in {"period_kind", "period_label"}}
        for key, row in rows.items()
    }


def _total(rows: Iterable[Row]) -> Counter[str]:
    total: Counter[str] = Counter()
    for row in rows:
        total.update({n: v for n, v in row.items() if n.endswith("_count") or n[:7] == "column_"})
    return +total


def _each(tables: Tables, names: Iterable[str]) -> Iterable[tuple[str, Span, Key, Row]]:
    for name in names:
        for period, rows in tables.get(name, {}).items():
            for key, row in rows.items():
                yield name, period, key, row


def _by_kind(
    tables: Tables, kind: str, names: Iterable[str] = (*MEASURED, "form_06a")
) -> Iterable[tuple[str, list[Span]]]:
    for name in names:
        found = sorted(period for period in tables.get(name, {}) if period.kind == kind)
        if found:
            yield name, found
