"""Locks between processes: who works in a folder, and the one run at a time."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from assets.engine.common.errors import WarehouseError
from assets.engine.common.paths import Paths, private_folder
from assets.engine.common.troubles import trouble_told

# Portals may take half of `max_run_minutes`, six hours unless set, and the rest of a run an hour.
# Whoever holds the lock longer is ended after these six, and so would be the run that waits.
RUN_WAIT_SECONDS = 5 * 3600.0
LOOK_SECONDS = 0.25


@contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a folder against every other process that asks for it here.

    Raises
    ------
    BlockingIOError
        Another process holds it, and `wait` is false.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)


def is_free(folder: Path) -> bool:
    """Say whether nobody holds a folder at this moment; one that is not there is free."""
    try:
        with locked(folder, wait=False):
            return True
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False


@contextmanager
def one_run(paths: Paths, report_wait: Callable[[], None]) -> Iterator[None]:
    """Keep every other run of this installation waiting from the first step to the last.

    DuckDB's own lock is held a step at a time. Two runs that take turns in their steps would
    publish the figures of one register beside the dossiers of another.

    Raises
    ------
    WarehouseError
        Another run was at work for longer than `RUN_WAIT_SECONDS`.
    """
    deadline = time.monotonic() + RUN_WAIT_SECONDS
    is_reported = False
    with trouble_told("Locking the warehouse", with_files=True):
        folder = private_folder(paths.warehouse)
        next(folder.iterdir(), None)  # it may be read
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(locked(folder, wait=False))
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise WarehouseError(
                        "Waiting for the other run of this installation to end",
                        f"it still at work after {RUN_WAIT_SECONDS / 60:.0f} minutes",
                        "one run at a time",
                        "Look at that run in the UI; end it if it hangs, and run again.",
                    ) from None
            if not is_reported:
                report_wait()
                is_reported = True
            time.sleep(LOOK_SECONDS)
        yield
