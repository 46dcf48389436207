"""Sensors: what starts a run by day, and what tells of a run that failed.

https://docs.dagster.io/guides/automate/sensors
"""

import json

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from assets.engine.collect import content_keys, listing_key, pending_files
from assets.engine.common.calendar import local_now
from assets.engine.common.errors import MotcuaError
from assets.engine.common.messages import counted
from assets.engine.common.troubles import trouble_told
from assets.engine.settings import operations_or_defaults
from assets.partitions import keys_of, periods_of
from assets.resources import Installation
from pipelines.alerts import Alert, send
from pipelines.dead_runs import death_told, runs_without_process
from pipelines.failures import kind_of, sentence_of
from pipelines.jobs import FILES_ONLY, daily_check, nightly
from pipelines.schedules import RUN_TAG, UNFINISHED

STOPPED = (
    "The run was stopped before its end: by somebody, or because it took longer than "
    "max_run_minutes of operations.toml. What it had done stays; run the period again."
)


@dg.sensor(
    job_name=nightly.name,
    minimum_interval_seconds=60,
    description="Tệp mới trong inbox ban ngày | New files in the inbox by day: a run a period",
)
def inbox_sensor(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.SensorResult | dg.SkipReason:
    """Request a run for each period that has new files in the inbox, once for the same content.

    The cursor is a hash of what waits: what was asked for is not hashed again every minute.
    """
    paths, now = installation.paths, local_now()
    with trouble_told("Looking at the inbox", with_files=True):
        files = pending_files(paths, installation.sources())
        listing = listing_key(paths, files)
    if not files or listing == context.cursor:
        return dg.SkipReason("Nothing new waits in the inbox.")
    unfinished = context.instance.get_runs(dg.RunsFilter(job_name="nightly", statuses=UNFINISHED))
    calendar = installation.calendar()
    busy = {key for run in unfinished for key in keys_of(calendar, run)}
    with trouble_told("Looking at the inbox", with_files=True):
        contents = content_keys(paths, installation.sources(), files, now)
    requests = [
        dg.RunRequest(
            partition_key=key, run_key=content, run_config=FILES_ONLY, tags={RUN_TAG: "inbox"}
        )
        for key, content in contents.items()
        if key not in busy
    ]
    # A run under way may be past collecting: its period is asked for again when it has ended.
    is_all_asked = busy.isdisjoint(contents)
    return dg.SensorResult(run_requests=requests, cursor=listing if is_all_asked else None)


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Đánh dấu lỗi lần chạy đã chết | Marks runs as failed whose process died",
)
def dead_run_sensor(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.SensorResult:
    """Mark a run as failed whose process died without a word, so that the queue goes on.

    Dagster cannot tell by itself: to it such a run is at work until `max_run_minutes` are over. The
    cursor names the runs that looked dead a minute ago: only one that still does is dead.
    """
    suspects = json.loads(context.cursor or "[]")
    looking_dead = runs_without_process(context.instance, installation.paths, local_now())
    dead = [run for run in looking_dead if run.run_id in suspects]
    for run in dead:
        context.instance.report_run_failed(run, death_told(run))
        context.log.error("%s %s", death_told(run), run.run_id)
    return dg.SensorResult(
        skip_reason=dg.SkipReason(f"{counted(len(looking_dead), 'run')} without a process."),
        cursor=json.dumps([run.run_id for run in looking_dead if run not in dead]),
    )


@dg.run_failure_sensor(
    name="failure_sensor",
    # A run from the command line belongs to no code location, and is told of, too.
    monitor_all_code_locations=True,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Báo lần chạy bị lỗi qua thư hoặc webhook | Tells of a failed run: log, mail, hook",
)
def failure_sensor(context: dg.RunFailureSensorContext, installation: Installation) -> None:
    """Tell what failed, of which period, and where to look; never fail itself."""
    run = context.dagster_run
    subject = f"Motcua: lỗi | failed: {run.job_name}{_period_of(installation, run)}"
    _tell(context, installation, subject, _sentence(context))


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[daily_check],
    name="daily_check_sensor",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Báo kỳ đã khóa sổ còn thiếu | Tells of closed periods that the daily check names",
)
def daily_check_sensor(context: dg.RunStatusSensorContext, installation: Installation) -> None:
    """Tell what the daily check found: a failed check fails no run."""
    if found := failed_checks(context):
        subject = "Motcua: kỳ đã khóa sổ chưa xong | closed periods need a hand"
        _tell(context, installation, subject, " ".join(found))


def _tell(
    context: dg.RunStatusSensorContext, installation: Installation, subject: str, sentence: str
) -> None:
    settings = operations_or_defaults(installation.paths.settings, context.log.error)
    link = f"{settings.ui_url}/runs/{context.dagster_run.run_id}"
    context.log.error("%s: %s %s", subject, sentence, link)
    for untold in send(Alert(subject, sentence, link), settings.alerts):
        context.log.error(untold)


def _period_of(installation: Installation, run: dg.DagsterRun) -> str:
    try:
        labels = [period.label for period in periods_of(installation.calendar(), run)]
    except MotcuaError:
        return ""
    return f", {' – '.join(dict.fromkeys((labels[0], labels[-1])))}" if labels else ""


def _sentence(context: dg.RunFailureSensorContext) -> str:
    """Return what the first failed step says, or the run itself, else a failed check, else Dagster.

    Only a sentence of ours is told: of any other error the kind, for its text may hold anything.
    """
    where, error = _first_error(context)
    if error is not None and error.cls_name == dg.DagsterExecutionInterruptedError.__name__:
        return f"{where}{STOPPED}"
    if said := sentence_of(error):
        return where + said
    kind = kind_of(error)
    found = " ".join(failed_checks(context)) or (where + kind if kind else None)
    return found or context.failure_event.message or "The run ended by itself."


def _first_error(
    context: dg.RunFailureSensorContext,
) -> tuple[str, SerializableErrorInfo | None]:
    """Return where the run failed and with what; no step does while a run waits for another."""
    for event in context.get_step_failure_events():
        return f"{event.step_key}: ", event.step_failure_data.error
    if context.failure_event.event_specific_data is None:
        return "", None
    return "", context.failure_event.job_failure_data.error


def failed_checks(context: dg.RunStatusSensorContext) -> list[str]:
    """Return what the failed checks of a run say; warnings are no failures."""
    records = context.instance.get_records_for_run(
        context.dagster_run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    events = [record.event_log_entry.dagster_event for record in records]
    checks = [event.asset_check_evaluation_data for event in events if event]
    return [
        check.description or check.check_name
        for check in checks
        if not check.passed and check.severity is dg.AssetCheckSeverity.ERROR
    ]
