"""Extract: the rows of a delivered list as typed columns, each with its row number in the file.

Belongs here: finding lists and headers, the raw table, typing, laying aside and counting lines that
are no records. Which values break a rule is not decided here (`assets.engine.validate`).
"""

from assets.engine.extract.batches import check_keys, readable_table, split_broken, typed_batches
from assets.engine.extract.headers import GROUP_SEPARATOR, Header, Wanted, best_header
from assets.engine.extract.json_records import json_table
from assets.engine.extract.layout import ROWS, LayoutLog
from assets.engine.extract.lines import find_lines
from assets.engine.extract.opening import FULL_SHEET, open_file, period_line
from assets.engine.extract.raw_table import RAW_PREFIX, TextTable
from assets.engine.extract.rejects import all_rejects, rejected_row_count
from assets.engine.extract.typing_sql import readable_columns, typed_texts_select

__all__ = [
    "FULL_SHEET", "GROUP_SEPARATOR", "RAW_PREFIX", "ROWS", "Header", "LayoutLog", "TextTable",
    "Wanted", "all_rejects", "best_header", "check_keys", "find_lines", "json_table", "open_file",
    "period_line", "readable_columns", "readable_table", "rejected_row_count", "split_broken",
    "typed_batches", "typed_texts_select",
]  # fmt: skip
