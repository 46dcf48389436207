"""Random lists with layout and faults in them, read by the engine and in plain Python.

The long tier runs ten times as many.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.engine.collect import Delivery, raw_store
from assets.engine.common.paths import Paths, private_folder
from assets.engine.load import FileLoad, Loaded, load_file
from assets.engine.reference import files as reference
from assets.engine.settings import load_sources
from assets.engine.warehouse import warehouse
from schemas.rows import KINDS
from schemas.settings import Source
from tests.support import CALENDAR, SETTINGS, new_installation
from tests.tier import LISTS
from tests.unit import plain_reading
from tests.unit.deliveries import JANUARY
from tests.unit.generated_lists import GeneratedList, lists
from tests.unit.plain_cells import READERS
from tests.unit.plain_reading import COLUMNS, Outcome

_ARRIVED = "2023-01-20T08:00:00+07:00"


@dataclass
class Intake:
    """A warehouse that refuses no file for its rejects."""

    paths: Paths = field(repr=False)
    connection: duckdb.DuckDBPyConnection = field(repr=False)
    source: Source = field(repr=False)
    count: int = field(default=0)

    def load(self, export: str, data: bytes) -> Loaded:
        """Load this file alone."""
        delivery = Delivery(
            "xin_man", export, JANUARY, "a.xls", hashlib.sha256(data).hexdigest(), len(data),
            modified_at=_ARRIVED, collected_at=_ARRIVED,
        )  # fmt: skip
        blob = raw_store.blob_of(self.paths, delivery)
        private_folder(blob.parent)
        blob.write_bytes(data)
        settings = self.source.exports[export]
        job = FileLoad(
            self.connection, self.paths, self.source, [settings],
            CALENDAR.month_from_key(JANUARY), delivery, [delivery], "1", "run",
        )  # fmt: skip
        return load_file(job)


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intake]:
    paths = new_installation(tmp_path_factory.mktemp("intake") / "data")
    source = load_sources(SETTINGS / "sources")["xin_man"]
    with warehouse(paths) as connection:
        reference.load_reference(connection, paths.reference, "unit")
        yield Intake(paths, connection, source.model_copy(update={"refuse_above_share": 1.0}))


@settings(
    max_examples=LISTS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=lists(), first=st.integers(1, 10**6))
def test_the_engine_reads_a_list_as_plain_python_does(
    made: GeneratedList, first: int, intake: Intake
) -> None:
    # The first row's running number makes the bytes new; nothing else depends on it.
    intake.count += 1
    number = first * 10**6 + intake.count
    made = _with_right_totals(made, number)
    expected = _plainly_read(made, number)
    result = intake.load(made.export, made.written(number))
    assert (result.state, result.reason) == ("loaded", None)
    found = _held(intake.connection, made.export, result)
    assert found.accepted == expected.accepted
    assert found.rejected == expected.rejected
    assert found.layout == expected.layout
    assert found.checks == expected.checks
    assert (result.read, result.accepted, result.quarantined, result.duplicates) == (
        expected.read, len(expected.accepted), len({row for row, _ in expected.rejected}),
        expected.duplicates,
    )  # fmt: skip
    wrong = sum(stated != counted for *_, stated, counted in expected.checks)
    assert len(result.warnings) == wrong


def _with_right_totals(made: GeneratedList, first: int) -> GeneratedList:
    """Fill in what the rows give where a totals row is to be right."""
    above = 3 + 2 * made.has_title
    names = [*made.header]
    lines = [[*line] for line in made.lines]
    for row, column, _, counted in _plainly_read(made, first).checks:
        if row - above in made.right:
            place = names.index("person" if column == "rows" else column)
            lines[row - above][place] = f"{counted:,}".replace(",", ".")
    return replace(made, lines=lines)


def _plainly_read(made: GeneratedList, first: int) -> Outcome:
    rows = READERS[made.container](made.written(first))
    return plain_reading.read(rows, made.export, made.header, is_grid=made.container != "csv")


def _held(connection: duckdb.DuckDBPyConnection, export: str, result: Loaded) -> Outcome:
    """Return what the warehouse holds of a delivery."""

    def ask(sql: str) -> list[tuple[object, ...]]:
        return connection.execute(
            f"{sql} WHERE delivery_id = ?", [result.delivery.delivery_id]
        ).fetchall()

    table = KINDS["payment" if export == "payments" else "dossier"].table
    rows = ask(f"SELECT row_number, {', '.join(COLUMNS[export])} FROM {table}")
    accepted = {row[0]: row[1:] for row in rows}
    assert len(accepted) == len(rows)
    return Outcome(
        accepted,  # type: ignore[arg-type]
        set(ask("SELECT row_number, rule_id FROM quarantine.rejected_row")),  # type: ignore[arg-type]
        set(ask("SELECT row_number, column_name, stated, counted FROM ops.check_value")),  # type: ignore[arg-type]
        Counter(dict(ask("SELECT layout_kind, layout_row_count FROM ops.layout"))),  # type: ignore[arg-type]
    )


def test_one_record_has_one_latest_version_after_all_these_lists(intake: Intake) -> None:
    for kind in (KINDS["dossier"], KINDS["payment"]):
        doubled = intake.connection.execute(
            f"SELECT {kind.key} FROM {kind.table} GROUP BY ALL "
            "HAVING count(*) FILTER (WHERE is_latest) <> 1"
        ).fetchall()
        assert doubled == []
