"""Two installations in one process, whose months close on different days."""

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from assets.engine.common.errors import MotcuaError
from assets.engine.common.paths import Paths
from assets.engine.publish import files as publish
from assets.engine.settings import load_calendar, load_statistic
from assets.engine.warehouse import warehouse
from tests.sql.oracle_periods import ClosingDay
from tests.support import SETTINGS, close_on, compute_all, copy_warehouse, take_in
from tests.unit.deliveries import deliver_workbook, dossier

FINISHED = "Đã xử lý xong"
FIRST_FILE = [
    dossier(1, received_date="28/12/2022"),
    dossier(2, received_date="05/01/2023", finished_date="10/01/2023", state=FINISHED),
    dossier(3, received_date="14/01/2023"),
]
SECOND_FILE = [
    dossier(4, received_date="15/01/2023"),
    dossier(5, received_date="20/01/2023", finished_date="13/02/2023", state=FINISHED),
    dossier(6, received_date="01/02/2023"),
]
MONTHS = """
SELECT CAST(period_start AS VARCHAR), CAST(period_end AS VARCHAR),
       carried_over_count, received_count, resolved_count, pending_count
FROM indicators.by_level WHERE period_kind = 'month' AND unit_level = 'all' ORDER BY 1
"""


@dataclass(frozen=True)
class Case:
    """A closing day, the months of two files, and the figures of these files by hand."""

    closing_day: ClosingDay
    keys: tuple[str, str]
    line: str
    months: list[tuple[str, str, int, int, int, int]]
    year: str


CASES = (
    Case(
        14, ("2022-12-15", "2023-01-15"), "Từ ngày 15/01/2023 đến ngày 14/02/2023",
        [("2022-12-15", "2023-01-14", 0, 3, 1, 2), ("2023-01-15", "2023-02-14", 2, 3, 1, 4)],
        "Năm 2023 (15/12/2022–14/12/2023)",
    ),
    Case(
        "last", ("2023-01-01", "2023-02-01"), "Từ ngày 01/02/2023 đến ngày 28/02/2023",
        [("2023-01-01", "2023-01-31", 1, 4, 1, 4), ("2023-02-01", "2023-02-28", 4, 1, 1, 4)],
        "Năm 2023 (01/01/2023–31/12/2023)",
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Case, Paths]]:
    """Both installations, each step done in one and then in the other while both are open."""
    installations = [_installation(tmp_path_factory.mktemp("one"), case) for case in CASES]
    with ExitStack() as stack:
        opened = [
            (case, paths, stack.enter_context(warehouse(paths)))
            for case, paths in zip(CASES, installations, strict=True)
        ]
        for month in (0, 1):
            for case, paths, connection in opened:
                results = take_in(paths, [case.keys[month]], connection)
                assert [(r.state, r.accepted) for r in results] == [("loaded", 3)]
        for _, paths, connection in opened:
            compute_all(connection, load_statistic(paths.settings))
        for _, paths, connection in opened:
            publish.publish_motcua(connection, paths)
            publish.publish_dossiers(connection, paths)
    return list(zip(CASES, installations, strict=True))


def _installation(folder: Path, case: Case) -> Paths:
    paths = Paths(folder / "data", folder / "settings")
    for name in ("sources", "reference"):
        shutil.copytree(SETTINGS / name, paths.settings / name)
    close_on(case.closing_day, paths.settings)
    copy_warehouse(paths)
    deliver_workbook(paths, FIRST_FILE, period=case.keys[0], name="1.xlsx", line="")
    # Its own line names the month of the second.
    deliver_workbook(paths, SECOND_FILE, period=None, name="2.xlsx", line=case.line)
    return paths


def test_each_has_the_figures_of_its_own_calendar(published: list[tuple[Case, Paths]]) -> None:
    for case, paths in published:
        with duckdb.connect(str(paths.published / "motcua.duckdb"), read_only=True) as reader:
            assert reader.execute(MONTHS).fetchall() == case.months
            labels = "SELECT period_label FROM reference.period WHERE period_kind = 'year'"
            assert reader.execute(labels).fetchall() == [(case.year,)]


def test_each_explains_its_figures_by_its_own_calendar(
    published: list[tuple[Case, Paths]],
) -> None:
    for case, paths in published:
        with duckdb.connect(str(paths.published / "dossiers.duckdb"), read_only=True) as reader:
            for start, end, _, received_count, *_ in case.months:
                behind = "SELECT count(*) FROM explain('received_count', 'month', CAST(? AS DATE))"
                assert reader.execute(behind, [end]).fetchall() == [(received_count,)]
                month = "SELECT CAST(reporting_month(CAST(? AS DATE)) AS VARCHAR)"
                assert reader.execute(month, [end]).fetchall() == [(start,)]


def test_the_key_of_a_month_is_no_key_of_the_other_calendar(
    published: list[tuple[Case, Paths]],
) -> None:
    for (case, _), (_, other) in zip(published, reversed(published), strict=True):
        for key in case.keys:
            with pytest.raises(MotcuaError, match="such as 2023-1"):
                load_calendar(other.settings).month_from_key(key)
