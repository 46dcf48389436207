"""The journal of one export's period: which pages came, so that a cut-off collection goes on.

Belongs here: `raw/api/<source>/<export>/<period>.jsonl`, and the pages beside it until they are
delivered. Does not belong here: asking (`portal_client`), what is made of the pages
(`portal_collection`). Only runs write here, one at a time (`locks.one_run`). A page is written and
flushed before its line, so a line stands for a whole page; a line that a power cut left unfinished
stands for nothing. A journal that cannot be read is none: the portal still has what it stood for.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Annotated, Literal

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from assets.engine.common.disk import write_whole
from assets.engine.common.paths import PRIVATE_FILE, Paths, private_folder

# A night goes on with the collection of the night before, however late either began; what one of
# two nights ago asked for is no longer what is wanted.
LONGEST_BREAK = timedelta(hours=36)


def _has_zone(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError
    return text


Moment = Annotated[str, AfterValidator(_has_zone)]


@dataclass(frozen=True)
class Begun:
    """A collection that was begun: what it asks for, of which address and export.

    `is_whole_wanted` is whether somebody wished for the whole period; it may be asked for anyway.
    """

    started_at: Moment
    asked: dict[str, str]
    way: str
    is_whole_period: bool
    is_whole_wanted: bool = False
    what: Literal["begun"] = "begun"


@dataclass(frozen=True)
class Page:
    """A page that came; `walk` counts the times that all pages are asked for.

    `told_at` is when the portal gave it, by its own clock, if it says so.
    """

    walk: int
    number: int
    next_position: str | None
    sha256: str
    row_count: int
    total: int | None
    told_at: Moment | None = None
    what: Literal["page"] = "page"


@dataclass(frozen=True)
class Completed:
    """A collection that became a delivery.

    `changes_known_to` is the moment up to which the export's changes are known, of dossiers of
    whatever period: a whole period, asked for by the day of reception, tells none of older ones.
    `way` is that of `Begun`; "" in a journal of before it was noted, so that all is asked for once.
    `whole_row_count` counts the rows of the last whole period; 0 if none is known.
    """

    started_at: Moment
    is_whole_period: bool
    page_count: int
    row_count: int
    changes_known_to: Moment
    way: str = ""
    whole_row_count: int = 0
    what: Literal["completed"] = "completed"


@dataclass(frozen=True)
class Failed:
    """Why a run could not collect; a collection that is begun anew or completed takes it away."""

    run_id: str
    said: str
    what: Literal["failed"] = "failed"


# A line of another version may note more than anybody reads.
_LINE: TypeAdapter[Begun | Page | Completed | Failed] = TypeAdapter(
    Annotated[Begun | Page | Completed | Failed, Field(discriminator="what")]
)


@dataclass
class Journal:
    """What `file` says: the last completed collection, the one under way, the last failure.

    `is_lost` is whether it is there and cannot be read: nothing it says is known.
    """

    file: Path
    completed: Completed | None = None
    begun: Begun | None = None
    pages: list[Page] = field(default_factory=list)
    failed: Failed | None = None
    is_lost: bool = False

    @property
    def folder(self) -> Path:
        """Where the pages of the collection under way lie."""
        return self.file.with_suffix("")

    @property
    def moments(self) -> list[str]:
        """When the collections that it knows of began."""
        return [said.started_at for said in (self.completed, self.begun) if said is not None]

    @property
    def whole_row_count(self) -> int:
        """How many rows the period had when it was last asked for whole; 0 if it never was."""
        last = self.completed
        if last is None:
            return 0
        return last.row_count if last.is_whole_period else last.whole_row_count

    def page_file(self, page: Page) -> Path:
        """Return where the bytes of a page lie."""
        return self.folder / f"{page.number:06}.json"

    def begin(self, begun: Begun) -> None:
        """Begin anew: nothing stays of a collection that was not completed."""
        self._make_place()
        self.remove_pages()
        self.begun, self.pages, self.failed = begun, [], None
        self._rewrite()

    def add(self, page: Page, body: bytes) -> None:
        """Keep a page, and then say so."""
        private_folder(self.folder)
        write_whole(self.page_file(page), body)
        self.pages.append(page)
        self._append(page)

    def complete(self, completed: Completed) -> None:
        """Note that the pages are delivered, and let go of them."""
        rows = completed.row_count if completed.is_whole_period else self.whole_row_count
        self.completed = replace(completed, whole_row_count=rows)
        self.begun, self.pages, self.failed = None, [], None
        self._rewrite()
        self.remove_pages()

    def abandon(self) -> None:
        """Let go of a collection that cannot be completed."""
        self.begun, self.pages = None, []
        self._rewrite()
        self.remove_pages()

    def fail(self, failed: Failed) -> None:
        """Note why a run could not collect."""
        self._make_place()
        self.failed = failed
        self._rewrite()

    def _make_place(self) -> None:
        """Make the raw store itself, and each folder below it down to the journal's."""
        for folder in reversed(self.file.parents[:4]):
            private_folder(folder)

    def _append(self, page: Page) -> None:
        with _open(self.file, os.O_RDWR | os.O_CREAT, "rb+") as journal:
            # Behind the last whole line: a power cut may have left a part of one.
            journal.seek(journal.read().rfind(b"\n") + 1)
            journal.truncate()
            journal.write(_line(page))
            journal.flush()
            os.fsync(journal.fileno())

    def _rewrite(self) -> None:
        if self.file.is_dir():
            shutil.rmtree(self.file)
        lines = [self.completed, self.begun, *self.pages, self.failed]
        write_whole(self.file, b"".join(_line(line) for line in lines if line is not None))

    def remove_pages(self) -> None:
        """Let go of the pages, and of whatever lies in their place."""
        if self.folder.is_dir():
            shutil.rmtree(self.folder)
        else:
            self.folder.unlink(missing_ok=True)


