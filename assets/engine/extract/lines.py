"""Lines of delimited text that are not rows: broken and empty ones, notes, a last one cut off."""

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from assets.engine.common.errors import WarehouseError
from assets.engine.common.text import clean
from assets.engine.extract.json_records import LIST_WITHIN
from assets.engine.extract.layout_kind import short_line_kind
from assets.engine.extract.raw_table import TextTable
from assets.engine.extract.rejects import line_rejects, unsplittable
from schemas.rows import COLUMN_COUNT, UNREADABLE_TEXT
from schemas.tables import quoted

SEARCHED_BYTES = 1 << 22

# DuckDB keeps a kilobyte for each cell that a line lacks.
MOST_LACKING_CELLS = 1_000_000

_LONGEST_RECORD_LINES = 10_000
_COUNTED_BYTES = 1 << 20
_SHORT, _STRAY = "MISSING COLUMNS", "UNQUOTED VALUE"
_LONGEST_LINE = 1 << 16
_MOST_NOTE_CELLS = 2
# What DuckDB calls a line it cannot split, and the rule such a row breaks.
_LINE_RULES = {
    _SHORT: COLUMN_COUNT.rule_id,
    "TOO MANY COLUMNS": COLUMN_COUNT.rule_id,
    "INVALID ENCODING": UNREADABLE_TEXT.rule_id,
}


@dataclass(frozen=True)
class Lines:
    """The lines of a list that DuckDB passes over: broken ones and empty ones.

    Attributes
    ----------
    passed_over
        Their row numbers, ascending.
    rejects
        The broken ones among them that are rejected, with the columns of `REJECT_COLUMNS`.
    layout
        Kind of layout to the number of short lines that are totals or signatures.
    """

    passed_over: np.ndarray
    rejects: pd.DataFrame
    layout: Counter[str]

    def row_numbers(self, first: int, count: int) -> np.ndarray:
        """Return the row numbers in the file of `count` rows that DuckDB read, `first` on.

        `first` counts from 1 as if no line had been passed over.
        """
        numbers = np.arange(first, first + count)
        # The k-th line passed over (from 0) moves every row numbered line - k or more.
        moved_from = self.passed_over - np.arange(len(self.passed_over))
        shifted: np.ndarray = numbers + np.searchsorted(moved_from, numbers, side="right")
        return shifted


ALL_READ = Lines(np.array([], np.int64), line_rejects(np.array([], np.int64), []), Counter())


def find_lines(reading: duckdb.DuckDBPyConnection, table: TextTable) -> Lines:
    """Return the lines of a list that are not rows; `ALL_READ` where it is not delimited text.

    DuckDB passes over lines it cannot split and over empty ones, so every row after one stands
    further down in the file than its place among the rows read says. They are looked for before
    any row is read: row numbers are right from the beginning, in messages as in the warehouse.

    Raises
    ------
    FileRefused
        The text breaks off, very many of its lines lack cells, or a quotation mark was left open,
        which swallows the rows after it.
    """
    if table.delimited is None:
        return ALL_READ
    _check_cells(table.delimited, table)
    if _is_cut_off(table.delimited, table):
        raise unsplittable("a last row that breaks off")
    broken = _broken_lines(reading, table)
    passed_over = np.sort(
        np.concatenate([broken["row_number"], _empty_lines(table.delimited, table)])
    ).astype(np.int64)
    kinds = _note_kinds(broken, set(passed_over.tolist()))
    rejected = broken[~broken["row_number"].isin(list(kinds))]
    return Lines(
        passed_over,
        line_rejects(rejected["row_number"].to_numpy(), rejected["rule_id"].to_numpy()),
        Counter(kinds.values()),
    )


@contextmanager
def reading_errors() -> Iterator[None]:
    """Word what DuckDB says of text it cannot read anew: its message quotes the text.

    Raises
    ------
    FileRefused
        The text cannot be split into rows.
    WarehouseError
        There is no memory, or the disk cannot be read.
    """
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        if "Out of Memory" in str(error) and " used)" in str(error):
            # The reader's own limit, far below what the machine has.
            raise unsplittable("text that asks for more memory than any list needs") from None
        if any(sign in str(error) for sign in ("Out of Memory", "IO Error", "Cannot allocate")):
            raise WarehouseError(
                "Reading a delivered file",
                "no memory, or a disk that cannot be read",
                "enough of both",
                "Free memory or repair the disk, and run the period again.",
            ) from None
        is_joined = LIST_WITHIN in str(error)
        raise unsplittable(
            f"{LIST_WITHIN}: another file may be joined to this one"
            if is_joined
            else "text that cannot be split into rows and cells"
        ) from None


def _check_cells(file: Path, table: TextTable) -> None:
    """Refuse text that lacks so many cells that the list of its broken lines would fill memory."""
    if _lacking_cells(file, table) <= MOST_LACKING_CELLS:
        return
    # Lines within quotation marks lack none: only who reads them all knows.
    lacking = 0
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as text, _csv_errors():
        records = csv.reader(text, delimiter=table.delimiter)
        last = 0
        for record in records:
            if records.line_num - last > _LONGEST_RECORD_LINES:
                raise unsplittable(f"a stray or open quotation mark near row {last + 1:,}")
            last = records.line_num
            lacking += max(0, table.header.width - len(record)) if record else 0
            if lacking > MOST_LACKING_CELLS:
                raise unsplittable("very many lines that have too few cells")


def _lacking_cells(file: Path, table: TextTable) -> int:
    """Return how many delimiters its lines lack, if none of them is within quotation marks."""
    lacking = 0
    with file.open("rb") as handle:
        while chunk := handle.read(_COUNTED_BYTES):
            text = np.frombuffer(chunk, np.uint8)
            lines = int(np.count_nonzero(text == ord("\n")))
            delimiters = int(np.count_nonzero(text == ord(table.delimiter)))
            lacking += max(0, lines * (table.header.width - 1) - delimiters)
    return lacking


def _broken_lines(reading: duckdb.DuckDBPyConnection, table: TextTable) -> pd.DataFrame:
    """Return the lines DuckDB could not split: `row_number`, `rule_id`, and `cells` of short ones.

    Raises
    ------
    FileRefused
        A quotation mark was left open, which swallows every row after it.
    """
    # What a list read before left there.
    reading.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    with reading_errors():
        # Every column is looked at, as when rows are read: a cell may be all that is broken.
        reading.execute(f"SELECT count(COLUMNS(*)) FROM {table.relation}").fetchall()
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

    DuckDB goes on after such a line. Where a mark is left open it shows the lines swallowed, or
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
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as text, _csv_errors():
        yield from csv.reader(text, delimiter=table.delimiter)


@contextmanager
def _csv_errors() -> Iterator[None]:
    try:
        yield
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
