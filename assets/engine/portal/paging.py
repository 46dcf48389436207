"""Which page is asked for next, and whether a pass through all of them holds every row."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from assets.engine.common.calendar import TIMEZONE, Period
from assets.engine.portal.reply import Reply
from schemas.settings import ApiExport

START = ""
ZONE = ZoneInfo(TIMEZONE)


def first_position(api: ApiExport) -> str:
    """Return what stands for the first page: its number, no rows before it, no cursor."""
    return {"page": str(api.first_page), "offset": "0", "cursor": START}[api.paging]


def next_position(api: ApiExport, position: str, reply: Reply, row_count: int) -> str | None:
    """Return the position after a page, or None if it is the last; `row_count` are the pass's rows.

    A page with fewer rows than asked for need not be the last, as portals cap pages: the end is
    what the portal says it is, else an empty page. Whether a page is the last counts for more than
    the total: portals cap that, too.
    """
    if api.paging == "cursor":
        return reply.next_cursor
    if not reply.records or reply.is_last:
        return None
    if reply.is_last is None and reply.total is not None and row_count >= reply.total:
        return None
    return str(int(position) + (1 if api.paging == "page" else len(reply.records)))


def page_params(api: ApiExport, period: Period, position: str) -> dict[str, str]:
    """Return the parameters that ask for the page of a period at a position."""
    first = datetime.combine(period.start, time(), ZONE)
    last = datetime.combine(period.end, time(23, 59, 59), ZONE)
    if "%S" in api.date_format:  # else the next period's first day would be asked for, too
        last += timedelta(seconds=1)
    zone = ZoneInfo(api.date_zone)
    params = api.params | {api.size_param: str(api.page_size)}
    for name, moment in ((api.from_param, first), (api.to_param, last)):
        params[name] = moment.astimezone(zone).strftime(api.date_format)
    if api.paging == "page":
        params[api.page_param] = position
    elif api.paging == "offset":
        params[api.offset_param] = position
    elif position != START:
        params[api.cursor_param] = position
    return params


@dataclass(frozen=True)
class Rows:
    """What one pass through all pages brought.

    `total` is the largest that a page named; `digest` stands for the rows in whatever order.
    """

    row_count: int
    different_count: int
    total: int
    digest: str

    def are_all(self, former_digest: str) -> bool:
        """Say whether no row is missing.

        As many different codes came as the portal counts rows: of rows that move, come or leave
        between pages, others may have been pushed out of sight. Where a pass gives what the one
        before gave, nothing moved: the portal itself lists rows twice.
        """
        is_same = self.digest == former_digest
        return self.different_count >= self.total or (is_same and self.row_count >= self.total)


def rows_of(pages: Iterable[tuple[list[bytes], list[str | None]]], totals: list[int]) -> Rows:
    """Return what a pass brought, from the records of its pages and their codes."""
    keys, hashes = set[bytes](), list[bytes]()
    for records, codes in pages:
        hashes += map(_hash, records)
        # What has no code is one of its own by all of its text.
        keys.update(
            _hash(c.upper().encode() if c else r) for r, c in zip(records, codes, strict=True)
        )
    digest = hashlib.sha256(b"".join(sorted(hashes))).hexdigest()
    return Rows(len(hashes), len(keys), max(totals, default=0), digest)


def _hash(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=16).digest()
