"""JSON files: arrays, objects line by line, and arrays within an envelope, made fit for DuckDB.

No value of a file leaves this module in a message, and keys only where they look like identifiers.

DuckDB streams an array that makes up a whole file, and raises when it is broken or goes on behind
its end. It does not descend into an envelope without holding all of it, so the array's bytes are
copied; and it passes an array that is cut off behind a comma, so the last byte is looked at here.
Where it cannot read one record it reads none, so these are written one a line.
"""

import json
import mmap
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import duckdb

from assets.engine.common.errors import FileRefused
from assets.engine.common.paths import private_file
from assets.engine.formats.encodings import HEAD_BYTES, is_utf_8, transcode, utf_16_codec
from assets.engine.formats.json_scan import elements, end_of_array, members, skip_blanks

MAX_RECORD_BYTES = 16 << 20

_EDGE = 1 << 20  # what may stand before and behind the records of an envelope
_CHUNK = 1 << 20
_SEARCHED_LINES = 20
_BLANKS = " \t\r\n"
_IDENTIFIER = re.compile(r"[A-Za-z_]{1,40}")
_ON_ONE_LINE = bytes.maketrans(b"\r\n\0", b"  \x01")
# Four control characters in a row stand in no text, so every line is one column.
_NO_DELIMITER = "\x01\x02\x03\x04"


@dataclass(frozen=True)
class JsonRecords:
    """A file whose whole content is records: one array, or one object a line."""

    file: Path
    layout: Literal["array", "newline_delimited"]


def json_records(file: Path, records: str, workspace: Path) -> JsonRecords:
    """Return `file` as records, or a copy of those within its envelope.

    Parameters
    ----------
    file
        A JSON file; UTF-8 (a mark may stand before it) or UTF-16.
    records
        Dotted path of the array in the envelope, if there is one ("content", "result.items"). A
        file that is an array, or has an object without that path on each of several lines, has no
        envelope; a single object on a single line is one record only where this is "".
    workspace
        A private folder for copies; the caller removes it.

    Raises
    ------
    FileRefused
        The file is cut off, or is no array, no lines of objects and no envelope with `records`.
    """
    file = _as_utf_8(file, workspace)
    with file.open("rb") as handle:
        # Latin-1 makes characters of bytes one by one, so places in the text are those in the
        # file; all that JSON is made of is ASCII, and no part of a UTF-8 letter is.
        text = handle.read(_EDGE).decode("latin-1")
        start = skip_blanks(text, 3 if text.startswith("\u00ef\u00bb\u00bf") else 0)
        if text.startswith("[", start):
            _check_array_end(handle)
            return JsonRecords(file, "array")
        if _is_newline_delimited(text[start:], records):
            return JsonRecords(file, "newline_delimited")
        if records:
            return JsonRecords(_cut_out(handle, text, start, records, workspace), "array")
    arrays = [_readable(key) for key, at, _ in members(text, start) if text.startswith("[", at)]
    raise _refused(
        f"an object with the arrays: {', '.join(sorted(set(arrays))) or 'none'}",
        "an array, or one object a line",
        "Set records to the path of the array in sources/*.toml.",
    )


def readable(
    reading: duckdb.DuckDBPyConnection, records: JsonRecords, workspace: Path
) -> JsonRecords:
    """Return `records`, as one a line where DuckDB cannot read them all as an array.

    A record that is no JSON costs itself only then; a line break in a text becomes a blank.

    Raises
    ------
    FileRefused
        The array is broken between its records.
    """
    if records.layout != "array":
        return records
    try:
        reading.execute(f"SELECT count(*) FROM {json_objects_sql(records)}").fetchall()
    except duckdb.Error:
        return _one_a_line(records.file, workspace)
    return records


def _one_a_line(file: Path, workspace: Path) -> JsonRecords:
    target = _free_name(workspace)
    with (
        file.open("rb") as handle,
        mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as text,
        open(target, "xb", opener=private_file) as output,
    ):
        end = text.find(b"[")
        try:
            for begin, end in elements(text, end):  # noqa: B020 (of the array it wants the start)
                output.write(on_one_line(text[begin:end]) + b"\n")
        except ValueError:
            raise _cut_off() from None
        if text[end:].strip(_BLANKS.encode()) != b"]":
            raise _cut_off()
    return JsonRecords(target, "newline_delimited")


def on_one_line(record: bytes) -> bytes:
    """Return a record with blanks in place of line breaks.

    NUL, which no JSON has, becomes another such character: else the file would pass for binary.
    """
    return record.strip().translate(_ON_ONE_LINE)


