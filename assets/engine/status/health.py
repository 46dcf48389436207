"""What of an installation is as it should be: folders, room, locks, settings, variables."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from assets.engine.collect import pending_files, unplaced, walk_inbox
from assets.engine.common.errors import MotcuaError, SettingsError
from assets.engine.common.messages import counted
from assets.engine.common.paths import Paths
from assets.engine.common.secret import secret
from assets.engine.portal import checkpoints
from assets.engine.reference import read_reference
from assets.engine.settings import load_operations, load_sources
from assets.engine.warehouse import dossier_hash_key, has_hash_key
from schemas.rows import REFERENCE_SCHEMAS
from schemas.settings import Operations

GIGABYTE = 10**9
# The Prime Minister decides on the days of a year in the last months of the one before.
HOLIDAYS_AHEAD = timedelta(days=61)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it is, what was seen, and what to do if it is not ok."""

    level: Literal["ok", "look", "wrong"]
    said: str
    to_do: str = ""

    @classmethod
    def of(cls, error: MotcuaError) -> "Finding":
        """Return an error as a finding, what to do apart from what is wrong."""
        return cls("wrong", error.said, error.to_do)


def folder_findings(paths: Paths) -> Iterator[Finding]:
    """Look whether folders and files are there, and closed to others where they must be."""
    if not paths.data.is_dir():
        yield Finding(
            "wrong", f"there is no folder {paths.data}",
            "make run, or correct MOTCUA_DATA.",
        )  # fmt: skip
        return
    if not os.access(paths.data, os.W_OK | os.X_OK):
        yield Finding(
            "wrong", f"{paths.data} cannot be written to",
            "give it to the user who runs Motcua.",
        )  # fmt: skip
    private = [paths.raw, paths.warehouse, paths.returns, paths.warehouse_file,
               paths.hash_key_file, paths.raw / "manifest.jsonl"]  # fmt: skip
    open_to_others = [path for path in private if path.exists() and _mode(path) & 0o077]
    for path in open_to_others:
        yield Finding(
            "wrong", f"others may enter or read {path}, which holds personal data",
            f"chmod go-rwx {path}",
        )  # fmt: skip
    if not paths.inbox.is_dir():
        yield Finding(
            "look", f"there is no inbox {paths.inbox}", "make it, and deliver files there."
        )
    elif _mode(paths.inbox) & 0o007:
        yield Finding(
            "look", "everybody on this machine may look into the inbox, which holds names",
            f"chmod o-rwx {paths.inbox}",
        )  # fmt: skip
    for log in sorted(paths.published.glob("*.wal")):
        yield Finding(
            "wrong", f"{log} keeps everybody from opening the published file beside it: a program "
            "that wrote to the file died and left it",
            f"rm {log}; the next run would remove it, too.",
        )  # fmt: skip
    if not open_to_others:
        yield Finding("ok", f"raw/, warehouse/ and returns/ in {paths.data} are closed to others")


def room_finding(paths: Paths, operations: Operations) -> Finding:
    """Look at the room on the disk of the data folder."""
    place = next(path for path in (paths.data, *paths.data.parents) if path.exists())
    free = shutil.disk_usage(place).free / GIGABYTE
    said = f"{free:,.1f} GB free on the disk of {paths.data}, wanted {operations.min_free_gb:g}"
    if free < operations.min_free_gb:
        return Finding(
            "wrong", said,
            "free room, set keep_raw_days for the sources, or lower min_free_gb.",
        )  # fmt: skip
    if free < 2 * operations.min_free_gb:
        return Finding("look", said, "free room before long.")
    return Finding("ok", said)


def lock_holder(paths: Paths) -> int | None:
    """Return who holds the warehouse open, or its folder as a run does from first step to last.

    The lock itself is not asked for.
    """
    return _holder(paths.warehouse_file) or _holder(paths.warehouse)


def run_at_work(paths: Paths) -> str:
    """Return who is waited for, as the begin of a sentence."""
    holder = lock_holder(paths)
    process = f" (process {holder})" if holder else ""
    return f"Another run of this installation{process} is at work"


def _holder(place: Path) -> int | None:
    locks = Path("/proc/locks")
    if not place.exists() or not locks.exists():
        return None
    inode = str(place.stat().st_ino)
    for line in locks.read_text(encoding="ascii").splitlines():
        cells = [cell for cell in line.split() if cell != "->"]
        if len(cells) > 5 and cells[5].rpartition(":")[2] == inode:
            holder = int(cells[4])
            if may_hold(holder, place):
                return holder
    return None


