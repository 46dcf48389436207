"""The command line of the Makefile: `run` (the sample), `period`, `rebuild`, `ui` and others.

Runs pass no queue here; the warehouse's lock keeps them apart.
"""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn
from uuid import uuid4

import dagster as dg
import duckdb

from assets.engine.collect import read_manifest
from assets.engine.common.calendar import Calendar, Period
from assets.engine.common.errors import MotcuaError
from assets.engine.common.paths import Paths
from assets.engine.common.troubles import in_four_parts
from assets.engine.load import refused_with_active_predecessor
from assets.engine.settings import load_calendar, load_operations, load_sources
from assets.engine.source_check import check_source, report
from assets.partitions import PARTITION_TAG, begun_period, range_tags
from pipelines.commands.first_time import check_place, closing_day_changed
from pipelines.commands.printing import print_rates, print_refusals, print_rejections
from pipelines.commands.progress import Progress, failures, totals
from pipelines.commands.sample import PORTALS, beside_portal, put_sample, sample_periods
from pipelines.commands.serve import history_kept_open, prepare_instance, serve_ui
from pipelines.commands.upkeep import back_up_installation, begin_rebuild, restore_installation
from pipelines.commands.withdraw import withdraw
from pipelines.definitions import definitions
from pipelines.jobs import ACCEPT_FEWER, FILES_ONLY

# Dagster's own event log tells every step; what the terminal gets of it is printed here.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_AGAIN = "What was loaded and published stays; give the command once more to go on."
# What is to be done after Ctrl-C, where it is something else.
STOPPED = {
    "check-source": "Nothing was changed.",
    "backup": "There is no whole back-up; give the command once more.",
    "restore": "Remove what was restored so far from MOTCUA_DATA, and give the command once more.",
    "rebuild": "What was published stays; make period PERIOD=... loads what is missing.",
}


