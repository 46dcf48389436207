"""The commands as an operator types them: what they print, and that repeating changes nothing."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import assets.engine.warehouse.connection as warehouse_module
from assets.engine.common.errors import WarehouseError
from assets.engine.common.locks import locked
from assets.engine.common.paths import PROJECT, Paths, private_folder
from assets.engine.warehouse import warehouse
from pipelines.commands.cli import main
from tests.assets.deliveries import COMMUNE, correct_commune, delivered_file
from tests.end_to_end.commands import COMMAND, environment, motcua, motcua_here
from tests.end_to_end.conftest import Installed
from tests.end_to_end.marks import TEXT_MARK, marks_in_bytes
from tests.end_to_end.server import START_SECONDS, free_port, group_lives, wait_until
from tests.end_to_end.tables import all_tables, differences
from tests.support import SETTINGS

KEY = "2023-05-15"
HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def _lines(printed: str, level: str) -> list[list[str]]:
    lines = [line.split() for line in printed.splitlines()]
    return [cells[1:] for cells in lines if cells[:1] == [level]]


def _line(printed: str, level: str) -> list[str]:
    (line,) = _lines(printed, level)
    return line


def test_run_prints_the_rates_of_the_report(installed: Installed) -> None:
    done = installed.first_run
    assert done.returncode == 0, done.stderr
    assert "Lũy kế đến tháng 11/2023 (15/12/2022–14/11/2023)" in done.stdout
    assert _line(done.stdout, "all") == (
        ["11,047", "10,687", "56", "7", "99.05", "95.49", "0.95", "85.85", "61.10", "83.93"]
    )
    assert _line(done.stdout, "district")[4] == "97.18"
    assert _line(done.stdout, "commune")[4] == "99.50"
    assert f"Published: {installed.paths.published / 'motcua.duckdb'}" in done.stdout
    periods = re.findall(r"^ +\d+\.\d s  Tháng .*: files 3, read ", done.stdout, re.MULTILINE)
    files = re.findall(r"^ +\d+\.\d s  xin_man/.*: loaded .* s\)$", done.stdout, re.MULTILINE)
    assert (len(periods), len(files)) == (11, 33)
    assert done.stdout.count("\nnightly: ") == 1
    assert "Traceback" not in done.stderr


def test_the_command_that_loaded_the_sample_says_nothing_of_a_person(
    installed: Installed,
) -> None:
    """Eleven months with shifted, torn and unreadable rows (data/sample/planted.csv)."""
    printed = installed.first_run.stdout + installed.first_run.stderr
    assert not TEXT_MARK.search(printed)
    found = marks_in_bytes(installed.paths.data)
    assert {name.split("/")[0] for name in found} == {"inbox", "raw"}


def test_published_files_can_be_read_and_not_written(installed: Installed) -> None:
    modes = {file.name: file.stat().st_mode & 0o777 for file in installed.paths.published.iterdir()}
    assert modes == {"motcua.duckdb": 0o444, "dossiers.duckdb": 0o440, "by_unit.csv": 0o444}


def test_the_query_of_the_readme_shows_rows(installed: Installed) -> None:
    """The others stand in `docs/analysts.md`, which has a test of its own."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"^```sql\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    with duckdb.connect(str(installed.paths.published / "motcua.duckdb"), read_only=True) as reader:
        assert reader.execute(query).fetchall()


def test_the_line_of_the_readme_that_asks_without_a_client_shows_measures(
    installed: Installed,
) -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^\.venv/bin/python -c .*sys\.argv.*\n.*$", text, re.MULTILINE)
    done = subprocess.run(
        ["bash", "-c", line.replace(".venv/bin/python", sys.executable)],
        cwd=installed.paths.data.parent,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    for part in ("on_time_pct", "total_to_handle_count", "Tháng 11/2023", "commune"):
        assert part in done.stdout


def test_the_folders_with_personal_data_are_closed(installed: Installed) -> None:
    for folder in (
        installed.paths.raw,
        installed.paths.warehouse,
        installed.paths.data / "dagster",
    ):
        assert folder.stat().st_mode & 0o777 == 0o700, folder
    assert installed.paths.warehouse_file.stat().st_mode & 0o777 == 0o600


def test_a_second_run_changes_no_table(installed: Installed) -> None:
    before = all_tables(installed.paths)
    done = motcua_here(installed.paths.data, "run")
    assert done.returncode == 0, done.stderr
    assert _line(done.stdout, "all") == _line(installed.first_run.stdout, "all")
    assert differences(before, all_tables(installed.paths)) == {}


def test_redoing_a_period_changes_no_table(installed: Installed) -> None:
    before = all_tables(installed.paths)
    done = motcua_here(installed.paths.data, "period", "2023-05-15")
    assert done.returncode == 0, done.stderr
    assert "; nothing changed (" in done.stdout
    month, year = _lines(done.stdout, "all")
    assert "\nTháng 06/2023 (15/05/2023–14/06/2023)\n" in done.stdout
    assert "Lũy kế đến tháng 06/2023 (15/12/2022–14/06/2023)" in done.stdout
    assert month[:2] == ["1,233", "1,044"]
    assert year[:2] == ["5,981", "5,697"]
    assert differences(before, all_tables(installed.paths)) == {}


def test_a_correction_and_a_refusal_are_told_in_a_few_lines(own_sample: Paths) -> None:
    """A dossier is resolved a month later; two files have no header that the settings know.

    One of them comes under the name of a good one.
    """
    with warehouse(own_sample) as connection:
        rows = connection.execute(
            "SELECT min(dossier_code) FROM core.dossier WHERE delivery_period = ? "
            "AND unit_code <> '033' AND state = 'finished' AND received_date >= delivery_period "
            "AND finished_date BETWEEN DATE '2023-06-01' AND DATE '2023-06-14'",
            [KEY],
        ).fetchall()
    file = delivered_file(own_sample, COMMUNE, KEY)
    correct_commune(file, {rows[0][0]: {"Ngày kết thúc xử lý": "19/06/2023 10:00:00"}})
    (file.parent / "khac.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    delivered_file(own_sample, "payments", KEY).write_text("a;b\n1;2\n", encoding="utf-8")
    done = motcua_here(own_sample.data, "period", KEY)
    assert done.returncode == 0, done.stderr
    changes = [line for line in done.stdout.splitlines() if "A closed period changed." in line]
    assert 1 < len(changes) <= 6
    for line in changes:
        assert re.match(r" +\d+\.\d s  A closed period changed\. ", line)
        assert line.count(" -> ") <= 3
    assert "Tháng 06/2023" in changes[0]
    assert done.stderr == ""
    assert " 1 dossier changed; FROM explain_change(" in done.stdout
    assert done.stdout.count("found text of 2 columns divided by ';'") == 2
    assert re.search(r"^  \d+ [a-z_]+: The .*$", done.stdout, re.MULTILINE)
    assert (
        f"quarantine.summary of the published file; the rows: {own_sample.returns}" in done.stdout
    )
    *_, refused, first, second = done.stdout.splitlines()
    assert refused == "Refused in this period: 2"
    stays = " (an older file of the same name stays in force)"
    assert [line.endswith(stays) for line in (first, second)] == [
        "/payments/" in line for line in (first, second)
    ]
    assert "/dossiers_commune/" in first + second
    for reason in (first, second):
        assert "found text of 2 columns divided by ';'" in reason
        assert "expected" in reason


def test_the_ui_ends_with_all_it_started_when_it_is_told_to(tmp_path: Path) -> None:
    port = free_port()
    with subprocess.Popen(
        [*COMMAND, "ui"],
        cwd=PROJECT,
        env=environment(tmp_path / "data", PORT=str(port)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            wait_until(lambda: _listens(port), START_SECONDS)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
            wait_until(lambda: not group_lives(process.pid), 20)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("port", ["abc", "70000", "taken"])
def test_a_port_that_is_none_or_taken_gets_a_sentence(tmp_path: Path, port: str) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        if port == "taken":
            port = str(holder.getsockname()[1])
        done = motcua(tmp_path, "ui", PORT=port)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("Starting Dagster's UI: found ")
    assert port in line
    assert line.endswith("make ui PORT=3001.")


@pytest.mark.parametrize("key", ["2023-05-16", "thang 5", "2022-11-15"])
def test_a_wrong_period_gets_a_sentence(
    installed: Installed, capsys: pytest.CaptureFixture[str], own_environment: None, key: str
) -> None:
    assert main(["period", key]) == 1
    printed = capsys.readouterr()
    assert repr(key) in printed.err
    assert "expected the first day of a reporting month from 2022-12-15 on" in printed.err
    assert len(printed.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "igate"], "found SOURCE=igate, which the bundled sample has not; "
                           "expected igate2 or national, or no SOURCE. "),
        (["run", "igate2", "x"], "found unrecognized arguments: x; expected motcua "),
        (["period"], "are required: key; expected motcua period [-h] [--accept-fewer] key. "),
        (["perio"], "invalid choice: 'perio'"),
        ([], "expected motcua [-h] "
             "{run,period,ui,check-source,backup,restore,rebuild,withdraw}. "),
    ],
)  # fmt: skip
def test_what_is_no_command_gets_a_sentence_and_the_status_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("Reading the command: found ")
    assert said in printed.err
    assert "usage" not in printed.err
    assert len(printed.err.splitlines()) == 1


def test_a_portal_of_the_sample_without_reference_tables_gets_a_sentence(tmp_path: Path) -> None:
    done = motcua_here(tmp_path / "data", "run", "igate2", MOTCUA_SETTINGS=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("Reading reference file unit.csv: found no file ")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()


def test_a_wrong_period_ends_the_process_with_1(installed: Installed) -> None:
    done = motcua(installed.paths.data, "period", "2023-05-16")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Reading a period key: found '2023-05-16'; expected")


def test_a_period_to_come_gets_a_sentence(
    capsys: pytest.CaptureFixture[str], own_environment: None
) -> None:
    assert main(["period", "2099-12-15"]) == 1
    assert "2099-12-15" in capsys.readouterr().err


@pytest.fixture
def own_environment(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of the installation, for a command in this process."""
    monkeypatch.setenv("MOTCUA_DATA", str(installed.paths.data))
    monkeypatch.setenv("DAGSTER_HOME", str(installed.paths.data / "dagster"))
    yield
    assert os.environ["MOTCUA_DATA"] == str(installed.paths.data)


def test_a_locked_warehouse_names_who_holds_it(
    own_sample: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse_module, "CONNECT_SECONDS", 0.5)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(own_sample.warehouse_file)],
        env=environment(own_sample.data),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(WarehouseError) as caught, warehouse(own_sample):
            pass
        assert f"process {holder.pid} holding it;" in str(caught.value)
        assert "Wait for the other run, or close that program" in str(caught.value)
        holder.communicate()
    with warehouse(own_sample) as connection:
        assert connection.execute("SELECT count(*) > 10000 FROM core.dossier").fetchone() == (True,)


def test_a_run_that_waits_too_long_for_another_says_so(tmp_path: Path) -> None:
    impatient = (
        "import sys; from assets.engine.common import locks; locks.RUN_WAIT_SECONDS = 0.0; "
        "from pipelines.commands.cli import main; sys.exit(main(['period', '2023-05-15']))"
    )
    with locked(private_folder(private_folder(tmp_path / "data") / "warehouse")):
        done = subprocess.run(
            [sys.executable, "-c", impatient],
            cwd=PROJECT, env=environment(tmp_path / "data"), capture_output=True,
            encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "Waiting for the other run of this installation to end" in done.stderr
    assert "Look at that run in the UI" in done.stderr


def test_ctrl_c_ends_a_run_that_waits_in_one_sentence(tmp_path: Path) -> None:
    with (
        locked(private_folder(private_folder(tmp_path / "data") / "warehouse")),
        subprocess.Popen(
            [COMMAND[0], "-u", *COMMAND[1:], "period", KEY],
            cwd=PROJECT, env=environment(tmp_path / "data"), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, encoding="utf-8",
        ) as command,
    ):  # fmt: skip
        assert command.stdout is not None
        line = command.stdout.readline()
        assert f"Another run of this installation (process {os.getpid()}) is at work" in line
        command.send_signal(signal.SIGINT)
        _, said = command.communicate(timeout=120)
    assert command.returncode == 130
    assert said == (
        "Interrupted. What was loaded and published stays; give the command once more to go on.\n"
    )


def test_ctrl_c_ends_a_run_at_work_in_one_sentence(own_sample: Paths) -> None:
    with subprocess.Popen(
        [COMMAND[0], "-u", *COMMAND[1:], "period", KEY],
        cwd=PROJECT, env=environment(own_sample.data), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, encoding="utf-8",
    ) as command:  # fmt: skip
        assert command.stdout is not None
        assert command.stdout.readline()
        command.send_signal(signal.SIGINT)
        _, said = command.communicate(timeout=120)
    assert command.returncode == 130
    assert said.startswith("Interrupted. What was loaded")
    assert len(said.splitlines()) == 1


def test_whoever_reads_along_may_leave(tmp_path: Path) -> None:
    """As `make check-source ... | head` does."""
    sample = SETTINGS / "sample" / "portals" / "riverton" / "permits.csv"
    settings = SETTINGS / "sources" / "riverton.toml"
    with subprocess.Popen(
        [COMMAND[0], "-u", *COMMAND[1:], "check-source", settings, "permits", sample],
        cwd=PROJECT, env=environment(tmp_path / "data"), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, encoding="utf-8",
    ) as command:  # fmt: skip
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.close()
        said = command.stderr.read()
    assert command.returncode == 1
    assert said.startswith("Printing what was done: found that nobody reads on;")
    assert len(said.splitlines()) == 1
