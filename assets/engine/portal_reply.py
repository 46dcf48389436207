"""What a reply of a portal holds: its records as they were written, and what it says of paging.

Belongs here: reading one page. Does not belong here: asking for it (`portal_client`), typing its
records (the loader, which reads them as any JSON file). Records are cut out of the reply byte for
byte, and their codes are read as the loader reads them; messages name keys that look like
identifiers, and of values only an error's short code.
"""

import codecs
import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb

from assets.engine.common.errors import PortalError
from assets.engine.extract import RAW_PREFIX, json_table
from assets.engine.formats.json_file import on_one_line
from assets.engine.formats.json_scan import elements, members, skip_blanks
from assets.engine.portal_trouble import MayPass
from schemas.settings import ApiExport, Export

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_ERROR_CODE = re.compile(r"[A-Z]{0,12}[-_]?[0-9]{1,5}")
_HALVES = re.compile("[\ud800-\udfff]")
_MISSING, _TWICE = object(), object()
_LONGEST_COUNT = 15  # digits
_LONGEST_CURSOR = 4096  # it goes into an address


class _StandsTwice(Exception):
    """A key on a path of the settings stands twice in its object; the text is the path."""


@dataclass(frozen=True)
class Record:
    """A record as the portal wrote it, on one line, with its code if it has one."""

    text: bytes
    code: str | None


@dataclass(frozen=True)
class Reply:
    """One page."""

    records: list[Record]
    total: int | None
    is_last: bool | None
    next_cursor: str | None

    @property
    def is_torn(self) -> bool:
        """Whether it would end the pages, and says itself that it is not the last."""
        return not self.records and self.is_last is False and self.next_cursor is None


