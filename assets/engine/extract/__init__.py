"""Extract: the rows of a delivered list as typed columns, each with its row number in the file.

Lines that are no records (totals, notes, repeated headers) and lines that cannot be split are laid
aside and counted. Which values break a rule is not decided here (`assets.engine.validate`).
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
