"""Collecting one export's period from a portal's API: page by page, then as one delivery.

Belongs here: what is asked for, going on behind a cut, walking again where rows moved between
pages, delivering what came. Does not belong here: asking (`portal_client`), the journal
(`portal_journal`), the file (`portal_delivery`), which exports there are (`collecting`).

The delivery is one JSON file in the portal's own envelope: each record byte for byte, in the order
of the pages. One file and not one a page, because a portal pages by fifty, and a month may have
thousands of pages.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from assets.engine.collect import Delivery, Manifest
from assets.engine.common.calendar import Period
from assets.engine.common.errors import PortalError
from assets.engine.common.messages import counted
from assets.engine.portal_client import PortalClient
from assets.engine.portal_clock import clocks_differ, told_start
from assets.engine.portal_delivery import deliver
from assets.engine.portal_journal import (
    Begun,
    Completed,
    Journal,
    Page,
    changes_known_to,
)
from assets.engine.portal_paging import (
    asked_for,
    end_of,
    first_position,
    next_position,
    page_params,
)
from assets.engine.portal_reply import Reply, read_reply
from assets.engine.portal_trouble import MayPass, RequestRefused
from assets.engine.portal_walks import (
    MOST_WALKS,
    complete_walks,
    refuse_emptied,
    refuse_incomplete,
    texts_of,
)
from schemas.settings import ApiExport, Export

PAGES_A_WORD = 20
# Five million rows at fifty a page: more is a portal that always names another page.
MOST_PAGES = 100_000


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
    journal: Journal
    source: str
    export_name: str
    export: Export
    period: Period
    now: datetime
    progress: Callable[[str], None]
    run_began_at: float
    give_up_at: float
    is_whole_wanted: bool = False

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
        """Collect and deliver.

        Raises
        ------
        PortalError
            The portal refuses, does not answer, or does not give all the rows it says it has.
        """
        begun = self._begin_or_go_on()
        already = len(self.journal.pages)
        try:
            return self._collect(begun)
        except RequestRefused:
            if not already or len(self.journal.pages) > already:
                raise
        # A portal lets go of a cursor some time; then every run would be refused until the
        # collection is too old to go on with.
        self.progress(f"{self.doing}: it refuses to go on; all pages are asked for anew")
        begun = self._wanted(begun.is_whole_wanted)
        self.journal.begin(begun)
        return self._collect(begun)

    def _collect(self, begun: Begun) -> Fetched:
        own_end = time.monotonic() + 60 * self.client.settings.max_collection_minutes
        give_up_at = min(own_end, self.give_up_at)
        already = len(self.journal.pages)
        walk = self.journal.pages[-1].walk if already else 1
        while True:
            self._walk(begun, walk, give_up_at)
            walks, row_count, total = complete_walks(self._pages())
            if walks:
                break
            if walk == MOST_WALKS:
                refuse_incomplete(self.journal, row_count, total, self.doing)
            walk += 1
            self.progress(f"{self.doing}: rows moved between pages; all are asked for once more")
        if begun.is_whole_period and not begun.is_whole_wanted:
            refuse_emptied(self.journal, row_count, self.doing)
        new = self.journal.pages[already:]
        return Fetched(len(new), sum(page.row_count for page in new), self._deliver(begun, walks))

    def _begin_or_go_on(self) -> Begun:
        """Return the collection that was cut off, if it asked for the same or all was wished for.

        Else the next night's changes would undo the wish. One that began too long ago, `collecting`
        has let go of. Whoever wishes for the whole period may distrust the pages that are there.
        """
        wanted = self._wanted(self.is_whole_wanted)
        begun = self.journal.begun
        if (
            begun is not None
            and begun.way == wanted.way
            and (begun.is_whole_wanted or not self.is_whole_wanted)
            and (begun.is_whole_wanted or begun.is_whole_period == wanted.is_whole_period)
            and self._can_read_pages()
        ):
            self.progress(f"{self.doing}: going on behind page {len(self.journal.pages)}")
            return begun
        if self.journal.is_lost:
            self.progress(
                f"{self.doing}: its journal cannot be read; the whole period is asked for"
            )
        self.journal.begin(wanted)
        return wanted

    def _wanted(self, is_whole_wanted: bool) -> Begun:
        """Return what to ask for: the whole period, or what changed since changes were known.

        A period that has begun since is asked for by changes from its first night on, so that none
        is lost between it and the one before. Once a period is over, and was collected since,
        whoever asks for it again wants it whole: later changes belong to later periods. So does
        whoever asks in another way than before, which may have left rows out, whoever has lost the
        journal, and whoever comes to a period when changes are known beyond its end: no range is
        left to ask for.
        """
        last, since = self.journal.completed, None
        way = self._way()
        is_same_way = last.way == way if last else not self.journal.is_lost
        known_to = changes_known_to(self.manifest.paths, self.source, self.export_name, self.now)
        asked_at = datetime.fromisoformat(last.started_at) if last else self.now
        may_add = is_same_way and not is_whole_wanted and asked_at.date() <= self.period.end
        if known_to and self.api.since_param and may_add:
            since = known_to - timedelta(minutes=self.client.settings.overlap_minutes)
            since = since if since < end_of(self.period) else None
        return Begun(
            self.now.isoformat(), asked_for(self.api, self.period, since), way, since is None,
            is_whole_wanted,
        )  # fmt: skip

    def _way(self) -> str:
        """Return what stands for where and how the export is asked for."""
        way = [self.client.settings.base_url, self.export.records, self.api.model_dump_json()]
        return hashlib.sha256("\n".join(way).encode()).hexdigest()[:16]

    def _walk(self, begun: Begun, walk: int, give_up_at: float) -> None:
        """Ask for the pages of a walk that have not come yet: one at least, however late it is."""
        done = [page for page in self.journal.pages if page.walk == walk]
        position = done[-1].next_position if done else first_position(self.api)
        rows = sum(page.row_count for page in done)
        before = _digest(self._reply(done[-1])) if done else None
        seen = {page.next_position for page in done}
        is_first = True
        while position is not None:
            if not is_first and time.monotonic() > give_up_at:
                raise self._too_long()
            body, reply = self._ask(begun, position, before)
            told = self.client.portal_time
            here = self.now + timedelta(seconds=time.monotonic() - self.run_began_at)
            overlap = self.client.settings.overlap_minutes
            if is_first and (difference := clocks_differ(told, here, overlap)):
                self.progress(f"{self.doing}: {difference}")
            is_first = False
            rows += len(reply.records)
            position = next_position(self.api, position, reply, rows)
            if position is not None and position in seen:
                raise self._no_end("a next page that was asked for before", "next_cursor")
            if len(self.journal.pages) >= MOST_PAGES:
                raise self._no_end(f"more than {MOST_PAGES:,} pages", "last and total")
            seen.add(position)
            before = _digest(reply)
            page = Page(
                walk, len(self.journal.pages) + 1, position, hashlib.sha256(body).hexdigest(),
                len(reply.records), reply.total,
                told.isoformat() if told else None,
            )  # fmt: skip
            self.journal.add(page, body)
            if page.number % PAGES_A_WORD == 0 or position is None:
                of = f" of {reply.total:,}" if reply.total is not None else ""
                self.progress(f"{self.doing}: {counted(page.number, 'page')}, {rows:,}{of} rows")

    def _ask(self, begun: Begun, position: str, before: str | None) -> tuple[bytes, Reply]:
        def read(body: bytes) -> tuple[bytes, Reply]:
            reply = read_reply(body, self.export, self.doing)
            if reply.records and _digest(reply) == before:
                raise MayPass("the same page as the one before", f"Look at {self._page_setting()}.")
            if reply.is_torn:  # what came before it would pass for all there is
                found = "a page without rows that says it is not the last"
                raise MayPass(found, f"Look at last of [exports.{self.export_name}.api].")
            return body, reply

        return self.client.ask(self.api.path, page_params(self.api, begun.asked, position), read)

    def _page_setting(self) -> str:
        return f"{self.api.paging}_param of [exports.{self.export_name}.api]"

    def _too_long(self) -> PortalError:
        found = f"no end after {self.client.settings.max_collection_minutes:g} minutes"
        setting = "max_collection_minutes"
        if time.monotonic() > self.give_up_at:
            found = "no end when half of max_run_minutes had gone into asking portals"
            setting = "max_run_minutes of operations.toml"
        return PortalError(
            self.doing, f"{found}, {len(self.journal.pages):,} pages so far", "all pages by then",
            "The next run goes on behind the last page. Raise page_size, requests_per_second or "
            f"{setting} if this comes often.",
        )  # fmt: skip

    def _no_end(self, found: str, setting: str) -> PortalError:
        self.journal.abandon()
        return PortalError(
            self.doing, found, "a way to the last page",
            f"Look at {setting} and {self._page_setting()}.",
        )  # fmt: skip

    def _pages(self) -> Iterator[tuple[Page, Reply]]:
        return ((page, self._reply(page)) for page in self.journal.pages)

    def _can_read_pages(self) -> bool:
        """Say whether the pages that came are read as they were: settings may differ since."""
        with suppress(MayPass, PortalError):
            return all(reply is not None for _, reply in self._pages())
        return False

    def _reply(self, page: Page) -> Reply:
        return read_reply(self.journal.page_file(page).read_bytes(), self.export, self.doing)

    def _deliver(self, begun: Begun, walks: list[int]) -> Delivery | None:
        """Put the pages into the raw store as one file, and let go of them."""
        started = datetime.fromisoformat(begun.started_at)
        row_count, delivery = deliver(
            self.manifest, begun, texts_of(self._pages(), walks),
            records_path=self.export.records, source=self.source, export=self.export_name,
            period=self.period, now=self.now,
        )  # fmt: skip
        known_to = changes_known_to(self.manifest.paths, self.source, self.export_name, self.now)
        if known_to is None or not begun.is_whole_period:
            known_to = min(
                started, told_start(self.journal, self.period, started), end_of(self.period)
            )
        page_count = len(self.journal.pages)
        self.journal.complete(
            Completed(
                started.isoformat(), begun.is_whole_period, page_count, row_count,
                known_to.isoformat(), begun.way,
            )
        )  # fmt: skip
        return delivery


def _digest(reply: Reply) -> str:
    return hashlib.sha256(b"\n".join(record.text for record in reply.records)).hexdigest()
