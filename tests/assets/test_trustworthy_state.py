"""A lost, empty or restored warehouse, another key, another closing day: never a wrong figure."""

import re
import shutil
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from assets.engine.collect import blob_of, read_manifest
from assets.engine.common.calendar import local_now
from assets.engine.common.errors import SettingsError, WarehouseError
from assets.engine.common.paths import Paths
from assets.engine.load import check_nothing_lacks, lacking
from assets.engine.settings import load_sources
from assets.engine.status import warehouse_findings
from assets.engine.upkeep import begin_anew
from assets.engine.warehouse import warehouse
from schemas.tables import WAREHOUSE_TABLES
from tests.assets.runs import checks_of, failures, metadata_of, run_job
from tests.support import SETTINGS, new_installation, process, take_in
from tests.unit.deliveries import ask, deliver_csv, dossier

PERIODS = ["2022-12-15", "2023-01-15", "2023-02-15"]
LAST = PERIODS[-1]
LOG = "FROM ops.revision ORDER BY ALL"
PUBLISHING = ["publish/motcua", "publish/dossiers", "publish/by_unit_csv"]


def _rows(number: int, **texts: str) -> list[dict[str, str]]:
    received = f"2{number}/{number + 1:02}/2023 08:00:00"
    return [dossier(10 * number + i, received_date=received, **texts) for i in range(3)]


