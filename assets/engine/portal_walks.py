"""Which walks through a portal's pages hold all its rows, and the rows that they bring together.

Belongs here: what rows that move, come or leave between pages do to a walk. Does not belong here:
asking for pages and keeping them (`portal_collection`).
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NoReturn

from assets.engine.common.errors import PortalError
from assets.engine.common.messages import counted
from assets.engine.portal_journal import Journal, Page
from assets.engine.portal_reply import Record, Reply

MOST_WALKS = 3
Pages = Iterable[tuple[Page, Reply]]


def complete_walks(pages: Pages) -> tuple[list[int], int, int]:
    """Return the walks that hold as many different rows as the portal says there are.

    The last one by itself, if it has as many as the largest total that its pages name: a row that
    left the list meanwhile pushed another out of sight. All together, if totals only grew: rows
    that came in push others behind the next page. Where a walk of so many rows gives what the one
    before gave, nothing moved: the portal itself lists rows twice.

    Returns
    -------
    list of int, int, int
        The walks, none if rows are missing; the last walk's different rows and its largest total.
    """
    keys: dict[int, set[bytes]] = {}
    rows: dict[int, Counter[bytes]] = {}
    totals: dict[int, list[int]] = {}
    walk = 1
    for page, reply in pages:
        walk = page.walk
        totals.setdefault(walk, []).extend([] if page.total is None else [page.total])
        keys.setdefault(walk, set()).update(_key(record) for record in reply.records)
        rows.setdefault(walk, Counter()).update(_hash(record.text) for record in reply.records)
    total = max(totals[walk], default=0)
    is_same = walk > 1 and rows[walk] == rows[walk - 1]
    if len(keys[walk]) >= total or (is_same and rows[walk].total() >= total):
        return [walk], len(keys[walk]), total
    in_turn = [number for walked in totals.values() for number in walked]
    if in_turn == sorted(in_turn) and len(set().union(*keys.values())) >= total:
        return sorted(keys), len(keys[walk]), total
    return [], len(keys[walk]), total


def refuse_emptied(journal: Journal, row_count: int, doing: str) -> None:
    """Refuse a period without a row that had rows when it was last asked for whole.

    They would leave the figures. Changes do not count: they tell of dossiers of older periods, too.
    So a period that was only ever asked for by changes may turn out empty.

    Raises
    ------
    PortalError
        It has no row now. The next run begins anew.
    """
    before = journal.whole_row_count
    if row_count or not before:
        return
    journal.abandon()
    raise PortalError(
        doing,
        f"no row at all, though it had {counted(before, 'row')} when last asked for whole",
        "rows, as before",
        "The rows of before stay in the figures. Look at the portal, at params, and at what the "
        "account may see. If the period really has no row, run it in the launchpad with "
        "config: {api: whole} under raw__delivery.",
    )


def refuse_incomplete(journal: Journal, different_count: int, total: int, doing: str) -> NoReturn:
    """Refuse a period whose last walk has fewer rows than the portal says there are.

    Raises
    ------
    PortalError
        Always. The next run begins anew.
    """
    journal.abandon()
    raise PortalError(
        doing,
        f"{counted(different_count, 'different row')}, though the portal says {total:,}, "
        f"after asking for all pages {MOST_WALKS} times",
        "every row once at least",
        "Rows move between pages while they are asked for: set params so that the portal "
        "sorts by something that does not change, such as the day of reception; larger pages "
        "(page_size) help too. Leave total out if the portal counts rows that it never lists. "
        "The next run begins anew.",
    )


def texts_of(pages: Pages, walks: list[int]) -> Iterator[bytes]:
    """Yield the records of the first of `walks` as they are, and of later ones what is new."""
    first, *later = walks
    seen = set()
    for page, reply in pages:
        if page.walk not in walks:
            continue
        for record in reply.records:
            mark = _hash(record.text) if later else b""
            if page.walk == first or mark not in seen:
                yield record.text
            seen.add(mark)


def _hash(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=16).digest()


def _key(record: Record) -> bytes:
    """Return what makes a record one of its own: its code, else all of it."""
    return _hash(record.code.upper().encode() if record.code else record.text)
