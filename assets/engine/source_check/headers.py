"""The headers of a sample, or the paths of its JSON records: which may be shown, which are meant.

A cell is shown only where its row is surely a header: it holds two headers that the settings name
or that portals usually have. A list without a header shows nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import duckdb

from assets.engine.common.text import header_key, shape
from assets.engine.extract import GROUP_SEPARATOR, Header, Wanted, best_header
from assets.engine.formats.detect import HEAD_BYTES, HEAD_ROWS, Cells, delimited_heads
from assets.engine.formats.encodings import candidate_encodings, decode_head
from assets.engine.formats.json_file import json_objects_sql, json_records, readable
from assets.engine.formats.reader import FormatReader
from schemas.settings import PEOPLE_HEADER, USUAL_HEADERS

_FEWEST_KNOWN = 2
_RECORDS = 1000
_CLOSE = 0.75
_LONGEST = 150
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_INDEX = re.compile(r"\[[^\]]*\]")
_WORD = re.compile(r"[^\W\d_]+")
_USUAL_WORDS = {
    word
    for columns in USUAL_HEADERS.values()
    for names in columns.values()
    for name in names
    for word in _WORD.findall(name.lower())
}


@dataclass(frozen=True)
class Offer:
    """The headers of a list, or the paths of texts in the first records of JSON."""

    paths: list[str]
    is_json: bool = False

    def has(self, text: str) -> bool:
        """Return whether a header or path of the settings is there."""
        if self.is_json:
            return _INDEX.sub("[*]", text) in self.paths
        return header_key(text) in map(header_key, self.paths)

    def spare(self, wanted: Wanted) -> list[str]:
        """Return what none of the wanted headers names, in the order of the file."""
        key = _plain if self.is_json else header_key
        taken = {key(text) for texts in wanted.values() for text in texts}
        return [path for path in dict.fromkeys(self.paths) if path and key(path) not in taken]

    def meant(self, column: str, texts: list[str], kind: str, spare: list[str]) -> str | None:
        """Return the spare header that a column probably means.

        It is within the object that is named, in another group, a usual one, or like it.
        """
        spare = [path for path in spare if self._is_safe(path) and not PEOPLE_HEADER.search(path)]
        for text in texts if self.is_json else ():
            within = [path for path in spare if _plain(path).startswith(f"{_plain(text)}.")]
            same = [path for path in self.paths if _plain(path) == _plain(text)]
            if within or same:
                return (within or same)[0].replace("[*]", "[0]")
        by_leaf = {_leaf(path): path for path in reversed(spare)}
        by_key = {header_key(path): path for path in reversed(spare)}
        near = [by_leaf[_leaf(text)] for text in texts if _leaf(text) in by_leaf]
        near += [path for path in spare if usual_column(path, kind) == column]
        near += [
            by_key[key]
            for text in texts
            for key in get_close_matches(header_key(text), by_key, 1, _CLOSE)
        ]
        return next(iter(near), None)

    def shown(self, path: str) -> str:
        """Return a header or path, or its shape where it may be data."""
        kind = "key" if self.is_json else "header"
        return path if self._is_safe(path) else f"(a {kind} of shape {shape(path)})"

    def _is_safe(self, path: str) -> bool:
        if self.is_json:
            return all(map(_IDENTIFIER.fullmatch, _plain(path).split(".")))
        if len(path) > _LONGEST or re.search(r"\d", path):
            return False
        is_known = {word.lower() for word in _WORD.findall(path)} <= _USUAL_WORDS
        is_known = is_known or path.isascii() or bool(PEOPLE_HEADER.search(path))
        return is_known or not is_written_like_a_name(path)


def offered(
    file: Path, wanted: Wanted, kind: str, records: str, *, workspace: Path,
    reading: duckdb.DuckDBPyConnection,
) -> Offer:  # fmt: skip
    """Return what the list of `file` that fits best offers: nothing if no row is surely a header.

    Raises FileRefused if the file cannot be opened.
    """
    heads: list[list[Cells]] = []
    formats = FormatReader(file, workspace)
    for member in formats.unpack().files:
        if formats.container(member) == "json":
            opened = readable(reading, json_records(member, records, workspace), workspace)
            return Offer(_paths(reading, json_objects_sql(opened)), is_json=True)
        heads += _heads(member, formats)
    usual = USUAL_HEADERS[kind]
    known = {name: [*wanted.get(name, []), *usual.get(name, ())] for name in {**wanted, **usual}}
    headers = [best_header(rows, known) for rows in heads]
    best = max(headers, key=lambda header: len(header.columns), default=Header(0, [], {}))
    return Offer(best.paths if len({*best.columns.values()}) >= _FEWEST_KNOWN else [])


def is_written_like_a_name(text: str) -> bool:
    """Return whether every word of several has a capital."""
    words = _WORD.findall(text)
    return len(words) > 1 and all(word[0].isupper() for word in words)


def usual_column(path: str, kind: str) -> str | None:
    """Return the column that portals usually call so."""
    if PEOPLE_HEADER.search(path):
        return None
    keys = (header_key(_plain(path)), _leaf(path))
    for column, names in USUAL_HEADERS[kind].items():
        if any(header_key(name) in keys for name in names):
            return column
    return None


def _plain(path: str) -> str:
    return _INDEX.sub("", path)


def _leaf(path: str) -> str:
    return header_key(path.rpartition(GROUP_SEPARATOR)[2])


def _heads(member: Path, formats: FormatReader) -> Iterator[list[Cells]]:
    container = formats.container(member)
    if container == "delimited":
        with member.open("rb") as handle:
            head = handle.read(HEAD_BYTES)
        for encoding in candidate_encodings(head):
            for delimited in delimited_heads(decode_head(head, encoding)):
                yield delimited.rows
    else:
        for sheet in formats.sheets(member, container, "%d/%m/%Y", HEAD_ROWS):
            yield sheet.head(HEAD_ROWS)


def _paths(reading: duckdb.DuckDBPyConnection, objects: str) -> list[str]:
    """Return the paths of the texts in the first records, each list as [*]."""
    rows = reading.execute(
        f"""
        WITH records AS (SELECT TRY_CAST(json AS JSON) AS record FROM {objects} LIMIT {_RECORDS})
        SELECT path FROM (
            SELECT node.id, regexp_replace(node.fullkey[3:], '\\[\\d+\\]', '[*]', 'g')
                || CASE WHEN node.type = 'ARRAY' THEN '[*]' ELSE '' END AS path
            FROM records, json_tree(record) AS node
            WHERE node.type <> 'OBJECT' AND (node.type <> 'ARRAY' OR node.value = '[]'))
        GROUP BY path ORDER BY min(id), path
        """
    ).fetchall()
    paths = [path.replace('"', "") for (path,) in rows]
    # An object that a record lacks is null there.
    objects_met = {_plain(path).rpartition(".")[0] for path in paths}
    return [path for path in paths if _plain(path) not in objects_met]