@pytest.fixture(scope="module")
def three_months(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """Three periods, loaded, computed and published one after the other. Read only."""
    paths = new_installation(tmp_path_factory.mktemp("state") / "data")
    for number, period in enumerate(PERIODS):
        deliver_csv(paths, _rows(number), period=period)
        process(paths, [period])
    return paths


@pytest.fixture
def state(three_months: Paths, tmp_path: Path) -> Paths:
    """A copy of it with settings of its own."""
    shutil.copytree(three_months.data, tmp_path / "data")
    for name in ("sources", "reference"):
        shutil.copytree(SETTINGS / name, tmp_path / "settings" / name)
    return Paths(tmp_path / "data", tmp_path / "settings")


def _csv(paths: Paths) -> bytes:
    return (paths.published / "by_unit.csv").read_bytes()


def _purge(paths: Paths) -> None:
    for delivery in read_manifest(paths):
        blob_of(paths, delivery).unlink()


@pytest.mark.parametrize("is_empty", [False, True])
def test_a_lost_warehouse_is_loaded_again_before_anything_is_published(
    state: Paths, instance: dg.DagsterInstance, is_empty: bool
) -> None:
    csv, log = _csv(state), ask(state, LOG)
    state.warehouse_file.unlink()
    if is_empty:
        state.warehouse_file.touch()
    result = run_job(state, instance, "nightly", LAST)
    assert failures(result) == {}
    assert _csv(state) == csv
    assert ask(state, LOG) == log
    assert metadata_of(result, "indicators/form_06a", None)["moved_month_count"] == 0


def test_what_was_purged_and_lost_is_not_published_as_if_it_never_was(
    state: Paths, instance: dg.DagsterInstance
) -> None:
    csv = _csv(state)
    _purge(state)
    state.warehouse_file.unlink()
    result = run_job(state, instance, "nightly", LAST)
    (sentence,) = failures(result).values()
    assert "3 deliveries of 2022-12-15, 2023-01-15, 2023-02-15 lacking" in sentence
    assert "ACCEPT_LOSS=yes" in sentence
    assert _csv(state) == csv


def test_purged_files_that_are_loaded_lack_nothing(
    state: Paths, instance: dg.DagsterInstance
) -> None:
    csv = _csv(state)
    _purge(state)
    assert failures(run_job(state, instance, "nightly", LAST)) == {}
    assert _csv(state) == csv


def test_a_restored_warehouse_gets_what_came_after_the_back_up(
    state: Paths, instance: dg.DagsterInstance
) -> None:
    old = state.warehouse_file.read_bytes()
    _correct_first_month(state)
    process(state, PERIODS[:1])
    csv, log = _csv(state), ask(state, LOG)
    state.warehouse_file.write_bytes(old)
    assert failures(run_job(state, instance, "nightly", LAST)) == {}
    assert _csv(state) == csv
    assert ask(state, LOG) == log


def _correct_first_month(paths: Paths) -> None:
    deliver_csv(paths, _rows(0, state="Đã xử lý xong", finished_date="03/01/2023"),
                period=PERIODS[0])  # fmt: skip


def _damage_published(paths: Paths, start: int = 0) -> None:
    file = paths.published / "motcua.duckdb"
    damaged = bytearray(file.read_bytes())
    damaged[start:] = bytes(len(damaged) - start)
    file.unlink()
    file.write_bytes(damaged)


@pytest.mark.parametrize("is_published_first", [False, True])
def test_a_restored_warehouse_that_lacks_nothing_keeps_what_was_reported_since(
    state: Paths, instance: dg.DagsterInstance, is_published_first: bool
) -> None:
    _correct_first_month(state)
    with warehouse(state) as connection:
        take_in(state, PERIODS[:1], connection)
    loaded = state.warehouse_file.read_bytes()
    process(state, PERIODS[:1])
    csv, log = _csv(state), ask(state, LOG)
    moved = ask(state, "FROM ops.moved_dossier")
    state.warehouse_file.write_bytes(loaded)
    assert len(ask(state, LOG)) < len(log)
    if is_published_first:
        # What it says was not counted: nothing is replaced.
        published = (state.published / "motcua.duckdb").read_bytes()
        (sentence,) = failures(run_job(state, instance, "nightly", LAST, PUBLISHING)).values()
        assert "1 delivery loaded, and not counted" in sentence
        assert f"make period PERIOD={LAST}" in sentence
        assert (state.published / "motcua.duckdb").read_bytes() == published
    assert failures(run_job(state, instance, "nightly", LAST)) == {}
    assert (_csv(state), ask(state, LOG)) == (csv, log)
    assert set(moved) <= set(ask(state, "FROM ops.moved_dossier"))


@pytest.mark.parametrize("start", [0, 3 * 4096])
def test_a_damaged_published_file_stops_no_night(
    state: Paths, instance: dg.DagsterInstance, start: int
) -> None:
    log = ask(state, LOG)
    _damage_published(state, start)
    _correct_first_month(state)
    assert failures(run_job(state, instance, "nightly", PERIODS[0])) == {}
    assert len(ask(state, LOG)) > len(log)
    with duckdb.connect(str(state.published / "motcua.duckdb"), read_only=True) as reader:
        assert reader.execute(LOG).fetchall() == ask(state, LOG)


def test_a_damaged_file_that_has_the_only_log_is_not_replaced(
    state: Paths, instance: dg.DagsterInstance
) -> None:
    _damage_published(state)
    published = (state.published / "motcua.duckdb").read_bytes()
    state.warehouse_file.unlink()
    (sentence,) = set(failures(run_job(state, instance, "nightly", LAST)).values())
    assert "a file motcua.duckdb that DuckDB cannot read" in sentence
    assert (state.published / "motcua.duckdb").read_bytes() == published


def test_indicators_alone_count_nothing_while_a_delivery_is_lacking(
    state: Paths, instance: dg.DagsterInstance
) -> None:
    old = state.warehouse_file.read_bytes()
    _correct_first_month(state)
    process(state, PERIODS[:1])
    state.warehouse_file.write_bytes(old)
    log = ask(state, LOG)
    indicators = ["indicators/own_count", "indicators/by_level", "indicators/by_unit"]
    result = run_job(state, instance, "nightly", LAST, indicators)
    (sentence,) = failures(result).values()
    assert "1 delivery of 2022-12-15 that it lacks" in sentence
    assert ask(state, LOG) == log


def test_a_restored_warehouse_misses_a_correction_that_was_taken_back(
    state: Paths, instance: dg.DagsterInstance
) -> None:
    corrected = _rows(0, state="Đã xử lý xong", finished_date="03/01/2023")
    deliver_csv(state, corrected, period=PERIODS[0])
    process(state, PERIODS[:1])
    old, wrong = state.warehouse_file.read_bytes(), _csv(state)
    deliver_csv(state, _rows(0), period=PERIODS[0])
    process(state, PERIODS[:1])
    csv, log = _csv(state), ask(state, LOG)
    assert csv != wrong
    state.warehouse_file.write_bytes(old)
    with warehouse(state) as connection:
        lacks = lacking(connection, state, load_sources(state.sources))
        assert {item.period for item in lacks.loadable} == {PERIODS[0]}
        with pytest.raises(WarehouseError, match=f"PERIOD={PERIODS[0]}"):
            check_nothing_lacks(connection, state, load_sources(state.sources))
    assert failures(run_job(state, instance, "nightly", LAST)) == {}
    assert _csv(state) == csv
    assert ask(state, LOG) == log


def _leave_out_of_settings(state: Paths) -> None:
    (state.settings / "sources" / "xin_man.toml").rename(state.settings / "xin_man.toml")


def test_an_export_that_left_the_settings_is_lost_only_where_the_warehouse_lacks_it(
    state: Paths, instance: dg.DagsterInstance
) -> None:
    _leave_out_of_settings(state)
    with warehouse(state) as connection:
        check_nothing_lacks(connection, state, {})
    csv = _csv(state)
    state.warehouse_file.unlink()
    result = run_job(state, instance, "nightly", LAST)
    (sentence,) = failures(result).values()
    assert "the settings no longer name xin_man/dossiers_commune" in sentence
    assert _csv(state) == csv
    with pytest.raises(WarehouseError, match=r"no longer name xin_man/dossiers_commune"):
        begin_anew(state, {}, local_now(), is_loss_accepted=False)
    said: list[str] = []
    begin_anew(state, {}, local_now(), is_loss_accepted=True, report=said.append)
    (sentence,) = said
    assert re.match(
        "Recorded as refused, for no run can load them: [0-9]+ deliver.* of 20", sentence
    )
    with warehouse(state) as connection:
        check_nothing_lacks(connection, state, {})
    assert ask(state, "SELECT DISTINCT state, kind FROM ops.delivery") == [("refused", "dossier")]


def test_a_rebuild_keeps_what_an_export_delivered_that_left_the_settings(state: Paths) -> None:
    rows = "SELECT * FROM core.dossier_version ORDER BY ALL"
    before = ask(state, rows)
    _leave_out_of_settings(state)
    assert begin_anew(state, {}, local_now(), is_loss_accepted=False) is not None
    assert ask(state, rows) == before


def test_a_mixture_of_keys_is_refused(state: Paths) -> None:
    with warehouse(state) as connection:
        connection.execute(
            "UPDATE core.dossier_version SET dossier_key = uuid() "
            "WHERE delivery_period = DATE '2023-02-15'"
        )
    with pytest.raises(SettingsError, match="rows that another key made"), warehouse(state):
        pass


def test_a_missing_key_is_made_only_where_no_row_needs_it(state: Paths) -> None:
    state.hash_key_file.unlink()
    with pytest.raises(SettingsError, match="Bring it back from a back-up"), warehouse(state):
        pass
    assert not state.hash_key_file.exists()
    begin_anew(state, load_sources(state.sources), local_now(), is_loss_accepted=False)
    assert state.hash_key_file.exists()


def test_a_rebuild_with_another_key_says_what_would_be_lost(state: Paths) -> None:
    sources = load_sources(state.sources)
    _purge(state)
    state.hash_key_file.write_text("another key, of more than 32 characters", encoding="ascii")
    with pytest.raises(WarehouseError, match=r"3 deliveries of .*; 9 dossiers of them"):
        begin_anew(state, sources, local_now(), is_loss_accepted=False)
    assert state.warehouse_file.exists()


def test_another_hash_key_loads_and_publishes_nothing(
    state: Paths, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    csv, manifest = _csv(state), read_manifest(state)
    deliver_csv(state, _rows(2, state="Đã xử lý xong"), period=LAST)
    with monkeypatch.context() as patch:
        patch.setenv("MOTCUA_HASH_KEY", "another key, of more than 32 characters")
        result = run_job(state, instance, "nightly", LAST)
    (sentence,) = set(failures(result).values())
    assert "rows that another key made" in sentence
    assert "another key, of" not in sentence
    assert (_csv(state), read_manifest(state)) == (csv, manifest)
    assert failures(run_job(state, instance, "nightly", LAST)) == {}


def test_another_closing_day_collects_nothing_and_is_set_back(
    state: Paths, instance: dg.DagsterInstance
) -> None:
    csv, manifest = _csv(state), read_manifest(state)
    statistic = state.settings / "statistic.toml"
    statistic.write_text('closing_day = "last"\n', encoding="utf-8")
    deliver_csv(state, _rows(2), period="2023-03-01", name="b.csv")
    result = run_job(state, instance, "nightly", "2023-03-01", is_key_checked=False)
    (sentence,) = set(failures(result).values())
    assert "Set closing_day of statistic.toml back" in sentence
    assert (_csv(state), read_manifest(state)) == (csv, manifest)
    statistic.unlink()
    shutil.rmtree(state.inbox / "xin_man" / "dossiers_commune" / "2023-03-01")
    assert failures(run_job(state, instance, "nightly", LAST)) == {}
    assert _csv(state) == csv


def test_doctor_sees_what_a_run_would_refuse_or_load(
    state: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seen() -> list[tuple[str, str]]:
        return [(finding.level, finding.said) for finding in warehouse_findings(state)]

    assert seen() == [("ok", "the warehouse fits its key, closing day and manifest")]
    with monkeypatch.context() as patch:
        patch.setenv("MOTCUA_HASH_KEY", "another key, of more than 32 characters")
        ((level, said),) = seen()
        assert (level, "rows that another key made" in said) == ("wrong", True)
    with warehouse(state) as connection:
        connection.execute("DELETE FROM ops.delivery WHERE delivery_period = DATE '2023-02-15'")
    ((level, said),) = seen()
    assert (level, "1 delivery of 2023-02-15 that it lacks" in said) == ("look", True)
    blob_of(state, read_manifest(state)[-1]).unlink()
    ((level, said),) = seen()
    assert (level, "cannot be loaded" in said) == ("wrong", True)
    state.hash_key_file.unlink()
    ((level, said),) = seen()
    assert (level, "there is no" in said) == ("wrong", True)
    assert not state.hash_key_file.exists()
    state.warehouse_file.write_bytes(b"")
    ((level, said),) = seen()
    assert (level, "or an empty file" in said) == ("look", True)
    state.warehouse_file.unlink()
    ((level, said),) = seen()
    assert (level, "there is no warehouse" in said) == ("look", True)


def test_the_daily_check_names_deliveries_that_were_never_loaded(
    state: Paths, instance: dg.DagsterInstance
) -> None:
    with warehouse(state) as connection:
        connection.execute("DELETE FROM ops.delivery WHERE delivery_period = DATE '2023-02-15'")
    result = run_job(state, instance, "daily_check", None)
    check = checks_of(result)["publish/motcua periods_complete"]
    assert not check.passed
    assert "1 delivery of 2023-02-15 that it lacks" in str(check.description)


def test_a_damaged_block_is_told_in_a_sentence_wherever_it_lies(state: Paths) -> None:
    sound = state.warehouse_file.read_bytes()
    sentences = []
    for start in range(3 * 4096, len(sound), 256 * 1024):
        damaged = bytearray(sound)
        damaged[start + 8 : start + 4000] = bytes(3992)
        state.warehouse_file.write_bytes(damaged)
        try:
            with warehouse(state) as connection:
                for table in WAREHOUSE_TABLES:
                    connection.execute(
                        f"SELECT hash(row) FROM {table.qualified_name} AS row"
                    ).fetchall()
        except WarehouseError as error:
            sentences.append(str(error))
    assert sentences
    assert all(sentence.endswith("make rebuild.") for sentence in sentences)
