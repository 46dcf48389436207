"""The command `doctor`: what is well, what to look at, what is wrong, and what to do about it.

Nothing is changed, whatever is found.
"""

import filecmp
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, TickStatus

from assets.engine.common.calendar import TIMEZONE, Calendar, Period, local_now
from assets.engine.common.errors import MotcuaError, SettingsError
from assets.engine.common.messages import counted
from assets.engine.common.paths import Paths
from assets.engine.common.troubles import in_four_parts
from assets.engine.settings import load_calendar, operations_or_defaults
from assets.engine.status import (
    Finding,
    clock_findings,
    collection_findings,
    folder_findings,
    holiday_findings,
    inbox_findings,
    lock_holder,
    room_finding,
    settings_findings,
    warehouse_findings,
)
from assets.partitions import runs_of
from pipelines.commands.serve import INSTANCE_SETTINGS, dagster_home
from pipelines.dead_runs import runs_without_process
from pipelines.definitions import definitions
from schemas.settings import Operations

AT_WORK = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]


def main() -> int:
    """Print what is found; return 1 if something is wrong."""
    paths = Paths.from_environment()
    operations = operations_or_defaults(paths.settings, lambda _: None)
    try:
        calendar = load_calendar(paths.settings)
    except MotcuaError as error:
        return _print([Finding.of(error)])
    looks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: folder_findings(paths),
        lambda: iter([room_finding(paths, operations)]),
        lambda: settings_findings(paths),
        lambda: _warehouse_findings(paths),
        lambda: inbox_findings(paths, local_now()),
        lambda: collection_findings(paths, local_now()),
        lambda: clock_findings(paths, local_now()),
        lambda: holiday_findings(paths, local_now().date()),
        lambda: _dagster_findings(paths, calendar, operations),
    )
    return _print([finding for look in looks for finding in _whatever_happens(look)])


def _print(found: list[Finding]) -> int:
    for finding in found:
        print(f"{finding.level:<6} {finding.said}")
        if finding.to_do:
            print(f"       -> {finding.to_do}")
    return int(any(finding.level == "wrong" for finding in found))


