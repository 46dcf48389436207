"""Finding the header row of a table and which column is which.

Belongs here: one to three header rows, group headers, the match with the source's settings.
Does not belong here: reading the file, and rows below the header.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from assets.engine.containers import Cells
from assets.engine.errors import FileRefused
from assets.engine.text import clean, label_key

GROUP_SEPARATOR = " / "
_SEARCHED_ROWS = 50
_MOST_HEADER_ROWS = 3
_LONGEST_HEADER = 150
_HEADER_LIKE = re.compile(r"[^\d\n]{1,60}")


@dataclass(frozen=True)
class Header:
    """The header found: index of its last row, width, and the column of each canonical name."""

    last_row: int
    width: int
    columns: dict[str, int]


def find_header(rows: list[Cells], wanted: dict[str, str]) -> Header:
    """Return the header among the first rows that holds every header of `wanted`.

    Parameters
    ----------
    rows
        Cells from the first row of the file on.
    wanted
        Canonical column to header text; group and leaf joined by " / ".

    Raises
    ------
    FileRefused
        No row looks like the header, or some wanted headers are missing (both lists are named).
    """
    found, last_row, paths = max(
        (
            (_matches(paths, wanted), first + height - 1, paths)
            for first in range(min(len(rows), _SEARCHED_ROWS))
            for height in range(1, _MOST_HEADER_ROWS + 1)
            if first + height <= len(rows)
            for paths in [header_paths(rows[first : first + height])]
        ),
        key=lambda candidate: len(candidate[0]),
        default=({}, 0, []),
    )
    longest = max((len(path) for path in paths), default=0)
    if longest > _LONGEST_HEADER:
        raise FileRefused(
            f"Reading the header in row {last_row + 1}",
            f"a header of {longest} characters",
            f"at most {_LONGEST_HEADER}",
            "Close the quotation mark before it: it swallows the rows below.",
        )
    if len(found) == len(wanted):
        return Header(last_row, len(paths), found)
    if 2 * len(found) < len(wanted):
        raise FileRefused(
            "Looking for the header row",
            f"none among the first {_SEARCHED_ROWS} rows ({len(found)} of {len(wanted)} matched)",
            "a row with " + ", ".join(repr(text) for text in wanted.values()),
            "Export the list with its header, or correct the columns in the source settings.",
        )
    missing = [text for name, text in wanted.items() if name not in found]
    # Only what can be nothing but a header is named: a cell of data may hold a person.
    spare = [
        path
        for index, path in enumerate(paths)
        if index not in found.values() and _HEADER_LIKE.fullmatch(path)
    ]
    raise FileRefused(
        f"Matching the header in row {last_row + 1}",
        f"no column {missing}; other columns there are {spare}",
        "every column of the source settings",
        "Correct these columns in the source settings, or export the list with them.",
    )


def header_paths(block: list[Cells]) -> list[str]:
    """Return the full header of each column: group and leaf joined, merged cells filled in.

    A cell merged downwards has text above and nothing below; one merged to the right has nothing
    where the row below still has text.
    """
    width = max(len(row) for row in block)
    filled = [[clean(cell or "") for cell in row] + [""] * (width - len(row)) for row in block]
    for upper, lower in pairwise(filled):
        for column in range(1, width):
            if not upper[column] and lower[column]:
                upper[column] = upper[column - 1]
    paths = []
    for column in range(width):
        parts: list[str] = []
        for row in filled:
            if row[column] and row[column] not in parts[-1:]:
                parts.append(row[column])
        paths.append(GROUP_SEPARATOR.join(parts))
    return paths


def _matches(paths: list[str], wanted: dict[str, str]) -> dict[str, int]:
    columns = {label_key(path): index for index, path in reversed(list(enumerate(paths)))}
    return {
        name: columns[label_key(text)]
        for name, text in wanted.items()
        if label_key(text) in columns
    }
