"""One page of a portal: its records as they were written, and what the reply says of paging.

Records are cut out of the reply byte for byte, and their codes are read as the loader reads them: a
broken record costs itself only. Messages name keys that look like identifiers, and of values only
an error's short code.
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
from assets.engine.portal.client import MayPass
from schemas.settings import ApiExport, Export

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_ERROR_CODE = re.compile(r"[A-Z]{0,12}[-_]?[0-9]{1,5}")
_HALVES = re.compile("[\ud800-\udfff]")
_MISSING, _TWICE = object(), object()
_LONGEST_COUNT = 15  # digits
_LONGEST_CURSOR = 4096  # it goes into an address


@dataclass(frozen=True)
class Reply:
    """One page; each record stands on one line."""

    records: list[bytes]
    total: int | None = None
    is_last: bool | None = None
    next_cursor: str | None = None

    @property
    def is_torn(self) -> bool:
        """Whether it would end the pages, and says itself that it is not the last."""
        return not self.records and self.is_last is False and self.next_cursor is None


def read_reply(body: bytes, export: Export, doing: str) -> Reply:
    """Return what a page holds.

    Raises
    ------
    MayPass
        The body is not whole JSON.
    PortalError
        The reply has an error of its own; or there are no records where the settings say, or none
        that has the mapped code: the portal has changed its replies, or the settings are wrong.
    """
    if not body:  # as HTTP status 204 says; of any other the client takes no empty reply
        return Reply([])
    try:
        listed, around = _taken_apart(body.removeprefix(codecs.BOM_UTF8), export.records)
        document = _DECODER.decode(around.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        raise MayPass(
            "a reply that is not whole JSON", "Ask for smaller pages by page_size."
        ) from None
    return _Envelope(document, export, doing).reply(listed)


def codes_of(records: list[bytes], export: Export, doing: str) -> list[str | None]:
    """Return the code of each record as the loader reads it; None if it has none.

    Raises
    ------
    PortalError
        There are records that can be read, and none has a code.
    """
    relation = json_table("(SELECT unnest($records) AS json)", export).relation
    code = RAW_PREFIX + export.definition.key
    texts = [text.decode("utf-8", "replace") for text in records]
    try:
        with _database().cursor() as reader:
            rows = reader.execute(
                f"SELECT trim({code}), is_broken FROM {relation}", {"records": texts}
            ).fetchall()
    except duckdb.Error:  # its message would quote the record
        raise PortalError(
            doing, "records that cannot be read", "JSON objects", "Ask the portal's operator."
        ) from None
    codes = [None if is_broken else text or None for text, is_broken in rows]
    if not any(codes) and not all(is_broken for _, is_broken in rows):
        first = next(text for text in records if text.startswith(b"{"))
        raise PortalError(
            doing,
            f"no record with a code; the first has {_keys_of(first)}",
            " or ".join(export.headers()[export.definition.key]),
            f"Look at columns.{export.definition.key} of the export; the portal may have changed "
            "its replies.",
        )
    return codes


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """Return a database in memory; names pass through it, and it has nowhere to write them."""
    extensions = dict.fromkeys(("autoinstall_known_extensions", "autoload_known_extensions"), False)
    return duckdb.connect(":memory:", config={**extensions, "temp_directory": "", "threads": 1})


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


@dataclass(frozen=True)
class _Envelope:
    """What stands around the records, which are an empty array in `document`."""

    document: Any
    export: Export
    doing: str

    @property
    def api(self) -> ApiExport:
        assert self.export.api is not None  # noqa: S101 (only exports with an API are asked for)
        return self.export.api

    def reply(self, listed: list[bytes] | None) -> Reply:
        self._check_error()
        records, total = list[bytes](), None
        if self._at(self.export.records, _MISSING) not in (None, "") or not self._owes_nothing():
            records = self._records(listed)
            total = self._count()
        return Reply(records, total, self._flag(), self._cursor())

    def _check_error(self) -> None:
        """Refuse a reply with an error: its empty list would pass for a period without rows."""
        if not self.api.error:
            return
        value = self._at(self.api.error)
        code = json.dumps(value) if not isinstance(value, str | None) else (value or "").strip()
        if code in self.api.no_error:
            return
        if code == "":
            raise self._unlike("error", self.api.error, "one of no_error")
        quoted = code if _ERROR_CODE.fullmatch(code) else "(a code that is not quoted)"
        raise PortalError(
            self.doing,
            f"a reply with an error of its own, {quoted}, at {self.api.error}",
            "one of no_error",
            "Renew the secret in the environment variable that [api] names: a session may have "
            "expired. If that does not help, ask the portal's operator what the code means.",
        )

    def _owes_nothing(self) -> bool:
        """Say whether a reply without a list can be whole: something in it vouches for that.

        A total of 0 does; where it is left out, the error that is none; where there is no such
        setting, `last`, which the caller must see to be true. Without any of them, the reply may be
        an error.
        """
        total = self._at(self.api.total) if self.api.total else None
        if total in (None, ""):
            return bool(self.api.error or (self.api.last and not self.api.total))
        return str(total) == "0"

    def _records(self, listed: list[bytes] | None) -> list[bytes]:
        objects = [text for text in listed or () if text.startswith(b"{")]
        has_list = any(text.startswith(b"[") for text in listed or ())
        if listed is None or has_list or (listed and not objects):
            raise PortalError(
                self.doing,
                f"no array of objects at {self.export.records or 'the top'} of the reply, "
                f"which has {_keys(self.document)}",
                "the records",
                "Look at records of the export; the portal may have changed its replies.",
            )
        return listed

    def _count(self) -> int | None:
        if not self.api.total:
            return None
        count = self._at(self.api.total)
        text = str(count)
        if isinstance(count, bool) or not text.isdecimal() or len(text) > _LONGEST_COUNT:
            raise self._unlike("total", self.api.total, "a number of rows")
        return int(text)

    def _flag(self) -> bool | None:
        if not self.api.last:
            return None
        text = str(self._at(self.api.last)).lower()
        if text not in ("true", "false", "0", "1"):
            raise self._unlike("last", self.api.last, "true or false")
        return text in ("true", "1")

    def _cursor(self) -> str | None:
        cursor = self._at(self.api.next_cursor) if self.api.next_cursor else None
        if cursor in ("", None) or cursor is False:
            return None
        # A broken byte, or half a surrogate, is no text of its own.
        if not isinstance(cursor, str) or len(cursor) > _LONGEST_CURSOR or _HALVES.search(cursor):
            raise self._unlike("next_cursor", self.api.next_cursor, "a cursor")
        return cursor

    def _at(self, path: str, missing: Any = None) -> Any:
        """Return what stands at a dotted path, or `missing`; the top stands at ""."""
        value = self.document
        for name in path.split(".") if path else ():
            value = value.get(name, missing) if isinstance(value, dict) else missing
            if value is _TWICE:
                raise PortalError(
                    self.doing,
                    f"a reply with the key of {path} twice",
                    "each key once",
                    "Nobody can tell which of the two counts: ask the portal's operator.",
                )
        return value

    def _unlike(self, setting: str, path: str, expected: str) -> PortalError:
        return PortalError(
            self.doing,
            f"nothing of the kind at {path} of the reply, which has {_keys(self.document)}",
            expected,
            f"Look at {setting} of [exports.<name>.api]; the portal may have changed its replies.",
        )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; of a key that stands twice, that it does."""
    counts = Counter(key for key, _ in pairs)
    return {key: value if counts[key] == 1 else _TWICE for key, value in pairs}


# Numbers stay as they are written: Python refuses to read one of thousands of digits.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=str, parse_float=str, parse_constant=str
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
