"""A portal delivers a period anew with five dossiers changed: the rows these touch, and no other.

Which rows those are is worked out in `dossier_model`, from the five dossiers' own cells.
"""

import csv
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import dagster as dg
import duckdb
import pytest

from assets.engine.common.paths import Paths
from schemas.tables import DOSSIER, INDICATOR_TABLES
from schemas.tables.core import VERSION_KEY
from tests.assets.deliveries import (
    CODE,
    COMMUNE,
    correct_commune,
    delivered_file,
    read_commune,
)
from tests.assets.runs import partitions_of, real_instance, run_job
from tests.end_to_end.dossier_model import RESOLVED, Row, counts, day_of, periods, rows_that_change
from tests.end_to_end.tables import Tables, all_tables, differences
from tests.support import SETTINGS

KEY = "2023-05-15"
Cells = dict[str, str]


@dataclass(frozen=True)
class Redone:
    """An installation before and after the period was redone, and what was expected."""

    paths: Paths
    before: Tables
    after: Tables
    again: Tables
    expected: set[Row]
    result: dg.ExecuteInProcessResult


def _written(cells: Cells, header: str, days: int) -> str:
    day = day_of(cells[header])
    assert day is not None
    return f"{day + timedelta(days=days):%d/%m/%Y} 09:00:00"


def _is_plain(cells: Cells) -> bool:
    """Resolved before its due day, in a month of its own, and nothing odd about it."""
    received, due = day_of(cells["Ngày tiếp nhận"]), day_of(cells["Ngày hẹn trả"])
    ended = day_of(cells["Ngày kết thúc xử lý"])
    return (
        cells["Trạng thái"] in RESOLVED
        and cells["Loại kết quả"] == "Kết quả"
        and cells["Kênh thực hiện"] == "Trực tuyến"
        and None not in (received, due, ended)
        and received < ended < due  # type: ignore[operator]
    )


def _late(cells: Cells) -> Cells:
    days = (day_of(cells["Ngày hẹn trả"]) - day_of(cells["Ngày kết thúc xử lý"])).days  # type: ignore[operator]
    return {"Ngày kết thúc xử lý": _written(cells, "Ngày kết thúc xử lý", days + 20)}


def _other_channel(_: Cells) -> Cells:
    return {"Kênh thực hiện": "Trực tiếp"}


def _other_flag(cells: Cells) -> Cells:
    return {"Số hóa TPHS": "0" if cells["Số hóa TPHS"] == "1" else "1"}


def _withdrawn(_: Cells) -> Cells:
    return {"Trạng thái": "Công dân yêu cầu rút hồ sơ", "Loại kết quả": "Trả lại/Xin rút"}


def _due_at_once(cells: Cells) -> Cells:
    return {"Ngày hẹn trả": cells["Ngày tiếp nhận"]}


# Each does something else to the figures; each takes a dossier of another kind.
CHANGES: list[tuple[Callable[[Cells], Cells], str]] = [
    (_late, "06/2023"),
    (_other_channel, "05/2023"),
    (_other_flag, "06/2023"),
    (_withdrawn, "05/2023"),
    (_due_at_once, "05/2023"),
]


def _five_dossiers(paths: Paths) -> tuple[dict[str, Cells], dict[str, str], dict[str, bool]]:
    """Return five dossiers of the file whose latest version it holds, with unit and procedure."""
    with duckdb.connect(str(paths.warehouse_file), read_only=True) as connection:
        latest = connection.execute(
            "SELECT dossier_code, unit_code, coalesce(has_paper_result, true) FROM core.dossier "
            "LEFT JOIN reference.procedure USING (procedure_code) WHERE delivery_period = ?",
            [KEY],
        ).fetchall()
    units = {code: unit for code, unit, _ in latest}
    needs = {code: needed for code, _, needed in latest}
    rows = [row for row in read_commune(delivered_file(paths, COMMUNE, KEY)) if _is_plain(row)]
    picked: dict[str, Cells] = {}
    for _, month in CHANGES:
        picked |= next(
            {row[CODE]: row}
            for row in rows
            if row[CODE] in units
            and row[CODE] not in picked
            and row["Ngày tiếp nhận"][3:10] == month
            and units[row[CODE]] not in {units[code] for code in picked}
        )
    return picked, units, needs


