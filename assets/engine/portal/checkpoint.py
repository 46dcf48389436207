"""What is kept of an export's period until its pages are whole, so that a cut collection goes on.

`raw/api/<source>/<export>/<period>.jsonl` says which collection was completed last, which one is
under way and why a run failed. In the folder beside it lies each page that came: a line of its own
and then its records, as NDJSON. Files are written whole or not at all, by runs only, one at a time.
A checkpoint that cannot be read is dropped: the portal still has what it stood for.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AliasChoices, AwareDatetime, BaseModel, Field

from assets.engine.common.disk import write_whole
from assets.engine.common.paths import Paths, private_folder

# A night goes on with the collection of the night before, however late either began; what one of
# two nights ago asked for is no longer what is wanted.
LONGEST_BREAK = timedelta(hours=36)


class Begun(BaseModel, frozen=True):
    """A collection under way; `way` stands for where and how it asks.

    `former_pass` is the digest of the rows of the pass before, if there was one.
    """

    started_at: AwareDatetime
    way: str
    pass_number: int = 1
    former_pass: str = ""


class Completed(BaseModel, frozen=True):
    """The last collection that became a delivery.

    Until every collection was of the whole period, one of changes noted how many rows the period
    had when it was last asked for whole.
    """

    started_at: AwareDatetime
    row_count: int
    is_whole_period: bool = True
    whole_row_count: int = 0

    @property
    def last_whole_row_count(self) -> int:
        """How many rows the period had when it was last asked for whole; 0 if it never was."""
        return self.row_count if self.is_whole_period else self.whole_row_count


class Failed(BaseModel, frozen=True):
    """Why a run could not collect; a collection that is begun anew or completed takes it away."""

    run_id: str
    message: str = Field(validation_alias=AliasChoices("message", "said"))


class Page(BaseModel, frozen=True):
    """A page that came, and the position of the next one; `sha256` is that of its records."""

    number: int
    next_position: str | None
    total: int | None
    row_count: int
    sha256: str


class Checkpoint(BaseModel):
    """What `file` says, and the pages beside it; `is_lost` is whether it cannot be read."""

    file: Path
    completed: Completed | None = None
    begun: Begun | None = None
    failed: Failed | None = None
    pages: list[Page] = []
    is_lost: bool = False

    @property
    def folder(self) -> Path:
        """Where the pages of the collection under way lie."""
        return self.file.with_suffix("")

    def records(self, page: Page) -> list[bytes]:
        """Return the records of a page."""
        return self._page_file(page.number).read_bytes().splitlines()[1:]

    def begin(self, begun: Begun) -> None:
        """Begin a pass: nothing stays of another collection, or of the pass before."""
        self._make_place()
        self.remove_pages()
        self.begun, self.pages, self.failed = begun, [], None
        self._write()

    def add(self, records: list[bytes], next_position: str | None, total: int | None) -> Page:
        """Keep a page."""
        page = Page(
            number=len(self.pages) + 1, next_position=next_position, total=total,
            row_count=len(records), sha256=digest(records),
        )  # fmt: skip
        private_folder(self.folder)
        lines = [page.model_dump_json().encode(), *records, b""]
        write_whole(self._page_file(page.number), b"\n".join(lines))
        self.pages.append(page)
        return page

    def complete(self, completed: Completed) -> None:
        """Note that the pages are delivered, and remove them."""
        self.completed, self.failed = completed, None
        self.abandon()

    def abandon(self) -> None:
        """Forget a collection that cannot go on."""
        self.begun, self.pages = None, []
        self._write()
        self.remove_pages()

    def fail(self, failed: Failed) -> None:
        """Note why a run could not collect."""
        self._make_place()
        self.failed = failed
        self._write()

    def remove_pages(self) -> None:
        """Remove the pages, and whatever lies in their place."""
        if self.folder.is_dir():
            shutil.rmtree(self.folder)
        else:
            self.folder.unlink(missing_ok=True)

    def read_pages(self) -> None:
        """Read which pages came; if one of them is not whole, the collection cannot go on."""
        if self.folder.is_file():
            self.begun = None
        for number in range(1, 1 + len(list(self.folder.glob("*.ndjson")))):
            try:
                head, *records = self._page_file(number).read_bytes().splitlines()
                page = Page.model_validate_json(head)
            except (OSError, ValueError):
                page = None
            if page is None or (page.number, page.sha256) != (number, digest(records)):
                self.begun, self.pages = None, []
                return
            self.pages.append(page)

    def _page_file(self, number: int) -> Path:
        return self.folder / f"{number:06}.ndjson"

    def _make_place(self) -> None:
        """Make the raw store itself, and each folder below it down to the checkpoint's."""
        for folder in reversed(self.file.parents[:4]):
            private_folder(folder)

    def _write(self) -> None:
        if self.file.is_dir():
            shutil.rmtree(self.file)
        said = self.model_dump(mode="json", include={"completed", "begun", "failed"})
        lines = [json.dumps({"what": what} | item) for what, item in said.items() if item]
        write_whole(self.file, "".join(line + "\n" for line in lines).encode())


def checkpoint_file(paths: Paths, source: str, export: str, period: str) -> Path:
    """Return where the checkpoint of an export's period lies, or would."""
    return paths.raw / "api" / source / export / f"{period}.jsonl"


def read_checkpoint(paths: Paths, source: str, export: str, period: str) -> Checkpoint:
    """Return the checkpoint of an export's period.

    An older version kept replies, each with a line here; nothing goes on from them.
    """
    file = checkpoint_file(paths, source, export, period)
    try:
        # A line that a power cut left unfinished, in an older version, stands for nothing.
        *whole_lines, _ = file.read_bytes().split(b"\n")
        lines = [json.loads(line) for line in whole_lines]
        by_kind = {line["what"]: line for line in lines}
        known = {what: by_kind.get(what) for what in ("completed", "begun", "failed")}
        checkpoint = Checkpoint.model_validate({"file": file} | known)
    except FileNotFoundError:
        return Checkpoint(file=file)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return Checkpoint(file=file, is_lost=True)
    if checkpoint.begun is not None:
        checkpoint.read_pages()
    return checkpoint


def checkpoints(paths: Paths) -> Iterator[tuple[str, str, str, Checkpoint]]:
    """Yield source, export and period of every checkpoint, with what it says."""
    for file in sorted((paths.raw / "api").glob("*/*/*.jsonl")):
        source, export, period = file.parts[-3], file.parts[-2], file.stem
        yield source, export, period, read_checkpoint(paths, source, export, period)


def is_recent(begun: Begun, now: datetime) -> bool:
    """Say whether a collection began so lately that a run goes on with it.

    How long ago one began that began later than now, nobody knows.
    """
    return timedelta() <= now - begun.started_at < LONGEST_BREAK


def digest(records: list[bytes]) -> str:
    """Return what stands for the records of a page."""
    return hashlib.sha256(b"\n".join(records)).hexdigest()
