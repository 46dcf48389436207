"""What readers have is never less tomorrow unless a delivery, or somebody, asked for it."""

import os
import re
import sys
from datetime import datetime
from pathlib import Path
from subprocess import PIPE, Popen

import dagster as dg
import pytest

from assets.engine.collect import collect_period, read_inbox
from assets.engine.collect.deliveries import manifest_file
from assets.engine.common.calendar import local_now
from assets.engine.common.errors import MotcuaError, WarehouseError
from assets.engine.common.paths import Paths
from assets.engine.indicators import check_is_counted
from assets.engine.load import check_is_listed, check_nothing_lacks, lacking
from assets.engine.publish import check_not_fewer
from assets.engine.settings import load_calendar, load_sources
from assets.engine.status import warehouse_findings
from assets.engine.upkeep import begin_anew
from assets.engine.warehouse import warehouse
from pipelines.commands import cli
from tests.assets.runs import checks_of, failures, run_job
from tests.assets.states import night, own_settings, published
from tests.support import load_references, new_installation, take_in
from tests.unit.deliveries import ask, deliver_csv, deliver_payments, dossier, payment

PERIODS = ["2022-12-15", "2023-01-15", "2023-02-15"]
LAST = PERIODS[-1]
PUBLISHING = ["publish/motcua", "publish/dossiers", "publish/by_unit_csv"]


def _rows(number: int, count: int = 6) -> list[dict[str, str]]:
    received = f"2{number}/{number + 1:02}/2023 08:00:00"
    return [dossier(10 * number + i, received_date=received) for i in range(count)]


@pytest.fixture(scope="module")
def three_months(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """Three periods, published; the first list was corrected, and the correction taken back."""
    paths = new_installation(tmp_path_factory.mktemp("guard") / "data")
    with warehouse(paths) as connection:
        for number, period in enumerate(PERIODS):
            deliver_csv(paths, _rows(number), period=period)
            take_in(paths, [period], connection)
        for count in (5, 6):
            deliver_csv(paths, _rows(0, count), period=PERIODS[0])
            take_in(paths, PERIODS[:1], connection)
    night(paths, LAST)
    return paths


@pytest.fixture
def state(three_months: Paths, tmp_path: Path) -> Paths:
    """A copy of it with settings of its own."""
    return own_settings(three_months, tmp_path)


def _forget_last_lines(paths: Paths, count: int) -> None:
    file = manifest_file(paths)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-count]))


def _remove_inbox(paths: Paths) -> None:
    for file in paths.inbox.rglob("*.csv"):
        file.unlink()


def _remove_blob_and_line_of(paths: Paths, period: str) -> None:
    """As if raw store and warehouse were those of a back-up from before the delivery."""
    file = manifest_file(paths)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(line for line in lines if period.encode() not in line))
    with warehouse(paths) as connection:
        connection.execute("DELETE FROM ops.delivery WHERE delivery_period = ?", [period])
        connection.execute("DELETE FROM core.dossier_version WHERE delivery_period = ?", [period])
    _remove_inbox(paths)