@pytest.fixture(scope="module")
def redone(sample: Paths, tmp_path_factory: pytest.TempPathFactory) -> Redone:
    folder = tmp_path_factory.mktemp("correction")
    shutil.copytree(sample.data, folder / "data")
    paths = Paths(folder / "data", SETTINGS)
    before, units, needs = _five_dossiers(paths)
    changes = {
        code: change(cells)
        for (change, _), (code, cells) in zip(CHANGES, before.items(), strict=True)
    }
    after = {code: cells | changes[code] for code, cells in before.items()}
    expected = rows_that_change(before, after, units, needs)
    states = [all_tables(paths)]
    correct_commune(delivered_file(paths, COMMUNE, KEY), changes)
    with real_instance(folder / "dagster") as instance:
        result = run_job(paths, instance, "nightly", KEY)
        states.append(all_tables(paths))
        again = run_job(paths, instance, "nightly", KEY)
        states.append(all_tables(paths))
    assert result.success
    assert again.success
    return Redone(paths, states[0], states[1], states[2], expected, result)


def _changed_rows(before: list[tuple[object, ...]], after: list[tuple[object, ...]]) -> set[Row]:
    """Return kind, end, unit and scope of the rows of by_unit that came or went."""
    changed = set(before) ^ set(after)
    return {(row[0], row[2], row[9], row[10]) for row in changed}  # type: ignore[misc]


def test_the_model_agrees_with_the_published_counts(sample: Paths) -> None:
    """Before it judges changes: over all dossiers, the model counts what was published."""
    with duckdb.connect(str(sample.warehouse_file), read_only=True) as connection:
        latest = dict(
            connection.execute(
                "SELECT dossier_code, delivery_period::VARCHAR FROM core.dossier "
                "WHERE unit_code <> '033'"
            ).fetchall()
        )
        paper = connection.execute(
            "SELECT dossier_code, coalesce(has_paper_result, true) FROM core.dossier "
            "LEFT JOIN reference.procedure USING (procedure_code)"
        ).fetchall()
    needs = dict(paper)
    rows = [
        row
        for key in sorted(set(latest.values()))
        for row in read_commune(delivered_file(sample, COMMUNE, key))
        if latest.get(row[CODE]) == key and row["Ngày tiếp nhận"]
    ]
    unique = list({row[CODE]: row for row in rows}.values())
    for period in periods()[-10:]:
        total: Counter[str] = Counter()
        for row in unique:
            total.update(counts(row, needs[row[CODE]], period))
        said = _by_level(sample, period.kind, period.end.isoformat())
        for measure, column in MEASURED.items():
            assert total[measure] == said[column], (period, column)


MEASURED = {
    "received": "received_count",
    "received_online": "received_online_count",
    "received_direct": "received_direct_count",
    "carried_over": "carried_over_count",
    "resolved": "resolved_count",
    "early": "resolved_early_count",
    "late": "resolved_late_count",
    "digitised": "resolved_digitised_count",
    "closed_other": "closed_other_count",
    "paused": "paused_count",
    "pending": "pending_count",
    "overdue": "pending_overdue_count",
}


def _by_level(paths: Paths, kind: str, end: str) -> dict[str, int]:
    with duckdb.connect(str(paths.published / "motcua.duckdb"), read_only=True) as connection:
        cursor = connection.execute(
            "FROM indicators.by_level "
            "WHERE unit_level = 'commune' AND period_kind = ? AND period_end = ?",
            [kind, end],
        )
        (row,) = cursor.fetchall()
        return dict(zip([column[0] for column in cursor.description], row, strict=True))


