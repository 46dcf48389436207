"""Who is told of a failure, and which files by day ask for a run."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from assets.engine import inbox, locks
from assets.engine.paths import PROJECT, Paths, private_folder
from assets.engine.periods import local_now, month_from_key
from assets.engine.sources import load_sources
from assets.resources import Installation
from pipelines.alerts import Alert, send
from pipelines.definitions import defs
from pipelines.sensors import STOPPED, dead_run_sensor, failure_sensor, inbox_sensor
from schemas.operations import Alerts, Mail
from tests.assets.deliveries import COMMUNE
from tests.assets.loopback import CERTIFICATE, MailServer, Webhook, serving
from tests.assets.runs import left_started, real_instance, run_job
from tests.support import SETTINGS

KEY = "2023-05-15"
LABEL = "Tháng 06/2023 (15/05/2023–14/06/2023)"
ALERT = Alert("Motcua: lỗi | failed", "Reading: found x; expected y. Do z.", "http://ui/runs/1")


def _mail(server: MailServer, **more: object) -> Mail:
    settings = {"host": "localhost", "port": server.port, "from": "motcua@example.vn",
                "to": ["truc@example.vn"], "starttls": False, **more}  # fmt: skip
    return Mail.model_validate(settings)


def _with_login(server: MailServer, **more: object) -> Mail:
    login = {"starttls": True, "user_variable": "MAIL_USER", "password_variable": "MAIL_PASSWORD"}
    return _mail(server, **{**login, "ca_bundle": str(CERTIFICATE), **more})


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_USER", "motcua")
    monkeypatch.setenv("MAIL_PASSWORD", "mat-khau")


def test_a_mail_tells_sentence_and_link() -> None:
    server = MailServer()
    with serving(server):
        assert send(ALERT, Alerts(mail=_mail(server))) == []
    (message,) = server.messages
    assert message["Subject"] == ALERT.subject
    assert message["To"] == "truc@example.vn"
    assert message.get_content().replace("\r\n", "\n") == ALERT.text
    assert ALERT.sentence in ALERT.text
    assert ALERT.link in ALERT.text


def test_a_password_goes_over_a_verified_connection(secrets: None) -> None:
    server = MailServer()
    with serving(server):
        assert send(ALERT, Alerts(mail=_with_login(server))) == []
    assert server.was_encrypted == [True]
    assert server.logins == [("motcua", "mat-khau")]


def test_a_password_may_have_marks(secrets: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "mật khẩu")
    server = MailServer()
    with serving(server):
        assert send(ALERT, Alerts(mail=_with_login(server))) == []
    assert server.logins == [("motcua", "mật khẩu")]
    shut = MailServer(is_open=False)
    with serving(shut):
        (untold,) = send(ALERT, Alerts(mail=_with_login(shut)))
    assert "SMTPAuthenticationError" in untold
    assert "mật khẩu" not in untold
    assert not shut.messages


def test_a_server_that_nobody_vouches_for_gets_nothing(secrets: None) -> None:
    server = MailServer()
    with serving(server):
        (untold,) = send(ALERT, Alerts(mail=_with_login(server, ca_bundle=None)))
    assert "SSLCertVerificationError" in untold
    assert "Check alerts.mail in operations.toml" in untold
    assert not server.messages
    assert not server.logins


def test_what_a_server_answers_is_not_told(secrets: None) -> None:
    """Some say again what they were told."""
    server = MailServer(is_open=False)
    with serving(server):
        (untold,) = send(ALERT, Alerts(mail=_with_login(server)))
    assert server.logins
    assert "SMTPAuthenticationError" in untold
    assert "mat-khau" not in untold


def test_a_server_that_restarts_is_asked_again() -> None:
    server = MailServer(refused=2)
    with serving(server):
        assert send(ALERT, Alerts(mail=_mail(server))) == []
    assert len(server.messages) == 1


def test_a_webhook_gets_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Webhook()
    monkeypatch.setenv("HOOK", f"{server.address}/phòng-trực")
    with serving(server):
        assert send(ALERT, Alerts(webhook_url_variable="HOOK")) == []
    ((_, body),) = server.posts
    assert body["text"] == ALERT.text
    assert (body["sentence"], body["link"]) == (ALERT.sentence, ALERT.link)


def test_what_a_webhook_answers_at_length_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Webhook(length=1 << 40)
    monkeypatch.setenv("HOOK", server.address)
    with serving(server):
        assert send(ALERT, Alerts(webhook_url_variable="HOOK")) == []
    assert len(server.posts) == 1


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_a_webhook_that_does_not_take_it_is_told_without_its_address(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    server = Webhook(status)
    monkeypatch.setenv("HOOK", f"{server.address}/bi-mat")
    with serving(server):
        (untold,) = send(ALERT, Alerts(webhook_url_variable="HOOK"))
    assert "Check alerts.webhook_url_variable" in untold
    assert "bi-mat" not in untold
    assert {path for path, _ in server.posts} == {"/bi-mat"}


@pytest.mark.parametrize(
    "address", ["http://chat.example.vn/bi-mat", "bi-mat", "https://[bi-mat", "http://127.0.0.1:9"]
)
def test_an_address_that_is_none_is_not_quoted(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HOOK", address)
    (untold,) = send(ALERT, Alerts(webhook_url_variable="HOOK"))
    assert address not in untold
    assert "bi-mat" not in untold


def test_one_way_that_fails_does_not_stop_the_other(secrets: None) -> None:
    server = MailServer()
    with serving(server):
        settings = Alerts(mail=_mail(server), webhook_url_variable="NOT_SET_ANYWHERE")
        (untold,) = send(ALERT, settings)
    assert "no environment variable NOT_SET_ANYWHERE" in untold
    assert len(server.messages) == 1


def _settings_with_alerts(folder: Path, text: str) -> Path:
    for name in ("sources", "reference"):
        shutil.copytree(SETTINGS / name, folder / name)
    (folder / "operations.toml").write_text(text, encoding="utf-8")
    return folder


def _told_by_webhook(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Webhook, Path]:
    """Return a webhook, and the settings that name it."""
    server = Webhook()
    monkeypatch.setenv("HOOK_OF_TEST", server.address)
    text = '[alerts]\nwebhook_url_variable = "HOOK_OF_TEST"\n'
    return server, _settings_with_alerts(folder, text)


def _tell(instance: dg.DagsterInstance, paths: Paths, result: dg.ExecuteInProcessResult) -> None:
    installation = Installation(data_folder=str(paths.data), settings_folder=str(paths.settings))
    context = dg.build_run_status_sensor_context(
        "failure_sensor",
        result.get_run_failure_event(),
        instance,
        result.dagster_run,
        resources={"installation": installation},
    ).for_run_failure()
    # Within its block, as the resource has something to do before and after its use.
    with context:
        failure_sensor(context)


def test_a_failed_run_is_told_by_mail_with_sentence_period_and_link(
    installation: Paths, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    server = MailServer()
    settings = _settings_with_alerts(
        tmp_path / "settings",
        f'ui_url = "https://motcua.example.vn/"\n[alerts.mail]\nhost = "localhost"\n'
        f'port = {server.port}\nstarttls = false\nfrom = "m@example.vn"\nto = ["t@example.vn"]\n',
    )
    (settings / "reference" / "unit.csv").unlink()
    paths = Paths(installation.data, settings)
    with serving(server):
        result = run_job(paths, instance, "nightly", KEY)
        _tell(instance, paths, result)
    (message,) = server.messages
    assert message["Subject"] == f"Motcua: lỗi | failed: nightly, {LABEL}"
    text = message.get_content()
    assert "reference__unit: Reading" in text
    assert "no file" in text
    assert "; expected " in text
    assert f"https://motcua.example.vn/runs/{result.run_id}" in text
    assert "Traceback" not in text
    assert "SettingsError" not in text


@pytest.mark.parametrize(
    "text", ["", "days_after_close = -1", '[alerts]\nwebhook_url_variable="NO"']
)
def test_alerts_that_fail_or_are_not_set_do_not_fail_the_sensor(
    installation: Paths,
    instance: dg.DagsterInstance,
    tmp_path: Path,
    text: str,
) -> None:
    paths = Paths(installation.data, _settings_with_alerts(tmp_path / "settings", text))
    result = run_job(paths, instance, "nightly", KEY, ["core/dossier_version"])
    _tell(instance, paths, result)


def test_an_error_that_is_not_ours_is_told_by_its_kind_only(
    installation: Paths,
    instance: dg.DagsterInstance,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, settings = _told_by_webhook(tmp_path / "settings", monkeypatch)
    paths = Paths(installation.data, settings)
    (private_folder(paths.raw) / "manifest.jsonl").mkdir()
    with serving(server):
        result = run_job(
            paths, instance, "nightly", KEY, ["reference/unit", "core/dossier_version"]
        )
        _tell(instance, paths, result)
    ((_, body),) = server.posts
    assert body["sentence"] == (
        "core__dossier_version: IsADirectoryError. The log of the run says more."
    )


def test_a_run_from_the_command_line_is_told_of_too(
    installation: Paths,
    instance: dg.DagsterInstance,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Dagster's daemon would pass over it, as it belongs to no code location."""
    server, settings = _told_by_webhook(tmp_path / "settings", monkeypatch)
    paths = Paths(installation.data, settings)
    own = Installation(data_folder=str(paths.data), settings_folder=str(settings))

    def look(cursor: str | None) -> str | None:
        with dg.build_sensor_context(
            instance,
            cursor,
            repository_name="__repository__",
            repository_def=defs.get_repository_def(),
            resources={"installation": own},
        ) as context:
            return failure_sensor.evaluate_tick(context).cursor

    with serving(server):
        cursor = look(None)
        (private_folder(paths.raw) / "manifest.jsonl").mkdir()
        assert not run_job(paths, instance, "nightly", KEY, ["core/dossier_version"]).success
        look(cursor)
    assert len(server.posts) == 1


