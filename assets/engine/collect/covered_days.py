"""Which days a delivered file speaks for.

No file speaks for days after it was collected, whatever it, its time or its portal says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assets.engine.collect.deliveries import Delivery
from assets.engine.common.calendar import Period
from assets.engine.common.errors import FileRefused

# Clocks that nobody sets go wrong by minutes, and some exports state the next whole quarter.
CLOCK_SKEW = timedelta(minutes=15)
_ONE_DAY = timedelta(days=1)
_WARNING = "covers the days until "


@dataclass(frozen=True)
class Coverage:
    """The last day that a file covers, and a warning where that is not what it states."""

    day: date
    warning: str | None = None

    def added_to(self, warnings: Iterable[str]) -> list[str]:
        """Return the warnings of a file with this one in place of an earlier one."""
        others = [text for text in warnings if not text.startswith(_WARNING)]
        return [*others, self.warning] if self.warning else others


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


def stated_end(stated: tuple[date, date] | None, month: Period) -> date | None:
    """Return the last day that a file of a month states, if it does.

    Raises FileRefused if the stated days are reversed, or end in another month.
    """
    if stated is None:
        return None
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


def written_on(delivery: Delivery, month: Period) -> date:
    """Return the day on which a file was written, at the latest the one of its collection."""
    collected = datetime.fromisoformat(delivery.collected_at)
    written = datetime.fromisoformat(delivery.modified_at)
    # A copy can carry any time; one before the period began says nothing.
    is_believed = month.start < written.date() and written < collected
    return (written if is_believed else collected).date()


def coverage(
    delivery: Delivery,
    month: Period,
    stated_to: date | None = None,
    extracted_at: datetime | None = None,
) -> Coverage:
    """Return the last day that a delivery of a month covers.

    The manifest says it of what a portal gave, and a file of the inbox states it. Where neither is,
    or where that day came after the bytes did, it is the day before the file was written. A list of
    today that states "đến ngày <today>" covers today.

    Parameters
    ----------
    stated_to
        The last day that the file states of itself.
    extracted_at
        When the file was extracted, as it states and as far as that is believed.
    """
    written = written_on(delivery, month)
    if extracted_at is not None and _may_speak_of(month, extracted_at):
        written = min(written, extracted_at.date())
    before = min(month.end, written - _ONE_DAY)
    if delivery.covers_to is not None:
        stated, last = date.fromisoformat(delivery.covers_to), before
    else:
        stated, last = stated_to or before, written
    if stated <= last:
        return Coverage(stated, _of_a_file_to_come(delivery, stated, month, stated_to))
    return Coverage(
        before,
        f"{_WARNING}{before:%d/%m/%Y} only: it states {stated:%d/%m/%Y}, a day that had not come "
        "when it was made",
    )


def _of_a_file_to_come(
    delivery: Delivery, day: date, month: Period, stated_to: date | None
) -> str | None:
    """Return a warning of a file whose time lies after its collection, where that decides."""
    moments = (delivery.modified_at, delivery.collected_at)
    written, collected = map(datetime.fromisoformat, moments)
    is_decisive = stated_to is None and delivery.covers_to is None and day < month.end
    if not is_decisive or written <= collected + CLOCK_SKEW:
        return None
    return (
        f"{_WARNING}{day:%d/%m/%Y} only: its time, {written:%d/%m/%Y %H:%M}, lies after its "
        f"collection, {collected:%d/%m/%Y %H:%M}"
    )


def widest_coverage(
    arrivals: Iterable[Delivery],
    month: Period,
    stated_to: date | None = None,
    extracted_at: datetime | None = None,
) -> Coverage:
    """Return the coverage of bytes that arrived more than once: of whichever reaches furthest."""
    found = [coverage(arrival, month, stated_to, extracted_at) for arrival in arrivals]
    return max(found, key=lambda item: item.day)


def coverage_since(
    arrivals: list[Delivery],
    month: Period,
    recorded: date | None,
    *,
    is_stated: bool | None,
    stated_to: date | None,
    extracted_at: datetime | None,
) -> Coverage | None:
    """Return what loaded bytes cover since they arrived again; None if that stays as recorded.

    Of a file that an older version read nobody knows what it states.
    """
    is_file = not arrivals[0].scope
    if recorded is None or (is_file and not stated_to and is_stated):
        return None
    return widest_coverage(arrivals, month, stated_to, extracted_at)


def believed_extraction(
    stated: datetime | None, delivery: Delivery, month: Period
) -> tuple[datetime | None, str | None]:
    """Return when a file was extracted, local, if that is believed, and a warning if it is not.

    A file that was extracted after it arrived, or before its month began, states a wrong time: it
    counts as one that states none, else each later delivery would be superseded by it, or it by
    each earlier one.
    """
    if stated is None:
        return None, None
    if not _may_speak_of(month, stated):
        why = f"before its period began ({month.start:%d/%m/%Y})"
    elif stated > delivery.arrived_at + CLOCK_SKEW:
        why = "after it arrived"
    else:
        return (stated if stated <= delivery.arrived_at else None), None
    return None, (
        f"states that it was extracted at {stated:%d/%m/%Y %H:%M}, {why}: the time of its arrival "
        "counts"
    )


def _may_speak_of(month: Period, extracted_at: datetime) -> bool:
    """Return whether a list of a month may have been extracted then: not before the month."""
    return month.start <= extracted_at.date()