def test_exactly_the_rows_that_the_five_touch_change(redone: Redone) -> None:
    name = "published/motcua.duckdb indicators.by_unit"
    assert len(redone.expected) > 50
    assert _changed_rows(redone.before[name], redone.after[name]) == redone.expected
    assert len(redone.before[name]) == len(redone.after[name])


def test_the_csv_changes_with_the_table(redone: Redone) -> None:
    changed = set(redone.before["published/by_unit.csv"]) ^ set(
        redone.after["published/by_unit.csv"]
    )
    cells = [next(csv.reader([str(line)])) for (line,) in changed]
    expected = {(kind, end.isoformat(), unit, scope) for kind, end, unit, scope in redone.expected}
    assert {(row[0], row[2], row[9], row[10]) for row in cells} == expected


def test_the_levels_change_where_their_units_do(redone: Redone) -> None:
    name = "published/motcua.duckdb indicators.by_level"
    changed = {
        (row[0], row[2], row[9]) for row in set(redone.before[name]) ^ set(redone.after[name])
    }
    periods_moved = {(kind, end) for kind, end, unit, scope in redone.expected if unit == "033"}
    assert changed == {
        (kind, end, level) for kind, end in periods_moved for level in ("all", "commune")
    }


def test_each_changed_row_has_its_revision_and_no_other(redone: Redone) -> None:
    run_id = redone.result.run_id
    with duckdb.connect(str(redone.paths.published / "motcua.duckdb"), read_only=True) as reader:
        rows = reader.execute(
            "SELECT change, period_kind, period_end, unit_code, scope FROM ops.revision "
            "WHERE run_id = ? AND table_name = 'by_unit'",
            [run_id],
        ).fetchall()
    assert {row[0] for row in rows} == {"set"}
    assert len(rows) == len(redone.expected)
    assert {row[1:] for row in rows} == redone.expected


def test_the_months_that_moved_get_their_events(redone: Redone) -> None:
    moved = {
        end.replace(day=15)
        for kind, end, _, _ in redone.expected
        if kind in ("month", "year_to_date")
    }
    keys = {(day - timedelta(days=28)).replace(day=15).isoformat() for day in moved}
    assert set(partitions_of(redone.result, "indicators/by_unit")) == keys | {KEY}
    assert KEY in keys


def test_nothing_else_changes_in_any_file(redone: Redone) -> None:
    """No reference table, no payment, no other delivery.

    Rejected rows and conflicts name another file.
    """
    in_both = (
        *(table.qualified_name for table in INDICATOR_TABLES),
        "ops.delivery", "ops.delivery_part", "ops.revision",
    )  # fmt: skip
    in_warehouse = ("core.dossier_version", "indicators.own_count", "ops.moved_dossier",
                    "quarantine.rejected_row", "quarantine.conflict")  # fmt: skip
    assert set(differences(redone.before, redone.after)) == {
        "published/by_unit.csv",
        "published/dossiers.duckdb core.dossier",
        "published/dossiers.duckdb ops.moved_dossier",
        "published/dossiers.duckdb quarantine.rejected_row",
        "published/dossiers.duckdb quarantine.conflict",
        *(f"published/motcua.duckdb {table}" for table in in_both),
        *(f"warehouse/motcua.duckdb {table}" for table in in_both + in_warehouse),
    }


def test_five_dossiers_change_in_the_row_level_file(redone: Redone) -> None:
    """All other rows of the file stand in a new delivery, and say what they said."""
    name = "published/dossiers.duckdb core.dossier"
    place = [DOSSIER.column_names.index(column) for column in VERSION_KEY]
    said = [
        {tuple(cell for number, cell in enumerate(row) if number not in place) for row in rows}
        for rows in (redone.before[name], redone.after[name])
    ]
    assert len(said[0] - said[1]) == len(said[1] - said[0]) == 5