def test_a_back_up_from_before_a_delivery_does_not_replace_what_readers_have(
    state: Paths, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    csv = (state.published / "by_unit.csv").read_bytes()
    _remove_blob_and_line_of(state, LAST)
    result = run_job(state, instance, "nightly", PERIODS[0])
    (sentence,) = failures(result).values()
    assert re.search(r"\d+ periods? missing \(", sentence)
    assert f"1 delivery of {LAST} missing" in sentence
    assert "ACCEPT_FEWER=yes" in sentence
    assert (state.published / "by_unit.csv").read_bytes() == csv
    ((level, said),) = [(item.level, item.said) for item in warehouse_findings(state)]
    assert level == "wrong"
    assert f"1 delivery of {LAST} missing" in said
    check = checks_of(run_job(state, instance, "daily_check", None))
    assert f"1 delivery of {LAST} missing" in str(
        check["publish/motcua periods_complete"].description
    )
    for name, folder in (("DATA", state.data), ("SETTINGS", state.settings)):
        monkeypatch.setenv(f"MOTCUA_{name}", str(folder))
    assert cli.main(["period", PERIODS[0], "--accept-fewer"]) == 0
    assert (state.published / "by_unit.csv").read_bytes() != csv
    assert [item.level for item in warehouse_findings(state)] == ["ok"]


def test_less_that_a_delivery_asks_for_is_published(state: Paths) -> None:
    for rows in (_rows(1, 5), []):  # a correction, and a list that withdraws it
        deliver_csv(state, rows, period=PERIODS[1])
        night(state, PERIODS[1])
        assert len(published(state)["core.dossier"]) == 12 + len(rows)


def test_a_snapshot_that_drops_dossiers_is_published(state: Paths) -> None:
    toml = state.sources / "xin_man.toml"
    text = toml.read_text(encoding="utf-8")
    head, tail = text.split("[exports.dossiers_commune]\n")
    toml.write_text(f"{head}[exports.dossiers_commune]\nis_snapshot = true\n{tail}", "utf-8")
    night(state, LAST)
    deliver_csv(state, _rows(2, 3), period=LAST, name="b.csv")
    night(state, LAST)
    assert len(published(state)["core.dossier"]) == 15


def test_settings_that_lose_rows_of_a_file_keep_what_readers_have(state: Paths) -> None:
    rows = _rows(1, 10)
    rows[9]["state"] = "Đang chờ ký"
    toml = state.sources / "xin_man.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace('"Đang xử lý"]', '"Đang xử lý", "Đang chờ ký"]'), "utf-8")
    deliver_csv(state, rows, period=PERIODS[1])
    night(state, PERIODS[1])
    before = published(state)
    toml.write_text(text, encoding="utf-8")
    with pytest.raises(WarehouseError, match=f"1 delivery of {PERIODS[1]} with fewer rows"):
        night(state, LAST)
    assert published(state) == before
    night(state, LAST, accepts_fewer=True)
    assert len(published(state)["core.dossier"]) == len(before["core.dossier"]) - 1


def test_dossiers_that_leave_the_register_by_themselves_keep_what_readers_have(
    state: Paths,
) -> None:
    with warehouse(state) as connection:
        connection.execute(
            "UPDATE core.dossier_version SET is_latest = false WHERE dossier_code LIKE '%-0011'"
        )
    with pytest.raises(WarehouseError, match="1 dossier fewer, though nothing was delivered"):
        night(state, LAST)


def test_a_program_that_writes_to_a_published_file_does_not_switch_the_guard_off(
    state: Paths,
) -> None:
    with warehouse(state) as connection:
        connection.execute("DELETE FROM ops.delivery WHERE delivery_period = ?", [LAST])
    file = state.published / "motcua.duckdb"
    file.chmod(0o600)
    writer = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); input()"
    with Popen([sys.executable, "-c", writer, str(file)], stdin=PIPE, stdout=PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with (
            warehouse(state) as connection,
            pytest.raises(WarehouseError, match=f"1 delivery of {LAST} missing"),
        ):
            check_not_fewer(connection, state)
        process.communicate(b"\n")
    assert list(state.published.glob(".*")) == []


def test_rows_that_left_the_warehouse_are_missed(state: Paths) -> None:
    with warehouse(state) as connection:
        connection.execute("DELETE FROM core.dossier_version WHERE dossier_code LIKE '%-0011'")
    with pytest.raises(WarehouseError, match=r"other rows than were accepted of 1 delivery"):
        night(state, LAST)
    assert [item.level for item in warehouse_findings(state)] == ["wrong"]


@pytest.mark.parametrize("later", ["", "01105,UBND xã Mẫu,commune,08,2025-07-01,,Văn bản mẫu\n"])
def test_a_unit_that_had_figures_does_not_leave_by_a_file_that_was_cut_short(
    state: Paths, later: str
) -> None:
    """Nor where another unit has its code later."""
    for name in ("unit", "unit_succession"):
        file = state.reference / f"{name}.csv"
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = "".join(line for line in lines if not line.startswith("01105,"))
        file.write_text(kept + (later if name == "unit" else ""), encoding="utf-8")
    with pytest.raises(WarehouseError, match=r"1 unit missing \(01105\) that had figures"):
        night(state, LAST)


def test_a_published_file_that_is_gone_or_damaged_is_no_reason_to_keep_it(state: Paths) -> None:
    before = published(state)
    for name in ("motcua.duckdb", "dossiers.duckdb"):
        (state.published / name).unlink()
    (state.published / "motcua.duckdb").write_bytes(b"damaged")
    night(state, LAST)
    assert published(state) == before


@pytest.mark.parametrize("lines", [1, 5])
def test_a_manifest_that_is_older_than_the_warehouse_supersedes_nothing(
    state: Paths, lines: int
) -> None:
    """The last line took a correction back: its bytes are listed, but as what came before."""
    _remove_inbox(state)
    before = ask(state, "SELECT delivery_id, state FROM ops.delivery ORDER BY ALL")
    _forget_last_lines(state, lines)
    sources = load_sources(state.sources)
    with pytest.raises(WarehouseError, match=r"manifest\.jsonl does not list"):
        night(state, LAST)
    assert ask(state, "SELECT delivery_id, state FROM ops.delivery ORDER BY ALL") == before
    with pytest.raises(WarehouseError, match=r"manifest\.jsonl does not list"):
        begin_anew(state, sources, local_now(), is_loss_accepted=False)
    said: list[str] = []
    begin_anew(state, sources, local_now(), is_loss_accepted=True, report=said.append)
    assert any(
        re.match("Left in the warehouse of before: [0-9]+ deliver.* of 20", line) for line in said
    )
    with warehouse(state) as connection:
        load_references(connection, state)
        take_in(state, PERIODS, connection)
        check_nothing_lacks(connection, state, sources)


def test_a_lost_manifest_is_made_good_by_the_files_that_still_lie_in_the_inbox(
    state: Paths,
) -> None:
    before = published(state)
    manifest_file(state).unlink()
    with warehouse(state) as connection:
        for period in PERIODS[:2]:
            collect_period(
                read_inbox(state, load_sources(state.sources), local_now()),
                load_calendar(state.settings).month_from_key(period),
            )
            with pytest.raises(WarehouseError, match=r"manifest\.jsonl does not list"):
                check_is_listed(connection, state)
    night(state, LAST)
    after = published(state)
    assert {name for name in before if after[name] != before[name]} <= {"ops.delivery"}


def test_another_installation_s_warehouse_with_the_same_key_is_refused(
    state: Paths, tmp_path: Path
) -> None:
    other = new_installation(tmp_path / "other")
    deliver_csv(other, [dossier(80)], period=PERIODS[1])
    night(other, PERIODS[1])
    state.warehouse_file.write_bytes(other.warehouse_file.read_bytes())
    with pytest.raises(
        WarehouseError,
        match=r"1 delivery of 2023-01-15 \(xin_man.dossiers_commune\) in the warehouse that",
    ):
        night(state, LAST)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM reference.period WHERE period_kind = 'quarter'", "period missing"),
        ("UPDATE reference.period SET cutoff_date = cutoff_date - 1", "another last day"),
        ("INSERT INTO reference.period SELECT * REPLACE (DATE '2030-01-14' AS period_end) "
         "FROM reference.period WHERE period_kind = 'month' LIMIT 1", "1 period more"),
        ("DELETE FROM indicators.by_level WHERE period_kind = 'month'", "without a row"),
        ("UPDATE ops.counted_period SET basis = ''", "counted with other units"),
        ("DELETE FROM ops.counted_period WHERE period_kind = 'month'", "counted with other units"),
    ],
)  # fmt: skip
def test_figures_of_other_periods_than_the_register_asks_for_are_not_published(
    state: Paths, sql: str, said: str
) -> None:
    with warehouse(state) as connection:
        connection.execute(sql)
        with pytest.raises(WarehouseError, match=said) as caught:
            check_is_counted(connection, state, load_sources(state.sources))
    assert f"make period PERIOD={LAST}" in caught.value.to_do


