"""Housekeeping: what leaves Dagster's history, which keeps every run for ever by itself."""

from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage

from assets.engine.common.calendar import Calendar, local_now
from assets.engine.common.messages import counted
from assets.engine.settings import operations_or_defaults
from assets.partitions import ENDED, keys_of
from assets.resources import Installation


@dg.op(description="Xóa lịch sử các lần chạy cũ | Forget old runs")
def forget_old_runs(context: dg.OpExecutionContext, installation: Installation) -> None:
    """Forget the runs that ended before the days to keep, but for the last good ones."""
    settings = operations_or_defaults(installation.paths.settings, context.log.error)
    before = local_now() - timedelta(days=settings.keep_runs_days)
    count = forget_runs(context.instance, installation.calendar(), before)
    context.log.info(
        "%s that ended before %s forgotten", counted(count, "run"), f"{before:%d/%m/%Y}"
    )


@dg.job(description="Dọn lịch sử chạy của Dagster | Tidies the history of runs, figures stay")
def housekeeping() -> None:
    """Forget old runs."""
    forget_old_runs()


def forget_runs(instance: dg.DagsterInstance, calendar: Calendar, before: datetime) -> int:
    """Delete runs that ended before a time, with events and logs; return how many.

    The last good run of each job and period stays: it is what the UI shows of the period.
    """
    seen: set[tuple[str, str]] = set()
    forgotten = 0
    for record in instance.get_run_records(dg.RunsFilter(statuses=ENDED)):  # the newest first
        run = record.dagster_run
        places = {(run.job_name, key) for key in keys_of(calendar, run) or [""]}
        is_good = run.status is dg.DagsterRunStatus.SUCCESS
        is_last_good = is_good and not places <= seen
        if is_good:
            seen |= places
        ended = record.end_time or record.update_timestamp.timestamp()
        if not is_last_good and ended < before.timestamp():
            instance.delete_run(run.run_id)
            instance.compute_log_manager.delete_logs(prefix=[run.run_id])
            _delete_event_file(instance, run.run_id)
            forgotten += 1
    return forgotten


def _delete_event_file(instance: dg.DagsterInstance, run_id: str) -> None:
    """Remove the run's own database, which Dagster empties and leaves in its full size."""
    storage = instance.event_log_storage
    if isinstance(storage, SqliteEventLogStorage):
        Path(storage.path_for_shard(run_id)).unlink(missing_ok=True)
