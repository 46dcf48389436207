"""Collecting one export's period from a portal: page by page, then as one delivery.

The delivery is one JSON file in the portal's own envelope: each record byte for byte, in the order
of the pages. One file and not one a page, because a portal pages by fifty, and a month may have
thousands of pages.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from assets.engine.collect import Asked, Delivery, Manifest, reading_folder
from assets.engine.common.calendar import Period
from assets.engine.common.errors import PortalError
from assets.engine.common.messages import counted
from assets.engine.portal.checkpoint import Begun, Checkpoint, Completed, digest
from assets.engine.portal.client import MayPass, PortalClient, RequestRefused
from assets.engine.portal.paging import Rows, first_position, next_position, page_params, rows_of
from assets.engine.portal.reply import Reply, codes_of, read_reply
from schemas.settings import ApiExport, Export

NAME = "api.json"  # of every delivery of a period: a newer one supersedes it
MOST_PASSES = 3
PAGES_A_WORD = 20
# Five million rows at fifty a page: more is a portal that always names another page.
MOST_PAGES = 100_000
CLOCKS_MAY_DIFFER = timedelta(hours=1)


@dataclass(frozen=True)
class Fetched:
    """Pages and rows that this run was given; no delivery if the bytes were there already."""

    page_count: int
    row_count: int
    delivery: Delivery | None


@dataclass(kw_only=True)
class ExportCollection:
    """The collection of one export's period.

    Of the monotonic clock, `run_began_at` is when it was `now`, and `give_up_at` when all exports
    of the run must have had their pages.
    """

    manifest: Manifest
    client: PortalClient
    checkpoint: Checkpoint
    source: str
    export_name: str
    export: Export
    period: Period
    now: datetime
    progress: Callable[[str], None]
    run_began_at: float
    give_up_at: float
    is_anew: bool = False

    @property
    def api(self) -> ApiExport:
        """How the export is asked for; only those with an API are collected."""
        assert self.export.api is not None  # noqa: S101
        return self.export.api

    @property
    def doing(self) -> str:
        """What is being done, for messages."""
        return f"Collecting {self.source}/{self.export_name}/{self.period.key} from its portal"

    def run(self) -> Fetched:
        """Collect and deliver, going on after the last page of a collection that was cut off.

        Raises
        ------
        PortalError
            The portal refuses, does not answer, or does not give all the rows it says it has.
        """
        wanted = Begun(started_at=self.now, way=self._way())
        begun, already = self.checkpoint.begun, 0
        if begun and begun.way == wanted.way and not self.is_anew:
            already = len(self.checkpoint.pages)
            self.progress(f"{self.doing}: going on after page {already}")
        else:
            if self.checkpoint.is_lost:
                self.progress(
                    f"{self.doing}: its checkpoint cannot be read; all pages are asked for"
                )
            self.checkpoint.begin(wanted)
        try:
            return self._collect()
        except RequestRefused:
            if not already or len(self.checkpoint.pages) > already:
                raise
        # A portal lets go of a cursor some time; then every run would be refused until the
        # collection is too old to go on with.
        self.progress(f"{self.doing}: it refuses to go on; all pages are asked for anew")
        self.checkpoint.begin(wanted)
        return self._collect()

    def _way(self) -> str:
        """Return what stands for where and how the export is asked for, and its codes read."""
        code = self.export.headers()[self.export.definition.key]
        way = [
            self.client.settings.base_url,
            self.export.records,
            *code,
            self.api.model_dump_json(),
        ]
        return hashlib.sha256("\n".join(way).encode()).hexdigest()[:16]

    def _collect(self) -> Fetched:
        """Ask for all pages, more than once where rows moved between them."""
        own_end = time.monotonic() + 60 * self.client.settings.max_collection_minutes
        give_up_at = min(own_end, self.give_up_at)
        page_count = row_count = 0
        while begun := self.checkpoint.begun:
            already = len(self.checkpoint.pages)
            self._ask_for_pages(give_up_at)
            new = self.checkpoint.pages[already:]
            page_count += len(new)
            row_count += sum(page.row_count for page in new)
            rows = self._rows()
            if rows.are_all(begun.former_pass):
                break
            if begun.pass_number == MOST_PASSES:
                raise self._incomplete(rows)
            self.progress(f"{self.doing}: rows moved between pages; all are asked for once more")
            number = begun.pass_number + 1
            again = {"pass_number": number, "former_pass": rows.digest}
            self.checkpoint.begin(begun.model_copy(update=again))
        if not self.is_anew:
            self._check_not_emptied(rows.row_count)
        return Fetched(page_count, row_count, self._deliver())

    def _ask_for_pages(self, give_up_at: float) -> None:
        """Ask for the pages that have not come yet: one at least, however late it is."""
        pages = self.checkpoint.pages
        position = pages[-1].next_position if pages else first_position(self.api)
        positions = {page.next_position for page in pages}
        is_first = True
        while position is not None:
            if not is_first and time.monotonic() > give_up_at:
                raise self._too_long()
            reply = self._ask(position)
            if is_first:
                self._compare_clocks()
            is_first = False
            row_count = sum(page.row_count for page in pages) + len(reply.records)
            position = next_position(self.api, position, reply, row_count)
            if position is not None and position in positions:
                raise self._no_end("a next page that was asked for before", "next_cursor")
            if len(pages) >= MOST_PAGES:
                raise self._no_end(f"more than {MOST_PAGES:,} pages", "last and total")
            positions.add(position)
            page = self.checkpoint.add(reply.records, position, reply.total)
            if page.number % PAGES_A_WORD == 0 or position is None:
                of = f" of {reply.total:,}" if reply.total is not None else ""
                count = counted(page.number, "page")
                self.progress(f"{self.doing}: {count}, {row_count:,}{of} rows")

    def _ask(self, position: str) -> Reply:
        """Ask for a page; that it is whole, and not the one before, is seen to."""
        before = self.checkpoint.pages[-1].sha256 if self.checkpoint.pages else None

        def read(body: bytes) -> Reply:
            reply = read_reply(body, self.export, self.doing)
            if reply.records and digest(reply.records) == before:
                raise MayPass("the same page as the one before", f"Look at {self._page_setting()}.")
            if reply.is_torn:  # what came before it would pass for all there is
                found = "a page without rows that says it is not the last"
                raise MayPass(found, f"Look at last of [exports.{self.export_name}.api].")
            codes_of(reply.records, self.export, self.doing)
            return reply

        return self.client.ask(self.api.path, page_params(self.api, self.period, position), read)

    def _compare_clocks(self) -> None:
        """Tell whoever reads the log where the portal's clock is not this machine's."""
        here = self.now + timedelta(seconds=time.monotonic() - self.run_began_at)
        apart = abs((self.client.portal_time or here) - here)
        if apart > CLOCKS_MAY_DIFFER:
            minutes = counted(round(apart.total_seconds() / 60), "minute")
            self.progress(
                f"{self.doing}: the portal's clock and this machine's differ by {minutes}; look at "
                "this machine's (timedatectl), or tell the portal's operator"
            )

    def _rows(self) -> Rows:
        """Return what the pages brought; their codes are read page by page."""
        pages = (self.checkpoint.records(page) for page in self.checkpoint.pages)
        totals = [page.total for page in self.checkpoint.pages if page.total is not None]
        return rows_of(
            ((records, codes_of(records, self.export, self.doing)) for records in pages), totals
        )

    def _deliver(self) -> Delivery | None:
        """Put the pages into the raw store as one file, and remove them.

        Which days it covers this machine's clock says: a portal's may stand still.
        """
        begun = self.checkpoint.begun
        assert begun is not None  # noqa: S101
        covers_to = min(self.period.end, begun.started_at.date() - timedelta(days=1))
        pages = self.checkpoint.pages
        records = (record for page in pages for record in self.checkpoint.records(page))
        with reading_folder(self.manifest.paths) as folder:
            file = folder / "collected.json"
            row_count = _write(file, records, self.export.records)
            delivery = self.manifest.collect(
                file, source=self.source, export=self.export_name, period=self.period.key,
                name=NAME, now=self.now, asked=Asked("whole", begun.started_at, covers_to),
            )  # fmt: skip
        self.checkpoint.complete(Completed(started_at=begun.started_at, row_count=row_count))
        return delivery

    def _check_not_emptied(self, row_count: int) -> None:
        """Refuse a period without a row that had rows before: they would leave the figures."""
        last = self.checkpoint.completed
        before = last.last_whole_row_count if last else 0
        if row_count or not before:
            return
        self.checkpoint.abandon()
        raise PortalError(
            self.doing,
            f"no row at all, though it had {counted(before, 'row')} when last asked for whole",
            "rows, as before",
            "The rows of before stay in the figures. Look at the portal, at params, and at what "
            "the account may see. If the period really has no row, run it in the launchpad with "
            "config: {api: anew} under raw__delivery.",
        )

    def _incomplete(self, rows: Rows) -> PortalError:
        self.checkpoint.abandon()
        return PortalError(
            self.doing,
            f"{counted(rows.different_count, 'different row')}, though the portal says "
            f"{rows.total:,}, after asking for all pages {MOST_PASSES} times",
            "every row once at least",
            "Rows move between pages while they are asked for: set params so that the portal "
            "sorts by something that does not change, such as the day of reception; larger pages "
            "(page_size) help too. Leave total out if the portal counts rows that it never lists. "
            "The next run begins anew.",
        )

    def _too_long(self) -> PortalError:
        is_run = time.monotonic() > self.give_up_at
        minutes = f"after {self.client.settings.max_collection_minutes:g} minutes"
        bound = "when half of max_run_minutes had gone into asking portals" if is_run else minutes
        setting = "max_run_minutes of operations.toml" if is_run else "max_collection_minutes"
        return PortalError(
            self.doing,
            f"no end {bound}, {len(self.checkpoint.pages):,} pages so far",
            "all pages by then",
            "The next run goes on after the last page. Raise page_size, requests_per_second or "
            f"{setting} if this comes often.",
        )

    def _no_end(self, found: str, setting: str) -> PortalError:
        self.checkpoint.abandon()
        to_do = f"Look at {setting} and {self._page_setting()}."
        return PortalError(self.doing, found, "a way to the last page", to_do)

    def _page_setting(self) -> str:
        return f"{self.api.paging}_param of [exports.{self.export_name}.api]"


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
