"""The file that the pages of a collection become: the portal's envelope around its records.

Belongs here: how the file is written, and how it says until which day it speaks. Does not belong
here: which records it has (`portal_walks`), its name and when it is made (`portal_collection`).

The same rows asked for on a later day must be other bytes: the raw store takes no bytes twice, and
what it does not take covers no further day.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from assets.engine.periods import Period


def write_file(
    file: Path, texts: Iterator[bytes], *, records: str, period: Period, covers_to: date
) -> int:
    """Write records as they are into the envelope that `records` names; return how many."""
    opening, closing = _envelope(records, period, covers_to)
    count = 0
    with file.open("wb") as target:
        target.write(opening)
        for count, text in enumerate(texts, start=1):
            target.write(b"\n" + text if count == 1 else b",\n" + text)
        target.write(b"\n" + closing)
    return count


def _envelope(records: str, period: Period, covers_to: date) -> tuple[bytes, bytes]:
    """Return what stands before and behind the records.

    A bare array can say nothing more, so a blank for each day that it covers stands behind it; its
    time says which these are.
    """
    if not records:
        return b"[", b"]" + b" " * ((covers_to - period.start).days + 1) + b"\n"
    names = [json.dumps(name, ensure_ascii=False) for name in records.split(".")]
    opening = f'{{"covers_to": "{covers_to}", ' + ": {".join(names) + ": ["
    return opening.encode(), b"]" + b"}" * len(names) + b"\n"