def _whatever_happens(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield what a look finds; that the machine refuses it is a finding, too."""
    try:
        yield from look()
    except Exception as error:
        told = in_four_parts(error, "Looking at the installation")
        if told is None:
            raise
        yield Finding.of(told)


def _warehouse_findings(paths: Paths) -> Iterator[Finding]:
    # What is wrong with the settings is told among them.
    with suppress(SettingsError):
        yield from warehouse_findings(paths)


def _dagster_findings(
    paths: Paths, calendar: Calendar, operations: Operations
) -> Iterator[Finding]:
    home = dagster_home(paths)
    if not (home / "dagster.yaml").exists():
        yield Finding("wrong", f"there is no Dagster instance in {home}", "make ui makes it.")
        return
    if not filecmp.cmp(home / "dagster.yaml", INSTANCE_SETTINGS, shallow=False):
        yield Finding(
            "look", f"{home / 'dagster.yaml'} is not the one of this version",
            f"compare it with {INSTANCE_SETTINGS}, take over what is new, start the UI again.",
        )  # fmt: skip
    os.environ["DAGSTER_HOME"] = str(home)
    with dg.DagsterInstance.get() as instance:
        yield _daemon_finding(instance)
        yield _lock_finding(paths, instance)
        yield from _dead_run_findings(paths, instance, operations)
        yield _queue_finding(instance)
        yield from _automation_findings(paths, instance)
        yield from _period_findings(instance, calendar, operations)


def _daemon_finding(instance: dg.DagsterInstance) -> Finding:
    statuses = instance.get_daemon_statuses().values()
    still = sorted(status.daemon_type for status in statuses if not status.healthy)
    if not still:
        return Finding("ok", "the daemon is alive")
    if len(still) == len(statuses):
        return Finding(
            "wrong", "the daemon is not running: no schedule, sensor or queued run will start",
            "make ui, or start the service that runs it.",
        )  # fmt: skip
    return Finding(
        "wrong", f"parts of the daemon give no sign of life: {', '.join(still)}",
        "start make ui, or the service that runs it, again; its output says what stopped them.",
    )  # fmt: skip


def _lock_finding(paths: Paths, instance: dg.DagsterInstance) -> Finding:
    holder = lock_holder(paths)
    if holder is None:
        return Finding("ok", "nobody holds the warehouse")
    if instance.get_runs_count(dg.RunsFilter(statuses=AT_WORK)):
        return Finding("ok", f"process {holder} holds the warehouse while a run is at work")
    return Finding(
        "wrong", f"process {holder} holds the warehouse though no run is at work",
        f"see what it is (ps -fp {holder}) and close it; analysts read data/published instead.",
    )  # fmt: skip


def _dead_run_findings(
    paths: Paths, instance: dg.DagsterInstance, operations: Operations
) -> Iterator[Finding]:
    for run in runs_without_process(instance, paths, local_now()):
        yield Finding(
            "wrong", f"the run {operations.ui_url}/runs/{run.run_id} is marked as started, but its "
            "process died: every other run waits for it",
            "while the daemon runs, it is marked as failed within minutes; run its period again.",
        )  # fmt: skip


def _queue_finding(instance: dg.DagsterInstance) -> Finding:
    waiting = instance.get_runs_count(dg.RunsFilter(statuses=WAITING))
    if not waiting:
        return Finding("ok", "no run waits in the queue")
    return Finding(
        "look",
        f"{counted(waiting, 'run')} waiting in the queue",
        "nothing: one goes after another.",
    )


def _automation_findings(paths: Paths, instance: dg.DagsterInstance) -> Iterator[Finding]:
    """Look whether each schedule and sensor is on, and how its last tick ended."""
    states = {state.instigator_name: state for state in instance.all_instigator_state()}
    repository = definitions(paths).get_repository_def()
    defaults = {
        **{item.name: item.default_status.value for item in repository.schedule_defs},
        **{item.name: item.default_status.value for item in repository.sensor_defs},
    }
    for name, default in sorted(defaults.items()):
        state = states.get(name)
        is_set = state is not None and state.status is not InstigatorStatus.DECLARED_IN_CODE
        status = state.status.value if state is not None and is_set else default
        if status == InstigatorStatus.RUNNING.value:
            yield _tick_finding(instance, name, state)
        else:
            yield Finding("look", f"{name} is off", "switch it on in the UI under Automation.")


def _tick_finding(
    instance: dg.DagsterInstance, name: str, state: InstigatorState | None
) -> Finding:
    ticks = (
        instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1) if state else []
    )
    if not ticks:
        return Finding("ok", f"{name} is on")
    last = ticks[0]
    if last.status is TickStatus.FAILURE:
        return Finding(
            "wrong", f"{name} failed at {_local(last.timestamp)}",
            "read its last tick in the UI under Automation.",
        )  # fmt: skip
    return Finding("ok", f"{name} is on, last asked {_local(last.timestamp)}")


def _period_findings(
    instance: dg.DagsterInstance, calendar: Calendar, operations: Operations
) -> Iterator[Finding]:
    """Look when and how the last run of the running period ended, and of the one before."""
    running = calendar.month_of(local_now().date())
    for period in (calendar.previous_month(running), running):
        records = runs_of(instance, calendar, period, limit=1)
        if not records:
            yield Finding(
                "look", f"{period.label}: never run",
                f"nothing, if the nights are to do it; else make period PERIOD={period.key}",
            )  # fmt: skip
        elif records[0].dagster_run.status is dg.DagsterRunStatus.SUCCESS:
            end = records[0].end_time or 0.0
            yield Finding("ok", f"{period.label}: last run well, {_local(end)}")
        else:
            link = f"{operations.ui_url}/runs/{records[0].dagster_run.run_id}"
            yield Finding(
                "wrong",
                f"{period.label}: the last run failed, {_last_good(instance, calendar, period)}",
                f"read {link}, then make period PERIOD={period.key}",
            )  # fmt: skip


def _last_good(instance: dg.DagsterInstance, calendar: Calendar, period: Period) -> str:
    records = runs_of(instance, calendar, period, [dg.DagsterRunStatus.SUCCESS], limit=1)
    return (
        f"the last good one ended {_local(records[0].end_time or 0.0)}"
        if records
        else "none before it went well"
    )


def _local(timestamp: float) -> str:
    return f"{datetime.fromtimestamp(timestamp, ZoneInfo(TIMEZONE)):%d/%m/%Y %H:%M}"


if __name__ == "__main__":
    sys.exit(main())
