"""Delimited text as a table: its encoding, its delimiter and its line ends, told by its header."""

from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

from assets.engine.common.errors import FileRefused
from assets.engine.common.paths import private_file
from assets.engine.extract.headers import Header, HeaderMissing, find_header
from assets.engine.extract.raw_table import TextTable, delimited_table
from assets.engine.formats.detect import (
    HEAD_BYTES,
    DelimitedHead,
    NoList,
    columns_said,
    delimited_heads,
)
from assets.engine.formats.encodings import candidate_encodings, decode_head, is_utf_8, transcode
from schemas.settings import Export

COPIED_BYTES = 1 << 18


@dataclass(frozen=True)
class _Reading:
    """A delimited text as one encoding and delimiter show it; `line_end` must become a feed."""

    encoding: str
    head: DelimitedHead
    header: Header
    line_end: str


def delimited_text(member: Path, export: Export, workspace: Path) -> TextTable:
    """Return the list of a delimited text, under the first encoding that shows its header.

    Raises
    ------
    FileRefused
        No encoding shows the header, or the text is cut off within a letter.
    """
    with member.open("rb") as handle:
        head_bytes = handle.read(HEAD_BYTES)
    refusals: list[HeaderMissing] = []
    columns = ""
    readings: list[tuple[int, _Reading]] = []
    widest = 0
    for encoding in candidate_encodings(head_bytes):
        text = decode_head(head_bytes, encoding)
        line_end = _other_line_end(text)
        text = text.replace(line_end, "\n") if line_end else text
        heads = delimited_heads(text)
        try:
            head, header = _header_of(heads, export)
        except HeaderMissing as refusal:
            refusals.append(refusal)
            widest = max([widest, *(len(row) for head in heads for row in head.rows)])
            columns = columns or columns_said(heads)
        else:
            reading = _Reading(encoding, head, header, line_end)
            readings.append((head.last_lines[header.last_row], reading))
            if readings[-1][0] == 1:
                # No other encoding can show a header before the first line.
                break
    if readings:
        # Where a list of another encoding is joined to the file, the first header is its own.
        return _table(member, min(readings, key=itemgetter(0))[1], export, workspace)
    best = max(refusals, key=lambda refusal: refusal.matched)
    if not is_utf_8(member) and 2 * best.matched < len(export.columns):
        raise FileRefused(
            "Reading delimited text",
            "bytes that are not UTF-8, and no header under any old Vietnamese encoding",
            "UTF-8 text",
            "Export it again as CSV UTF-8 or as .xlsx.",
        )
    if not best.matched and widest < len(export.columns):
        found = columns or "text without columns"
        found += f" (0 of {len(export.columns)} matched)"
        raise NoList(best.doing, found, best.expected, best.to_do)
    raise best


def _table(member: Path, reading: _Reading, export: Export, workspace: Path) -> TextTable:
    readable = member
    if reading.encoding == "utf-16" and member.stat().st_size % 2:
        # Behind a byte too many or too few, every letter is another one.
        raise FileRefused(
            "Reading UTF-16 text",
            "an odd number of bytes",
            "two bytes a letter",
            "Export it again; it may have been cut off while it was copied.",
        )
    if reading.encoding != "utf-8":
        readable = workspace / f"{member.name}.utf-8"
        transcode(member, reading.encoding, readable)
    if reading.line_end:
        readable = _with_line_feeds(readable, reading.line_end.encode(), workspace)
    table = delimited_table(readable, reading.head, reading.header, export)
    return table.placed(container="delimited", encoding=reading.encoding)


def _other_line_end(text: str) -> str:
    """Return the line end that must become a line feed, "" if none must.

    Old programs end lines with CR alone. Where some lines end with CR LF and others with LF, DuckDB
    takes the first end for that of all, and may find no row at all.
    """
    if "\n" not in text:
        return "\r" if "\r" in text else ""
    return "\r\n" if 0 < text.count("\r\n") < text.count("\n") else ""


def _with_line_feeds(file: Path, line_end: bytes, workspace: Path) -> Path:
    """Return a copy of `file` in which a line feed stands for each `line_end`."""
    copy = workspace / f"{file.name}.lines"
    held = b""
    with file.open("rb") as origin, open(copy, "xb", opener=private_file) as target:
        while chunk := origin.read(COPIED_BYTES):
            text = (held + chunk).replace(line_end, b"\n")
            # A line end that a chunk cuts is whole with the next one.
            held = text[-1:] if text[-1:] == line_end[:1] else b""
            target.write(text[: len(text) - len(held)])
        target.write(held)
    return copy


def _header_of(heads: list[DelimitedHead], export: Export) -> tuple[DelimitedHead, Header]:
    """Return the head whose delimiter shows the header; HeaderMissing names the best one's gaps.

    Where a list of another delimiter is joined to the file, the first header is the file's.
    """
    found, refusals = [], []
    for head in heads:
        try:
            header = find_header(head.rows, export.headers())
        except HeaderMissing as refusal:
            refusals.append(refusal)
            continue
        found.append((head, header))
        if head.last_lines[header.last_row] == 1:
            break
    if not found:
        raise max(refusals, key=lambda refusal: refusal.matched)
    return min(found, key=lambda place: place[0].last_lines[place[1].last_row])