def test_publishing_alone_stops_at_what_was_not_counted_or_not_read(
    state: Paths, instance: dg.DagsterInstance
) -> None:
    def said() -> str:
        (sentence,) = failures(run_job(state, instance, "nightly", LAST, PUBLISHING)).values()
        return sentence

    def published_at() -> int:
        return (state.published / "motcua.duckdb").stat().st_mtime_ns

    before = published_at()
    deliver_csv(state, _rows(2, 7), period=LAST)
    with warehouse(state) as connection:
        take_in(state, [LAST], connection)
    assert "1 delivery loaded, and not counted" in said()
    with (state.reference / "holiday.csv").open("a", encoding="utf-8") as file:
        file.write("2023-01-10,false,Nghỉ,Thử,2023-01-01,true\n")
    assert "another holiday.csv than was loaded" in said()
    (finding,) = warehouse_findings(state)
    assert (finding.level, "holiday.csv" in finding.said) == ("look", True)
    assert published_at() == before


def test_a_log_that_was_taken_over_is_not_written_twice(state: Paths) -> None:
    old = state.warehouse_file.read_bytes()
    deliver_csv(state, _rows(0, 5), period=PERIODS[0])
    night(state, PERIODS[0])
    logged = ask(state, "FROM ops.moved_dossier ORDER BY ALL")
    state.warehouse_file.write_bytes(old)
    night(state, LAST)
    assert ask(state, "FROM ops.moved_dossier ORDER BY ALL") == logged
    for count in (6, 5):  # to and fro is news each time
        deliver_csv(state, _rows(0, count), period=PERIODS[0])
        night(state, PERIODS[0])
    assert len(ask(state, "FROM ops.moved_dossier")) == len(logged) + 2


