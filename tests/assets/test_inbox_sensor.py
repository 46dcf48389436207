"""Which files by day ask for a run."""

import os
import time
from pathlib import Path

import dagster as dg
import pytest

from assets.engine.collect import inbox, placing
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from assets.engine.settings import load_sources
from pipelines.sensors import inbox_sensor
from tests.assets.deliveries import COMMUNE
from tests.assets.runs import look
from tests.code_location import defs
from tests.support import CALENDAR
from tests.unit.deliveries import deliver_csv, deliver_workbook, dossier

KEY = "2023-05-15"


def _deliver(paths: Paths, name: str, text: str, *, key: str = KEY, age: float = 60.0) -> Path:
    file = paths.inbox / "xin_man" / COMMUNE / key / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    _age(file, age)
    return file


def _age(file: Path, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(file, (moment, moment))


def _look(
    paths: Paths, instance: dg.DagsterInstance, cursor: str | None = None
) -> tuple[dict[str, str], str | None]:
    """Evaluate the inbox sensor; return run keys by period, and its cursor."""
    requests, cursor = look(inbox_sensor, paths, instance, cursor)
    asked = {str(request.partition_key): str(request.run_key) for request in requests}
    for request in requests:
        assert dg.validate_run_config(defs.resolve_job_def("nightly"), dict(request.run_config))
    return asked, cursor


def _collect(paths: Paths, key: str = KEY) -> None:
    found = inbox.read_inbox(paths, load_sources(paths.sources), local_now())
    inbox.collect_period(found, CALENDAR.month_from_key(key))


def test_files_that_wait_ask_for_a_run_a_period_older_first(
    installation: Paths, instance: dg.DagsterInstance
) -> None:
    assert _look(installation, instance)[0] == {}
    _deliver(installation, "Nguyễn Thị Mẫu.csv", "a;b\n", key="2023-06-15")
    _deliver(installation, "Nguyễn Thị Mẫu.csv", "a;b\n")
    asked, cursor = _look(installation, instance)
    assert list(asked) == ["2023-05-15", "2023-06-15"]
    assert all(len(key) == 64 and key.isalnum() for key in asked.values())
    assert _look(installation, instance, cursor)[0] == {}
    # A daemon that lost its cursor asks with the same keys, which start nothing twice.
    assert _look(installation, instance)[0] == asked


def test_what_was_collected_asks_for_nothing(
    installation: Paths, instance: dg.DagsterInstance
) -> None:
    file = _deliver(installation, "a.csv", "a;b\n")
    _collect(installation)
    assert _look(installation, instance)[0] == {}
    _age(file, 30.0)
    assert _look(installation, instance)[0] == {}


def test_each_correction_asks_anew_also_one_that_is_taken_back(
    installation: Paths, instance: dg.DagsterInstance
) -> None:
    keys = []
    for number, text in enumerate(("a;b\n1;2\n", "a;b\n1;3\n", "a;b\n1;2\n", "a;b\n1;3\n")):
        _deliver(installation, "a.csv", text, age=60.0 - number)
        asked, _ = _look(installation, instance)
        keys.append(asked[KEY])
        _collect(installation)
    assert len(set(keys)) == 4


def test_a_file_that_nothing_dates_asks_for_the_running_period_only_when_it_is_new(
    installation: Paths, instance: dg.DagsterInstance
) -> None:
    """A file of a period that is over lies in the inbox for as long as nobody takes it away."""
    then = local_now().replace(year=2023, month=6, day=1)
    file = _deliver(installation, "a.csv", "a;b\n", key="")
    at_first = file.stat().st_mtime
    sources, period = load_sources(installation.sources), CALENDAR.month_from_key(KEY)
    found = inbox.read_inbox(installation, sources, then)
    assert len(inbox.collect_period(found, period).new) == 1
    assert _look(installation, instance)[0] == {}
    _age(file, 30.0)
    assert _look(installation, instance)[0] == {}
    _deliver(installation, "a.csv", "a;b\n1;2\n", key="", age=20.0)
    running = CALENDAR.month_of(local_now().date()).key
    assert list(_look(installation, instance)[0]) == [running]
    _collect(installation, running)
    # As it was at first, its time too: it is no longer what its name stands for.
    _deliver(installation, "a.csv", "a;b\n", key="")
    os.utime(file, (at_first, at_first))
    assert list(_look(installation, instance)[0]) == [running]


@pytest.mark.parametrize("received", ["05/01/2023", "a line"])
def test_a_file_that_nothing_dates_is_opened_by_runs_only(
    received: str, installation: Paths, instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A look has a minute, and a long workbook takes half of it: the running period's run reads."""
    if received == "a line":
        file = deliver_workbook(installation, [dossier(1)], period="",
                                line="Từ ngày 15/12/2022 đến ngày 14/01/2023")  # fmt: skip
    else:
        file = deliver_csv(installation, [dossier(1, received_date=received)], period="")
    moment = local_now().replace(year=2023, month=1, day=15).timestamp()
    os.utime(file, (moment, moment))
    with monkeypatch.context() as closed:
        for name in ("newest_day", "period_line"):
            closed.delattr(placing, name)
        asked, cursor = _look(installation, instance)
    running = CALENDAR.month_of(local_now().date()).key
    assert list(asked) == [running]
    _collect(installation, running)
    monkeypatch.delattr(placing, "newest_day")
    assert list(_look(installation, instance, cursor)[0]) == ["2022-12-15"]
    _collect(installation, "2022-12-15")
    assert _look(installation, instance, cursor)[0] == {}


def test_a_second_name_for_the_same_bytes_asks_too(
    installation: Paths, instance: dg.DagsterInstance
) -> None:
    _deliver(installation, "a.csv", "a;b\n")
    first = _look(installation, instance)[0]
    _collect(installation)
    _deliver(installation, "b.csv", "a;b\n")
    second = _look(installation, instance)[0]
    assert second.keys() == first.keys()
    assert second != first


def test_a_file_still_being_written_waits(
    installation: Paths, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "QUIET_SECONDS", 30.0)
    file = _deliver(installation, "a.csv", "a;b\n", age=0.0)
    assert _look(installation, instance)[0] == {}
    _age(file, 60.0)
    assert list(_look(installation, instance)[0]) == [KEY]


def test_a_period_with_a_run_under_way_is_asked_for_when_it_has_ended(
    installation: Paths, tmp_path: Path
) -> None:
    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        _deliver(installation, "a.csv", "a;b\n")
        _deliver(installation, "a.csv", "a;b\n", key="2023-06-15")
        run = instance.create_run_for_job(
            defs.resolve_job_def("nightly"), tags={"dagster/partition": KEY}
        )
        asked, cursor = _look(installation, instance)
        assert list(asked) == ["2023-06-15"]
        instance.report_run_failed(run)
        assert KEY in _look(installation, instance, cursor)[0]
