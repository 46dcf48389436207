"""Rebuilding: a new warehouse beside the old one, to be loaded from the raw store.

Belongs here: setting the old file aside, what of it goes on. Does not belong here: the run that
loads and publishes (`pipelines.upkeep`), which loads all that the new warehouse lacks.
"""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from assets.engine.errors import WarehouseError
from assets.engine.held import check_can_be_loaded
from assets.engine.load import accept_loss
from assets.engine.locks import locked
from assets.engine.paths import Paths, private_folder
from assets.engine.revision_log import take_over
from assets.engine.warehouse import warehouse
from schemas.settings import Source


def begin_anew(
    paths: Paths, sources: dict[str, Source], now: datetime, *, is_loss_accepted: bool
) -> Path | None:
    """Set the warehouse aside and make one that knows what was reported; return the old file.

    The revision log comes from the old file where DuckDB can read it; the run that follows takes
    over what only the published files know. With `is_loss_accepted`, deliveries that cannot be
    loaded are recorded as refused.

    Raises
    ------
    WarehouseError
        A run is at work, or there are deliveries that cannot be loaded.
    """
    if not is_loss_accepted:
        check_can_be_loaded(paths, sources)
    try:
        with locked(private_folder(paths.warehouse), wait=False):
            aside = _set_aside(paths, now)
            with warehouse(paths) as connection:
                if aside is not None:
                    with suppress(WarehouseError):  # it is damaged, perhaps
                        take_over(connection, aside, aside)
                if is_loss_accepted:
                    accept_loss(connection, paths, sources, "rebuild")
    except BlockingIOError:
        raise WarehouseError(
            "Rebuilding the warehouse", "a run at work", "no run meanwhile",
            "Wait for it to end, or end it in the UI, and run this again.",
        ) from None  # fmt: skip
    return aside


def _set_aside(paths: Paths, now: datetime) -> Path | None:
    """Give the warehouse's file, and its log, a name with the time."""
    file = paths.warehouse_file
    if not file.exists():
        return None
    aside = file.with_name(f"{file.stem}-{now:%Y%m%dT%H%M%S}{file.suffix}")
    log = file.with_name(f"{file.name}.wal")
    if log.exists():
        log.rename(aside.with_name(f"{aside.name}.wal"))
    return file.rename(aside)
