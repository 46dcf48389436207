"""From figures back to dossiers, and what changed: `explain`, `explain_change`, revisions."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import duckdb
import pyarrow as pa

from assets.engine.indicators import as_reported_sql, change_sql, explain_sql, figure_change_sql
from assets.engine.indicators.indicator_sql import COUNTS, OWN_COUNTS
from assets.engine.publish.macros import EXPLAIN_CALL, EXPLAIN_CHANGE_CALL
from assets.engine.register import remember
from tests.mutation.cases import Case
from tests.sql.agreement import compare
from tests.sql.oracle import dossier_counts, first_due_counts, payment_counts
from tests.sql.oracle_periods import Span, spans
from tests.sql.oracle_tables import places, procedure_of
from tests.sql.oracle_units import UNASSIGNED, unit_of
from tests.sql.registers import Dossier, Register, Row, key_of, rows_of
from tests.support import compute_all

Said = dict[str, list[Row]]
WHOLE = (None, "subtree")
REPORTED = ("by_level", "by_unit", "by_unit_field", "by_unit_procedure")
PLACES = (WHOLE, ("033", "subtree"), ("01099", "own"))


def _asked_spans(case: Case) -> list[Span]:
    """Return a month in the middle, and the year to the unfinished month."""
    found = spans(case.register.first_day, case.register.cutoff, case.statistic.closing_day)
    return [
        span
        for span in found
        if (span.kind, span.first) == ("month", date(2022, 12, 15))
        or (span.kind == "year_to_date" and span.last >= case.register.cutoff)
    ]


def _counted(case: Case, span: Span) -> Iterator[tuple[int, Dossier, set[str]]]:
    """Yield each dossier with its place in the register and the measures that count it."""
    last = min(span.last, case.register.cutoff)
    for number, dossier in enumerate(case.register.dossiers):
        requests = [p for p in case.register.payments if p.dossier == number]
        yield number, dossier, (
            dossier_counts(dossier, span.first, last, case.statistic)
            | first_due_counts(dossier, span.first, last, case.statistic)
            | payment_counts(requests, span.first, last)
        )  # fmt: skip


def assert_explained(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    """Each measure lists the dossiers that it counts, here and below a unit, each once."""
    connection.execute(f"CREATE OR REPLACE TEMP MACRO {EXPLAIN_CALL} AS TABLE {explain_sql()}")
    for span in _asked_spans(case):
        wanted: dict[tuple[Any, ...], list[str]] = defaultdict(list)
        for number, dossier, measures in _counted(case, span):
            held = {key for table, key in places(dossier, case.register.cutoff)
                    if table == "by_unit"} | {WHOLE}  # fmt: skip
            for place in held.intersection(PLACES):
                for measure in measures:
                    wanted[measure, place].append(key_of(number))
        # Columns of the form count by the form's own rules: by_unit_first_due and form_06a tell.
        names = {name.removesuffix("_count") for name in OWN_COUNTS + COUNTS if "form_" not in name}
        for measure in sorted(names):
            for place in PLACES if measure in {"pending", "payable"} else (WHOLE,):
                rows = connection.execute(
                    "SELECT CAST(dossier_key AS VARCHAR) FROM explain(?, ?, ?, ?, ?)",
                    [f"{measure}_count", span.kind, span.last, *place],
                ).fetchall()
                found = sorted(row[0] for row in rows)
                assert found == sorted(wanted[measure, place]), f"explain: {measure} {place}"
    _assert_explained_where(connection, case)


def _assert_explained_where(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    """A listed dossier stands with the unit, procedure and delivery that it counts under."""
    span = _asked_spans(case)[0]
    rows = connection.execute(
        "SELECT CAST(dossier_key AS VARCHAR), unit_code, unit_level, procedure_code, delivery_id, "
        "part_number, row_number FROM explain('total_to_handle_count', ?, ?)",
        [span.kind, span.last],
    ).fetchall()
    wanted = []
    for number, dossier, measures in _counted(case, span):
        if "total_to_handle" in measures:
            unit = unit_of(dossier)
            code, level = (unit.unit_code, unit.unit_level) if unit else (UNASSIGNED, UNASSIGNED)
            wanted.append((key_of(number), code, level, procedure_of(dossier), "d", 1, number))
    assert sorted(rows) == sorted(wanted), "explain: where a dossier counts"


def assert_moved(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    """Correct a third of the dossiers: figures, what was said before and what moved are right."""
    dossiers = [_corrected(number, d, case) for number, d in enumerate(case.register.dossiers)]
    corrected = Case(replace(case.register, dossiers=dossiers), case.statistic)
    before, reported_at = _said(connection), _last_revision(connection)
    _redeliver(connection, case.register, corrected.register)
    compute_all(connection, case.statistic)
    compare(corrected.register, corrected.statistic, connection)
    after = _said(connection)
    assert all(before[table] != after[table] for table in REPORTED)
    _assert_reported(connection, before, reported_at)
    _assert_reported(connection, after, _last_revision(connection))
    _assert_figures_changed(connection, before, after)
    _assert_dossiers_moved(connection, case, corrected)


def _corrected(number: int, dossier: Dossier, case: Case) -> Dossier:
    # Of one procedure nothing is left, so that its rows go.
    if number % 7 == 1 or dossier.procedure_code == "1.000003":
        return replace(dossier, state="not_accepted")
    if number % 3 == 0:
        ended = (dossier.received_date or case.register.cutoff) + timedelta(days=7)
        return replace(
            dossier, state="finished", finished_date=ended, due_date=dossier.first_due_date
        )
    return dossier


def _redeliver(connection: duckdb.DuckDBPyConnection, old: Register, new: Register) -> None:
    """Put what differs into the version table, as loading does: remember first, then change."""
    changed = [
        {"key": key_of(number), "state": d.state, "finished": d.finished_date, "due": d.due_date}
        for number, (before, d) in enumerate(zip(old.dossiers, new.dossiers, strict=True))
        if before != d
    ]
    connection.register("changed", pa.Table.from_pylist(changed))
    remember(connection, "SELECT CAST(key AS UUID) FROM changed")
    connection.execute(
        "UPDATE core.dossier_version SET state = changed.state, finished_date = changed.finished, "
        "due_date = changed.due FROM changed WHERE dossier_key = CAST(changed.key AS UUID)"
    )
    connection.unregister("changed")


def _said(connection: duckdb.DuckDBPyConnection) -> Said:
    return {table: rows_of(connection, f"indicators.{table}") for table in REPORTED}


def _last_revision(connection: duckdb.DuckDBPyConnection) -> Any:
    sql = "SELECT max(computed_at) FROM ops.revision"
    return connection.execute(sql).fetchall()[0][0]


def _assert_reported(connection: duckdb.DuckDBPyConnection, said: Said, at: Any) -> None:
    """What was reported at that moment is what the tables said then."""
    connection.execute(
        "CREATE OR REPLACE TEMP MACRO as_reported(asked_table, asked_at) AS TABLE "
        + as_reported_sql()
    )
    for table, rows in said.items():
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE reported AS SELECT {', '.join(rows[0])} "
            f"FROM as_reported('{table}', TIMESTAMP '{at}')"
        )
        assert rows_of(connection, "reported") == rows, f"as_reported: {table}"


def _assert_figures_changed(connection: duckdb.DuckDBPyConnection, said: Said, since: Said) -> None:
    """Each count that differs stands once; a row that came or went counted nothing then."""
    keys = ("period_kind", "period_start", "period_end", "unit_code", "scope", "unit_level",
            "field_code", "procedure_code")  # fmt: skip
    wanted = []
    for table, rows in said.items():
        before, now = (
            {tuple(row.get(key) for key in keys): row for row in side}
            for side in (rows, since[table])
        )
        for place in before | now:
            for name in COUNTS:
                old, new = (side[place][name] if place in side else None for side in (before, now))
                if (old or 0) != (new or 0):
                    difference = (new or 0) - (old or 0)
                    wanted.append((table, *place, name, old, new, difference))
    found = connection.execute(
        f"SELECT table_name, {', '.join(keys)}, measure, before_said, now_said, difference "
        f"FROM ({figure_change_sql()}) WHERE measure LIKE '%_count'"
    ).fetchall()
    assert Counter(found) == Counter(wanted), "figure_change"


def _assert_dossiers_moved(
    connection: duckdb.DuckDBPyConnection, case: Case, corrected: Case
) -> None:
    """What moved a figure is what it counted before or counts since, and not both alike."""
    connection.execute(
        f"CREATE OR REPLACE TEMP MACRO {EXPLAIN_CHANGE_CALL} AS TABLE {change_sql()}"
    )
    measures_asked = ("received", "resolved", "pending", "carried_over", "pending_overdue")
    for span, measure in product(_asked_spans(case), measures_asked):
        sides = {
            side: {number for number, _, measures in _counted(one, span) if measure in measures}
            for side, one in (("before", case), ("after", corrected))
        }
        both = sides["before"] & sides["after"]
        wanted = sorted(
            (side, key_of(number)) for side, numbers in sides.items() for number in numbers - both
        )
        rows = connection.execute(
            "SELECT side, CAST(dossier_key AS VARCHAR) FROM explain_change(?, ?, ?) "
            "WHERE computed_at = (SELECT max(computed_at) FROM ops.moved_dossier)",
            [f"{measure}_count", span.kind, span.last],
        ).fetchall()
        assert sorted(rows) == wanted, f"explain_change: {measure} {span.kind}"
