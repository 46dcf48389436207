"""The stream of a file: typed batches in file order, split into accepted and rejected rows.

Belongs here: running the typing SELECT in an in-memory reader, row numbers, rejected rows.
Does not belong here: writing to the warehouse (`assets.engine.load`).
"""

import csv
import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from assets.engine.errors import FileRefused
from assets.engine.judge import broken_rules
from assets.engine.text_table import GRID_VIEW, TextTable
from assets.engine.typing_sql import UNIT_LABELS, typed_select
from schemas.exports import Kind
from schemas.rules import COLUMN_COUNT, UNREADABLE_TEXT
from schemas.settings import Export

# Row groups of DuckDB hold 122,880 rows: batches of four fill them evenly.
BATCH_ROWS = 4 * 122_880

# What DuckDB calls a line it cannot split, and the rule such a row breaks.
_LINE_RULES = {
    "MISSING COLUMNS": COLUMN_COUNT.rule_id,
    "TOO MANY COLUMNS": COLUMN_COUNT.rule_id,
    "INVALID ENCODING": UNREADABLE_TEXT.rule_id,
}


@dataclass
class Rejects:
    """The rejected rows of one file, collected batch by batch."""

    parts: list[pd.DataFrame] = field(default_factory=list)

    def add(self, row_numbers: pd.Series, rule_ids: pd.Series, found: pd.Series) -> None:
        """Add rows; one entry for each rule a row breaks."""
        self.parts.append(
            pd.DataFrame({"row_number": row_numbers, "rule_id": rule_ids, "found": found})
        )

    def frame(self) -> pd.DataFrame:
        """Return the columns `row_number`, `rule_id`, `found` of all rejected rows."""
        empty = pd.DataFrame({"row_number": [0], "rule_id": [""], "found": [""]})[:0]
        return pd.concat([empty, *self.parts], ignore_index=True)

    @property
    def count(self) -> int:
        """How many rows were rejected, each counted once."""
        return int(self.frame()["row_number"].nunique())


def typed_batches(
    reading: duckdb.DuckDBPyConnection,
    warehouse: duckdb.DuckDBPyConnection,
    table: TextTable,
    export: Export,
) -> Iterator[tuple[pa.Table, int]]:
    """Yield typed batches with `row_number`, and how many blank rows each dropped.

    Rows of delimited text are numbered as if every line could be split; `correct_row_numbers`
    mends that when the file has been read to its end.

    Raises
    ------
    FileRefused
        The text cannot be split into rows at all.
    """
    _register_units(reading, warehouse)
    if table.grid is not None:
        reading.register(GRID_VIEW, table.grid)
    sql = typed_select(export, table.relation, has_row_number=table.grid is not None)
    next_row = table.header_row + 1
    try:
        for record_batch in reading.sql(sql).to_arrow_reader(BATCH_ROWS):
            batch = pa.Table.from_batches([record_batch])
            if table.grid is None:
                numbers = np.arange(next_row, next_row + batch.num_rows)
                batch = batch.add_column(0, "row_number", pa.array(numbers))
                next_row += batch.num_rows
            kept = batch.filter(pa.compute.invert(batch["is_blank"]))
            yield kept, batch.num_rows - kept.num_rows
    except duckdb.Error:
        raise _unsplittable("text that cannot be split into rows and cells") from None


def split_batch(batch: pa.Table, kind: Kind, rejects: Rejects) -> pa.Table:
    """Return the accepted rows of `batch`; add the others to `rejects`."""
    broken = broken_rules(batch, kind.name)
    if broken.empty:
        return batch
    positions = broken["position"].to_numpy()
    rows = batch.select(["row_number", "found"]).take(positions)
    found = [
        _shape_of(rule_id, shapes)
        for rule_id, shapes in zip(broken["rule_id"], rows["found"].to_pylist(), strict=True)
    ]
    rejects.add(rows["row_number"].to_pandas(), broken["rule_id"], pd.Series(found, dtype=object))
    accepted = np.ones(batch.num_rows, dtype=bool)
    accepted[positions] = False
    return batch.filter(pa.array(accepted))


