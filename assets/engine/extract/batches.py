"""The rows of a list as typed batches, in the order of the file and with their row numbers."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from assets.engine.common.errors import FileRefused
from assets.engine.extract.lines import Lines, reading_errors
from assets.engine.extract.raw_table import GRID_VIEW, TextTable
from assets.engine.extract.rejects import line_rejects, unsplittable
from assets.engine.extract.typing_sql import typed_select
from assets.engine.formats.json_file import json_objects_sql, readable
from schemas.rows import UNREADABLE_TEXT
from schemas.settings import Export

# pandera has a fixed cost of 40 ms a batch; half a million rows make it vanish.
BATCH_ROWS = 500_000
SEARCHED_RECORDS = 1000
# Fewer records than this may all lack a key that the portal leaves out where it is empty.
ENOUGH_RECORDS = 20
_KEY = re.compile(r"[A-Za-z_]\w{0,40}", re.ASCII)


def typed_batches(
    reading: duckdb.DuckDBPyConnection, table: TextTable, export: Export, lines: Lines
) -> Iterator[pa.Table]:
    """Yield typed batches with `row_number`, layout rows among them.

    `lines` are those of the list that DuckDB passes over (`find_lines`).

    Raises
    ------
    FileRefused
        The text cannot be split into rows at all.
    """
    if table.grid is not None:
        reading.register(GRID_VIEW, table.grid)
    next_row = table.header_row + 1
    with reading_errors():
        for typed in _ahead(reading.sql(typed_select(export, table)).to_arrow_reader(BATCH_ROWS)):
            if table.grid is not None:
                yield typed
            else:
                numbers = pa.array(lines.row_numbers(next_row, typed.num_rows))
                yield typed.add_column(0, "row_number", numbers)
            next_row += typed.num_rows


def split_broken(batch: pa.Table) -> tuple[pa.Table, pd.DataFrame]:
    """Return the records of `batch` that can be split, and the rejects of the others."""
    is_broken = batch["is_broken"]
    numbers = batch.filter(is_broken)["row_number"].to_numpy()
    rejects = line_rejects(numbers, UNREADABLE_TEXT.rule_id)
    if not len(numbers):
        return batch, rejects
    return batch.filter(pyarrow.compute.invert(is_broken)), rejects


def readable_table(
    reading: duckdb.DuckDBPyConnection, table: TextTable, workspace: Path
) -> TextTable:
    """Return a list whose JSON records can be read one by one, copied to `workspace` if need be.

    Raises
    ------
    FileRefused
        They cannot be told from one another.
    """
    if table.records is None:
        return table
    records = readable(reading, table.records, workspace)
    objects = json_objects_sql(records)
    relation = table.relation.replace(table.objects, objects)
    return replace(table, records=records, objects=objects, relation=relation)


def check_keys(reading: duckdb.DuckDBPyConnection, table: TextTable, export: Export) -> list[str]:
    """Return the mapped columns of JSON records whose key none of the first records has.

    Raises
    ------
    FileRefused
        There are enough records to say that a key has gone: the portal calls it otherwise now.
    """
    if not table.objects:
        return []
    try:
        count, keys = reading.execute(
            f"""
            SELECT count(DISTINCT record), list(DISTINCT key) FROM (
                SELECT rowid AS record, unnest(json_keys(record)) AS key FROM (
                    SELECT row_number() OVER () AS rowid, TRY_CAST(json AS JSON) AS record
                    FROM {table.objects} LIMIT {SEARCHED_RECORDS}))
            """
        ).fetchall()[0]
    except duckdb.Error:
        raise unsplittable("text that cannot be split into records") from None
    top = {
        name: [re.split(r"[.\[]", path)[0] for path in paths]
        for name, paths in export.headers().items()
    }
    missing = [name for name, steps in top.items() if not set(steps) & set(keys or ())]
    if count >= ENOUGH_RECORDS and any(_is_mandatory(name, export) for name in missing):
        spare = sorted(
            key for key in keys if _KEY.fullmatch(key) and all(key not in p for p in top.values())
        )
        raise FileRefused(
            "Matching the keys of its records",
            f"no {sorted(top[name][0] for name in missing)} among the first {count:,}; "
            f"other keys there are {spare}",
            "every path of the source settings",
            "Correct these columns in the source settings, or export the records with them.",
        )
    return missing


def _is_mandatory(name: str, export: Export) -> bool:
    # Without its reception no dossier counts in any period.
    return name == "received_date" or export.definition.column(name).needed


def _ahead(stream: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Yield batches while the next one is being read: reading and validating overlap."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        following = pool.submit(_gather, stream)
        while (batch := following.result()).num_rows:
            following = pool.submit(_gather, stream)
            yield batch


def _gather(stream: pa.RecordBatchReader) -> pa.Table:
    """Return the next rows, about BATCH_ROWS: DuckDB streams pieces far smaller than asked for."""
    pieces: list[pa.RecordBatch] = []
    rows = 0
    while rows < BATCH_ROWS and (piece := next(stream, None)) is not None:
        pieces.append(piece)
        rows += piece.num_rows
    return pa.Table.from_batches(pieces, stream.schema)
