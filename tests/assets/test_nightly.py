"""The job `nightly` redoes a period of the sample after a portal corrected one dossier of it.

The dossier was finished early on a day of June's period and is finished, still early, on a day
of July's: two months say something else, all others stay.
"""

import logging
import shutil
from dataclasses import dataclass
from datetime import date

import dagster as dg
import duckdb
import pytest

from assets.engine.common.paths import Paths
from assets.indicators import LEVEL_NAMES
from schemas.rows import KINDS, RULES
from tests.assets.deliveries import COMMUNE, correct_commune, delivered_file
from tests.assets.runs import checks_of, metadata_of, partitions_of, run_job
from tests.support import SETTINGS

KEY = "2023-05-15"
LABEL = "Tháng 06/2023 (15/05/2023–14/06/2023)"
INDICATORS = ("indicators/by_unit", "indicators/by_level")


@dataclass(frozen=True)
class Night:
    """What a run did: its events, its log and the installation after it."""

    result: dg.ExecuteInProcessResult
    warnings: list[str]
    details: list[str]
    paths: Paths


@pytest.fixture(scope="module")
def night(
    sample: Paths, instance: dg.DagsterInstance, tmp_path_factory: pytest.TempPathFactory
) -> Night:
    folder = tmp_path_factory.mktemp("night") / "data"
    shutil.copytree(sample.data, folder)
    paths = Paths(folder, SETTINGS)
    code = _a_dossier_finished_early(paths)
    correct_commune(
        delivered_file(paths, COMMUNE, KEY), {code: {"Ngày kết thúc xử lý": "19/06/2023 10:00:00"}}
    )
    result = run_job(paths, instance, "nightly", KEY)
    assert result.success
    logged = instance.all_logs(result.run_id)
    warnings = [entry.user_message for entry in logged if entry.level == logging.WARNING]
    details = [entry.user_message for entry in logged if entry.level == logging.DEBUG]
    return Night(result, warnings, details, paths)


def _a_dossier_finished_early(paths: Paths) -> str:
    with duckdb.connect(str(paths.warehouse_file), read_only=True) as connection:
        rows = connection.execute(
            """
            SELECT dossier_code FROM core.dossier
            WHERE delivery_period = ? AND unit_code <> '033' AND state IN ('finished', 'returned')
                AND result_kind IS DISTINCT FROM 'refused' AND received_date >= delivery_period
                AND finished_date BETWEEN DATE '2023-06-01' AND DATE '2023-06-14'
                AND due_date > DATE '2023-06-20'
            ORDER BY ALL
            """,
            [KEY],
        ).fetchall()
    return str(rows[0][0])


def _published(paths: Paths, kind: str, end: date) -> dict[str, object]:
    with duckdb.connect(str(paths.published / "motcua.duckdb"), read_only=True) as connection:
        cursor = connection.execute(
            "SELECT * FROM indicators.by_level "
            "WHERE unit_level = 'all' AND period_kind = ? AND period_end = ?",
            [kind, end],
        )
        (row,) = cursor.fetchall()
        return dict(zip([column[0] for column in cursor.description], row, strict=True))


def test_every_asset_of_the_run_says_that_it_was_made(night: Night) -> None:
    made = {
        event.materialization.asset_key.to_user_string()
        for event in night.result.get_asset_materialization_events()
    }
    assert len(made) == 39
    assert partitions_of(night.result, "raw/delivery") == [KEY]
    assert partitions_of(night.result, "publish/motcua") == [None]
    assert partitions_of(night.result, "core/dossier") == [None]


def test_a_load_tells_its_counts(night: Night) -> None:
    loaded = metadata_of(night.result, "core/dossier_version", KEY)
    assert loaded["period_label"] == LABEL
    assert loaded["file_count"] == 2
    assert loaded["new_file_count"] == 1
    assert loaded["refused_file_count"] == 0
    assert loaded["refused_files"] == "none"
    # planted.csv: one row with an extra cell and one copy at the communes, one date at the district
    assert loaded["quarantined_count"] == 2
    assert loaded["duplicate_count"] == 1
    counts = [loaded[f"{name}_count"] for name in ("accepted", "quarantined", "duplicate")]
    assert loaded["read_count"] == sum(int(str(count)) for count in counts)
    assert loaded["dagster/partition_row_count"] == loaded["accepted_count"]
    delivered = metadata_of(night.result, "raw/delivery", KEY)
    assert delivered["period_label"] == LABEL
    assert delivered["new_file_count"] == 1
    assert delivered["new_bytes"] == delivered_file(night.paths, COMMUNE, KEY).stat().st_size


def test_by_level_tells_counts_and_rates_as_numbers(night: Night) -> None:
    """Numbers are what the UI plots by period."""
    said = metadata_of(night.result, "indicators/by_level", KEY)
    published = _published(night.paths, "month", date(2023, 6, 14))
    assert said["period_label"] == LABEL
    assert said["is_provisional"] is False
    assert said["has_figures"] is True
    counts = {name: value for name, value in said.items() if name.endswith("_count")}
    rates = {name: value for name, value in said.items() if name.endswith("_pct")}
    assert len(rates) == 11
    assert {type(value) for value in rates.values()} == {float}
    assert {type(value) for value in counts.values()} == {int}
    for name, value in rates.items():
        assert value == float(str(published[name])), name
    for name in sorted(set(counts) & set(published)):
        assert counts[name] == published[name], name
    assert len(set(counts) & set(published)) == 26


