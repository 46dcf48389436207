"""The delivery that the pages of a collection become: a file, and what the manifest says of it.

Belongs here: the portal's envelope around its records, the scope, the asking time and the days that
the file covers. Does not belong here: which records it has (`portal_walks`), which bytes are listed
again (`manifest`).
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from assets.engine.collect import Asked, Delivery, Manifest, reading_folder
from assets.engine.common.calendar import Period
from assets.engine.portal_journal import Begun


def deliver(
    manifest: Manifest, begun: Begun, records: Iterator[bytes], *, records_path: str, source: str,
    export: str, period: Period, now: datetime,
) -> tuple[int, Delivery | None]:  # fmt: skip
    """Put records into the raw store as one file.

    Returns how many records there are, and the delivery, if it is a new one. Its name says only
    what it supersedes: a whole period the one before, changes nothing.
    """
    asked = _asked(manifest, begun, source=source, export=export, period=period, now=now)
    started = datetime.fromisoformat(begun.started_at)
    name = "api.json" if begun.is_whole_period else f"since-{started:%Y%m%dT%H%M%S}.json"
    with reading_folder(manifest.paths) as folder:
        file = folder / "collected.json"
        row_count = _write(file, records, records_path)
        delivery = manifest.collect(
            file, source=source, export=export, period=period.key, name=name, now=now, asked=asked
        )
    return row_count, delivery


def _asked(
    manifest: Manifest, begun: Begun, *, source: str, export: str, period: Period, now: datetime
) -> Asked:
    """Return what a collection asked for, by this machine's clock: a portal's may stand still."""
    started = datetime.fromisoformat(begun.started_at)
    covers_to = min(period.end, started.date() - timedelta(days=1))
    if begun.is_whole_period:
        return Asked("whole", started, covers_to)
    ahead = _latest_whole_ahead(manifest.deliveries, source, export, now)
    return Asked("changes", ahead or started, covers_to)


def _latest_whole_ahead(
    deliveries: list[Delivery], source: str, export: str, now: datetime
) -> datetime | None:
    """Return the latest moment after `now` at which a whole period of an export was asked for.

    The clock ran ahead then, or is behind now: changes that come now came after it nevertheless,
    and carry that moment. A whole period that was asked for again carries its own no more.
    """
    asked_at = {
        delivery.period: datetime.fromisoformat(delivery.asked_at)
        for delivery in deliveries
        if (delivery.source, delivery.export, delivery.scope) == (source, export, "whole")
        and delivery.asked_at is not None
    }
    return max((moment for moment in asked_at.values() if moment > now), default=None)


def _write(file: Path, records: Iterator[bytes], path: str) -> int:
    """Write records as they are into the envelope that `path` names; return how many."""
    names = [json.dumps(name, ensure_ascii=False) for name in path.split(".")] if path else []
    opening = "".join(f"{{{name}: " for name in names) + "["
    count = 0
    with file.open("wb") as target:
        target.write(opening.encode())
        for count, record in enumerate(records, start=1):
            target.write(b"\n" + record if count == 1 else b",\n" + record)
        target.write(b"\n]" + b"}" * len(names) + b"\n")
    return count
