"""Adding to the manifest: which files are new deliveries, and what a portal was asked for."""

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO

from assets.engine.collect.deliveries import Delivery, Scope, manifest_file, newest, read_arrivals
from assets.engine.collect.manifest_conversion import WITHDRAWN, convert_manifest
from assets.engine.collect.raw_store import store_bytes, written_at
from assets.engine.common.paths import Paths, private_file
from assets.engine.common.text import name_key
from assets.engine.common.troubles import of_one_file


@dataclass(frozen=True)
class Asked:
    """What a portal was asked for: the scope, when, and the last day that the reply covers."""

    scope: Scope
    asked_at: datetime
    covers_to: date


class Manifest:
    """The manifest as one operation reads it, once, and adds to it.

    Only runs add, one at a time.
    """

    def __init__(self, paths: Paths, now: datetime | None = None) -> None:
        """Read the manifest as of `now`; convert it first where it has no typed fields yet."""
        self.paths = paths
        convert_manifest(manifest_file(paths), paths.settings)
        arrivals = read_arrivals(paths, now)
        self.deliveries, self.clock = arrivals.deliveries, arrivals.clock
        self._to_come, self._ahead = arrivals.to_come, arrivals.ahead
        self.newest = newest(self.deliveries)
        self._last = {(item.place, item.period): item for item in self.deliveries}

    def collect(
        self, file: Path, *, source: str, export: str, period: str, name: str, now: datetime,
        asked: Asked | None = None,
    ) -> Delivery | None:  # fmt: skip
        """Copy `file` into the store and list it; None if its name already stands for these bytes.

        The same bytes are listed again where they say more. A portal's cover other days, or are the
        whole period, asked for after changes came; a file's were written on a later day. The store
        keeps them once. A file that a wrong clock had put into a period to come is withdrawn there.

        Raises
        ------
        FileGrew
            Somebody wrote to the file while it was copied; nothing of it was taken.
        """
        place = (source, export, name_key(name))
        if asked is None:
            for misplaced in self._to_come:
                if misplaced.place == place:
                    self.withdraw(misplaced, now)
        last = self._last.get((place, period))
        with of_one_file():
            modified_at = written_at(file.lstat(), now.tzinfo)
        sha256, size = store_bytes(self.paths, file)
        is_same = last is not None and last.sha256 == sha256
        if last is not None and is_same and not self._says_more(last, asked, modified_at):
            return None
        delivery = Delivery(
            source, export, period, name, sha256, size,
            modified_at=modified_at.isoformat(),
            collected_at=now.isoformat(),
            scope=asked.scope if asked else None,
            asked_at=asked.asked_at.isoformat() if asked else None,
            covers_to=asked.covers_to.isoformat() if asked else None,
        )  # fmt: skip
        self._add(delivery)
        return delivery

    def _says_more(self, last: Delivery, asked: Asked | None, modified_at: datetime) -> bool:
        """Return whether bytes that came before say more than they did then."""
        if asked is None:
            return modified_at.date() > datetime.fromisoformat(last.modified_at).date()
        covers_other_days = asked.covers_to.isoformat() != last.covers_to
        return covers_other_days or (asked.scope == "whole" and self._has_changes_after(last))

    def _has_changes_after(self, delivery: Delivery) -> bool:
        """Return whether changes of the export, of whatever period, came after a delivery."""
        after = self.deliveries[self.deliveries.index(delivery) + 1 :]
        return any(
            (item.source, item.export, item.scope) == (delivery.source, delivery.export, "changes")
            for item in after
        )

    def withdraw(self, delivery: Delivery, now: datetime) -> None:
        """Take a delivery back; its bytes stay in the store."""
        self._write(asdict(delivery) | {WITHDRAWN: now.isoformat()})

    def put_right(self, now: datetime) -> tuple[int, int]:
        """Take back what states a collection after `now`, the right time.

        What is of a period that has begun is listed again, as of now. Returns how many deliveries
        were listed again, and how many of periods to come were withdrawn.
        """
        ahead = {(item.place, item.delivery_id): item for item in self._ahead}.values()
        begun = [item for item in ahead if item.period <= now.date().isoformat()]
        for item in ahead:
            self.withdraw(item, now)
        for item in begun:
            self._add(_as_of(item, now))
        return len(begun), len(ahead) - len(begun)

    def _add(self, delivery: Delivery) -> None:
        """List a delivery; it is on the disk when this returns."""
        self._write(asdict(delivery))
        self.deliveries.append(delivery)
        self.newest[delivery.place] = delivery
        self._last[delivery.place, delivery.period] = delivery

    def _write(self, fields: dict[str, str | int | None]) -> None:
        line = json.dumps(fields, ensure_ascii=False) + "\n"
        with open(manifest_file(self.paths), "ab+", opener=private_file) as file:
            _end_last_line(file)
            file.write(line.encode("utf-8", "surrogateescape"))
            file.flush()
            os.fsync(file.fileno())


def _as_of(delivery: Delivery, now: datetime) -> Delivery:
    """Return a delivery of a clock that ran ahead, as one that was collected now."""
    moment = now.isoformat()
    written = min(datetime.fromisoformat(delivery.modified_at), now)
    yesterday = (now - timedelta(days=1)).date().isoformat()
    return replace(
        delivery,
        collected_at=moment,
        modified_at=written.isoformat(),
        asked_at=delivery.asked_at and moment,
        covers_to=delivery.covers_to and min(delivery.covers_to, yesterday),
    )


def _end_last_line(manifest: IO[bytes]) -> None:
    """Drop what a power cut left of a line, so that the next one stands by itself.

    In place: a full disk takes no line that is written anew, but lets any go.
    """
    end = manifest.seek(0, os.SEEK_END)
    manifest.seek(max(0, end - 1))
    if manifest.read(1) in (b"", b"\n"):
        return
    manifest.seek(0)
    manifest.truncate(manifest.read().rfind(b"\n") + 1)
    os.fsync(manifest.fileno())
