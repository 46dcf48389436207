"""Which failures of runs are told, and in which words."""

import shutil
from contextlib import ExitStack
from pathlib import Path

import dagster as dg
import pytest

from assets.engine.common import locks
from assets.engine.common.paths import Paths, private_folder
from assets.resources import Installation
from pipelines.sensors import STOPPED, failure_sensor
from tests.assets.loopback import MailServer, Webhook, serving
from tests.assets.runs import look, run_job
from tests.support import SETTINGS

KEY = "2023-05-15"
LABEL = "Tháng 06/2023 (15/05/2023–14/06/2023)"


def _settings_with_alerts(folder: Path, text: str) -> Path:
    for name in ("sources", "reference"):
        shutil.copytree(SETTINGS / name, folder / name)
    (folder / "operations.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Webhook:
    server = Webhook()
    monkeypatch.setenv("HOOK_OF_TEST", server.address)
    return server


@pytest.fixture
def told(installation: Paths, webhook: Webhook, tmp_path: Path) -> Paths:
    """An installation whose settings name the webhook."""
    text = '[alerts]\nwebhook_url_variable = "HOOK_OF_TEST"\n'
    return Paths(installation.data, _settings_with_alerts(tmp_path / "settings", text))


def _only_sentence(webhook: Webhook) -> str:
    ((_, body),) = webhook.posts
    return str(body["sentence"])


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
    assert "reference: Reading" in text
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
    shutil.rmtree(paths.warehouse)
    result = run_job(paths, instance, "nightly", KEY, ["core/dossier_version"])
    _tell(instance, paths, result)


def test_an_error_that_is_not_ours_is_told_by_its_kind_only(
    told: Paths, webhook: Webhook, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("Lò Thị Mẫu")

    monkeypatch.setattr("assets.raw.collect_period", fail)
    with serving(webhook):
        result = run_job(told, instance, "nightly", KEY, ["raw/delivery"])
        _tell(instance, told, result)
    assert _only_sentence(webhook) == "raw__delivery: ValueError. The log of the run says more."


def test_a_run_from_the_command_line_is_told_of_too(
    told: Paths, webhook: Webhook, instance: dg.DagsterInstance
) -> None:
    """Dagster's daemon would pass over it, as it belongs to no code location."""
    with serving(webhook):
        _, cursor = look(failure_sensor, told, instance)
        (private_folder(told.raw) / "manifest.jsonl").mkdir()
        assert not run_job(told, instance, "nightly", KEY, ["core/dossier_version"]).success
        look(failure_sensor, told, instance, cursor)
    assert len(webhook.posts) == 1


def test_a_run_that_was_stopped_is_told_as_such(
    told: Paths, webhook: Webhook, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster raises this where somebody, or the limit of its time, stops a run."""

    def stopped(*_: object) -> None:
        raise dg.DagsterExecutionInterruptedError

    monkeypatch.setattr("assets.raw.collect_period", stopped)
    with serving(webhook):
        result = run_job(told, instance, "nightly", KEY, ["raw/delivery"])
        _tell(instance, told, result)
    assert _only_sentence(webhook) == f"raw__delivery: {STOPPED}"


@pytest.mark.parametrize("is_busy", [True, False])
def test_a_run_that_never_came_to_a_step_is_told_too(
    is_busy: bool,
    told: Paths,
    webhook: Webhook,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(locks, "RUN_WAIT_SECONDS", 0.0)
    with ExitStack() as held:
        held.enter_context(serving(webhook))
        if is_busy:
            held.enter_context(locks.locked(private_folder(told.warehouse)))
        else:
            shutil.rmtree(told.warehouse)
            told.warehouse.write_text("a file where the folder should be")
        result = run_job(told, instance, "nightly", KEY, ["core/dossier_version"])
        _tell(instance, told, result)
    assert _only_sentence(webhook).startswith(
        "Waiting for the other run of this installation to end: found it still at work"
        if is_busy
        else "Locking the warehouse: found File exists; expected the folders that Motcua makes"
    )
