"""Opening a delivered file: the lists it holds, whatever it is packed in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path

from assets.engine.common.errors import FileRefused
from assets.engine.common.paths import private_file, private_folder
from assets.engine.extract.headers import Header, HeaderMissing, find_header
from assets.engine.extract.raw_table import TextTable, delimited_table, grid_table, records_table
from assets.engine.formats.detect import (
    HEAD_BYTES,
    HEAD_ROWS,
    Container,
    DelimitedHead,
    NoList,
    columns_said,
    delimited_heads,
    find_period,
    is_old_workbook,
)
from assets.engine.formats.encodings import (
    candidate_encodings,
    decode_head,
    is_utf_8,
    repair,
    transcode,
)
from assets.engine.formats.json_file import json_records
from assets.engine.formats.reader import FormatReader
from assets.engine.formats.sheet import Sheet
from schemas.settings import Export

# What old spreadsheet programs cut a list at.
FULL_SHEET = 65_536
COPIED_BYTES = 1 << 18
_DAY_FORMAT = "%d/%m/%Y"
# Encodings of fonts, whose texts stand in workbooks and pages as other letters.
_SPELLINGS = ("tcvn3", "vni", "mojibake")
# A sheet with rows of no more cells than this holds notes, titles or signatures.
_MOST_NOTE_CELLS = 3


@dataclass
class OpenFile:
    """A delivered file while it is read: its lists, one at a time, and what is odd about it."""

    file: Path
    export: Export
    workspace: Path
    warnings: list[str] = field(default_factory=list)

    def tables(self) -> Iterator[TextTable]:
        """Yield every list of the file.

        Raises
        ------
        FileRefused
            A container, a header or a mandatory column is not what the settings say.
        """
        reader = FormatReader(self.file, self.workspace)
        unpacked = reader.unpack(self.export.files)
        for reason, count in unpacked.skipped.items():
            self.warnings.append(f"left aside in the archive: {reason} ({count})")
        part_number = 0
        aside: FileRefused | None = None
        for member_number, (member, place) in enumerate(
            zip(unpacked.files, unpacked.places, strict=True), start=1
        ):
            try:
                for table in self._tables_of(member, reader):
                    part_number += 1
                    yield table.placed(part_number=part_number, member_number=member_number)
            except FileRefused as refusal:
                refused = _in_place(refusal, place)
                if not (isinstance(refusal, NoList) and place):
                    raise refused from None
                aside = aside or refused
                self.warnings.append(f"left aside: {place}, no list ({refusal.found})")
        if aside and not part_number:
            raise aside
        if not part_number and unpacked.files:
            raise FileRefused(
                "Looking for a list", "no sheet with rows", "at least one", "Export the list again."
            )
        if not part_number:
            self.warnings.append("the archive holds no rows")

    def _tables_of(self, member: Path, reader: FormatReader) -> Iterator[TextTable]:
        container = reader.container(member)
        if container == "delimited":
            yield self._delimited(member)
        elif container == "json":
            records = json_records(member, self.export.records, self.workspace)
            yield records_table(records, self.export).placed(container="json")
        else:
            is_old = container == "workbook" and is_old_workbook(member)
            if is_old and reader.has_surplus(member):
                self.warnings.append(
                    "bytes behind the end of a workbook: another file may be joined to it"
                )
            sheets = reader.sheets(member, container, self.export.date_formats[0])
            yield from self._grids(sheets, container)

    def _grids(self, sheets: list[Sheet], container: Container) -> Iterator[TextTable]:
        previous: tuple[int, Header] | None = None
        for number, sheet in enumerate(sheets, start=1):
            if not sheet.row_count:
                continue
            try:
                table, encoding = _fitting_grid(sheet, self.export)
            except HeaderMissing:
                if previous and previous[0] == FULL_SHEET:
                    table, encoding = grid_table(sheet, self.export, previous[1]), "utf-8"
                elif sheet.most_filled() <= _MOST_NOTE_CELLS and len(sheets) > 1:
                    self.warnings.append(f"sheet {number} holds no list and was left aside")
                    continue
                else:
                    raise
            previous = (sheet.row_count, table.header)
            if sheet.row_count == FULL_SHEET:
                self.warnings.append(f"sheet {number} has {FULL_SHEET:,} rows: it may be cut off")
            yield table.placed(sheet_number=number, container=container, encoding=encoding)

    def _delimited(self, member: Path) -> TextTable:
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
                head, header = _header_of(heads, self.export)
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
            return self._delimited_table(member, min(readings, key=itemgetter(0))[1])
        best = max(refusals, key=lambda refusal: refusal.matched)
        if not is_utf_8(member) and 2 * best.matched < len(self.export.columns):
            raise FileRefused(
                "Reading delimited text",
                "bytes that are not UTF-8, and no header under any old Vietnamese encoding",
                "UTF-8 text",
                "Export it again as CSV UTF-8 or as .xlsx.",
            )
        if not best.matched and widest < len(self.export.columns):
            found = columns or "text without columns"
            found += f" (0 of {len(self.export.columns)} matched)"
            raise NoList(best.doing, found, best.expected, best.to_do)
        raise best

    def _delimited_table(self, member: Path, reading: "_Reading") -> TextTable:
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
            readable = self.workspace / f"{member.name}.utf-8"
            transcode(member, reading.encoding, readable)
        if reading.line_end:
            readable = _with_line_feeds(readable, reading.line_end.encode(), self.workspace)
        table = delimited_table(readable, reading.head, reading.header, self.export)
        return table.placed(container="delimited", encoding=reading.encoding)


@dataclass(frozen=True)
class _Reading:
    """A delimited text as one encoding and delimiter show it; `line_end` must become a feed."""

    encoding: str
    head: DelimitedHead
    header: Header
    line_end: str


def open_file(
    blob: Path, exports: list[Export], workspace: Path
) -> tuple[OpenFile, Iterator[TextTable]]:
    """Open a file under the first headers that its first list has.

    Parameters
    ----------
    blob
        The delivered bytes.
    exports
        The export under each set of headers, the likeliest first.
    workspace
        A private folder for what must be unpacked.

    Raises
    ------
    FileRefused
        It has none of these headers; the message says what the likeliest lack.
    """
    refusals = []
    for number, export in enumerate(exports):
        opened = OpenFile(blob, export, private_folder(workspace / str(number)))
        tables = opened.tables()
        try:
            first = list(islice(tables, 1))
        except HeaderMissing as refusal:
            refusals.append(refusal)
            continue
        return opened, chain(first, tables)
    raise refusals[0]


def period_line(file: Path, workspace: Path) -> tuple[date, date] | None:
    """Return the days of the file's own "Từ ngày … đến ngày …" line, if it has one.

    Raises FileRefused if the file cannot be opened.
    """
    reader = FormatReader(file, workspace)
    for member in reader.unpack().files:
        try:
            container = reader.container(member)
        except NoList:
            continue
        if container == "delimited":
            with member.open("rb") as handle:
                head = handle.read(HEAD_BYTES)
            # Only the right delimiter leaves the line alone in its row.
            lists = [found.rows for encoding in candidate_encodings(head)
                     for found in delimited_heads(decode_head(head, encoding))]  # fmt: skip
        elif container == "json":
            continue
        else:
            sheets = reader.sheets(member, container, _DAY_FORMAT, HEAD_ROWS)
            lists = [sheet.head(HEAD_ROWS) for sheet in sheets]
        for rows in lists:
            if line := find_period(rows):
                return line
    return None


def _in_place(refusal: FileRefused, place: str) -> FileRefused:
    """Return the refusal, of the same type, of an archive for what one of its members is."""
    if not place:
        return refusal
    doing = f"{refusal.doing}, {place}"
    return type(refusal)(doing, refusal.found, refusal.expected, refusal.to_do)


def _fitting_grid(sheet: Sheet, export: Export) -> tuple[TextTable, str]:
    """Return the table of a sheet, its text repaired if only then its header is found."""
    try:
        return grid_table(sheet, export), "utf-8"
    except HeaderMissing as refusal:
        head = sheet.head(HEAD_ROWS)
        for spelling in _SPELLINGS:
            repaired = [[cell and repair(cell, spelling) for cell in row] for row in head]
            try:
                find_header(repaired, export.headers())
            except HeaderMissing:
                continue
            return grid_table(sheet.repaired(spelling), export), spelling
        raise refusal from None


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
