"""Which days a delivered file speaks for.

Belongs here: its own "Từ ngày … đến ngày …" line, the last day it covers. Does not belong here:
finding the line (`assets.engine.containers`), the cut-off of all files (`assets.engine.compute`).
"""

from datetime import date, datetime, timedelta

from assets.engine.errors import FileRefused
from assets.engine.periods import Period
from assets.engine.raw_store import Delivery


def stated_period(lines: list[tuple[date, date] | None]) -> tuple[date, date] | None:
    """Return the period line of a file; FileRefused if its parts have different ones."""
    stated = sorted({line for line in lines if line})
    if len(stated) > 1:
        raise FileRefused(
            "Reading the period lines of its parts",
            f"{len(stated)} different ones",
            "one period a file",
            "Deliver each period as a file of its own.",
        )
    return stated[0] if stated else None


def unstated_coverage(delivery: Delivery, month: Period) -> date:
    """Return the last day that a delivery covers whose list states none.

    The manifest says it of what a portal gave; of a file it is the day before it was written.
    """
    if delivery.covers_to is not None:
        return date.fromisoformat(delivery.covers_to)
    written = datetime.fromisoformat(delivery.modified_at).date()
    if written <= month.start:
        # A copy can carry any time; one before the period began says nothing.
        written = datetime.fromisoformat(delivery.collected_at).date()
    return min(month.end, written - timedelta(days=1))


def covers_to(delivery: Delivery, month: Period, stated: tuple[date, date] | None) -> date:
    """Return the last day a file of a month covers.

    The manifest says it of what a portal gave. A file of the inbox states it, or it is the day
    before the file was written.

    Raises FileRefused if the stated days are reversed, or end in another month.
    """
    if stated is None or delivery.covers_to is not None:
        return unstated_coverage(delivery, month)
    first, last = stated
    if first > last or not month.start <= last <= month.end:
        raise FileRefused(
            "Comparing the file's own period line with its folder",
            f"Từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}",
            "a first day before the last, within " + month.label
            if first > last
            else f"a line that ends within {month.label}",
            "Move the file to its period's folder, or correct the line.",
        )
    return last