def test_a_load_lists_its_rejected_rows_by_rule(night: Night) -> None:
    table = str(metadata_of(night.result, "core/dossier_version", KEY)["rejected_rows"])
    _heads, _line, *rows = [line.strip("| ").split(" | ") for line in table.splitlines()]
    assert rows == [
        ["1", f"`{name}`", f"{RULES[name].vi} / {RULES[name].en}"]
        for name in ("column_count", "due_date_unreadable")
    ]
    assert metadata_of(night.result, "core/receipt_version", KEY)["rejected_rows"] == "none"


def test_no_other_indicator_tells_the_figures_of_the_whole_as_its_own(night: Night) -> None:
    by_unit = metadata_of(night.result, "indicators/by_unit", KEY)
    assert by_unit["period_label"] == LABEL
    assert _names(by_unit) == {"period_label", "moved_month_count", "seconds"}
    by_procedure = metadata_of(night.result, "indicators/by_unit_procedure", None)
    assert by_procedure["moved_month_count"] == 2
    assert _names(by_procedure) == {"moved_month_count", "seconds"}


def _names(said: dict[str, object]) -> set[str]:
    return {name for name in said if not name.startswith("dagster/")}


def test_by_level_shows_its_rates_by_level(night: Night) -> None:
    for key, end in ((KEY, "2023-06-14"), ("2023-06-15", "2023-07-14")):
        table = str(metadata_of(night.result, "indicators/by_level", key)["rates"])
        heads, _line, *rows = [line.strip("| ").split(" | ") for line in table.splitlines()]
        assert heads[-1] == "Số hóa / Digitised (%)"
        with duckdb.connect(str(night.paths.published / "motcua.duckdb"), read_only=True) as reader:
            said = reader.execute(
                "SELECT unit_level, total_to_handle_count, resolved_count, on_time_pct, "
                "online_pct, digitised_pct FROM indicators.by_level "
                "WHERE period_kind = 'month' AND period_end = ? AND total_to_handle_count > 0 "
                "ORDER BY unit_level <> 'all', unit_level",
                [end],
            ).fetchall()
        assert len(said) == 3
        assert rows == [
            [LEVEL_NAMES[level], *("–" if value is None else f"{value:,}" for value in values)]
            for level, *values in said
        ]


@pytest.mark.parametrize("asset", INDICATORS)
def test_each_month_that_moved_has_its_event_and_no_other(night: Night, asset: str) -> None:
    assert sorted(map(str, partitions_of(night.result, asset))) == [KEY, "2023-06-15"]
    moved = metadata_of(night.result, asset, "2023-06-15")
    assert moved["moved_by"] == KEY
    assert moved["period_label"] == "Tháng 07/2023 (15/06/2023–14/07/2023)"
    assert "moved_by" not in metadata_of(night.result, asset, KEY)
    assert metadata_of(night.result, asset, KEY)["moved_month_count"] == 2


def test_the_event_of_a_month_that_moved_has_its_figures(night: Night) -> None:
    moved = metadata_of(night.result, "indicators/by_level", "2023-06-15")
    published = _published(night.paths, "month", date(2023, 7, 14))
    assert moved["resolved_count"] == published["resolved_count"]
    assert moved["carried_over_count"] == published["carried_over_count"]


def test_a_change_in_a_closed_period_is_told_with_its_difference(
    night: Night, sample: Paths
) -> None:
    """What the finer tables repeat of it for each unit is told to those who look closer."""
    told = [text for text in night.warnings if text.startswith("A closed period changed.")]
    told = [text for text in told if ", all: " in text]
    told_by_unit = [text for text in night.details if text.startswith("A closed period changed.")]
    before = _published(sample, "month", date(2023, 6, 14))["resolved_count"]
    after = _published(night.paths, "month", date(2023, 6, 14))["resolved_count"]
    assert int(str(before)) - int(str(after)) == 1
    (june,) = [text for text in told if LABEL in text]
    assert f"resolved_count {before} -> {after}" in june
    # The two months, and the year to the end of June's; the year to July's end says the same.
    assert len(told) == 3
    assert any(", 033 subtree: " in text for text in told_by_unit)


def test_the_checks_pass(night: Night) -> None:
    checks = checks_of(night.result)
    assert set(checks) == {
        *(f"{kind.table.replace('.', '/')} files_loaded" for kind in KINDS.values()),
        "indicators/by_level balance",
        "indicators/by_level period_whole",
        "raw/delivery portals_answered",
    }
    assert all(check.passed for check in checks.values())


def test_the_period_is_told_in_a_sentence(night: Night) -> None:
    said = checks_of(night.result)["indicators/by_level period_whole"].description
    with duckdb.connect(str(night.paths.published / "motcua.duckdb"), read_only=True) as reader:
        ((files, accepted, read, rejected),) = reader.execute(
            "SELECT count(*), sum(accepted_count), sum(read_count), sum(quarantined_count) "
            "FROM ops.delivery WHERE delivery_period = ? AND state = 'loaded'",
            [KEY],
        ).fetchall()
    assert said == (
        f"{LABEL}: files taken in {files}, refused 0; rows taken in {accepted:,} of {read:,}, "
        f"rejected {rejected:,}; figures to 14/06/2023."
    )


def test_published_files_tell_their_rows(night: Night) -> None:
    said = metadata_of(night.result, "publish/motcua", None)
    with duckdb.connect(str(night.paths.published / "motcua.duckdb"), read_only=True) as reader:
        for name, value in said.items():
            if name.startswith("rows "):
                rows = reader.execute(f"SELECT count(*) FROM {name[5:]}").fetchall()
                assert rows == [(value,)], name
    assert said["path"] == str(night.paths.published / "motcua.duckdb")