def journal_file(paths: Paths, source: str, export: str, period: str) -> Path:
    """Return where the journal of an export's period lies, or would."""
    return paths.raw / "api" / source / export / f"{period}.jsonl"


def read_journal(paths: Paths, source: str, export: str, period: str) -> Journal:
    """Return the journal of an export's period; pages whose bytes are not whole are left out."""
    journal = Journal(journal_file(paths, source, export, period))
    try:
        *whole_lines, _ = journal.file.read_bytes().split(b"\n")
        lines = [_LINE.validate_json(line) for line in whole_lines]
    except FileNotFoundError:
        return journal
    except (OSError, ValidationError):
        journal.is_lost = True
        return journal
    for line in lines:
        if isinstance(line, Page):
            journal.pages.append(line)
        else:
            setattr(journal, line.what, line)
    whole = [page for page in journal.pages if _is_whole(journal.page_file(page), page.sha256)]
    if whole != journal.pages:
        # What lies behind a page that was lost cannot be told from the rest.
        journal.begun, journal.pages = None, []
    return journal


def journals(paths: Paths) -> Iterator[tuple[str, str, str, Journal]]:
    """Yield source, export and period of every journal, with what it says."""
    for file in sorted((paths.raw / "api").glob("*/*/*.jsonl")):
        source, export, period = file.parts[-3], file.parts[-2], file.stem
        yield source, export, period, read_journal(paths, source, export, period)


def changes_known_to(paths: Paths, source: str, export: str, now: datetime) -> datetime | None:
    """Return up to when changes of an export are known; None before its first collection.

    A moment that is still to come is of a clock that ran ahead: whoever believed it would never ask
    for what changes until then.
    """
    moments = [
        datetime.fromisoformat(journal.completed.changes_known_to)
        for name, export_name, _, journal in journals(paths)
        if (name, export_name) == (source, export) and journal.completed is not None
    ]
    return max((moment for moment in moments if moment <= now), default=None)


def is_recent(begun: Begun, now: datetime) -> bool:
    """Say whether a collection began so lately that a run goes on with it.

    How long ago one began that began later than now, nobody knows.
    """
    return timedelta() <= now - datetime.fromisoformat(begun.started_at) < LONGEST_BREAK


def _is_whole(file: Path, sha256: str) -> bool:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == sha256
    except OSError:
        return False


def _line(said: Begun | Page | Completed | Failed) -> bytes:
    return (json.dumps(asdict(said), ensure_ascii=False) + "\n").encode()


def _open(file: Path, flags: int, mode: str) -> IO[bytes]:
    return os.fdopen(os.open(file, flags, PRIVATE_FILE), mode)
