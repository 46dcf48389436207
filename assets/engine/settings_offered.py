"""What a sample offers: its headers, or the paths of its JSON records.

Belongs here: the header of a list however few of it the settings name, which columns headers
usually are, which may be named at all. Does not belong here: matching them with the settings
(`settings_headers`).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from assets.engine.common.errors import FileRefused
from assets.engine.common.text import header_key, label_key, shape
from assets.engine.extract import GROUP_SEPARATOR, Header, best_header, spare_headers
from assets.engine.formats.detect import HEAD_BYTES, Cells, delimited_heads
from assets.engine.formats.encodings import candidate_encodings, decode_head, repair
from assets.engine.formats.json_file import JsonRecords, json_objects_sql, json_records, readable
from assets.engine.formats.json_scan import members, skip_blanks
from assets.engine.formats.reader import FormatReader
from assets.engine.settings_draft import DraftExport
from assets.engine.settings_findings import is_written_like_a_name
from schemas.settings import PEOPLE_HEADER, USUAL_HEADERS

_HEAD_ROWS = 50
_RECORDS = 1000
_DEEPEST = 6
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_KEY = re.compile(r"[^.\[\]\"]+")
_INDEX = re.compile(r"\[[^\]]*\]")
_LAST = re.compile(r"\[(last|#?-1|cuoi)\]")
_LIST_FORM = re.compile(r"[^\[\]]+(\[(\d+|#-\d+|\*)\])*")
_SPELLINGS = ("tcvn3", "vni", "mojibake")
_WORDS = {
    word
    for columns in USUAL_HEADERS.values()
    for names in columns.values()
    for name in names
    for word in re.findall(r"[^\W\d_]+", name.lower())
}


@dataclass(frozen=True)
class Offered:
    """What one list of the sample offers: its header rows, or the paths of its records.

    `named` are those that may be named: no cell of data is taken for a header; `masked` are the
    shapes of others. `records` is the path of the array in its envelope, `count` how many of its
    records were looked at.
    """

    paths: list[str]
    named: list[str]
    masked: tuple[str, ...] = ()
    is_json: bool = False
    records: str = ""
    count: int = 0

    def has(self, text: str) -> bool:
        """Say whether a header of the settings is there, as the engine would find it."""
        if self.is_json:
            return _INDEX.sub("[*]", text) in self.paths
        return label_key(text) in map(label_key, self.paths) or header_key(text) in map(
            header_key, self.paths
        )

    def through_lists(self, text: str) -> str | None:
        """Return a path that differs from `text` in what is a list only, with a place in each."""
        place = "[#-1]" if _LAST.search(text) else "[0]"
        same = (path for path in self.paths if plain_path(path) == plain_path(text))
        return next((path.replace("[*]", place) for path in same), None)

    def below(self, text: str) -> list[str]:
        """Return the paths within the object that a path of the settings leads to."""
        start = plain_path(text) + "."
        return [path for path in self.named if plain_path(path).startswith(start)]

    def has_top(self, text: str) -> bool:
        """Say whether records have the first key of a path, without which a file is refused."""
        tops = {_top(path) for path in self.paths} if self.is_json else set()
        return _top(text) in tops


def offered(
    file: Path, export: DraftExport, workspace: Path, reading: duckdb.DuckDBPyConnection
) -> Offered:
    """Return what the list of `file` that fits best offers; FileRefused if none can be opened."""
    heads: list[list[Cells]] = []
    formats = FormatReader(file, workspace)
    for member in formats.unpack().files:
        if formats.container(member) == "json":
            return _offered_json(member, export, workspace, reading)
        heads += _heads(member, export, formats)
    wanted = export.headers()
    best = _best(heads, wanted)
    if 2 * len(best.columns) < len(wanted):
        # Usual names find the header of a file whose settings know too few of its own.
        usual = USUAL_HEADERS[export.kind].items()
        best = _best(heads, {name: [*wanted.get(name, []), *texts] for name, texts in usual})
    headers = spare_headers(Header(best.last_row, best.paths, {}))
    people = [path for path in headers if _may_be_a_person(path)]
    named = [path for path in headers if path not in people]
    return Offered([path for path in best.paths if path], named, tuple(map(shape, people)))


def _may_be_a_person(path: str) -> bool:
    """Say whether a header is written like a name: every word with a capital, one not ASCII."""
    words = {word.lower() for word in re.findall(r"[^\W\d_]+", path)}
    if PEOPLE_HEADER.search(path) or path.isascii() or words <= _WORDS:
        return False
    return is_written_like_a_name(path)


def _best(heads: list[list[Cells]], wanted: dict[str, list[str]]) -> Header:
    headers = (best_header(rows, wanted) for rows in heads)
    return max(headers, key=lambda header: len(header.columns), default=Header(0, [], {}))


def usual_column(path: str, kind: str) -> str | None:
    """Return the column that portals usually call so."""
    if PEOPLE_HEADER.search(path):
        return None
    whole = header_key(_INDEX.sub("", path))
    for text in (whole, header_key(path.rpartition(GROUP_SEPARATOR)[2])):
        for column, names in USUAL_HEADERS[kind].items():
            if text in map(header_key, names):
                return column
    return None


def _heads(member: Path, export: DraftExport, formats: FormatReader) -> Iterator[list[Cells]]:
    container = formats.container(member)
    if container == "delimited":
        with member.open("rb") as handle:
            head = handle.read(HEAD_BYTES)
        for encoding in candidate_encodings(head):
            for delimited in delimited_heads(decode_head(head, encoding)):
                yield delimited.rows
        return
    for sheet in formats.sheets(member, container, export.date_formats[0], _HEAD_ROWS):
        head_rows = sheet.head(_HEAD_ROWS)
        yield head_rows
        for spelling in _SPELLINGS:
            yield [[cell and repair(cell, spelling) for cell in row] for row in head_rows]


def _offered_json(
    member: Path, export: DraftExport, workspace: Path, reading: duckdb.DuckDBPyConnection
) -> Offered:
    """Return the paths of the array that fits best: an envelope is an object on a line, too."""
    refusal: FileRefused | None = None
    offers = []
    for records in dict.fromkeys([export.records, "", *_arrays(member)]):
        try:
            opened = json_records(member, records, workspace)
            paths, count = _paths(readable(reading, opened, workspace), reading)
        except (FileRefused, duckdb.Error) as error:
            refusal = refusal or (error if isinstance(error, FileRefused) else None)
            continue
        named = [path for path in paths if _may_be_named(path)]
        offers.append(Offered(paths, named, is_json=True, records=records, count=count))
    best = max(offers, key=lambda offer: _fit(offer, export), default=None)
    if best is not None and (refusal is None or _fit(best, export)):
        return best
    raise refusal or FileRefused(
        "Opening a JSON file", "no records", "an array of objects", "Look at records."
    )


def _fit(offer: Offered, export: DraftExport) -> int:
    usual = {usual_column(path, export.kind) for path in offer.paths} - {None}
    return len(usual) + sum(any(map(offer.has, texts)) for texts in export.headers().values())


def _arrays(member: Path) -> list[str]:
    """Return the paths of the arrays in an envelope, two levels deep."""
    with member.open("rb") as handle:
        text = handle.read(1 << 20).decode("latin-1")
    start = skip_blanks(text, 3 if text.startswith("\u00ef\u00bb\u00bf") else 0)
    arrays = []
    for key, at, _ in members(text, start):
        inner = [(f"{key}.{name}", place) for name, place, _ in members(text, at)]
        arrays += [path for path, place in [(key, at), *inner] if text.startswith("[", place)]
    return [path for path in arrays if all(map(_IDENTIFIER.fullmatch, path.split(".")))]


def _paths(records: JsonRecords, reading: duckdb.DuckDBPyConnection) -> tuple[list[str], int]:
    """Return the paths of the texts in the first records, and how many records these are."""
    rows = reading.execute(
        f"SELECT CAST(json AS VARCHAR) FROM {json_objects_sql(records)} LIMIT {_RECORDS}"
    ).fetchall()
    paths: dict[str, None] = {}
    for (text,) in rows:
        try:
            record = json.loads(text or "null")
        except (ValueError, RecursionError):
            continue
        paths |= dict.fromkeys(_walk(record, "", 0))
    inner = {plain_path(path).rpartition(".")[0] for path in paths}
    return [path for path in paths if plain_path(path) not in inner], len(rows)


def _walk(value: Any, path: str, depth: int) -> Iterator[str]:
    """Yield the paths of the texts in a record, as far as a path of the settings can name them."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if _KEY.fullmatch(key):
                yield from _walk(inner, f"{path}.{key}" if path else key, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, f"{path}[*]", depth + 1)
        if not value:
            yield f"{path}[*]"
    elif path:
        yield path


def _may_be_named(path: str) -> bool:
    """Say whether no key of a path can be data of its own."""
    return all(map(_IDENTIFIER.fullmatch, plain_path(path).split(".")))


def _top(path: str) -> str:
    return re.split(r"[.\[]", path)[0]


def is_path(text: str) -> bool:
    """Say whether DuckDB reads a path: of a list one place, counted from either end, or all."""
    return all(_LIST_FORM.fullmatch(step) for step in text.split("."))


def plain_path(path: str) -> str:
    """Return a path without the places in its lists."""
    return _INDEX.sub("", path)