def read_reply(body: bytes, export: Export, doing: str) -> Reply:
    """Return what a page holds.

    A record that cannot be read has no code; it costs itself only, when the loader rejects it.

    Raises
    ------
    MayPass
        The body is no whole JSON.
    PortalError
        The reply says an error of its own; or there are no records where the settings say, or none
        that has the mapped code: the portal has changed its replies, or the settings are wrong.
    """
    if not body:  # as HTTP status 204 says; of any other the client takes no empty reply
        return Reply([], None, None, None)
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        listed, envelope = _taken_apart(body, export.records)
        document = _DECODER.decode(envelope.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        raise MayPass(
            "a reply that is no whole JSON", "Ask for smaller pages by page_size."
        ) from None
    api = export.api
    assert api is not None  # noqa: S101 (only exports with an API are asked for)
    try:
        _check_error(document, api, doing)
        rows = _at(document, export.records, _MISSING)
        records, total = list[Record](), None
        if rows not in (None, "") or not _owes_nothing(document, api):
            records = _records(listed, document, export, doing)
            total = _count(document, api.total, doing)
        return Reply(
            records,
            total,
            _flag(document, api.last, doing),
            _cursor(document, api.next_cursor, doing),
        )
    except _StandsTwice as twice:
        raise PortalError(
            doing,
            f"a reply with the key of {twice} twice",
            "each key once",
            "Nobody can tell which of the two counts: ask the portal's operator.",
        ) from None


def _taken_apart(body: bytes, path: str) -> tuple[list[bytes] | None, bytes]:
    """Return the elements of the array at `path`, None if there is none, and what is around it.

    Raises
    ------
    ValueError
        The array does not end.
    """
    text = body.decode("latin-1")  # makes characters of bytes one by one
    start = skip_blanks(text, 0)
    for name in path.encode().decode("latin-1").split(".") if path else ():
        start = next((at for key, at, _ in members(text, start) if key == name), len(text))
    if not text.startswith("[", start):
        return None, body
    listed, end = [], start + 1
    for begin, end in elements(body, start):
        listed.append(on_one_line(body[begin:end]))
    end = body.index(b"]", end) + 1
    return listed, body[:start] + b"[]" + body[end:]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; of a key that stands twice, that it does."""
    counts = Counter(key for key, _ in pairs)
    return {key: value if counts[key] == 1 else _TWICE for key, value in pairs}


def _check_error(document: Any, api: ApiExport, doing: str) -> None:
    """Refuse a reply that says an error: its empty list would pass for a period without rows."""
    if not api.error:
        return
    said = _at(document, api.error)
    code = "" if said is None else said.strip() if isinstance(said, str) else json.dumps(said)
    if code in api.no_error:
        return
    if code == "":
        raise _unsaid(document, "error", api.error, "one of no_error", doing)
    told = code if _ERROR_CODE.fullmatch(code) else "(a code that is not quoted)"
    raise PortalError(
        doing,
        f"a reply that says an error of its own, {told}, at {api.error}",
        "one of no_error",
        "Renew the secret in the environment variable that [api] names: a session may have "
        "expired. If that does not help, ask the portal's operator what the code means.",
    )


def _owes_nothing(document: Any, api: ApiExport) -> bool:
    """Say whether a reply without a list can be whole: something else in it vouches for that.

    A total of 0 does; where it is left out, the error that is none; where there is no such setting,
    `last`, of which whoever asks must see that it is true. Without any of them, the reply may be an
    error.
    """
    total = _at(document, api.total) if api.total else None
    if total in (None, ""):
        return bool(api.error or (api.last and not api.total))
    return str(total) == "0"


def _records(listed: list[bytes] | None, document: Any, export: Export, doing: str) -> list[Record]:
    """Return the rows of a page; PortalError if they are none, or none has the mapped code."""
    objects = [text for text in listed or () if text.startswith(b"{")]
    has_list = any(text.startswith(b"[") for text in listed or ())
    if listed is None or has_list or (listed and not objects):
        raise PortalError(
            doing,
            f"no array of objects at {export.records or 'the top'} of the reply, "
            f"which has {_keys(document)}",
            "the records",
            "Look at records of the export; the portal may have changed its replies.",
        )
    codes, readable_count = _codes(listed, export, doing)
    if readable_count and not any(codes):
        raise PortalError(
            doing,
            f"no record with a code; the first has {_keys_of(objects[0])}",
            " or ".join(export.headers()[export.definition.key]),
            f"Look at columns.{export.definition.key} of the export; the portal may have changed "
            "its replies.",
        )
    return [Record(*pair) for pair in zip(listed, codes, strict=True)]


@cache
def _reading() -> duckdb.DuckDBPyConnection:
    """Return a database in memory; names pass through it, and it has nowhere to write them."""
    extensions = dict.fromkeys(("autoinstall_known_extensions", "autoload_known_extensions"), False)
    return duckdb.connect(":memory:", config={**extensions, "temp_directory": "", "threads": 1})


def _codes(listed: list[bytes], export: Export, doing: str) -> tuple[list[str | None], int]:
    """Return the code of each record as the loader reads it, and how many it can read."""
    relation = json_table("(SELECT unnest($records) AS json)", export).relation
    code = RAW_PREFIX + export.definition.key
    texts = [text.decode("utf-8", "replace") for text in listed]
    try:
        with _reading().cursor() as reading:
            rows = reading.execute(
                f"SELECT trim({code}), is_broken FROM {relation}", {"records": texts}
            ).fetchall()
    except duckdb.Error:  # its message would quote the record
        raise PortalError(
            doing, "records that cannot be read", "JSON objects", "Ask the portal's operator."
        ) from None
    return (
        [None if is_broken else text or None for text, is_broken in rows],
        sum(not is_broken for _, is_broken in rows),
    )


def _at(document: Any, path: str, missing: Any = None) -> Any:
    """Return what stands at a dotted path, or `missing`."""
    for name in path.split(".") if path else ():
        document = document.get(name, missing) if isinstance(document, dict) else missing
        if document is _TWICE:
            raise _StandsTwice(path)
    return document


def _count(document: Any, path: str, doing: str) -> int | None:
    if not path:
        return None
    count = _at(document, path)
    text = str(count)
    if isinstance(count, bool) or not text.isdecimal() or len(text) > _LONGEST_COUNT:
        raise _unsaid(document, "total", path, "a number of rows", doing)
    return int(text)


def _flag(document: Any, path: str, doing: str) -> bool | None:
    if not path:
        return None
    text = str(_at(document, path)).lower()
    if text not in ("true", "false", "0", "1"):
        raise _unsaid(document, "last", path, "true or false", doing)
    return text in ("true", "1")


def _cursor(document: Any, path: str, doing: str) -> str | None:
    """Return the next cursor; PortalError if it is nothing that can be sent back."""
    cursor = _at(document, path) if path else None
    if cursor in ("", None) or cursor is False:
        return None
    # A broken byte, or half a surrogate, is no text of its own.
    if not isinstance(cursor, str) or len(cursor) > _LONGEST_CURSOR or _HALVES.search(cursor):
        raise _unsaid(document, "next_cursor", path, "a cursor", doing)
    return cursor


# Numbers stay as they are written: Python refuses to read one of thousands of digits.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=str, parse_float=str, parse_constant=str
)


def _unsaid(document: Any, setting: str, path: str, expected: str, doing: str) -> PortalError:
    return PortalError(
        doing,
        f"nothing of the kind at {path} of the reply, which has {_keys(document)}",
        expected,
        f"Look at {setting} of [exports.<name>.api]; the portal may have changed its replies.",
    )


def _keys_of(record: bytes) -> str:
    try:
        return _keys(json.loads(record))
    except (ValueError, RecursionError):
        return "no keys that can be read"


def _keys(document: Any) -> str:
    if not isinstance(document, dict):
        return "no keys"
    keys = [key if _IDENTIFIER.fullmatch(key) else "(another)" for key in document]
    return "the keys " + ", ".join(keys[:40]) if keys else "no keys"
