"""Opening a delivered file: the lists it holds, whatever it is packed in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from pathlib import Path

from assets.engine.common.errors import FileRefused
from assets.engine.common.paths import private_folder
from assets.engine.extract.delimited_text import delimited_text
from assets.engine.extract.headers import Header, HeaderMissing, find_header
from assets.engine.extract.json_records import records_table
from assets.engine.extract.raw_table import TextTable, grid_table
from assets.engine.formats.detect import (
    HEAD_BYTES,
    HEAD_ROWS,
    Container,
    NoList,
    delimited_heads,
    find_period,
    is_old_workbook,
)
from assets.engine.formats.encodings import (
    candidate_encodings,
    decode_head,
    repair,
)
from assets.engine.formats.json_file import json_records
from assets.engine.formats.reader import FormatReader
from assets.engine.formats.sheet import Sheet
from schemas.settings import Export

# What old spreadsheet programs cut a list at.
FULL_SHEET = 65_536
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
            yield delimited_text(member, self.export, self.workspace)
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