class _Parser(argparse.ArgumentParser):
    """A parser that answers a wrong command with one sentence, and the exit status 2."""

    def error(
        self, found: str, expected: str = "", to_do: str = "make help lists the commands."
    ) -> NoReturn:
        """Say what was found; what is expected is the form of the command if nothing else is."""
        form = " ".join(self.format_usage().split()).removeprefix("usage: ").removesuffix(" ...")
        self.exit(2, f"{MotcuaError('Reading the command', found, expected or form, to_do)}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return 0, or 1 with a sentence on the error stream, 130 after Ctrl-C.

    What is no command ends the process with 2.
    """
    options = _options(arguments)
    paths = Paths.from_environment()
    try:
        check_place(paths, options.command)
        if options.command in WITHOUT_DAGSTER:
            return WITHOUT_DAGSTER[options.command](paths, options)
        return _with_dagster(paths, options)
    except BrokenPipeError:
        # What Python has not written yet would fail once more when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(
            "Printing what was done: found that nobody reads on; expected a reader to the end. "
            "Give the command once more, without head or the like.",
            file=sys.stderr,
        )
    except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
        print(f"Interrupted. {STOPPED.get(options.command, _AGAIN)}", file=sys.stderr)
        return 130
    except Exception as error:
        told = in_four_parts(error, f"Running the command {options.command}")
        if told is None:
            raise
        print(told, file=sys.stderr)
    return 1


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="motcua", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="take the sample in, compute, publish, print rates")
    run.add_argument("source", nargs="?", help="from its portal: make portal")
    period = commands.add_parser("period", help="redo one period and whatever it moves")
    period.add_argument("key", help="first day of the period, such as 2023-10-15")
    period.add_argument("--accept-fewer", action="store_true", help="publish less than before")
    commands.add_parser("ui", help="Dagster on 127.0.0.1:3000, with its daemon")
    check = commands.add_parser("check-source", help="check a settings file against a sample file")
    check.add_argument("settings", type=Path, help="the settings file of a source")
    check.add_argument("export", help="the export of which the sample is one")
    check.add_argument("file", type=Path, help="a file as the portal delivers it")
    check.add_argument("--period", help="first day of its period, such as 2023-10-15")
    backup = commands.add_parser("backup", help="copy the whole installation into a new folder")
    backup.add_argument("target", type=Path, help="the new folder, on another disk")
    restored = commands.add_parser("restore", help="bring a back-up into an empty MOTCUA_DATA")
    restored.add_argument("origin", type=Path, help="a folder that backup made")
    rebuild = commands.add_parser("rebuild", help="load the warehouse anew from the raw files")
    rebuild.add_argument("--accept-loss", action="store_true", help="go on without purged files")
    withdrawn = commands.add_parser("withdraw", help="take back what a clock ahead collected")
    withdrawn.add_argument("today", help="the day of today, such as 2023-11-20")
    options = parser.parse_args(arguments)
    if options.command == "run" and options.source not in (None, *PORTALS):
        run.error(
            f"SOURCE={options.source}, which the bundled sample has not",
            f"{' or '.join(PORTALS)}, or no SOURCE",
            "Portals and files of your own are collected by make period PERIOD=2023-10-15.",
        )
    return options


def _with_dagster(paths: Paths, options: argparse.Namespace) -> int:
    if options.command == "run" and options.source:
        paths = beside_portal(paths, options.source)
    # Dagster would wrap what is wrong in the settings into a hundred lines.
    calendar = load_calendar(paths.settings)
    prepare_instance(paths)
    if options.command == "ui":
        return serve_ui()
    load_operations(paths.settings)
    load_sources(paths.sources)
    with history_kept_open(), dg.DagsterInstance.get() as instance:
        if options.command == "run":
            return _run_sample(paths, calendar, instance, options.source)
        if options.command == "rebuild":
            periods = begin_rebuild(paths, calendar, is_loss_accepted=options.accept_loss)
            steps = {**FILES_ONLY["ops"], **_accepting(options.accept_loss)}
            return _process(paths, instance, periods, ("year_to_date",), steps)
        try:
            periods = [begun_period(calendar, options.key)]
        except MotcuaError as error:
            raise closing_day_changed(paths, calendar, options.key) or error from None
        steps = _accepting(options.accept_fewer)
        return _process(paths, instance, periods, ("month", "year_to_date"), steps)


def _accepting(is_accepted: bool) -> dict[str, object]:
    """Return the configuration of a run that may publish less than readers have."""
    return {**ACCEPT_FEWER["ops"]} if is_accepted else {}


def _check_source(paths: Paths, options: argparse.Namespace) -> int:
    """Print what a settings file makes of a sample; return 0 if nothing is wrong."""
    found = check_source(
        options.settings, options.export, options.file, paths.reference, options.period
    )
    print(report(found), end="")
    return 1 if found.mistakes else 0


def _run_sample(
    paths: Paths, calendar: Calendar, instance: dg.DagsterInstance, source: str | None
) -> int:
    """Run the sample's periods: from files, or from the portal of `source`."""
    strangers = {d.source for d in read_manifest(paths)} - {source or "xin_man"}
    if strangers:
        raise MotcuaError(
            "Processing the bundled sample",
            f"deliveries of {', '.join(sorted(strangers))} in {paths.data}",
            "an installation that holds the sample only",
            "Use make period PERIOD=..., or set MOTCUA_DATA to an empty folder.",
        )
    if source:
        print(f"Collecting from the portal of {source} into {paths.data}")
    else:
        print(f"Copying the sample into {paths.inbox}")
        put_sample(paths)
    periods = sample_periods(source, paths, calendar)
    if not periods:
        raise MotcuaError(
            "Processing the bundled sample",
            f"no source xin_man in {paths.sources}",
            "the settings that come with the sample",
            "Unset MOTCUA_SETTINGS, or copy data/sources/xin_man.toml there.",
        )
    status = _process(paths, instance, periods, ("year_to_date",))
    if source and status:
        print(f"make run SOURCE={source} once more goes on from here.", file=sys.stderr)
    return status


def _process(
    paths: Paths,
    instance: dg.DagsterInstance,
    periods: list[Period],
    kinds: tuple[str, ...],
    chosen: Mapping[str, object] = MappingProxyType({}),
) -> int:
    """Run `nightly` once for all periods from the first to the last; print what came of it."""
    result, errors = _run(paths, instance, periods, chosen)
    # Where a portal did not answer, the run has failed, and what else there is was published.
    is_published = any(
        event.asset_key == dg.AssetKey(["publish", "motcua"])
        for event in result.get_asset_materialization_events()
    )
    if is_published:
        _print_published(paths, periods, kinds)
        return int(not result.success)
    for sentence in errors:
        print(f"  {sentence}", file=sys.stderr)
    stays = (
        "the files published before stay in place"
        if (paths.published / "motcua.duckdb").exists()
        else "nothing is published yet"
    )
    print(f"Failed: {stays}.", file=sys.stderr)
    return 1


def _run(
    paths: Paths,
    instance: dg.DagsterInstance,
    periods: list[Period],
    chosen: Mapping[str, object],
) -> tuple[dg.ExecuteInProcessResult, list[str]]:
    """Run `nightly`; print what it does, and what failed.

    Returns the result, and the errors that stopped nothing and are printed nowhere yet.
    """
    run_id, first, last = str(uuid4()), periods[0].key, periods[-1].key
    with Progress() as progress:
        instance.add_event_listener(run_id, progress.listen)
        result = (
            definitions(paths)
            .resolve_job_def("nightly")
            .execute_in_process(
                tags={PARTITION_TAG: first} if first == last else range_tags(first, last),
                instance=instance,
                run_config={**QUIET, "ops": {**chosen}},
                run_id=run_id,
                raise_on_error=False,
            )
        )
    failed = failures(result.all_events)
    print(f"nightly: {totals(result)} ({progress.seconds:.1f} s)")
    for sentence, steps in failed.items():
        print(f"  {', '.join(steps)}: {sentence}", file=sys.stderr)
    return result, [
        error
        for error in progress.errors
        if not any(error.removesuffix(".") in said for said in failed)
    ]


def _print_published(paths: Paths, periods: list[Period], kinds: tuple[str, ...]) -> None:
    """Print the rates up to the last period, and what was rejected and refused."""
    first, last, published = periods[0], periods[-1], paths.published / "motcua.duckdb"
    with duckdb.connect(str(published), read_only=True) as reader:
        print_rates(reader, last.end, kinds)
        print(f"Published: {published} (with dossiers.duckdb and by_unit.csv beside it)")
        print_rejections(reader, paths, first, last)
        replaced = refused_with_active_predecessor(reader, read_manifest(paths))
        print_refusals(reader, first, last, replaced)


WITHOUT_DAGSTER: dict[str, Callable[[Paths, argparse.Namespace], int]] = {
    "check-source": _check_source,
    "backup": lambda paths, options: back_up_installation(paths, options.target.resolve()),
    "restore": lambda paths, options: restore_installation(options.origin.resolve(), paths),
    "withdraw": lambda paths, options: withdraw(paths, options.today),
}


if __name__ == "__main__":
    sys.exit(main())