def correct_row_numbers(
    reading: duckdb.DuckDBPyConnection,
    warehouse: duckdb.DuckDBPyConnection,
    *,
    table: TextTable,
    kind: Kind,
    delivery_id: str,
    rejects: Rejects,
) -> int:
    """Reject the lines that could not be split, and number the rows behind them anew.

    DuckDB passes over such lines and over empty ones, so every row after one stands further down
    in the file than its place in the stream says. Returns how many lines were rejected.
    """
    if table.delimited is None:
        return 0
    lines = _broken_lines(reading, table)
    passed_over = np.sort(
        np.concatenate([lines["row_number"], _empty_lines(table.delimited, table)])
    )
    if len(passed_over):
        # The k-th line passed over (from 0) moves every row numbered line - k or more.
        moved_from = passed_over - np.arange(len(passed_over))
        for part in rejects.parts:
            part["row_number"] += np.searchsorted(moved_from, part["row_number"], side="right")
        moves = pd.DataFrame({"moved_from": moved_from, "lines": np.arange(1, len(moved_from) + 1)})
        moves = moves.drop_duplicates("moved_from", keep="last")
        warehouse.register("row_move", moves)
        warehouse.execute(
            f"""
            UPDATE {kind.table} AS version SET row_number = moved.row_number
            FROM (SELECT v.rowid AS version_rowid, v.row_number + row_move.lines AS row_number
                  FROM {kind.table} AS v
                  ASOF JOIN row_move ON v.row_number >= row_move.moved_from
                  WHERE v.delivery_id = ?) AS moved
            WHERE version.rowid = moved.version_rowid
            """,
            [delivery_id],
        )
        warehouse.unregister("row_move")
    rejects.add(lines["row_number"], lines["rule_id"], lines["found"])
    return len(lines)


def _shape_of(rule_id: str, shapes: str | None) -> str | None:
    """Return the shape of the column that a rule is about, from `c1: shape; c2: shape`."""
    column = rule_id.rpartition("_")[0]
    named = dict(part.split(": ", 1) for part in (shapes or "").split("; ") if ": " in part)
    return named.get(column)


def _register_units(
    reading: duckdb.DuckDBPyConnection, warehouse: duckdb.DuckDBPyConnection
) -> None:
    units = warehouse.sql("SELECT unit_code, unit_name FROM reference.unit").to_arrow_table()
    reading.register("unit", units)
    # A name that means two units says nothing: such rows count as unassigned.
    reading.execute(
        f"""
        CREATE TEMP TABLE {UNIT_LABELS} AS
        SELECT label, any_value(unit_code) AS unit_code
        FROM (SELECT unit_name AS label, unit_code FROM unit
              UNION SELECT unit_code, unit_code FROM unit)
        GROUP BY label HAVING count(DISTINCT unit_code) = 1;
        CREATE TEMP TABLE {UNIT_LABELS}_key AS
        SELECT label_key(label) AS label_key, any_value(unit_code) AS unit_code
        FROM {UNIT_LABELS} GROUP BY ALL HAVING count(DISTINCT unit_code) = 1;
        """
    )


def _broken_lines(reading: duckdb.DuckDBPyConnection, table: TextTable) -> pd.DataFrame:
    """Return the lines DuckDB could not split, never their text.

    Raises
    ------
    FileRefused
        A quotation mark was left open, which swallows every row behind it.
    """
    errors = reading.execute(
        "SELECT line AS row_number, min(error_type) AS error FROM reject_errors GROUP BY line"
    ).df()
    other = errors[~errors["error"].isin(list(_LINE_RULES))]
    errors["row_number"] += table.header_row - table.skipped_lines
    if not other.empty:
        row = int(errors.loc[other.index, "row_number"].min())
        raise _unsplittable(f"a quotation mark left open near row {row:,}")
    errors["rule_id"] = errors["error"].map(_LINE_RULES)
    errors["found"] = None
    return errors[["row_number", "rule_id", "found"]]


def _empty_lines(file: Path, table: TextTable) -> np.ndarray:
    """Return the row numbers of empty lines among the rows."""
    with (
        file.open("rb") as handle,
        mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        if content.find(b"\n\n") < 0 and content.find(b"\n\r\n") < 0:
            return np.array([], dtype=np.int64)
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        records = csv.reader(text, delimiter=table.delimiter)
        empty = [number for number, record in enumerate(records, start=1) if not record]
    return np.array([number for number in empty if number > table.header_row], dtype=np.int64)


def _unsplittable(found: str) -> FileRefused:
    return FileRefused(
        "Reading its rows",
        found,
        "rows with the cells of the header and every quotation mark closed",
        "Export it again, or close the quotation mark.",
    )