def json_objects_sql(records: JsonRecords) -> str:
    """Return a SQL FROM item with one column `json`: a record a row, in the file's order.

    A line that is no JSON is returned as it is (ask `json_valid`), a blank line as NULL; a broken
    array makes the query fail.
    """
    name = "'" + str(records.file).replace("'", "''") + "'"
    if records.layout == "array":
        return (
            f"read_json_objects({name}, format = 'array', compression = 'none', "
            f"maximum_object_size = {MAX_RECORD_BYTES}, hive_partitioning = false)"
        )
    return (
        f"read_csv({name}, auto_detect = false, header = false, delim = '{_NO_DELIMITER}', "
        "quote = '', escape = '', columns = {'json': 'VARCHAR'}, strict_mode = false, "
        f"max_line_size = {MAX_RECORD_BYTES}, compression = 'none', hive_partitioning = false)"
    )


def _as_utf_8(file: Path, workspace: Path) -> Path:
    """Return `file`, or a copy in UTF-8: a broken byte must cost its own record only."""
    with file.open("rb") as handle:
        utf_16 = utf_16_codec(handle.read(HEAD_BYTES)) is not None
    if not utf_16 and is_utf_8(file):
        return file
    target = _free_name(workspace)
    transcode(file, "utf-16" if utf_16 else "utf-8", target)
    return target


def _is_newline_delimited(text: str, records: str) -> bool:
    """Say whether objects stand one a line, as the first line that can be read shows."""
    first, _, rest = text.partition("\n")
    record = None
    for line in (first, *rest.split("\n", _SEARCHED_LINES)[:_SEARCHED_LINES]):
        if record is not None or not (line.startswith("{") and line.rstrip().endswith("}")):
            break
        with suppress(ValueError, RecursionError):
            record = json.loads(line, parse_int=str)
    envelope_key = _as_read(records.partition(".")[0])
    if not isinstance(record, dict) or (records and envelope_key in record):
        return False
    rest = rest.lstrip(_BLANKS)
    return rest.startswith("{") or not (rest or records)


def _as_read(key: str) -> str:
    """Return a key as it stands in text read as Latin-1."""
    return key.encode().decode("latin-1")


def _check_array_end(handle: IO[bytes]) -> None:
    size = handle.seek(0, os.SEEK_END)
    handle.seek(max(0, size - _CHUNK))
    if not handle.read().rstrip(_BLANKS.encode()).endswith(b"]"):
        raise _cut_off()


def _cut_out(handle: IO[bytes], text: str, start: int, records: str, workspace: Path) -> Path:
    """Copy the array at the path `records` to a file of its own."""
    path = records.split(".")
    for name in path:
        start = _value_of(text, start, name)
    if not text.startswith("[", start):
        raise _refused(
            "no array where the records should be", f"an array at {records}", "Look at records."
        )
    size = handle.seek(0, os.SEEK_END)
    tail_start = max(start + 1, size - _EDGE)
    handle.seek(tail_start)
    tail = handle.read().decode("latin-1")
    end_in_tail = end_of_array(tail, path)
    if end_in_tail is None:
        raise _cut_off()
    end = tail_start + end_in_tail
    target = _free_name(workspace)
    with open(target, "xb", opener=private_file) as output:
        handle.seek(start)
        for chunk in _bytes_of(handle, end - start):
            output.write(chunk)
    return target


def _value_of(text: str, start: int, name: str) -> int:
    """Return where the value of the key `name` begins in the object at `start`."""
    keys = []
    for key, at, _ in members(text, start):
        if key == _as_read(name):
            return at
        keys.append(_readable(key))
    if not text.startswith("{", start):
        raise _refused("no object", "an envelope around the records", "Look at records.")
    raise _refused(
        f"an object with the keys: {', '.join(keys) or 'none'}",
        "the path that records names, within the first MiB",
        "Look at records in sources/*.toml; or the file was cut off while it was copied.",
    )


def _readable(key: Any) -> str:
    return key if isinstance(key, str) and _IDENTIFIER.fullmatch(key) else "(another)"


def _bytes_of(handle: IO[bytes], count: int) -> Iterator[bytes]:
    while count > 0 and (chunk := handle.read(min(count, _CHUNK))):
        count -= len(chunk)
        yield chunk


def _free_name(workspace: Path) -> Path:
    """Return a name in `workspace` that no file has yet."""
    number = 1
    while (name := workspace / f"records-{number}.json").exists():
        number += 1
    return name


def _refused(found: str, expected: str, to_do: str) -> FileRefused:
    return FileRefused("Opening a JSON file", found, expected, to_do)


def _cut_off() -> FileRefused:
    return _refused(
        "JSON that does not end as it begins",
        "a whole file",
        "Export it again; it may have been cut off while it was copied.",
    )
