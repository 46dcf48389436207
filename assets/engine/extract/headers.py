"""Finding the header row of a table and which column is which."""

import re
from dataclasses import dataclass
from itertools import pairwise, product

from assets.engine.common.errors import FileRefused
from assets.engine.common.text import clean, header_key, label_key, without_brackets
from assets.engine.formats.detect import HEAD_ROWS, Cells
from schemas.settings import USUAL_HEADERS

GROUP_SEPARATOR = " / "
MOST_HEADER_ROWS = 3
_LONGEST_HEADER = 150
_HEADER_LIKE = re.compile(r"[^\d\n]{1,60}")
_USUAL_WORDS = {
    word
    for columns in USUAL_HEADERS.values()
    for headers in columns.values()
    for header in headers
    for word in re.split(r"\W+", label_key(header))
}

Wanted = dict[str, list[str]]


@dataclass(frozen=True)
class Header:
    """The header found.

    Attributes
    ----------
    last_row
        Index of its last row.
    paths
        The full header of each column, group and leaf.
    columns
        Canonical name to index of its column.
    """

    last_row: int
    paths: list[str]
    columns: dict[str, int]

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.paths)


class HeaderMissing(FileRefused):
    """No row holds every header wanted; `matched` says how many the best row held."""

    matched = 0


def find_header(rows: list[Cells], wanted: Wanted) -> Header:
    """Return the header among the first rows that holds every header of `wanted`.

    Parameters
    ----------
    rows
        Cells from the first row of the file on.
    wanted
        Canonical column to its possible headers; group and leaf joined by " / ".

    Raises
    ------
    HeaderMissing
        No row looks like the header, or some wanted headers are missing (both lists are named).
    FileRefused
        A wanted header stands over several columns: no other reading of the file helps.
    """
    header = best_header(rows, wanted)
    longest = max((len(path) for path in header.paths), default=0)
    if longest > _LONGEST_HEADER:
        raise _missing(
            len(header.columns),
            f"Reading the header in row {header.last_row + 1}",
            f"a header of {longest} characters",
            f"at most {_LONGEST_HEADER}",
            "Close the quotation mark before it: it swallows the rows below.",
        )
    if len(header.columns) == len(wanted):
        _refuse_repeated(header, wanted)
        return header
    if 2 * len(header.columns) < len(wanted):
        raise _missing(
            len(header.columns),
            "Looking for the header row",
            f"none among the first {HEAD_ROWS} rows "
            f"({len(header.columns)} of {len(wanted)} matched)",
            "a row with " + ", ".join(repr(texts[0]) for texts in wanted.values()),
            "Export the list with its header, or correct the columns in the source settings.",
        )
    missing = [texts[0] for name, texts in wanted.items() if name not in header.columns]
    raise _missing(
        len(header.columns),
        f"Matching the header in row {header.last_row + 1}",
        f"no column {missing}; other columns there are {_others(header)}",
        "every column of the source settings",
        "Correct these columns in the source settings (make check-source shows every header that "
        "can be shown), or export the list with them.",
    )


def best_header(rows: list[Cells], wanted: Wanted) -> Header:
    """Return the header that holds most of `wanted`, however few they are."""
    keys = {
        name: ([label_key(text) for text in texts], [header_key(text) for text in texts])
        for name, texts in wanted.items()
    }
    best = Header(0, [], {})
    searched = min(len(rows), HEAD_ROWS)
    for first, height in product(range(searched), range(1, MOST_HEADER_ROWS + 1)):
        block = rows[first : first + height]
        if len(block) == height:
            paths = header_paths(block)
            columns = _matches(paths, keys)
            if len(columns) > len(best.columns):
                best = Header(first + height - 1, paths, columns)
            if len(columns) == len(wanted):
                break
    return best


def spare_headers(header: Header) -> list[str]:
    """Return the headers nothing is mapped to, without those that may be data."""
    return [
        path
        for index, path in enumerate(header.paths)
        if index not in header.columns.values() and _HEADER_LIKE.fullmatch(path)
    ]


def _others(header: Header) -> str:
    """Return the spare headers of usual words, and how many more there are.

    Another cell may hold a person's name: the row may be no header at all.
    """
    shown = [path for path in spare_headers(header) if _words(path) <= _USUAL_WORDS]
    filled = sum(bool(path) for path in header.paths)
    hidden = filled - len(set(header.columns.values())) - len(shown)
    return f"{shown}" + (f" and {hidden} whose names are not shown here" if hidden else "")


def _words(path: str) -> set[str]:
    return set(re.split(r"\W+", label_key(path)))


def header_paths(block: list[Cells]) -> list[str]:
    """Return the full header of each column: group and leaf joined, merged cells filled in.

    A cell merged downwards has text above and nothing below; one merged to the right has nothing
    where the row below still has text.
    """
    width = max(len(row) for row in block)
    filled = [[clean(cell or "") for cell in row] + [""] * (width - len(row)) for row in block]
    # From the leaves upwards: what stands over a merged group goes on over all of it.
    for upper, lower in reversed(list(pairwise(filled))):
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


def _matches(paths: list[str], wanted: dict[str, tuple[list[str], list[str]]]) -> dict[str, int]:
    """Return the column of each wanted header: as it is written, else without "(VNĐ)".

    `wanted` are the label keys and the header keys of its texts.
    """
    numbered = [(index, label_key(path)) for index, path in enumerate(paths)][::-1]
    exact = {key: index for index, key in numbered}
    loose = {without_brackets(key): index for index, key in numbered}
    found = {}
    for name, (label_keys, header_keys) in wanted.items():
        places = [exact.get(key) for key in label_keys]
        places += [loose.get(key) for key in header_keys]
        known = [place for place in places if place is not None]
        if known:
            found[name] = known[0]
    return found


def _refuse_repeated(header: Header, wanted: Wanted) -> None:
    """Raise FileRefused if another column has the header of a mapped one."""
    for name, index in header.columns.items():
        path = header.paths[index]
        is_exact = label_key(path) in map(label_key, wanted[name])
        key = label_key if is_exact else header_key
        places = [place for place, other in enumerate(header.paths, 1) if key(other) == key(path)]
        if len(places) > 1:
            text = next(text for text in wanted[name] if key(text) == key(path))
            raise FileRefused(
                f"Matching the header in row {header.last_row + 1}",
                f"{text!r} over the columns {' and '.join(map(str, places))}",
                "each column of the source settings once",
                "Name the whole header in the source settings (group and leaf, or with its "
                "brackets), or export the list with this column once.",
            )


def _missing(matched: int, doing: str, found: str, expected: str, to_do: str) -> HeaderMissing:
    refusal = HeaderMissing(doing, found, expected, to_do)
    refusal.matched = matched
    return refusal
