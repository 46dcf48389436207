"""Extract: the rows of a delivered list as typed columns, each with its row number in the file.

Belongs here: finding lists and headers, the raw table, typing, laying aside and counting lines that
are no records. Which values break a rule is not decided here (`assets.engine.validate`).
"""

from assets.engine.extract.batches import (
    ENOUGH_RECORDS,
    check_keys,
    readable_table,
    split_broken,
    typed_batches,
)
from assets.engine.extract.lines import ALL_READ, find_lines
from assets.engine.extract.rejects import all_rejects, rejected_row_count

__all__ = [
    "ALL_READ",
    "ENOUGH_RECORDS",
    "all_rejects",
    "check_keys",
    "find_lines",
    "readable_table",
    "rejected_row_count",
    "split_broken",
    "typed_batches",
]
