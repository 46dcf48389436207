"""Places in JSON text: the keys of an object whose rest is not at hand, records, an array's end.

Texts are bytes, or these read as Latin-1, so a place in them is a place in the file.
"""

import json
import mmap
import re
from collections.abc import Iterator

_SEARCH_CHARS = 512 << 20  # bounds the time a tail of hostile brackets costs
_NOT_BLANK = re.compile(r"[^ \t\r\n]")
# Whatever Python thinks of a number, it is no reason to overlook what comes after it.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, strict=False)
# All up to the next bracket; before a record begins and after it ends, up to the next comma, too.
_WITHIN = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{}])', re.DOTALL)
_BETWEEN = re.compile(rb'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{},])', re.DOTALL)


def members(text: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Yield key, start and end of the values of the object at `start`, as far as `text` goes.

    The end of a value that the text cuts off is the text's.
    """
    at = skip_blanks(text, start + 1) if text.startswith("{", start) else len(text)
    while text.startswith('"', at):
        try:
            key, value_start = _key(text, at)
        except ValueError:
            return
        try:
            _, at = _DECODER.raw_decode(text, value_start)
        except (ValueError, RecursionError):
            at = len(text)
        yield key, value_start, at
        at = skip_blanks(text, at)
        at = skip_blanks(text, at + 1) if text.startswith(",", at) else len(text)


def elements(text: bytes | mmap.mmap, start: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each element of the array at `start`, whatever it may hold.

    An element ends where its brackets are closed; which is closed by which, nobody asks.

    Raises
    ------
    ValueError
        The array has no end, or something between two elements that is no comma.
    """
    at = begin = start + 1
    depth, closed, count = 0, None, 0
    while match := (_WITHIN if depth else _BETWEEN).match(text, at):
        at = match.end()
        if match[1] in b"[{":
            if not depth and text[begin : at - 1].strip():
                break
            depth += 1
        elif depth:
            depth -= 1
            closed = None if depth else at
        else:
            is_end, is_blank = match[1] == b"]", not text[begin : at - 1].strip()
            if is_end and is_blank and not count:
                return
            if match[1] == b"}" or is_blank or (closed and text[closed : at - 1].strip()):
                break
            yield begin, at - 1
            if is_end:
                return
            begin, closed, count = at, None, count + 1
    raise ValueError


def end_of_array(tail: str, path: list[str]) -> int | None:
    """Return where in `tail` the array ends: behind the first "]" that leaves a whole closing.

    Text behind a "]" within the records closes more than the envelope has open, and behind one
    within a string it ends inside a string, so neither is a closing; only one that belongs to the
    keys behind the array can be mistaken for its end, and it stands behind it. Where the file is
    cut off, or the end stands before the tail, what is copied is no whole array, and DuckDB says
    so.
    """
    budget = _SEARCH_CHARS
    at = tail.find("]")
    while at >= 0 and budget > 0:
        reached, closes = _closing(tail, at + 1, path)
        if closes:
            return at + 1
        budget -= reached - at
        at = tail.find("]", at + 1)
    return None


def _closing(tail: str, at: int, path: list[str]) -> tuple[int, bool]:
    """Return how far `tail` goes on from `at` as the rest of the envelope, and if to its end."""
    at = skip_blanks(tail, at)
    for name in reversed(path):
        while tail.startswith(",", at):
            try:
                key, at = _key(tail, skip_blanks(tail, at + 1))
                _, at = _DECODER.raw_decode(tail, at)
            except (ValueError, RecursionError):
                return at, False
            if key == name.encode().decode("latin-1"):
                return at, False  # Twice the same key: which of them has the records?
            at = skip_blanks(tail, at)
        if not tail.startswith("}", at):
            return at, False
        at = skip_blanks(tail, at + 1)
    return at, at == len(tail)


def _key(text: str, at: int) -> tuple[str, int]:
    """Return the key at `at` and where its value begins.

    Raises
    ------
    ValueError
        There is no key.
    """
    if not text.startswith('"', at):
        raise ValueError
    key, at = _DECODER.raw_decode(text, at)
    at = skip_blanks(text, at)
    if not text.startswith(":", at):
        raise ValueError
    return str(key), skip_blanks(text, at + 1)


def skip_blanks(text: str, at: int) -> int:
    """Return where the first character that is no blank stands from `at` on."""
    match = _NOT_BLANK.search(text, at)
    return match.start() if match else len(text)
