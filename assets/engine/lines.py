"""Lines of delimited text that are no rows: broken ones, empty ones, a last one cut off.

Belongs here: finding them once DuckDB has read a list, and the numbers of the rows behind them.
Does not belong here: reading the rows (`assets.engine.batches`).
"""

import csv
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from assets.engine.rejects import Rejects, line_rejects, unsplittable
from assets.engine.text_table import TextTable
from schemas.rules import COLUMN_COUNT, UNREADABLE_TEXT

SEARCHED_BYTES = 1 << 22

# What DuckDB calls a line it cannot split, and the rule such a row breaks.
_LINE_RULES = {
    "MISSING COLUMNS": COLUMN_COUNT.rule_id,
    "TOO MANY COLUMNS": COLUMN_COUNT.rule_id,
    "INVALID ENCODING": UNREADABLE_TEXT.rule_id,
}


def correct_row_numbers(
    reading: duckdb.DuckDBPyConnection, table: TextTable, rejects: Rejects
) -> pd.DataFrame:
    """Reject the lines that could not be split, and say how the rows behind them move.

    DuckDB passes over such lines and over empty ones, so every row after one stands further down
    in the file than its place in the stream says. The rejects are corrected here. Returns
    `moved_from` (row number in the stream) and `lines` (how many rows further down), ascending.
    """
    if table.delimited is None:
        return pd.DataFrame({"moved_from": [], "lines": []})
    if _is_cut_off(table.delimited, table):
        raise unsplittable("a last row that breaks off")
    lines = _broken_lines(reading, table)
    passed_over = np.sort(
        np.concatenate([lines["row_number"], _empty_lines(table.delimited, table)])
    )
    # The k-th line passed over (from 0) moves every row numbered line - k or more.
    moved_from = passed_over - np.arange(len(passed_over))
    moves = pd.DataFrame({"moved_from": moved_from, "lines": np.arange(1, len(moved_from) + 1)})
    moves = moves.drop_duplicates("moved_from", keep="last").astype("int64")
    for part in rejects.parts:
        part["row_number"] = moved(part["row_number"].to_numpy(), moves)
    rejects.line_count = len(lines)
    if len(lines):
        rejects.add(line_rejects(lines["row_number"].to_numpy(), lines["rule_id"].to_numpy()))
    return moves


def moved(row_numbers: np.ndarray, moves: pd.DataFrame) -> np.ndarray:
    """Return where rows of the stream stand in the file."""
    if moves.empty:
        return row_numbers
    place = np.searchsorted(moves["moved_from"], row_numbers, side="right")
    further = np.concatenate([[0], moves["lines"].to_numpy()])
    corrected: np.ndarray = row_numbers + further[place]
    return corrected


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
    errors["row_number"] = errors["row_number"].astype("int64")
    other = errors[~errors["error"].isin(list(_LINE_RULES))]
    errors["row_number"] += table.header_row - table.skipped_lines
    if not other.empty:
        row = int(errors.loc[other.index, "row_number"].min())
        raise unsplittable(f"a stray or open quotation mark near row {row:,}")
    errors["rule_id"] = errors["error"].map(_LINE_RULES)
    return errors[["row_number", "rule_id"]]


def _empty_lines(file: Path, table: TextTable) -> np.ndarray:
    """Return the row numbers of empty lines among the rows."""
    if not _has_empty_line(file):
        return np.array([], dtype=np.int64)
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
            records = csv.reader(text, delimiter=table.delimiter)
            empty = [number for number, record in enumerate(records, start=1) if not record]
    except csv.Error:
        raise unsplittable("a cell of more than 4 MB") from None
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


def _is_cut_off(file: Path, table: TextTable) -> bool:
    """Say whether the last line has no end and too few cells: the file broke off in it."""
    with file.open("rb") as handle:
        handle.seek(max(0, file.stat().st_size - SEARCHED_BYTES))
        tail = handle.read()
    last = tail[tail.rfind(b"\n") + 1 :].decode("utf-8", errors="replace")
    if not last.strip():
        return False
    cells = next(csv.reader([last], delimiter=table.delimiter), [])
    return len(cells) < table.header.width