def test_a_restored_warehouse_misses_days_that_the_same_bytes_cover_since(
    state: Paths,
) -> None:
    file = deliver_csv(state, _rows(2, 7), period=LAST)
    written = datetime(2023, 3, 1, 12).timestamp()  # noqa: DTZ001
    os.utime(file, (written, written))
    night(state, LAST)
    old = state.warehouse_file.read_bytes()
    os.utime(file, (written + 5 * 86400, written + 5 * 86400))
    night(state, LAST)
    before = published(state)
    state.warehouse_file.write_bytes(old)
    with warehouse(state) as connection:
        lacks = lacking(connection, state, load_sources(state.sources))
    assert [delivery.period for delivery in lacks.loadable] == [LAST]
    night(state, PERIODS[0], collects=False)
    assert published(state)["reference.period"] == before["reference.period"]


def test_another_key_and_another_closing_day_are_named_together(
    state: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_HASH_KEY", "another key, of more than 32 characters")
    (state.settings / "statistic.toml").write_text('closing_day = "last"\n', encoding="utf-8")
    with pytest.raises(MotcuaError) as caught, warehouse(state):
        pass
    assert "rows that another key made, and deliveries of a period that" in caught.value.found
    assert "MOTCUA_HASH_KEY" in caught.value.to_do
    assert "closing_day" in caught.value.to_do


def test_history_of_a_new_export_that_holds_the_figures_back_is_named(state: Paths) -> None:
    """Nothing is missing: rates of months without their payments would be wrong."""
    before = published(state)
    deliver_payments(state, [payment(1)], period=PERIODS[0])
    with pytest.raises(WarehouseError) as refused:
        night(state, PERIODS[0])
    said = str(refused.value)
    assert (
        "the last day that counts went back from 14/03/2023 to 14/01/2023, held back by "
        "xin_man/payments: "
    ) in said
    assert "Bring back" not in said
    assert "Deliver the newest period of what holds it back first" in said
    assert published(state) == before
    ((level, finding),) = [(item.level, item.said) for item in warehouse_findings(state)]
    assert level == "wrong"
    assert "held back by xin_man/payments" in finding
    deliver_payments(state, [payment(2)], period=LAST)
    night(state, LAST)
    assert published(state)["reference.period"] == before["reference.period"]
