"""What a reply of a portal holds: its records as they were written, and what it says of paging.

Belongs here: reading one page. Does not belong here: asking for it (`portal_client`), typing its
records (the loader, which reads them as any JSON file). Records are cut out of the reply byte for
byte; messages name keys that look like identifiers, and of values only an error's short code.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from assets.engine.errors import PortalError
from assets.engine.json_scan import members, skip_blanks
from assets.engine.portal_client import MayPass
from schemas.api import ApiExport
from schemas.settings import Export

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_ERROR_CODE = re.compile(r"[A-Z]{0,12}[-_]?[0-9]{1,5}")
_MISSING = object()
_DECODER = json.JSONDecoder()
_LONGEST_COUNT = 15  # digits; Python refuses to read a number of thousands


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
    text = body.decode("utf-8-sig", "surrogateescape")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise MayPass(
            "a reply that is no whole JSON", "Ask for smaller pages by page_size."
        ) from None
    api = export.api
    assert api is not None  # noqa: S101 (only exports with an API are asked for)
    _check_error(document, api, doing)
    rows = _at(document, export.records, _MISSING)
    records, total = list[Record](), None
    if rows not in (None, "") or not _owes_nothing(document, api):
        records = _records(text, document, rows, export, doing)
        total = _count(document, api.total, doing)
    return Reply(
        records,
        total,
        _flag(document, api.last, doing),
        _cursor(document, api.next_cursor),
    )


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


def _records(text: str, document: Any, rows: Any, export: Export, doing: str) -> list[Record]:
    """Return the rows of a page; PortalError if they are none, or none has the mapped code."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise PortalError(
            doing,
            f"no array of objects at {export.records or 'the top'} of the reply, "
            f"which has {_keys(document)}",
            "the records",
            "Look at records of the export; the portal may have changed its replies.",
        )
    codes = [_code(row, export) for row in rows]
    if rows and not any(codes):
        raise PortalError(
            doing,
            f"no record with a code; the first has {_keys(rows[0])}",
            " or ".join(export.headers()[export.definition.key]),
            f"Look at columns.{export.definition.key} of the export; the portal may have changed "
            "its replies.",
        )
    texts = _record_texts(text, export.records)
    return [Record(*pair) for pair in zip(texts, codes, strict=True)]


def _record_texts(text: str, path: str) -> list[bytes]:
    """Return each record as it stands in the reply; a line break between tokens is a blank."""
    at = skip_blanks(text, 0)
    for name in path.split(".") if path else ():
        # Of a key that stands twice the last one counts, as for json.loads.
        at = [start for key, start, _ in members(text, at) if key == name][-1]
    texts = []
    at = skip_blanks(text, at + 1)
    while not text.startswith("]", at):
        _, end = _DECODER.raw_decode(text, at)
        line = text[at:end].replace("\r", " ").replace("\n", " ")
        texts.append(line.encode("utf-8", "surrogateescape"))
        at = skip_blanks(text, end)
        at = skip_blanks(text, at + 1) if text.startswith(",", at) else at
    return texts


def _at(document: Any, path: str, missing: Any = None) -> Any:
    """Return what stands at a dotted path, or `missing`."""
    for name in path.split(".") if path else ():
        document = document.get(name, missing) if isinstance(document, dict) else missing
    return document


def _code(row: dict[str, Any], export: Export) -> str | None:
    for path in export.headers()[export.definition.key]:
        code = _at(row, path)
        if isinstance(code, str | int) and str(code).strip():
            return str(code).strip()
    return None


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


def _cursor(document: Any, path: str) -> str | None:
    cursor = _at(document, path) if path else None
    return None if cursor in ("", None) or cursor is False else str(cursor)


def _unsaid(document: Any, setting: str, path: str, expected: str, doing: str) -> PortalError:
    return PortalError(
        doing,
        f"nothing of the kind at {path} of the reply, which has {_keys(document)}",
        expected,
        f"Look at {setting} of [exports.<name>.api]; the portal may have changed its replies.",
    )


def _keys(document: Any) -> str:
    if not isinstance(document, dict):
        return "no keys"
    keys = [key if _IDENTIFIER.fullmatch(key) else "(another)" for key in document]
    return "the keys " + ", ".join(keys[:40]) if keys else "no keys"