def test_a_run_that_was_stopped_is_told_as_such(
    installation: Paths,
    instance: dg.DagsterInstance,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Dagster raises this where somebody, or the limit of its time, stops a run."""

    def stopped(*_: object) -> None:
        raise dg.DagsterExecutionInterruptedError

    monkeypatch.setattr("assets.raw.delivery.collect_period", stopped)
    server, settings = _told_by_webhook(tmp_path / "settings", monkeypatch)
    paths = Paths(installation.data, settings)
    with serving(server):
        result = run_job(paths, instance, "nightly", KEY, ["raw/delivery"])
        _tell(instance, paths, result)
    ((_, body),) = server.posts
    assert body["sentence"] == f"raw__delivery: {STOPPED}"


@pytest.mark.parametrize("is_busy", [True, False])
def test_a_run_that_never_came_to_a_step_is_told_too(
    is_busy: bool,
    installation: Paths,
    instance: dg.DagsterInstance,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, settings = _told_by_webhook(tmp_path / "settings", monkeypatch)
    paths = Paths(installation.data, settings)
    monkeypatch.setattr(locks, "RUN_WAIT_SECONDS", 0.0)
    with ExitStack() as held:
        held.enter_context(serving(server))
        if is_busy:
            held.enter_context(locks.locked(private_folder(paths.warehouse)))
        else:
            paths.warehouse.write_text("a file where the folder should be")
        result = run_job(paths, instance, "nightly", KEY, ["core/dossier_version"])
        _tell(instance, paths, result)
    ((_, body),) = server.posts
    assert body["sentence"].startswith(
        "Waiting for the other run of this installation to end: found it still at work"
        if is_busy
        else "FileExistsError. The log of the run says more."
    )


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
    installation = Installation(data_folder=str(paths.data), settings_folder=str(paths.settings))
    with dg.build_sensor_context(
        instance=instance,
        cursor=cursor,
        repository_def=defs.get_repository_def(),
        resources={"installation": installation},
    ) as context:
        data = inbox_sensor.evaluate_tick(context)
    asked = {
        str(request.partition_key): str(request.run_key) for request in data.run_requests or []
    }
    for request in data.run_requests or []:
        assert dg.validate_run_config(defs.resolve_job_def("nightly"), dict(request.run_config))
    return asked, data.cursor


def _collect(paths: Paths, key: str = KEY) -> None:
    inbox.collect_period(paths, load_sources(paths.sources), month_from_key(key), local_now())


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


HELD = """
import sys
from pathlib import Path
from assets.engine.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def own_instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with real_instance(tmp_path / "own") as opened:
        yield opened


def _look_for_the_dead(
    paths: Paths, instance: dg.DagsterInstance, cursor: str | None = None
) -> str | None:
    installation = Installation(data_folder=str(paths.data), settings_folder=str(paths.settings))
    with dg.build_sensor_context(
        instance=instance,
        cursor=cursor,
        repository_def=defs.get_repository_def(),
        resources={"installation": installation},
    ) as context:
        return dead_run_sensor.evaluate_tick(context).cursor


def _status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


@pytest.mark.parametrize("job", ["nightly", "__ASSET_JOB", "daily_check", "housekeeping"])
def test_a_run_whose_process_died_is_marked_as_failed_at_the_second_look(
    installation: Paths, own_instance: dg.DagsterInstance, job: str
) -> None:
    run_id = left_started(own_instance, job, timedelta(minutes=6))
    cursor = _look_for_the_dead(installation, own_instance)
    # Between two runs the lock is free for a moment: one look could meet that.
    assert _status(own_instance, run_id) is dg.DagsterRunStatus.STARTED
    cursor = _look_for_the_dead(installation, own_instance, cursor)
    assert _status(own_instance, run_id) is dg.DagsterRunStatus.FAILURE
    (failure,) = own_instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert failure.dagster_event is not None
    said = str(failure.dagster_event.message)
    assert "found nobody at work, though it is marked as started" in said
    assert "run the period again" in said
    assert _look_for_the_dead(installation, own_instance, cursor) == "[]"


def test_a_run_that_looked_dead_for_a_moment_is_looked_at_anew(
    installation: Paths, own_instance: dg.DagsterInstance
) -> None:
    run_id = left_started(own_instance, "nightly", timedelta(hours=1))
    cursor = _look_for_the_dead(installation, own_instance)
    with locks.locked(private_folder(installation.warehouse)):
        cursor = _look_for_the_dead(installation, own_instance, cursor)
    _look_for_the_dead(installation, own_instance, cursor)
    assert _status(own_instance, run_id) is dg.DagsterRunStatus.STARTED


def test_a_run_is_not_dead_while_a_process_holds_the_lock(
    installation: Paths, own_instance: dg.DagsterInstance
) -> None:
    private_folder(installation.warehouse)
    run_id = left_started(own_instance, "nightly", timedelta(hours=1))
    cursor = None
    with subprocess.Popen(
        [sys.executable, "-c", HELD, str(installation.warehouse)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        for _ in range(3):
            cursor = _look_for_the_dead(installation, own_instance, cursor)
        assert _status(own_instance, run_id) is dg.DagsterRunStatus.STARTED
        holder.kill()  # as a power cut would
    for _ in range(2):
        cursor = _look_for_the_dead(installation, own_instance, cursor)
    assert _status(own_instance, run_id) is dg.DagsterRunStatus.FAILURE


def test_a_run_that_is_young_or_not_yet_started_is_not_dead(
    installation: Paths, own_instance: dg.DagsterInstance
) -> None:
    young = left_started(own_instance, "nightly", timedelta(minutes=4))
    waiting = own_instance.create_run_for_job(defs.resolve_job_def("nightly")).run_id
    cursor = None
    for _ in range(3):
        cursor = _look_for_the_dead(installation, own_instance, cursor)
    assert _status(own_instance, young) is dg.DagsterRunStatus.STARTED
    assert _status(own_instance, waiting) is dg.DagsterRunStatus.NOT_STARTED


def test_every_step_of_every_job_takes_the_lock() -> None:
    """A run without it would be taken for dead."""
    for job in defs.get_repository_def().get_all_jobs():
        for node in job.nodes:
            assert isinstance(node.definition, dg.OpDefinition)
            assert "installation" in node.definition.required_resource_keys, node.name
