"""Staging: a delivered file read, validated and laid aside before the warehouse is written to."""

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from assets.engine.extract import (
    FULL_SHEET,
    ROWS,
    LayoutLog,
    TextTable,
    all_rejects,
    check_keys,
    find_lines,
    readable_table,
    rejected_row_count,
    split_broken,
    typed_batches,
)
from assets.engine.validate import UnitLabels, validate, with_units
from schemas.rows import EXCLUDED_IDS, Circumstances
from schemas.settings import Export

# What DuckDB writes too; smaller groups are read by several cores.
ROW_GROUP = 122_880


@dataclass(frozen=True)
class StagedList:
    """One list of a file: its accepted rows in a Parquet file, all else of it here.

    Attributes
    ----------
    table
        Where it stood in the file, without its rows.
    rows
        Parquet file of the typed columns of the kind with `part_number`, `row_number` and `flags`;
        None where no row was accepted.
    read_count, accepted_count
        Rows read, rejected ones among them, layout rows not; rows in `rows`.
    layout
        Its layout rows and totals.
    rejects
        Its rejected rows, with the columns of `REJECT_COLUMNS`.
    warnings
        What is odd about it as a whole.
    """

    table: TextTable
    rows: Path | None
    read_count: int
    accepted_count: int
    layout: LayoutLog
    rejects: pd.DataFrame
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class StagedFile:
    """A delivered file, read under the headers of `export`, with what is odd about it."""

    export: Export
    lists: list[StagedList]
    warnings: list[str]

    @property
    def rows(self) -> list[str]:
        """The Parquet files with its accepted rows."""
        return [str(item.rows) for item in self.lists if item.rows is not None]

    @property
    def read_count(self) -> int:
        """How many rows were read."""
        return sum(item.read_count for item in self.lists)

    @property
    def rejected_count(self) -> int:
        """How many of them were rejected."""
        return sum(rejected_row_count(item.rejects) for item in self.lists)

    @property
    def refusable_count(self) -> int:
        """How many were rejected for a fault, not because the portal excludes them."""
        return sum(rejected_row_count(item.rejects, EXCLUDED_IDS) for item in self.lists)

    @property
    def extracted_at(self) -> datetime | None:
        """When the file states that it was extracted; None if it does not."""
        stated = [item.table.extracted_at for item in self.lists]
        return max((moment for moment in stated if moment), default=None)

    @property
    def period_lines(self) -> list[tuple[date, date] | None]:
        """Both days of each list's own period line."""
        return [item.table.period for item in self.lists]


def stage_list(
    reading: duckdb.DuckDBPyConnection,
    table: TextTable,
    export: Export,
    labels: UnitLabels,
    *,
    circumstances: Circumstances,
    workspace: Path,
) -> StagedList:
    """Read and validate one list; lay its accepted rows aside in `workspace`.

    Raises
    ------
    FileRefused
        The list cannot be split into rows, or lacks a key that every record had.
    """
    layout = LayoutLog(export, table.header_keys)
    warnings = []
    table = readable_table(reading, table, workspace)
    if absent := check_keys(reading, table, export):
        warnings.append(f"part {table.part_number}: no record has {absent}")
    lines = find_lines(reading, table)
    layout.counts.update(lines.layout)
    rejects = [lines.rejects]
    read_count, accepted_count = len(lines.rejects), 0
    file = workspace / f"rows-{table.part_number}.parquet"
    with ExitStack() as written:
        writer: pq.ParquetWriter | None = None
        for typed in typed_batches(reading, table, export, lines):
            records, broken = split_broken(typed)
            rows = with_units(layout.take_out(records), labels)
            accepted, rejected = validate(rows, export, circumstances)
            read_count += len(broken) + rows.num_rows
            accepted_count += accepted.num_rows
            rejects += [broken, rejected]
            if accepted.num_rows:
                accepted = accepted.append_column("part_number", _all(table.part_number, accepted))
                writer = writer or written.enter_context(
                    pq.ParquetWriter(file, accepted.schema, compression="lz4")
                )
                writer.write_table(accepted, row_group_size=ROW_GROUP)
    layout.finish()
    item = StagedList(
        replace(table, grid=None), file if writer else None, read_count, accepted_count, layout,
        all_rejects(rejects), warnings,
    )  # fmt: skip
    warnings += _list_warnings(item)
    return item


def _all(number: int, rows: pa.Table) -> pa.Array:
    return pa.repeat(pa.scalar(number, pa.int32()), rows.num_rows)


def _list_warnings(item: StagedList) -> list[str]:
    """Return what is odd about a list as a whole."""
    part = f"part {item.table.part_number}"
    warnings = [
        f"{part}: the totals row states {value.stated:,} for {value.column_name}, its rows give "
        f"{value.counted:,}"
        for value in item.layout.check_values()
        if value.stated != value.counted
    ]
    row_count = item.layout.sums[ROWS]
    if not row_count and item.rejects.empty:
        # What it supersedes had some, perhaps.
        warnings.append(f"{part} holds no rows")
    if item.table.delimited and item.table.header_row + row_count == FULL_SHEET:
        warnings.append(f"{part} has {FULL_SHEET:,} rows: it may be cut off")
    return warnings
