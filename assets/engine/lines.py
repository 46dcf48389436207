"""Lines of delimited text that are no rows: broken ones, empty ones, notes, a last one cut off.

Belongs here: finding them once DuckDB has read a list, and the numbers of the rows behind them.
Does not belong here: reading the rows (`assets.engine.batches`).
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from assets.engine.layout import LayoutLog
from assets.engine.layout_kind import short_line_kind
from assets.engine.rejects import Rejects, line_rejects, unsplittable
from assets.engine.text import clean
from assets.engine.text_table import TextTable
from schemas.columns import quoted
from schemas.rules import COLUMN_COUNT, UNREADABLE_TEXT

SEARCHED_BYTES = 1 << 22

_SHORT, _STRAY = "MISSING COLUMNS", "UNQUOTED VALUE"
_LONGEST_LINE = 1 << 16
_MOST_NOTE_CELLS = 2
# What DuckDB calls a line it cannot split, and the rule such a row breaks.
_LINE_RULES = {
    _SHORT: COLUMN_COUNT.rule_id,
    "TOO MANY COLUMNS": COLUMN_COUNT.rule_id,
    "INVALID ENCODING": UNREADABLE_TEXT.rule_id,
}


def correct_row_numbers(
    reading: duckdb.DuckDBPyConnection, table: TextTable, rejects: Rejects, log: LayoutLog
) -> pd.DataFrame:
    """Reject the lines that could not be split, and say how the rows behind them move.

    DuckDB passes over such lines and over empty ones, so every row after one stands further down
    in the file than its place in the stream says. The rejects are corrected here, and totals and
    signatures of a cell or two noted in `log`. Returns `moved_from` (row number in the stream) and
    `lines` (how many rows further down), ascending.
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
    kinds = _note_kinds(lines, set(passed_over.tolist()))
    log.counts.update(kinds.values())
    lines = lines[~lines["row_number"].isin(list(kinds))]
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
    """Return the lines DuckDB could not split: `row_number`, `rule_id`, and `cells` of short ones.

    Raises
    ------
    FileRefused
        A quotation mark was left open, which swallows every row behind it.
    """
    errors = reading.execute(
        f"""
        SELECT line AS row_number, min(error_type) AS error,
            bool_or(error_type NOT IN ({", ".join(map(quoted, _LINE_RULES))})) AS is_stray,
            CASE WHEN min(error_type) = max(error_type) AND max(length(csv_line)) <= {_LONGEST_LINE}
                 THEN min(csv_line) END AS text
        FROM reject_errors GROUP BY line ORDER BY line
        """
    ).df()
    errors["row_number"] += table.header_row - table.skipped_lines
    # What pandas makes of NULL is no text.
    errors["text"] = [text if isinstance(text, str) else "" for text in errors["text"]]
    stray = errors["is_stray"].astype(bool)
    if stray.any() and not _cost_only_themselves(errors.loc[stray], table):
        row = int(errors.loc[stray, "row_number"].min())
        raise unsplittable(f"a stray or open quotation mark near row {row:,}")
    return pd.DataFrame(
        {
            "row_number": errors["row_number"].astype("int64"),
            "rule_id": errors["error"].map(_LINE_RULES).fillna(COLUMN_COUNT.rule_id),
            "cells": [
                _note_cells(text, table) if error == _SHORT else []
                for text, error in zip(errors["text"], errors["error"], strict=True)
            ],
        }
    )


def _cost_only_themselves(lines: pd.DataFrame, table: TextTable) -> bool:
    """Say whether stray quotation marks make unreadable what is in their own line, and no more.

    DuckDB goes on behind such a line. Where a mark is left open it shows the lines swallowed, or
    the line before, which has no fault of its own or is listed already.
    """
    texts = [text.strip("\r\n") for text in lines["text"]]
    return len(set(texts)) == len(texts) and all(
        error == _STRAY and "\n" not in text and _is_stray(text, table)
        for text, error in zip(texts, lines["error"], strict=True)
    )


def _is_stray(text: str, table: TextTable) -> bool:
    try:
        next(csv.reader([text], delimiter=table.delimiter, strict=True), [])
    except csv.Error:
        return len(next(csv.reader([text], delimiter=table.delimiter))) == table.header.width
    return False


def _note_cells(text: str, table: TextTable) -> list[str]:
    """Return the texts of a line of one or two cells; none of any other."""
    cells = next(csv.reader([text.strip("\r\n")], delimiter=table.delimiter), [])
    return [clean(cell) for cell in cells if cell.strip()] if len(cells) <= _MOST_NOTE_CELLS else []


def _note_kinds(lines: pd.DataFrame, passed_over: set[int]) -> dict[int, str]:
    """Return which short lines are totals or signatures, by their row number."""
    kinds: dict[int, str] = {}
    signed_to = 0
    for number, cells in zip(lines["row_number"].tolist(), lines["cells"], strict=True):
        # No row of data since: who signs stands below what they are.
        is_below = signed_to > 0 and passed_over.issuperset(range(signed_to, number))
        if kind := short_line_kind(cells, is_below=is_below):
            kinds[number] = kind
            signed_to = number if kind == "signature" else 0
    return kinds


def _empty_lines(file: Path, table: TextTable) -> np.ndarray:
    """Return the row numbers of empty lines among the rows."""
    if not _has_empty_line(file):
        return np.array([], dtype=np.int64)
    numbered = enumerate(_records(file, table), start=1)
    empty = [number for number, record in numbered if not record]
    return np.array([number for number in empty if number > table.header_row], dtype=np.int64)


def _records(file: Path, table: TextTable) -> Iterator[list[str]]:
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
            yield from csv.reader(text, delimiter=table.delimiter)
    except csv.Error:
        raise unsplittable("a cell of more than 4 MB") from None


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
    if len(cells) >= table.header.width:
        return False
    if '"' in last:
        # A cell of several lines: only from the start of the file is it clear where it began.
        *_, cells = _records(file, table)
    return len(cells) < table.header.width and not short_line_kind(cells)
