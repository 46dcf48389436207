"""Running jobs in this process, against an installation in a temporary folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster import AssetCheckEvaluation

from assets.engine.common.paths import Paths
from assets.partitions import range_tags
from assets.resources import Installation
from pipelines.jobs import COUNT_ANEW
from tests.code_location import defs

# Dagster's lines on the terminal are noise here; its event log is what tests read.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
NO_TELEMETRY = {"telemetry": {"enabled": False}}


@contextmanager
def real_instance(folder: Path) -> Iterator[dg.DagsterInstance]:
    """Open a Dagster instance with its databases in `folder`; give them back afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    with dg.DagsterInstance.local_temp(str(folder), overrides=NO_TELEMETRY) as instance:
        yield instance


def run_job(
    paths: Paths,
    instance: dg.DagsterInstance,
    name: str,
    key: str | None,
    selection: list[str] | None = None,
    *,
    is_key_checked: bool = True,
    run_id: str | None = None,
) -> dg.ExecuteInProcessResult:
    """Run a job, or some assets of it, for a period as Dagster would; return what happened.

    The webserver takes a partition as a tag and does not check it: `is_key_checked=False`.
    """
    return defs.resolve_job_def(name).execute_in_process(
        partition_key=key if is_key_checked else None,
        tags=None if is_key_checked or key is None else {"dagster/partition": key},
        instance=instance,
        run_id=run_id,
        run_config=_config(paths, name),
        asset_selection=_keys(selection),
        raise_on_error=False,
    )


def run_range(
    paths: Paths,
    instance: dg.DagsterInstance,
    name: str,
    keys: list[str],
    selection: list[str] | None = None,
) -> dg.ExecuteInProcessResult:
    """Run a job, or some assets of it, once for all periods from the first key to the last."""
    return defs.resolve_job_def(name).execute_in_process(
        tags=range_tags(keys[0], keys[-1]),
        instance=instance,
        run_config=_config(paths, name),
        asset_selection=_keys(selection),
        raise_on_error=False,
    )


def _config(paths: Paths, job: str) -> dict[str, object]:
    folders = {"data_folder": str(paths.data), "settings_folder": str(paths.settings)}
    return {
        **QUIET,
        "resources": {"installation": {"config": folders}},
        **(COUNT_ANEW if job == "compute" else {}),
    }


def _keys(selection: list[str] | None) -> list[dg.AssetKey] | None:
    return [dg.AssetKey(name.split("/")) for name in selection] if selection else None


def look(
    sensor: dg.SensorDefinition,
    paths: Paths,
    instance: dg.DagsterInstance,
    cursor: str | None = None,
) -> tuple[list[dg.RunRequest], str | None]:
    """Evaluate a sensor once as the daemon would; return the runs it asks for, and its cursor."""
    installation = Installation(data_folder=str(paths.data), settings_folder=str(paths.settings))
    with dg.build_sensor_context(
        instance=instance,
        cursor=cursor,
        repository_name="__repository__",
        repository_def=defs.get_repository_def(),
        resources={"installation": installation},
    ) as context:
        data = sensor.evaluate_tick(context)
    return list(data.run_requests or []), data.cursor


def left_started(instance: dg.DagsterInstance, job: str, ago: timedelta) -> str:
    """Leave a run as a process leaves it that dies without a word; return the run's id."""
    run = instance.create_run_for_job(defs.resolve_job_def(job))
    start = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job)
    instance.run_storage.handle_run_event(run.run_id, start, datetime.now(UTC) - ago)
    return run.run_id


def metadata_of(
    result: dg.ExecuteInProcessResult, asset: str, partition: str | None
) -> dict[str, object]:
    """Return the metadata of the one event of an asset and partition in a run."""
    found = [
        event.materialization
        for event in result.get_asset_materialization_events()
        if event.materialization.asset_key == dg.AssetKey(asset.split("/"))
        and event.materialization.partition == partition
    ]
    assert len(found) == 1, (asset, partition, len(found))
    return {name: value.value for name, value in found[0].metadata.items()}


def partitions_of(result: dg.ExecuteInProcessResult, asset: str) -> list[str | None]:
    """Return the partitions an asset got events for in a run."""
    return [
        event.materialization.partition
        for event in result.get_asset_materialization_events()
        if event.materialization.asset_key == dg.AssetKey(asset.split("/"))
    ]


def failures(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """Return the failed steps of a run with the message of the first cause."""
    messages = {}
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            messages[str(event.step_key)] = error.message.strip() if error else ""
    return messages


def checks_of(result: dg.ExecuteInProcessResult) -> dict[str, AssetCheckEvaluation]:
    """Return the check evaluations of a run by `layer/table name`."""
    return {
        f"{'/'.join(evaluation.asset_key.path)} {evaluation.check_name}": evaluation
        for evaluation in result.get_asset_check_evaluations()
    }