def test_the_five_are_kept_as_they_were_and_as_they_are(redone: Redone) -> None:
    """And with each the rows that a correction of its period moves by themselves: none."""
    with duckdb.connect(str(redone.paths.published / "dossiers.duckdb"), read_only=True) as reader:
        sides = reader.execute(
            "SELECT side, count(*), count(DISTINCT dossier_key) FROM ops.moved_dossier "
            "WHERE run_id = ? GROUP BY ALL ORDER BY ALL",
            [redone.result.run_id],
        ).fetchall()
    assert [row[0] for row in sides] == ["after", "before"]
    assert all(rows == dossiers >= 5 for _, rows, dossiers in sides)


def _figures(paths: Paths, table: str) -> dict[tuple[object, ...], tuple[int, int]]:
    with duckdb.connect(str(paths.published / "motcua.duckdb"), read_only=True) as reader:
        rows = reader.execute(
            f"SELECT period_kind, period_end, resolved_late_count, received_direct_count "
            f"FROM {table} WHERE unit_level = 'all'"
        ).fetchall()
    return {row[:2]: row[2:] for row in rows}


def test_figures_can_be_read_back_as_they_were_reported(redone: Redone) -> None:
    with duckdb.connect(str(redone.paths.published / "motcua.duckdb"), read_only=True) as reader:
        ((at,),) = reader.execute(
            "SELECT min(computed_at) FROM ops.revision WHERE run_id = ?", [redone.result.run_id]
        ).fetchall()
    now = _figures(redone.paths, "indicators.by_level")
    said = f"ops.as_reported('by_level', TIMESTAMP '{at}' - INTERVAL 1 MICROSECOND)"
    reported = _figures(redone.paths, said)
    assert _figures(redone.paths, "ops.as_reported('by_level', TIMESTAMP '9999-12-31')") == now
    name = "published/motcua.duckdb indicators.by_level"
    of_whole = [row for row in redone.before[name] if row[9] == "all"]
    assert len(reported) == len(of_whole)
    assert {key for key in now if now[key] != reported[key]} <= {
        (row[0], row[2]) for row in set(redone.before[name]) ^ set(redone.after[name])
    }
    assert now != reported


def test_the_difference_of_a_figure_is_the_dossiers_that_moved_it(redone: Redone) -> None:
    with duckdb.connect(str(redone.paths.published / "motcua.duckdb"), read_only=True) as reader:
        changes = reader.execute(
            "SELECT measure, period_kind, period_end, unit_code, difference FROM ops.figure_change "
            "WHERE run_id = ? AND table_name = 'by_unit' AND scope = 'own' "
            "AND measure LIKE '%count' AND period_kind IN ('month', 'half_year')",
            [redone.result.run_id],
        ).fetchall()
    assert len(changes) > 20
    with duckdb.connect(str(redone.paths.published / "dossiers.duckdb"), read_only=True) as reader:
        for measure, kind, end, unit, difference in changes:
            ((moved,),) = reader.execute(
                "SELECT count(*) FILTER (WHERE side = 'after') - count(*) FILTER "
                "(WHERE side = 'before') "
                f"FROM explain_change('{measure}', '{kind}', DATE '{end}') WHERE unit_code = ?",
                [unit],
            ).fetchall()
            assert moved == difference, (measure, kind, end, unit)


def test_payments_that_moved_a_figure_are_not_kept_and_the_answer_says_so(redone: Redone) -> None:
    with (
        duckdb.connect(str(redone.paths.published / "dossiers.duckdb"), read_only=True) as reader,
        pytest.raises(duckdb.InvalidInputException, match="payments are not kept"),
    ):
        reader.execute(
            "FROM explain_change('payable_count', 'month', DATE '2023-06-14')"
        ).fetchall()


def test_doing_it_once_more_changes_nothing(redone: Redone) -> None:
    assert differences(redone.after, redone.again) == {}
