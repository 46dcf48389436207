"""The state of an installation beside what it came from: reference files, deliveries, figures."""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from assets.engine.common.errors import MotcuaError
from assets.engine.common.paths import Paths
from assets.engine.indicators import check_is_counted
from assets.engine.load import (
    check_can_be_loaded,
    check_is_listed,
    check_is_loaded,
    check_nothing_lacks,
    lacking,
    stays_as_it_was,
)
from assets.engine.publish import check_not_fewer
from assets.engine.reference import check_reference
from assets.engine.warehouse import check_rows
from schemas.settings import Source


def check_before_computing(
    connection: duckdb.DuckDBPyConnection, paths: Paths, sources: dict[str, Source]
) -> str | None:
    """Check that reference tables and deliveries are those of today; return what to warn of.

    Raises
    ------
    MotcuaError
        They are not; the sentence says which, and what to do.
    """
    check_reference(connection, paths.reference)
    lacks = check_nothing_lacks(connection, paths, sources)
    return stays_as_it_was(lacks) if lacks.kept else None


@dataclass(frozen=True)
class Difference:
    """Why nothing would be published now, and whether the next run makes it good by itself."""

    error: MotcuaError
    is_made_good: bool


def first_difference(
    connection: duckdb.DuckDBPyConnection, paths: Paths, sources: dict[str, Source]
) -> Difference | None:
    """Return why nothing would be published now, if so; what else differs follows from it."""
    lacks = lacking(connection, paths, sources)
    checks: tuple[tuple[Callable[[], None], bool], ...] = (
        (lambda: check_is_listed(connection, paths), False),
        (lambda: check_can_be_loaded(lacks), False),
        (lambda: check_rows(connection), False),
        (lambda: check_reference(connection, paths.reference), True),
        (lambda: check_is_loaded(lacks), True),
        (lambda: check_is_counted(connection, paths, sources), True),
        (lambda: check_not_fewer(connection, paths), False),
    )
    for check, is_made_good in checks:
        try:
            check()
        except MotcuaError as error:
            return Difference(error, is_made_good)
    return None


def kept_readings(
    connection: duckdb.DuckDBPyConnection, paths: Paths, sources: dict[str, Source]
) -> str | None:
    """Return which deliveries stay as they were read with other settings, if any."""
    lacks = lacking(connection, paths, sources)
    return stays_as_it_was(lacks) if lacks.kept else None
