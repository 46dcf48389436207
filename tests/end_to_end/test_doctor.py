"""`make doctor`: what it finds of each trouble, and what it says to do."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from assets.engine.common.calendar import local_now
from assets.engine.common.locks import locked
from assets.engine.common.paths import PROJECT, Paths, private_folder
from assets.engine.portal.checkpoint import Begun, Checkpoint, Completed, Failed, read_checkpoint
from assets.engine.status import holiday_findings
from assets.engine.status.health import may_hold
from pipelines.commands.demo_portal.portal import Portal
from pipelines.commands.demo_portal.server import served
from pipelines.commands.doctor import main
from pipelines.commands.serve import INSTANCE_SETTINGS
from tests.assets.runs import left_started, run_job
from tests.end_to_end.commands import environment
from tests.end_to_end.server import Server
from tests.end_to_end.test_command_line import HOLD
from tests.portal.support import TOKEN, VARIABLE, write_settings
from tests.support import CALENDAR, SETTINGS

RUNNING = CALENDAR.month_of(local_now().date())


@dataclass(frozen=True)
class Doctor:
    """The command, run in this process for an installation of the test."""

    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, paths: Paths) -> str:
        self.monkeypatch.setenv("MOTCUA_DATA", str(paths.data))
        self.monkeypatch.setenv("MOTCUA_SETTINGS", str(paths.settings))
        self.monkeypatch.setenv("DAGSTER_HOME", str(paths.data / "dagster"))
        is_wrong = main() == 1
        printed = self.capsys.readouterr()
        assert printed.err == ""
        assert is_wrong == ("wrong" in _levels(printed.out).values())
        return printed.out


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Doctor:
    return Doctor(capsys, monkeypatch)


def _process(paths: Paths, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines.commands.doctor"],
        cwd=PROJECT,
        env=environment(paths.data, MOTCUA_SETTINGS=str(paths.settings), **more),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def _levels(printed: str) -> dict[str, str]:
    """Return what was said, with its level."""
    lines = [line for line in printed.splitlines() if not line.startswith(" ")]
    return {line[7:]: line[:6].strip() for line in lines}


@pytest.fixture
def prepared(installation: Paths) -> Paths:
    """An installation whose Dagster instance is there, and whose daemon is not running."""
    home = installation.data / "dagster"
    home.mkdir(mode=0o700)
    (home / "dagster.yaml").write_bytes(INSTANCE_SETTINGS.read_bytes())
    installation.inbox.chmod(0o750)
    return installation


def test_a_running_installation_is_well(ui: Server) -> None:
    ui.paths.inbox.chmod(0o750)
    done = _process(ui.paths, DAGSTER_HOME=str(ui.home))
    assert done.stderr == ""
    levels = _levels(done.stdout)
    assert done.returncode == 0, done.stdout
    assert set(levels.values()) <= {"ok", "look"}
    assert levels["the daemon is alive"] == "ok"
    assert levels["nobody holds the warehouse"] == "ok"
    assert levels["nightly_schedule is off"] == "look"
    assert levels["inbox_sensor is off"] == "look"
    assert any(said.startswith("failure_sensor is on") for said in levels)
    assert levels[f"{RUNNING.label}: never run"] == "look"
    assert f"are to do it; else make period PERIOD={RUNNING.key}" in done.stdout


def test_an_installation_that_is_not_there(doctor: Doctor, tmp_path: Path) -> None:
    printed = doctor(Paths(tmp_path / "nowhere", SETTINGS))
    assert f"wrong  there is no folder {tmp_path / 'nowhere'}" in printed
    assert "make run, or correct MOTCUA_DATA." in printed
    assert not (tmp_path / "nowhere").exists()


def test_a_daemon_that_does_not_run_and_an_instance_of_another_version(
    doctor: Doctor, prepared: Paths
) -> None:
    with (prepared.data / "dagster" / "dagster.yaml").open("a", encoding="utf-8") as settings:
        settings.write("# of old\n")
    levels = _levels(doctor(prepared))
    (daemon,) = [said for said, level in levels.items() if level == "wrong"]
    assert daemon.startswith("the daemon is not running")
    assert any(said.endswith("is not the one of this version") for said in levels)


def test_a_hash_key_that_is_too_short(
    doctor: Doctor, prepared: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_HASH_KEY", "short")
    levels = _levels(doctor(prepared))
    assert ["at least 32" in said for said, level in levels.items() if level == "wrong"].count(True)


def test_open_folders(doctor: Doctor, prepared: Paths) -> None:
    prepared.raw.mkdir()
    prepared.raw.chmod(0o755)
    prepared.inbox.chmod(0o777)
    printed = doctor(prepared)
    assert f"wrong  others may enter or read {prepared.raw}," in printed
    assert f"-> chmod go-rwx {prepared.raw}" in printed
    assert "look   everybody on this machine may look into the inbox" in printed


def test_collections_that_were_cut_off_or_refused(doctor: Doctor, prepared: Paths) -> None:
    whole, begun, failed = _checkpoints(prepared)
    moment = datetime.fromisoformat("2023-10-16T01:30:00+07:00")
    begun.begin(Begun(started_at=moment, way="page"))
    begun.add([b"{}"], "2", 20)
    message = "Asking the portal: found 401; expected 200. Renew the token."
    failed.fail(Failed(run_id="a-run", message=message))
    whole.begin(Begun(started_at=moment, way="page"))
    whole.complete(Completed(started_at=moment, row_count=1))
    printed = doctor(prepared)
    assert "look   igate2/dossiers/2023-09-15 is not collected whole: 1 page there" in printed
    assert "wrong  Asking the portal: found 401;" in printed
    assert "-> then make period PERIOD=2023-10-15 (igate2/dossiers/2023-10-15)" in printed
    assert "2023-08-15" not in printed


def _checkpoints(paths: Paths) -> list[Checkpoint]:
    months = ("08", "09", "10")
    return [read_checkpoint(paths, "igate2", "dossiers", f"2023-{month}-15") for month in months]


def test_a_collection_of_a_time_that_is_still_to_come(doctor: Doctor, prepared: Paths) -> None:
    ahead = local_now() + timedelta(hours=1)
    whole, begun, other = _checkpoints(prepared)
    for checkpoint, moment in ((whole, ahead), (other, local_now())):
        checkpoint.begin(Begun(started_at=moment, way="page"))
        checkpoint.complete(Completed(started_at=moment, row_count=1))
    begun.begin(Begun(started_at=ahead, way="page"))
    period = CALENDAR.month_of(date(local_now().year + 4, 1, 20)).key
    far = read_checkpoint(prepared, "igate2", "dossiers", period)
    far.begin(Begun(started_at=datetime.fromisoformat(f"{period}T01:30:00+07:00"), way="page"))
    printed = doctor(prepared)
    assert f"and remove {far.file}: that period has not begun." in printed
    for month in ("08", "09"):
        said = f"look   igate2/dossiers/2023-{month}-15 was collected at a time that is still to co"
        assert said in printed
        assert f"-> set the clock right, then make period PERIOD=2023-{month}-15" in printed
    assert "2023-10-15" not in printed


def test_too_little_room_and_slips_in_settings(
    doctor: Doctor, prepared: Paths, tmp_path: Path
) -> None:
    settings = tmp_path / "settings"
    (settings / "sources").mkdir(parents=True)
    (settings / "operations.toml").write_text(
        'min_free_gb = 1e9\n[alerts]\nwebhook_url_variable = "MOTCUA_TEST_HOOK"\n'
    )
    paths = Paths(prepared.data, settings)
    printed = doctor(paths)
    wrong = [said for said, level in _levels(printed).items() if level == "wrong"]
    assert sum("GB free on the disk of" in said for said in wrong) == 1
    assert sum("no .toml file in" in said for said in wrong) == 1
    assert sum("unit.csv" in said for said in wrong) == 1
    assert "no environment variable MOTCUA_TEST_HOOK, which the settings name" in wrong
    doctor.monkeypatch.setenv("MOTCUA_TEST_HOOK", "https://chat.vn/bi-mat\n2")
    assert "wrong  more than one line in the environment variable MOTCUA_TEST_HOOK" in doctor(paths)
    doctor.monkeypatch.setenv("MOTCUA_TEST_HOOK", "https://chat.vn/bi-mat")
    told = doctor(paths)
    assert "MOTCUA_TEST_HOOK" not in told
    assert "bi-mat" not in told
    (settings / "operations.toml").write_text("min_free_gbs = 1\n")
    assert "min_free_gbs: " in doctor(paths)


def test_a_slip_in_the_statistic_s_settings_is_a_line_too(prepared: Paths, tmp_path: Path) -> None:
    """The calendar is made from them when the program starts."""
    (tmp_path / "statistic.toml").write_text("closing_day = 99\n")
    done = _process(Paths(prepared.data, tmp_path))
    assert done.returncode == 1
    said, to_do = done.stdout.splitlines()
    assert said.startswith("wrong  Reading")
    assert "closing_day" in said
    assert to_do.startswith("       -> Correct these settings")


@pytest.mark.parametrize(
    ("newest", "today", "is_told"),
    [
        ("2025-09-02", date(2025, 10, 31), False),
        ("2025-09-02", date(2025, 11, 1), True),
        ("2025-09-02", date(2026, 6, 1), True),
        ("2026-01-01", date(2026, 1, 2), True),
        ("none", date(2026, 6, 1), True),
        ("2026-02-20", date(2025, 12, 31), False),
    ],
)
def test_the_holidays_of_a_year_are_asked_for_before_it_begins(
    newest: str, today: date, is_told: bool, tmp_path: Path
) -> None:
    paths = Paths(tmp_path, tmp_path)
    assert list(holiday_findings(paths, today)) == []  # told as a file that is not there
    header, *days = (SETTINGS / "reference" / "holiday.csv").read_text("utf-8").splitlines()
    kept = [line for line in days if newest != "none" and line[:10] <= newest]
    paths.reference.mkdir()
    (paths.reference / "holiday.csv").write_text("\n".join([header, *kept]), "utf-8")
    assert [finding.level for finding in holiday_findings(paths, today)] == ["look"] * is_told


def test_the_doctor_asks_for_missing_holidays(doctor: Doctor, prepared: Paths) -> None:
    settings = prepared.data / "settings"
    shutil.copytree(SETTINGS / "reference", settings / "reference")
    file = settings / "reference" / "holiday.csv"
    header, *days = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([header, *days[:1]]), "utf-8")
    printed = doctor(Paths(prepared.data, settings))
    assert "are not listed: processing times will count Tết and the others as" in printed
    assert f"-> add its days to {file} once the Prime Minister's decision" in printed


def test_who_holds_the_warehouse(doctor: Doctor, prepared: Paths) -> None:
    prepared.warehouse.mkdir(mode=0o700, exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(prepared.warehouse_file)],
        env=os.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        printed = doctor(prepared)
        assert f"wrong  process {holder.pid} holds the warehouse though no run" in printed
        holder.communicate()
    assert "ok     nobody holds the warehouse" in doctor(prepared)


def test_who_holds_the_lock_of_the_one_run(doctor: Doctor, prepared: Paths) -> None:
    with locked(private_folder(prepared.warehouse)):
        printed = doctor(prepared)
    assert f"wrong  process {os.getpid()} holds the warehouse though no run" in printed
    assert "ok     nobody holds the warehouse" in doctor(prepared)


def test_a_token_that_no_header_can_carry(doctor: Doctor, prepared: Paths, tmp_path: Path) -> None:
    paths = Paths(prepared.data, tmp_path / "settings")
    paths.sources.mkdir(parents=True)
    with served(Portal(TOKEN, {})) as portal:
        write_settings(paths, portal, name="a")
    doctor.monkeypatch.setenv(VARIABLE, "mật-khẩu")
    printed = doctor(paths)
    assert f"wrong  letters with marks in the environment variable {VARIABLE}" in printed
    assert "mật-khẩu" not in printed
    doctor.monkeypatch.setenv(VARIABLE, TOKEN)
    assert VARIABLE not in doctor(paths)


def test_whether_a_process_has_a_file_open(tmp_path: Path) -> None:
    """The kernel's table of locks gives a file's number, which a file of another disk may share."""
    file = tmp_path / "own"
    with file.open("wb"):
        assert may_hold(os.getpid(), file)
    assert not may_hold(os.getpid(), file)
    assert may_hold(2**31 - 1, file)  # nobody knows


def test_a_log_that_a_dead_writer_left_beside_a_published_file(
    doctor: Doctor, prepared: Paths
) -> None:
    prepared.published.mkdir()
    log = prepared.published / "motcua.duckdb.wal"
    log.touch()
    printed = doctor(prepared)
    assert f"wrong  {log} keeps everybody from opening the published file" in printed
    assert f"-> rm {log}" in printed


def test_a_run_whose_process_died(doctor: Doctor, prepared: Paths) -> None:
    with dg.DagsterInstance.from_config(str(prepared.data / "dagster")) as instance:
        run_id = left_started(instance, "nightly", timedelta(minutes=6))
        printed = doctor(prepared)
        said = f"wrong  the run http://127.0.0.1:3000/runs/{run_id} is marked as started, but its"
        assert said in printed
        assert "it is marked as failed within minutes; run its period again." in printed
        with locked(private_folder(prepared.warehouse)):
            assert run_id not in doctor(prepared)


def test_how_the_last_run_of_a_period_ended(
    doctor: Doctor, prepared: Paths, tmp_path: Path
) -> None:
    with dg.DagsterInstance.from_config(str(prepared.data / "dagster")) as instance:
        well = run_job(prepared, instance, "take_in", RUNNING.key, ["raw/delivery"])
        assert well.success
        assert f"ok     {RUNNING.label}: last run well, " in doctor(prepared)
        nothing = Paths(prepared.data, tmp_path)
        badly = run_job(nothing, instance, "take_in", RUNNING.key, ["raw/delivery"])
        assert not badly.success
    printed = doctor(prepared)
    assert f"wrong  {RUNNING.label}: the last run failed, the last good one ended " in printed
    assert f"read http://127.0.0.1:3000/runs/{badly.run_id}, then make period" in printed
