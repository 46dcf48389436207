"""What runs beside the nights: the look back over closed periods, and tidying old runs."""

from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from assets.engine.portal.checkpoint import Failed, read_checkpoint
from assets.engine.warehouse import warehouse
from assets.resources import Installation
from pipelines.housekeeping import forget_runs
from pipelines.sensors import daily_check_sensor
from tests.assets.loopback import Webhook, serving
from tests.assets.runs import checks_of, real_instance, run_job
from tests.support import CALENDAR, SETTINGS

CHECK = "publish/motcua periods_complete"


def _look_back(paths: Paths, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    result = run_job(paths, instance, "daily_check", None)
    assert result.success
    assert list(checks_of(result)) == [CHECK]
    return result


def test_before_the_first_delivery_nothing_is_missing(
    installation: Paths, instance: dg.DagsterInstance
) -> None:
    check = checks_of(_look_back(installation, instance))[CHECK]
    assert check.passed
    assert check.description == "Every closed period is taken in, counted and published."


def test_a_closed_period_that_is_missing_or_failed_is_named_and_told(
    sample: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Webhook()
    monkeypatch.setenv("HOOK", server.address)
    settings = tmp_path / "operations.toml"
    settings.write_text('[alerts]\nwebhook_url_variable = "HOOK"\n', encoding="utf-8")
    with real_instance(tmp_path / "dagster") as instance:
        broken = Paths(tmp_path / "data", tmp_path)
        assert not run_job(broken, instance, "take_in", "2023-05-15", ["raw/delivery"]).success
        result = _look_back(sample, instance)
        check = checks_of(result)[CHECK]
        assert not check.passed
        assert check.severity is dg.AssetCheckSeverity.ERROR
        assert check.description is not None
        assert "1 whose last run failed: Tháng 06/2023 (15/05/2023–14/06/2023)" in check.description
        assert "without any list of dossiers: Tháng 12/2023 (15/11/2023–14/12/2023)" in (
            check.description
        )
        context = dg.build_run_status_sensor_context(
            "daily_check_sensor",
            result.filter_events(lambda event: event.is_job_success)[0],
            instance,
            result.dagster_run,
            resources={"installation": Installation(settings_folder=str(tmp_path))},
        )
        with serving(server), context:
            daily_check_sensor(context)
    ((_, body),) = server.posts
    assert body["sentence"] == check.description
    assert body["link"].endswith(result.run_id)


def test_a_portal_that_failed_and_a_list_that_ends_early_are_named_though_no_run_failed_last(
    own_sample: Paths, instance: dg.DagsterInstance
) -> None:
    checkpoint = read_checkpoint(own_sample, "mau", "hoso", "2023-05-15")
    checkpoint.fail(Failed(run_id="a-run", message="Collecting: 503. Ask again."))
    with warehouse(own_sample) as connection:
        connection.execute(
            "UPDATE ops.delivery SET covers_to = DATE '2023-01-05' "
            "WHERE export = 'payments' AND delivery_period = DATE '2022-12-15'"
        )
    check = checks_of(_look_back(own_sample, instance))[CHECK]
    assert not check.passed
    assert check.description is not None
    assert "1 of which a portal did not give all: Tháng 06/2023 (15/05/2023–14/06/2023); " in (
        check.description
    )
    assert (
        "1 whose lists are refused, miss an export or do not reach its end: "
        "Tháng 01/2023 (15/12/2022–14/01/2023)"
    ) in check.description


def test_old_runs_go_but_the_last_good_one_of_each_period_stays(
    installation: Paths, tmp_path: Path
) -> None:
    paths = Paths(installation.data, SETTINGS)
    with real_instance(tmp_path / "dagster") as instance:
        pick = ["raw/delivery"]
        runs = [
            run_job(paths, instance, "nightly", key, pick).run_id
            for key in ("2023-05-15", "2023-05-15", "2023-06-15")
        ]
        bad = run_job(Paths(paths.data, tmp_path), instance, "nightly", "2023-05-15", pick)
        assert not bad.success
        now = local_now()
        assert forget_runs(instance, CALENDAR, now - timedelta(days=1)) == 0
        assert forget_runs(instance, CALENDAR, now + timedelta(days=1)) == 2
        left = {run.run_id for run in instance.get_runs()}
        assert left == set(runs[1:])
        kept = instance.get_latest_materialization_event(dg.AssetKey(["raw", "delivery"]))
        assert kept is not None
        assert kept.run_id == runs[2]
        files = {file.name for file in (tmp_path / "dagster").rglob("*") if file.is_file()}
        assert f"{runs[1]}.db" in files
        assert not {f"{runs[0]}.db", f"{bad.run_id}.db"} & files


def test_the_job_keeps_what_is_not_old(installation: Paths, instance: dg.DagsterInstance) -> None:
    run = run_job(installation, instance, "nightly", "2023-05-15", ["raw/delivery"])
    assert run_job(installation, instance, "housekeeping", None).success
    assert instance.get_run_by_id(run.run_id) is not None
