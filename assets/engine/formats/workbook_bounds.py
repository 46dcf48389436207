"""What an .xlsx file would make its reader allocate, found before it is opened.

Belongs here: bounds of a workbook's parts and of the extent of its sheets. Does not belong here:
reading cells (`assets.engine.formats.workbook`).

Calamine holds a sheet as one dense grid up to its last row and column. One stray cell in the last
corner of a sheet asks for half a terabyte, and the process dies of that without an exception.
"""

import re
import zipfile
import zlib
from pathlib import Path

from assets.engine.errors import FileRefused
from assets.engine.formats.archive import is_whole_zip

MAX_EXPANDED_BYTES = 6 << 30
MAX_RATIO = 300
RATIO_FREE_BYTES = 64 << 20
MAX_COLUMNS = 256
# Blank cells that a sheet may have without any reason, and for each cell that is there.
FREE_CELLS, CELLS_PER_CELL = 100_000 * MAX_COLUMNS, 10

_CHUNK = 1 << 20
_OVERLAP = 64  # longer than any reference to a cell with its attribute
_DAMAGE = (EOFError, OSError, ValueError, zlib.error, zipfile.BadZipFile, NotImplementedError,
           RuntimeError)  # fmt: skip
# References of cells as spreadsheets write them: the literal start makes the search fast.
_WIDE = re.compile(rb' r="([A-Za-z]{2,})\d')
_LONG = re.compile(rb' r="[A-Za-z]{0,3}(\d{6,})')
_TEXT_COUNT = re.compile(rb"""unique[Cc]ount\s*=\s*["'](\d+)""")
# As XML allows them: sought only where a chunk has a sign of them.
_ANY_FORM = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,7})(\d{1,9})""")
_SIGNS = (b"r='", b"r =", b"r\t=", b"\tr=", b"\nr=", b"\rr=", b"r\n=", b"r\r=")


def check_bounds(file: Path) -> None:
    """Refuse an .xlsx file whose parts are too large, or whose sheets reach too far.

    Raises
    ------
    FileRefused
        The zip file is damaged or joined to another, expands beyond all measure, or a sheet asks
        for far more cells than it has.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            if not is_whole_zip(archive, file):
                raise _refused(
                    "bytes before or behind the workbook", "Save it again; deliver it by itself."
                )
            _check_parts(archive, file.stat().st_size)
    except _DAMAGE:
        raise FileRefused(
            "Opening a workbook",
            "bytes that start like a workbook but are damaged or cut off",
            "a whole .xlsx file without password",
            "Export it again; it may have been cut off while it was copied.",
        ) from None


def _check_parts(archive: zipfile.ZipFile, packed_bytes: int) -> None:
    parts = [part for part in archive.infolist() if not part.is_dir()]
    if any(part.filename.endswith(".bin") and "sheet" in part.filename for part in parts):
        raise _refused("a binary workbook (.xlsb)", "Save it as .xlsx.")
    expanded = sum(part.file_size for part in parts)
    # zipfile reads no more of a part than its directory says, and then compares its checksum.
    if expanded > min(MAX_EXPANDED_BYTES, max(RATIO_FREE_BYTES, packed_bytes * MAX_RATIO)):
        raise _refused(
            "a workbook that expands beyond all measure",
            "Look where it comes from; export it again as CSV.",
        )
    for part in parts:
        name = part.filename.lower()
        if name.startswith("xl/") and name.endswith((".xml", ".rels")):
            _check_part(archive, part, has_cells="sharedstrings" not in name)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, *, has_cells: bool) -> None:
    extent = _Extent()
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            if has_cells:
                extent.add(chunk)
            elif any(int(count) > part.file_size for count in _TEXT_COUNT.findall(chunk)):
                # Room for so many texts is made before the first is read.
                raise _refused(
                    "more texts announced than the workbook has room for",
                    "Export it again, or save it again as .xlsx.",
                )
    extent.check()


class _Extent:
    """How far the cells of a sheet reach, and how many there are, found chunk by chunk."""

    def __init__(self) -> None:
        self._cells = 0
        # Rows below 100,000 and columns up to Z need no closer look: the free cells cover them.
        self._last_row = 99_999
        self._last_column = 26
        self._tail = b""

    def add(self, chunk: bytes) -> None:
        data = self._tail + chunk
        self._tail = data[-_OVERLAP:]
        self._cells += chunk.count(b"<c ") + chunk.count(b":c ")
        for letters in set(_WIDE.findall(data)):
            self._last_column = max(self._last_column, _column(letters))
        for digits in _LONG.findall(data):
            self._last_row = max(self._last_row, int(digits[:9]))
        if any(sign in data for sign in _SIGNS):
            for letters, digits in _ANY_FORM.findall(data):
                self._last_row = max(self._last_row, int(digits))
                self._last_column = max(self._last_column, _column(letters))

    def check(self) -> None:
        if self._last_column > MAX_COLUMNS:
            raise _refused(
                f"cells beyond column {MAX_COLUMNS}",
                "Delete what stands far to the right of the list, and save it again.",
            )
        if self._last_row * self._last_column > FREE_CELLS + CELLS_PER_CELL * self._cells:
            raise _refused(
                "a cell far below or far right of all others",
                "Delete what stands far away from the list, and save it again.",
            )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _refused(found: str, to_do: str) -> FileRefused:
    return FileRefused(
        "Opening a workbook", found, "an .xlsx file with one list from column A on", to_do
    )
