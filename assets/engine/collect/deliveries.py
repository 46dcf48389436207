"""The deliveries that the manifest lists, in the order of arrival, as of a believed clock.

File names may hold a person's name, so they stay in the manifest (0600) and never reach DuckDB,
logs or messages.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from assets.engine.collect.clock import Clock, read_clock
from assets.engine.collect.manifest_conversion import WITHDRAWN, Line, whole_lines, with_fields
from assets.engine.common.calendar import local_now
from assets.engine.common.errors import WarehouseError
from assets.engine.common.paths import Paths
from assets.engine.common.text import name_key
from assets.engine.formats.detect import SUFFIXES

# Source, export and name, as names are compared.
Place = tuple[str, str, str]
Scope = Literal["whole", "changes"]


@dataclass(frozen=True)
class Delivery:
    """One file as it was delivered: a row of the manifest.

    A portal's delivery has a scope, the moment at which the portal was asked, and the last day that
    it covers. A file of the inbox has none of them.
    """

    source: str
    export: str
    period: str
    name: str
    sha256: str
    size: int
    modified_at: str
    collected_at: str
    scope: Scope | None = None
    asked_at: str | None = None
    covers_to: str | None = None

    @property
    def place(self) -> Place:
        """Its source, export and name: another way to write the name is the same place."""
        return self.source, self.export, name_key(self.name)

    @property
    def delivery_id(self) -> str:
        """Identity of these bytes in this place; the same whenever and in whatever order loaded."""
        place = "/".join((self.source, self.export, self.period, self.sha256))
        return hashlib.sha256(place.encode()).hexdigest()[:16]

    @property
    def arrived_at(self) -> datetime:
        """When it arrived, as `ops.delivery` writes it: local, without a zone."""
        return datetime.fromisoformat(self.collected_at).replace(tzinfo=None)

    @property
    def suffix(self) -> str:
        """Suffix of the file name without the dot, if it is one of a container, else `other`."""
        suffix = Path(self.name).suffix.lower().lstrip(".")
        return suffix if suffix in SUFFIXES else "other"

    @property
    def reference(self) -> str:
        """How messages point at the file: all but its name, which the manifest holds."""
        return (
            f"{self.source}/{self.export}/{self.period}, .{self.suffix} file {self.sha256[:8]} "
            "(its name stands in raw/manifest.jsonl)"
        )


@dataclass(frozen=True)
class Arrivals:
    """What the manifest lists, and the clock by which it is read.

    `deliveries` are those that count, in the order of arrival. Those `to_come` are of periods that
    have not begun, for the clock ran ahead: they count nowhere until their day. Those `withdrawn`
    never do. `stated` are both first kinds with the times that they state, not those believed. The
    `undated` came last and state a time that is not believed: they count as of the one before.
    """

    deliveries: list[Delivery]
    to_come: list[Delivery]
    withdrawn: list[Delivery]
    stated: list[Delivery]
    undated: list[Delivery]
    clock: Clock

    @property
    def ahead(self) -> list[Delivery]:
        """Those that state a collection after today."""
        today = self.clock.now.date()
        return [item for item in self.stated if item.arrived_at.date() > today]

    @property
    def aside(self) -> set[str]:
        """The ids of deliveries that count nowhere: withdrawn, or of a period to come."""
        counting = {item.delivery_id for item in self.deliveries}
        return {item.delivery_id for item in (*self.to_come, *self.withdrawn)} - counting

    def check_most_have_begun(self, known: Collection[str]) -> None:
        """Check that at most half of the deliveries of the ids `known` are of periods to come.

        Raises
        ------
        WarehouseError
            More are: rather than they, the clock is wrong, and was for many nights.
        """
        to_come = {item.delivery_id for item in self.to_come} & self.aside & set(known)
        if 2 * len(to_come) > len(known):
            day = self.clock.now.date()
            raise WarehouseError(
                "Comparing what was collected with this machine's clock",
                f"{len(to_come):,} of {len(known):,} deliveries of periods to come, for "
                f"the clock says {day:%d/%m/%Y}",
                "at most half",
                "Nothing was removed, and the published files stay as they were. Set the clock "
                "right (timedatectl), and run it again. If it is right, and ran ahead before: "
                f"make withdraw TODAY={day}",
            )


def read_manifest(paths: Paths) -> list[Delivery]:
    """Return the deliveries that count, in the order of arrival."""
    return read_arrivals(paths).deliveries


def read_arrivals(paths: Paths, now: datetime | None = None) -> Arrivals:
    """Return what the manifest lists, as of `now`: the time that this machine says.

    Times of collections, and of asking portals, are those that are believed.
    """
    file = manifest_file(paths)
    lines = with_fields(whole_lines(file.read_bytes()), paths.settings) if file.exists() else []
    listed, withdrawn = _withdrawn_apart(lines)
    collected = [datetime.fromisoformat(item.collected_at) for item in listed]
    written = [datetime.fromisoformat(item.modified_at) for item in listed]
    believed, clock = read_clock(collected, now or local_now(), written)
    deliveries = [
        item if time == said else replace(
            item, collected_at=time.isoformat(), asked_at=item.asked_at and time.isoformat()
        )
        for item, said, time in zip(listed, collected, believed, strict=True)
    ]  # fmt: skip
    today = clock.today.isoformat()
    last = max(
        (i for i, time in enumerate(believed) if time.date() == collected[i].date()), default=-1
    )
    return Arrivals(
        [item for item in deliveries if item.period <= today],
        [item for item in deliveries if item.period > today],
        withdrawn,
        listed,
        listed[last + 1 :],
        clock,
    )


def _withdrawn_apart(lines: list[Line]) -> tuple[list[Delivery], list[Delivery]]:
    """Return the deliveries that were not withdrawn since they came last, and those that were."""
    listed: list[Delivery] = []
    withdrawn: list[Delivery] = []
    # What a later line takes back.
    taken: set[tuple[Place, str]] = set()
    for line in reversed(lines):
        delivery = Delivery(**{name: line[name] for name in line if name != WITHDRAWN})
        if WITHDRAWN in line:
            taken.add((delivery.place, delivery.delivery_id))
        elif taken and (delivery.place, delivery.delivery_id) in taken:
            withdrawn.append(delivery)
        else:
            listed.append(delivery)
    return listed[::-1], withdrawn[::-1]


def newest(deliveries: list[Delivery]) -> dict[Place, Delivery]:
    """Return the last delivery of each name, whatever period it went into."""
    return {item.place: item for item in deliveries}


def manifest_file(paths: Paths) -> Path:
    """Return where the manifest lies, or would."""
    return paths.raw / "manifest.jsonl"
