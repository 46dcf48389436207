"""The resource every asset takes: this installation's folders, sources and warehouse.

https://docs.dagster.io/guides/build/external-resources
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dagster as dg
import duckdb
from pydantic import PrivateAttr

from assets.engine.common.calendar import Calendar
from assets.engine.common.locks import one_run
from assets.engine.common.paths import Paths
from assets.engine.indicators import take_over_published
from assets.engine.settings import load_calendar, load_sources
from assets.engine.status import check_before_computing, run_at_work
from assets.engine.warehouse import drop_temporary, warehouse
from schemas.settings import Source


class Installation(dg.ConfigurableResource):  # type: ignore[type-arg]
    """One installation of Motcua.

    `data_folder` and `settings_folder` default to MOTCUA_DATA and MOTCUA_SETTINGS, and these to
    the checkout's `data/`.
    """

    data_folder: str = ""
    settings_folder: str = ""
    # Within a run: what closes the warehouse; connection and settings once a step asked for them.
    _held: ExitStack | None = PrivateAttr(None)
    _connection: duckdb.DuckDBPyConnection | None = PrivateAttr(None)
    _sources: dict[str, Source] | None = PrivateAttr(None)
    _is_whole: bool = PrivateAttr(False)
    _log: dg.DagsterLogManager | None = PrivateAttr(None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Installation"]:
        """Give the resource to a run once no other run is at work; to anything else at once."""
        if context.run is None:
            yield self
            return
        self._log = context.log
        with one_run(self.paths, self._report_wait), ExitStack() as held:
            self._held = held
            try:
                yield self
            finally:
                self._held = self._connection = self._sources = None
                self._is_whole = False

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
        """Return the settings of every source, which are read once a run.

        Raises SettingsError if a file does not fit.
        """
        sources = self._sources or load_sources(self.paths.sources)
        if self._held is not None:
            self._sources = sources
        return sources

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give the warehouse, which is opened once a run; outside of one it is opened each time.

        The file's lock keeps every other process out meanwhile. A step that fails closes it: the
        next one begins with a connection that nothing is left on.
        """
        if self._held is None:
            with warehouse(self.paths) as connection:
                yield connection
            return
        if self._connection is None:
            self._connection = self._held.enter_context(warehouse(self.paths, self._report))
        try:
            yield self._connection
            drop_temporary(self._connection)
        except BaseException:
            self._connection = None
            if not self._close():
                raise

    def _close(self) -> bool:
        """Close the warehouse after an error; return whether the error is dealt with by that.

        A step that Ctrl-C ended is closed after its run, which holds nothing any more.
        """
        return self._held is not None and bool(self._held.__exit__(*sys.exc_info()))

    def make_whole(
        self, connection: duckdb.DuckDBPyConnection, warn: Callable[[str], None]
    ) -> None:
        """Have the warehouse know, once a run, what was delivered and what was reported.

        Everything that computes or publishes begins with it: the revision log would hold figures
        that never were, and publishing would replace the only copy of a later log.

        Raises
        ------
        MotcuaError
            The warehouse lacks deliveries or reference files, or the log cannot be read.
        """
        if not self._is_whole:
            if warning := check_before_computing(connection, self.paths, self.sources()):
                warn(warning)
            take_over_published(connection, self.paths, warn)
            self._is_whole = self._held is not None

    def _report(self, sentence: str) -> None:
        if self._log is not None:
            self._log.info(sentence)

    def _report_wait(self) -> None:
        self._report(f"{run_at_work(self.paths)}; this one waits for it.")
