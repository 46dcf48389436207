"""Findings about a wrong clock, named by `make doctor` and the daily check until mended."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from assets.engine.collect import read_arrivals
from assets.engine.common.paths import Paths
from assets.engine.load import summary_of
from assets.engine.status.health import Finding

# What contradicts each other longer ago is of periods that were handed in.
NAMED_FOR = timedelta(days=62)


def clock_findings(paths: Paths, now: datetime) -> Iterator[Finding]:
    """Look for collections whose time is in doubt; `now` is what this machine says."""
    found = read_arrivals(paths, now)
    days, today = found.clock.contradiction, found.clock.today
    if days and today - NAMED_FOR < max(days) <= today:
        first, second = (f"{day:%d/%m/%Y}" for day in days)
        yield Finding(
            "look", f"what was collected on {first}, as the clock said then, came before what was "
            f"collected on {second}, and as many nights agree with either: it counts as of the "
            "second",
            f"nothing if {second} was right; else deliver what came first again, with another "
            "time of the file.",
        )  # fmt: skip
    if not found.ahead and not found.to_come and not found.undated:
        return
    command = f"make withdraw TODAY={now:%Y-%m-%d}"
    if found.clock.is_behind:
        yield Finding(
            "wrong", f"this machine's clock says {now:%d/%m/%Y}, and most was collected after "
            f"that, until {found.clock.today:%d/%m/%Y}: files that nothing dates wait",
            f"set the clock right (timedatectl). If it is right, and ran ahead then: {command}",
        )  # fmt: skip
        return
    if found.to_come:
        yield Finding(
            "wrong", f"{summary_of(found.to_come)}, still to come: this machine's clock ran ahead "
            "at collection. Nothing of it counts until that day",
            f"{command}; what still lies in the inbox is collected anew by the next run.",
        )  # fmt: skip
    if others := [item for item in found.ahead if item.period <= f"{found.clock.today}"]:
        yield Finding(
            "look", f"{summary_of(others)}, collected when this machine's clock ran ahead: what "
            "counts is the time of the collections before and after",
            f"nothing; {command} lists them as of today.",
        )  # fmt: skip
    if behind := [item for item in found.undated if item not in found.ahead]:
        yield Finding(
            "look", f"{summary_of(behind)}, collected when this machine's clock was behind: what "
            "counts is the time of the collection before",
            "nothing; when the next file is collected, its day is taken.",
        )  # fmt: skip
