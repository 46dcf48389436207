"""Finding the marks of invented people in bytes and in text, however they are written.

Names hold `Mẫu` and a number, addresses `Thôn Mẫu` and a number, phone numbers start with
0990000 and identity numbers with 000990 (see `data/sample/sample_people.py`).
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import duckdb

from tests.end_to_end.tables import columns_by_table

_NUMBERS = r"(?<![0-9a-f])(?:0990000\d{3}|000990\d{6})(?![0-9a-f])"
TEXT_MARK = re.compile(
    rf"m(?:\u1eab|a\u0302\u0303|\u00e2\u0303)u\s{{0,3}}\d\d|{_NUMBERS}", re.IGNORECASE
)


def _written_forms() -> Iterator[bytes]:
    """Yield the bytes of `Mẫu` in every form and encoding that a log or database may use."""
    for word in ("Mẫu", "mẫu", "MẪU"):
        for form in ("NFC", "NFD"):
            text = unicodedata.normalize(form, word)
            escaped = json.dumps(text)[1:-1]
            yield text.encode()
            yield escaped.encode()
            yield escaped.replace("\\", "\\\\").encode()
            yield repr(text.encode())[2:-1].encode()
            yield quote(text).encode()
            yield text.encode("utf-16-le")
            yield "".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in text).encode()


_FORMS = tuple(dict.fromkeys(_written_forms()))
BYTE_MARK = re.compile(
    b"(?:"
    + b"|".join(map(re.escape, _FORMS))
    + rb")(?:[\s\x00+]|%20|\\n){0,6}\d\x00?\d|"
    + _NUMBERS.encode()
)
# What every mark holds; to search for it is a hundred times faster than for the mark.
_PARTS = (*_FORMS, b"0990000", b"000990")


def marks_in_bytes(folder: Path) -> dict[str, list[bytes]]:
    """Return the files below a folder whose bytes hold marks, with some of these."""
    found = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            continue  # SQLite, at work meanwhile, takes its -shm and -wal away
        if not any(part in content for part in _PARTS):
            continue
        marks = [match.group() for match in BYTE_MARK.finditer(content)]
        if marks:
            found[str(file.relative_to(folder))] = marks
    return found


def marks_in_cells(
    file: Path, is_marked: Callable[[str], object] = TEXT_MARK.search
) -> dict[str, list[str]]:
    """Return the columns of a DuckDB file whose cells hold marks, comments included."""
    found = {}
    with duckdb.connect(str(file), read_only=True) as connection:
        for table, columns in columns_by_table(connection).items():
            # The question below takes 10 ms for an empty table, too.
            if not connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall():
                continue
            (cells,) = connection.execute(
                f"SELECT list(DISTINCT CAST(COLUMNS(*) AS VARCHAR)) FROM {table}"
            ).fetchall()
            for column, texts in zip(columns, cells, strict=True):
                marks = [text for text in texts or () if text is not None and is_marked(text)]
                if marks:
                    found[f"{table}.{column}"] = marks
    return found