def may_hold(process: int, file: Path) -> bool:
    """Say whether a process has the file open, as a file of another disk may share its number."""
    try:
        links = list(Path(f"/proc/{process}/fd").iterdir())
    except OSError:  # of another user, or ended meanwhile
        return True
    return any(link.exists() and link.samefile(file) for link in links)


def settings_findings(paths: Paths) -> Iterator[Finding]:
    """Look at every settings and reference file, and at the variables that they name."""
    named: set[str] = set()
    tokens: set[str | None] = set()  # no header can carry letters with marks
    wrong: list[Finding] = []
    try:
        named.update(named_variables(load_operations(paths.settings)))
    except MotcuaError as error:
        wrong.append(Finding.of(error))
    try:
        for source in load_sources(paths.sources).values():
            named.update(named_variables(source))
            tokens.add(source.api.token_variable if source.api else None)
    except MotcuaError as error:
        wrong.append(Finding.of(error))
    try:
        if has_hash_key(paths):
            dossier_hash_key(paths)
    except MotcuaError as error:
        wrong.append(Finding.of(error))
    for table in REFERENCE_SCHEMAS:
        try:
            read_reference(paths.reference / f"{table}.csv", table)
        except MotcuaError as error:
            wrong.append(Finding.of(error))
    for name in sorted(named):
        try:
            secret(name, "Looking at a secret", SettingsError, may_have_marks=name not in tokens)
        except SettingsError as error:
            wrong.append(
                Finding(
                    "wrong", f"{error.found}, which the settings name",
                    "set it for the service that runs Motcua, and for this command.",
                )
            )  # fmt: skip
    yield from wrong or [Finding("ok", f"settings and reference tables in {paths.settings}")]


def holiday_findings(paths: Paths, today: date) -> Iterator[Finding]:
    """Look whether the holidays of this year are listed, and from November on those of the next."""
    year = (today + HOLIDAYS_AHEAD).year
    with suppress(MotcuaError):  # told among the settings
        days = read_reference(paths.reference / "holiday.csv", "holiday")["day"]
        # New Year's Day stands in the law: whoever listed it may still wait for the decision.
        if max(days, default="") <= f"{year}-01-01":
            yield Finding(
                "look", f"the holidays of {year} are not listed: processing times will count Tết "
                "and the others as working days",
                f"add its days to {paths.reference / 'holiday.csv'} once the Prime Minister's "
                "decision on them is out; a run after that counts with them.",
            )  # fmt: skip


def named_variables(settings: BaseModel) -> list[str]:
    """Return the environment variables that settings name, at whatever depth."""
    named = []
    for field, value in settings:
        if isinstance(value, BaseModel):
            named += named_variables(value)
        elif field.endswith("_variable") and isinstance(value, str):
            named.append(value)
    return named


def inbox_findings(paths: Paths, now: datetime) -> Iterator[Finding]:
    """Look for what lies in the inbox and is collected by no run as it is."""
    with suppress(SettingsError):  # told among the settings
        sources = load_sources(paths.sources)
        strays = walk_inbox(paths, sources).strays
        strays += unplaced(paths, sources, pending_files(paths, sources), now)
        for reason, count in sorted(strays.items()):
            said, _, to_do = reason.partition(": ")
            yield Finding(
                "look", f"in the inbox, collected by no run: {counted(count, 'item')}, {said}",
                to_do or "correct the name of the folder or file, or the settings.",
            )  # fmt: skip


def collection_findings(paths: Paths, now: datetime) -> Iterator[Finding]:
    """Look for collections from a portal's API that were cut off, and why, or that are to come."""
    for source, export, period, checkpoint in checkpoints(paths):
        place = f"{source}/{export}/{period}"
        known = [item for item in (checkpoint.completed, checkpoint.begun) if item]
        if any(item.started_at > now for item in known):
            yield Finding(
                "look", f"{place} was collected at a time that is still to come: the clock of this "
                "machine ran ahead then, or is behind now",
                f"set the clock right, then make period PERIOD={period}"
                if date.fromisoformat(period) <= now.date()
                else f"set the clock right, and remove {checkpoint.file}: that period has not "
                "begun.",
            )  # fmt: skip
        if checkpoint.failed is not None:
            yield Finding(
                "wrong", checkpoint.failed.message, f"then make period PERIOD={period} ({place})"
            )
        elif checkpoint.begun is not None:
            pages = counted(len(checkpoint.pages), "page")
            yield Finding(
                "look", f"{place} is not collected whole: {pages} there",
                "the period's next run goes on after the last page.",
            )  # fmt: skip


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
