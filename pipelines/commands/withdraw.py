"""The command `withdraw`: takes back what a clock that ran ahead collected."""

from contextlib import suppress
from datetime import date, datetime

from assets.engine.collect import Manifest, read_arrivals
from assets.engine.common.calendar import local_now
from assets.engine.common.errors import MotcuaError
from assets.engine.common.locks import one_run
from assets.engine.common.messages import counted
from assets.engine.common.paths import Paths
from assets.engine.portal import checkpoint_file
from assets.engine.settings import load_calendar
from assets.engine.status import run_at_work


def withdraw(paths: Paths, today: str) -> int:
    """Withdraw deliveries of periods to come; list others that state a time to come as of now.

    Returns 0 when it is done, and printed.

    Raises
    ------
    MotcuaError
        `today` is no day as YYYY-MM-DD, or not the one that this machine's clock says: one of both
        is wrong.
    """
    now = local_now()
    _check_form(today)
    if today != now.date().isoformat():
        raise MotcuaError(
            "Withdrawing what was collected at a time to come",
            f"TODAY={today}, while this machine's clock says {now.date()}",
            "the day of today in both",
            "Set the clock right (timedatectl), or, if the clock is right: "
            f"make withdraw TODAY={now.date()}",
        )
    load_calendar(paths.settings)
    with one_run(
        paths, lambda: print(f"{run_at_work(paths)}; this waits for its end.", flush=True)
    ):
        to_come = read_arrivals(paths, now).ahead
        begun, withdrawn = Manifest(paths, now).put_right(now)
        for delivery in to_come:
            if delivery.scope is not None and delivery.period > today:
                place = (delivery.source, delivery.export, delivery.period)
                checkpoint_file(paths, *place).unlink(missing_ok=True)
    print(
        f"Withdrawn: {counted(withdrawn, 'file')} of periods to come. Listed as of today: "
        f"{counted(begun, 'file')}. The next run takes them out of the figures, or counts them so."
    )
    return 0


def _check_form(today: str) -> None:
    """Raise MotcuaError unless a day is written as YYYY-MM-DD; another day's form is understood."""
    with suppress(ValueError):
        if date.fromisoformat(today).isoformat() == today:
            return
    meant = "YYYY-MM-DD"
    for form in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d"):
        with suppress(ValueError):
            meant = datetime.strptime(today, form).date().isoformat()  # noqa: DTZ007
    raise MotcuaError(
        "Reading the command",
        f"TODAY={today}",
        "the day of today as YYYY-MM-DD, such as 2023-11-20",
        f"Give it so: make withdraw TODAY={meant}",
    )
