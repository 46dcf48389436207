"""One run of several periods: one step a layer, one opening, and each period has its own events."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from assets.checks import period_whole
from assets.engine.common.paths import Paths
from assets.partitions import range_tags, runs_of
from assets.resources import Installation
from tests.assets.runs import failures, metadata_of, partitions_of, real_instance, run_range
from tests.nights.conftest import deliver
from tests.support import CALENDAR, SAMPLE_KEYS, SETTINGS, new_installation

KEYS = SAMPLE_KEYS[:3]
BY_PERIOD = (
    "raw/delivery", "core/dossier_version", "core/payment_version", "core/transaction_version",
    "core/receipt_version", "core/procedure_version", "indicators/by_level", "indicators/by_unit",
)  # fmt: skip


class Openings:
    """How often the warehouse was opened."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self._connect = duckdb.connect
        patch.setattr(duckdb, "connect", self)

    def __call__(self, database: str, *rest: object, **more: object) -> duckdb.DuckDBPyConnection:
        self.count += database.endswith("warehouse/motcua.duckdb")
        return self._connect(database, *rest, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = new_installation(tmp_path_factory.mktemp("range") / "data")
    for key in KEYS:
        deliver(paths, key)
    return paths


@pytest.fixture(scope="module")
def openings() -> Iterator[Openings]:
    with pytest.MonkeyPatch.context() as patch:
        yield Openings(patch)


@pytest.fixture(scope="module")
def run(
    paths: Paths, instance: dg.DagsterInstance, openings: Openings
) -> dg.ExecuteInProcessResult:
    result = run_range(paths, instance, "nightly", KEYS)
    assert result.success, failures(result)
    return result


def test_a_run_opens_the_warehouse_once_and_has_few_steps(
    run: dg.ExecuteInProcessResult, openings: Openings
) -> None:
    assert openings.count == 1
    assert len([event for event in run.all_events if event.is_step_start]) <= 10


def test_each_period_has_its_own_event_and_every_other_table_one(
    run: dg.ExecuteInProcessResult,
) -> None:
    made = Counter(
        event.materialization.asset_key.to_user_string()
        for event in run.get_asset_materialization_events()
    )
    assert len(made) == 39
    assert {name for name, count in made.items() if count > 1} == set(BY_PERIOD)
    for name in BY_PERIOD:
        assert partitions_of(run, name) == KEYS, name


def test_each_period_has_its_own_label_counts_and_rates(
    run: dg.ExecuteInProcessResult, paths: Paths
) -> None:
    with duckdb.connect(str(paths.published / "motcua.duckdb"), read_only=True) as reader:
        figures = dict(
            reader.execute(
                "SELECT CAST(period_start AS VARCHAR), received_count FROM indicators.by_level "
                "WHERE unit_level = 'all' AND period_kind = 'month'"
            ).fetchall()
        )
        accepted = dict(
            reader.execute(
                "SELECT CAST(delivery_period AS VARCHAR), sum(accepted_count) FROM ops.delivery "
                "WHERE kind = 'dossier' GROUP BY ALL"
            ).fetchall()
        )
    for key in KEYS:
        level = metadata_of(run, "indicators/by_level", key)
        assert level["period_label"] == CALENDAR.month_from_key(key).label
        assert level["received_count"] == figures[key]
        assert "Toàn bộ / All" in str(level["rates"])
        loaded = metadata_of(run, "core/dossier_version", key)
        assert loaded["period_label"] == CALENDAR.month_from_key(key).label
        assert loaded["accepted_count"] == accepted[key]
        assert metadata_of(run, "raw/delivery", key)["new_file_count"] == 2
    assert len(set(figures.values())) == len(KEYS)


def test_each_period_has_its_own_verdict(run: dg.ExecuteInProcessResult) -> None:
    checks = run.get_asset_check_evaluations()
    whole = {check.partition: check for check in checks if check.check_name == "period_whole"}
    assert list(whole) == KEYS
    for key, check in whole.items():
        assert check.passed
        assert str(check.description).startswith(CALENDAR.month_from_key(str(key)).label)
    others = Counter(check.check_name for check in checks if check.partition is None)
    assert others == {"files_loaded": 5, "portals_answered": 1, "balance": 1}


def test_a_run_of_several_periods_is_one_of_each(
    run: dg.ExecuteInProcessResult, instance: dg.DagsterInstance
) -> None:
    def found(key: str) -> list[str]:
        records = runs_of(instance, CALENDAR, CALENDAR.month_from_key(key))
        return [record.dagster_run.run_id for record in records]

    assert [found(key) for key in KEYS] == [[run.run_id]] * len(KEYS)
    assert found(SAMPLE_KEYS[3]) == []


def test_the_log_has_a_line_a_file_and_a_period(
    run: dg.ExecuteInProcessResult, instance: dg.DagsterInstance
) -> None:
    said = [e.user_message for e in instance.all_logs(run.run_id) if not e.is_dagster_event]
    files = [line for line in said if ": loaded " in line]
    assert len(files) == 2 * len(KEYS)
    assert all(line.endswith(" s)") for line in files)
    for key in KEYS:
        label = CALENDAR.month_from_key(key).label
        assert [line for line in said if line.startswith(f"{label}: files 2, read ")]


def test_a_range_that_begins_within_a_period_is_refused(
    paths: Paths, instance: dg.DagsterInstance
) -> None:
    result = run_range(paths, instance, "nightly", ["2022-12-16", KEYS[-1]], ["raw/delivery"])
    assert not result.success
    assert "2022-12-16" in failures(result)["raw__delivery"]


def test_a_check_that_runs_by_itself_speaks_of_the_last_period_with_figures(
    run: dg.ExecuteInProcessResult, paths: Paths
) -> None:
    installation = Installation(data_folder=str(paths.data), settings_folder=str(SETTINGS))
    with installation.warehouse() as connection:
        _, check = period_whole(connection, CALENDAR, dg.DagsterRun("nightly"))
    assert isinstance(check, dg.AssetCheckEvaluation)
    assert check.partition == KEYS[-1]


def test_a_step_that_fails_leaves_the_next_a_fresh_connection(
    paths: Paths, openings: Openings, tmp_path: Path
) -> None:
    """A fatal error makes a connection useless: it is closed, and opened anew when asked for."""

    @dg.op
    def fails(installation: Installation) -> None:
        with installation.warehouse() as connection:
            connection.execute("BEGIN")
            connection.execute("CREATE TEMP TABLE left_behind (n INTEGER)")
            raise OSError(28, "No space left on device")

    @dg.op
    def goes_on(installation: Installation) -> None:
        for _ in range(2):
            with installation.warehouse() as connection:
                assert connection.execute("FROM duckdb_tables() WHERE temporary").fetchall() == []
                connection.execute("CREATE TEMP TABLE left_behind (n INTEGER)")

    @dg.job(executor_def=dg.in_process_executor)
    def both() -> None:
        fails()
        goes_on()

    own = Installation(data_folder=str(paths.data), settings_folder=str(SETTINGS))
    before = openings.count
    with real_instance(tmp_path) as instance:
        result = both.execute_in_process(
            instance=instance, resources={"installation": own}, raise_on_error=False
        )
    assert "found No space left on device; expected a disk with room" in failures(result)["fails"]
    assert set(failures(result)) == {"fails"}
    assert openings.count == before + 2


def test_the_tags_of_a_range_name_both_ends() -> None:
    assert range_tags(KEYS[0], KEYS[-1]) == {
        "dagster/asset_partition_range_start": KEYS[0],
        "dagster/asset_partition_range_end": KEYS[-1],
    }
