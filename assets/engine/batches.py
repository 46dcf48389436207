"""The stream of a file: typed batches in file order, split into accepted and rejected rows.

Belongs here: running the typing SELECT in an in-memory reader, row numbers, rejected rows.
Does not belong here: writing to the warehouse (`assets.engine.load`).
"""

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from assets.engine.errors import FileRefused, WarehouseError
from assets.engine.judge import broken_rules
from assets.engine.text import label_key
from assets.engine.text_table import GRID_VIEW, RAW_PREFIX, TextTable
from assets.engine.typing_sql import typed_select
from schemas.exports import Kind
from schemas.rules import COLUMN_COUNT, UNREADABLE_TEXT
from schemas.settings import Export

# pandera has a fixed cost of 40 ms a batch; half a million rows make it vanish.
BATCH_ROWS = 500_000
SEARCHED_BYTES = 1 << 22

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
    units = unit_codes_by_label(warehouse)
    if table.grid is not None:
        reading.register(GRID_VIEW, table.grid)
    sql = typed_select(export, table.relation, has_row_number=table.grid is not None)
    next_row = table.header_row + 1
    try:
        for typed in _ahead(reading.sql(sql).to_arrow_reader(BATCH_ROWS)):
            numbered = typed if table.grid is not None else _numbered(typed, next_row)
            next_row += typed.num_rows
            blank = int(pa.compute.sum(numbered["is_blank"]).as_py() or 0)
            rows = numbered.filter(pa.compute.invert(numbered["is_blank"])) if blank else numbered
            yield _with_unit_codes(rows, units), blank
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        if any(sign in str(error) for sign in ("Out of Memory", "IO Error", "Cannot allocate")):
            raise WarehouseError(
                "Reading a delivered file",
                "no memory, or a disk that cannot be read",
                "enough of both",
                "Free memory or repair the disk, and run the period again.",
            ) from None
        raise _unsplittable("text that cannot be split into rows and cells") from None


def _numbered(batch: pa.Table, first: int) -> pa.Table:
    numbers = pa.array(np.arange(first, first + batch.num_rows))
    return batch.add_column(0, "row_number", numbers)


def _ahead(stream: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Yield batches while the next one is being read: reading and judging overlap."""
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


def rejected_rows(batch: pa.Table, kind: Kind, rejects: Rejects) -> np.ndarray:
    """Return the row numbers of `batch` that are rejected; add them to `rejects`."""
    broken = broken_rules(batch, kind.name)
    rows = batch.select(["row_number", "found"]).take(broken["position"].to_numpy())
    found = [
        _shape_of(rule_id, shapes)
        for rule_id, shapes in zip(broken["rule_id"], rows["found"].to_pylist(), strict=True)
    ]
    numbers = rows["row_number"].to_pandas()
    rejects.add(numbers, broken["rule_id"], pd.Series(found, dtype=object))
    unique: np.ndarray = numbers.unique()
    return unique


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


def unit_codes_by_label(warehouse: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the unit that each name or code means, by the label's normal form.

    A name that means two units says nothing: its rows count as unassigned.
    """
    units = warehouse.execute("SELECT unit_code, unit_name FROM reference.unit").fetchall()
    meant: dict[str, set[str]] = {}
    for code, name in units:
        for label in (code, name):
            meant.setdefault(label_key(label), set()).add(code)
    return {label: codes.pop() for label, codes in meant.items() if len(codes) == 1}


def _with_unit_codes(batch: pa.Table, units: dict[str, str]) -> pa.Table:
    """Replace the raw text of the unit by its code; each spelling is looked up once."""
    raw = RAW_PREFIX + "unit_code"
    if raw not in batch.column_names:
        return batch
    spelled = batch[raw].combine_chunks().dictionary_encode()
    codes = pa.array(
        [units.get(label_key(text)) for text in spelled.dictionary.to_pylist()], pa.string()
    )
    position = batch.column_names.index("unit_code")
    return batch.set_column(position, "unit_code", codes.take(spelled.indices)).drop_columns([raw])


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
        raise _unsplittable(f"a stray or open quotation mark near row {row:,}")
    errors["rule_id"] = errors["error"].map(_LINE_RULES)
    errors["found"] = None
    return errors[["row_number", "rule_id", "found"]]


def _empty_lines(file: Path, table: TextTable) -> np.ndarray:
    """Return the row numbers of empty lines among the rows."""
    if not _has_empty_line(file):
        return np.array([], dtype=np.int64)
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
            records = csv.reader(text, delimiter=table.delimiter)
            empty = [number for number, record in enumerate(records, start=1) if not record]
    except csv.Error:
        raise _unsplittable("a cell of more than 4 MB") from None
    return np.array([number for number in empty if number > table.header_row], dtype=np.int64)


def _has_empty_line(file: Path) -> bool:
    """Say whether two line ends follow each other; 0.2 s a gigabyte, csv takes a hundred times."""
    tail = b""
    with file.open("rb") as handle:
        while chunk := handle.read(SEARCHED_BYTES):
            text = np.frombuffer(tail + chunk, np.uint8)
            ends = np.flatnonzero(text == ord("\n"))
            gaps = np.diff(ends)
            if (gaps == 1).any() or (text[ends[1:][gaps == 2] - 1] == ord("\r")).any():
                return True
            tail = chunk[-2:]
    return False


def _unsplittable(found: str) -> FileRefused:
    return FileRefused(
        "Reading its rows",
        found,
        "rows with the cells of the header and every quotation mark closed",
        "Export it again, or close the quotation mark.",
    )
