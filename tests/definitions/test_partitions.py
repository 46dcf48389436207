"""The partitions: reporting months from the 15th to the 14th, the running one included."""

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from assets.engine.common.errors import SettingsError
from assets.engine.common.paths import Paths
from assets.engine.settings import load_calendar
from assets.partitions import periods_partitions
from pipelines.definitions import definitions
from tests.code_location import defs
from tests.definitions.registry import asset_specs
from tests.sql.oracle_periods import ClosingDay
from tests.support import CALENDAR, close_on

PERIODS = periods_partitions(CALENDAR)
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def _keys_at(*moment: int) -> list[str]:
    now = datetime(*moment, tzinfo=HANOI)  # type: ignore[arg-type,misc]
    with dg.partition_loading_context(effective_dt=now):
        return list(PERIODS.get_partition_keys())


def test_the_first_key_never_moves() -> None:
    """A definition that starts elsewhere loses its history in Dagster."""
    assert PERIODS.get_first_partition_key() == "2022-12-15"
    assert PERIODS.timezone == "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize(
    ("moment", "last"),
    [
        ((2023, 11, 14, 0, 0), "2023-10-15"),
        ((2023, 11, 14, 23, 59, 59), "2023-10-15"),
        ((2023, 11, 15, 0, 0), "2023-11-15"),
        ((2023, 12, 31, 12, 0), "2023-12-15"),
        ((2024, 2, 29, 12, 0), "2024-02-15"),
    ],
)
def test_the_running_period_is_the_last_key(moment: tuple[int, ...], last: str) -> None:
    assert _keys_at(*moment)[-1] == last


def test_nothing_is_offered_before_the_first_period() -> None:
    assert _keys_at(2022, 12, 15, 0, 0) == ["2022-12-15"]
    assert len(_keys_at(2023, 11, 14, 1, 30)) == 11


def test_a_window_runs_from_the_15th_to_the_14th_in_local_time() -> None:
    window = PERIODS.time_window_for_partition_key("2023-10-15")
    assert window.start == datetime(2023, 10, 15, tzinfo=HANOI)
    assert window.end == datetime(2023, 11, 15, tzinfo=HANOI)


def test_windows_are_contiguous_and_are_the_calendar_of_the_engine() -> None:
    keys = _keys_at(2028, 3, 20, 12)
    assert len(keys) == 64
    windows = [PERIODS.time_window_for_partition_key(key) for key in keys]
    for earlier, later in pairwise(windows):
        assert earlier.end == later.start
    for key, window in zip(keys, windows, strict=True):
        period = CALENDAR.month_from_key(key)
        assert period.start == window.start.date()
        assert period.end == (window.end - timedelta(days=1)).date()


@pytest.mark.parametrize(
    ("closing_day", "first"), [("last", "2023-01-01"), (27, "2022-12-28"), (1, "2022-12-02")]
)
def test_partitions_are_the_months_of_the_calendar_whatever_day_they_close_on(
    closing_day: ClosingDay, first: str, tmp_path: Path
) -> None:
    close_on(closing_day, tmp_path)
    calendar = load_calendar(tmp_path)
    keys = periods_partitions(calendar).get_partition_keys()
    assert keys[0] == first
    assert len(keys) > 40
    month = calendar.month(2023, 1)
    for key in keys:
        assert (calendar.month_from_key(key), key) == (month, month.key), (key, month)
        month = calendar.next_month(month)


def test_what_an_operator_reads_by_period_has_the_one_definition() -> None:
    """The other tables hold every period anyway, and an event of each would only cost time."""
    partitioned = [spec for spec in asset_specs() if spec.partitions_def is not None]
    assert {spec.key.to_user_string() for spec in partitioned} == {
        "raw/delivery",
        "core/dossier_version",
        "core/payment_version",
        "core/transaction_version",
        "core/receipt_version",
        "core/procedure_version",
        "indicators/by_level",
        "indicators/by_unit",
    }
    assert all(spec.partitions_def == PERIODS for spec in partitioned)


@pytest.mark.parametrize("job", ["nightly", "take_in", "compute"])
def test_a_backfill_of_a_job_is_one_run(job: str) -> None:
    assert defs.resolve_job_def(job).backfill_policy == dg.BackfillPolicy.single_run()


def test_a_backfill_of_several_periods_reaches_every_partitioned_asset() -> None:
    """Dagster spreads partitions through partitioned parents only, never through a register."""
    graph = defs.resolve_asset_graph()
    partitioned = {key for key in graph.get_all_asset_keys() if graph.get(key).is_partitioned}
    reached = {dg.AssetKey(["raw", "delivery"])}
    while more := {key for key in partitioned - reached if graph.get(key).parent_keys & reached}:
        reached |= more
    assert reached == partitioned


def test_each_installation_has_the_partitions_of_its_own_calendar(tmp_path: Path) -> None:
    """Two code locations in one process; nothing is read from the environment."""
    found = []
    for closing_day in ("last", 1):
        settings = tmp_path / str(closing_day)
        settings.mkdir()
        close_on(closing_day, settings)
        job = definitions(Paths(tmp_path, settings)).resolve_job_def("nightly")
        assert job.partitions_def is not None
        found.append(job.partitions_def.get_first_partition_key())
    assert found == ["2023-01-01", "2022-12-02"]


def test_a_mistake_in_the_settings_of_the_calendar_is_raised_with_its_sentence(
    tmp_path: Path,
) -> None:
    (tmp_path / "statistic.toml").write_text("closing_day = 31\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="closing_day"):
        definitions(Paths(tmp_path, tmp_path))
