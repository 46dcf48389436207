"""The resource every asset takes: this installation's folders, sources and warehouse.

Belongs here: the bridge from Dagster to the engine. Does not belong here: SQL or file handling.
https://docs.dagster.io/guides/build/external-resources
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import dagster as dg
import duckdb

from assets.engine.locks import one_run
from assets.engine.paths import Paths
from assets.engine.periods import Calendar, load_calendar
from assets.engine.sources import load_sources
from assets.engine.warehouse import warehouse
from schemas.settings import Source


class Installation(dg.ConfigurableResource):  # type: ignore[type-arg]
    """One installation of Motcua.

    `data_folder` and `settings_folder` default to MOTCUA_DATA and MOTCUA_SETTINGS, and these to
    the checkout's `data/`.
    """

    data_folder: str = ""
    settings_folder: str = ""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Installation"]:
        """Give the resource to a run once no other run is at work; to anything else at once."""
        if context.run is None:
            yield self
            return
        with one_run(self.paths, partial(_tell_waiting, context)):
            yield self

    @property
    def paths(self) -> Paths:
        """The folders of this installation."""
        default = Paths.from_environment()
        return Paths(
            Path(self.data_folder) if self.data_folder else default.data,
            Path(self.settings_folder) if self.settings_folder else default.settings,
        )

    def calendar(self) -> Calendar:
        """Return the calendar of reporting months; SettingsError if `statistic.toml` is wrong."""
        return load_calendar(self.paths.settings)

    def sources(self) -> dict[str, Source]:
        """Return the settings of every source; SettingsError if a file does not fit."""
        return load_sources(self.paths.sources)

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the warehouse; the file's lock keeps every other process out meanwhile."""
        with warehouse(self.paths) as connection:
            yield connection


def _tell_waiting(context: dg.InitResourceContext) -> None:
    if context.log is not None:
        context.log.info("Another run of this installation is at work; this one waits for it.")
