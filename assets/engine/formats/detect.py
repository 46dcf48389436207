"""Containers: what kind of file the bytes are, whatever its suffix says, and what heads say."""

import csv
import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from assets.engine.common.errors import FileRefused
from assets.engine.common.text import label_key
from assets.engine.formats import encodings as legacy_text

Container = Literal["delimited", "json", "workbook", "web_page", "spreadsheet_xml", "gzip", "zip"]
Cells = list[str | None]

HEAD_BYTES = legacy_text.HEAD_BYTES
TAB = "\t"
DELIMITERS = f";,{TAB}|"
SPREADSHEET_NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
OLE = b"\xd0\xcf\x11\xe0"
GZIP = b"\x1f\x8b"
PK = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# Suffixes of lists: one of another form may be part of a person's name.
SUFFIXES = ("csv", "gz", "htm", "html", "json", "jsonl", "ndjson", "tsv", "txt", "xls", "xlsm",
            "xlsx", "xml", "zip")  # fmt: skip

_OTHERS = (
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\x89PNG\r\n", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"II*\x00", "an image"),
    (b"MM\x00*", "an image"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x00\x01\x00\x00Standard ", "an Access database"),
    (b"PAR1", "a Parquet file"),
    (b"MIME-Version:", "a mail or web archive (MHTML)"),
)
_OLE_STREAMS = (
    ("EncryptedPackage", "a workbook or document with a password"),
    ("WordDocument", "a Word document"),
    ("PowerPoint Document", "a PowerPoint presentation"),
)
# Of the parts of a zip, the one that says which kind of document it is.
_ZIP_PARTS = (
    ("word/", "a Word document"),
    ("ppt/", "a PowerPoint presentation"),
    ("META-INF/manifest.xml", "an OpenDocument file"),
)
# What explains or adorns a list and never holds one.
_NO_LISTS = frozenset(
    {"a PDF document", "an RTF document", "an image", "a Word document",
     "a PowerPoint presentation"}
)  # fmt: skip
_PAGE_STARTS = re.compile(r"<(?:!doctype html|html|head|meta|body|table|style|title)\b", re.I)
_JSON_START = re.compile(r"\{\s*[\"}]|\[\s*(?:\{|\]\s*\Z)")
_DAY = r"(\d{1,2})/(\d{1,2})/(\d{4})"
_TIME = r"(\d{1,2}):(\d{2})(?::(\d{2}))?"
# The whole of a row: an address or a note among the data may speak of days too.
_PERIOD_LINE = re.compile(
    rf"\(?(?:thời gian|kỳ báo cáo|kỳ)?:? ?từ ngày:? ?{_DAY},? đến(?: hết)? ngày:? ?{_DAY}\)?\.?"
)
_EXTRACTED_LINE = re.compile(
    r"\(?(?:(?:thời điểm|thời gian|ngày|ngày giờ) (?:xuất|kết xuất|trích xuất|in)"
    r"(?: báo cáo| dữ liệu| danh sách| file| excel)?) ?:? ?"
    rf"(?:{_DAY}(?:,? (?:lúc )?{_TIME})?|{_TIME},? (?:ngày )?{_DAY})\)?\.?"
)
# Rows among which a header and what a file says of itself are sought.
HEAD_ROWS = 50
# DuckDB bounds a line at 2 MB; csv would stop at a cell of 128 KB.
csv.field_size_limit(1 << 22)


class NoList(FileRefused):
    """A file that holds no list at all: a letter, a picture, a note."""


@dataclass(frozen=True)
class DelimitedHead:
    """The first rows of a delimited text: its delimiter and, for each row, the line it ends on."""

    delimiter: str
    rows: list[Cells]
    last_lines: list[int]


def sniff(file: Path) -> Container:
    """Return the container of `file` by its bytes.

    Raises
    ------
    FileRefused
        The file is empty or of no container Motcua reads; its kind is named where it is known.
        NoList where that kind of file never holds a list.
    """
    with file.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise FileRefused("Reading a file", "no bytes but blanks", "rows", "Export it again.")
    _refuse_others(head)
    if archive := archive_kind(file):
        return archive
    if head.startswith(PK):
        return _zip_document(file)
    if head.startswith(OLE):
        return _ole_document(file, head)
    return _text_container(head)


def archive_kind(file: Path) -> Literal["gzip", "zip"] | None:
    """Return the kind of archive `file` is; None for workbooks, which are zip files too."""
    with file.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    if head.startswith(GZIP):
        return "gzip"
    if not head.startswith(PK):
        return None
    names = _zip_names(file)
    if names is None:  # Cut off: the reader of what it was says so.
        return None if b"[Content_Types].xml" in head or b"xl/" in head else "zip"
    is_document = "[Content_Types].xml" in names or "META-INF/manifest.xml" in names
    return None if is_document else "zip"


def is_old_workbook(file: Path) -> bool:
    """Say whether a workbook is of Excel 97 to 2003."""
    with file.open("rb") as handle:
        return handle.read(len(OLE)) == OLE


def delimited_heads(text: str) -> list[DelimitedHead]:
    """Return the first rows under each delimiter; the caller knows which one has its header.

    Parameters
    ----------
    text
        The first HEAD_BYTES of the file, decoded.
    """
    heads = []
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows: list[Cells] = []
        lines = []
        for row in reader:
            rows.append([cell or None for cell in row])
            lines.append(reader.line_num)
            if len(rows) == HEAD_ROWS:
                break
        heads.append(DelimitedHead(delimiter, rows, lines))
    return heads


def columns_said(heads: list[DelimitedHead]) -> str:
    """Return how many columns most rows have and what divides them; "" where nothing does.

    Prose has commas too, but seldom the same number of them in every line.
    """
    seen = []
    for head in heads:
        widths = Counter(len(row) for row in head.rows if row)
        for width, count in widths.most_common(1):
            if width > 1 and 2 * count > widths.total():
                seen.append((count, width, head.delimiter))
    if not seen:
        return ""
    _, width, delimiter = max(seen)
    return f"text of {width} columns divided by {'tabs' if delimiter == TAB else repr(delimiter)}"


def find_period(rows: list[Cells]) -> tuple[date, date] | None:
    """Return both days of the first "Từ ngày … đến ngày …" among the first rows, as written."""
    match = _first_line(rows, _PERIOD_LINE)
    if match is None:
        return None
    numbers = [int(group) for group in match.groups()]
    try:
        return (date(*reversed(numbers[:3])), date(*reversed(numbers[3:])))
    except ValueError:
        return None


def find_extracted_at(rows: list[Cells]) -> datetime | None:
    """Return when the file says it was exported ("Thời điểm xuất: 15/11/2023 08:30"), local."""
    match = _first_line(rows, _EXTRACTED_LINE)
    if match is None:
        return None
    numbers = [int(group or 0) for group in match.groups()]
    day, time = (numbers[:3], numbers[3:6]) if match.group(1) else (numbers[9:], numbers[6:9])
    try:
        return datetime(*reversed(day), *time)  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None


def _first_line(rows: list[Cells], pattern: re.Pattern[str]) -> re.Match[str] | None:
    for row in rows[:HEAD_ROWS]:
        texts = {label_key(cell) for cell in row if cell and cell.strip()}
        match = pattern.fullmatch(texts.pop()) if len(texts) == 1 else None
        if match:
            return match
    return None


def _refused(found: str) -> FileRefused:
    refusal = NoList if found in _NO_LISTS else FileRefused
    return refusal(
        "Reading a file",
        found,
        "a workbook, a web page's table, delimited text, JSON, or a zip or gzip of them",
        "Export the list again as .xlsx, CSV or JSON.",
    )


def _refuse_others(head: bytes) -> None:
    for magic, kind in _OTHERS:
        if head.startswith(magic):
            raise _refused(kind)
    if head[257:262] == b"ustar":
        raise _refused("a tar archive")


def _zip_names(file: Path) -> set[str] | None:
    try:
        with zipfile.ZipFile(file) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None


def _zip_document(file: Path) -> Container:
    names = _zip_names(file)
    if names is None or any(name.startswith("xl/") for name in names):
        return "workbook"
    for part, kind in _ZIP_PARTS:
        if any(name.startswith(part) for name in names):
            raise _refused(kind)
    raise _refused("an Office document that is no workbook")


def _ole_document(file: Path, head: bytes) -> Container:
    # The header of an OLE file: sector size as a power of two, first sector of its directory.
    size = 1 << min(int.from_bytes(head[30:32], "little"), 16)
    with file.open("rb") as handle:
        handle.seek(min((int.from_bytes(head[48:52], "little") + 1) * size, file.stat().st_size))
        directory = handle.read(1 << 13)
    if "Workbook".encode("utf-16-le") not in directory:
        for stream, kind in _OLE_STREAMS:
            if stream.encode("utf-16-le") in directory:
                raise _refused(kind)
    return "workbook"


def _text_container(head: bytes) -> Container:
    codec = legacy_text.utf_16_codec(head)
    if codec is None and b"\x00" in head:
        raise _refused("binary data of no known container")
    # Latin-1 keeps every byte apart: marks and tags are ASCII, whatever the letters are.
    text = head.decode(codec or "latin-1", errors="replace")
    start = text.lstrip("\ufeff\u00ef\u00bb\u00bf \t\r\n")
    # Pages that Excel writes name the namespace too, in their <html>.
    if start.startswith("<") and SPREADSHEET_NAMESPACE in start.lower().partition("<html")[0]:
        return "spreadsheet_xml"
    if _is_web_page(start):
        return "web_page"
    if start.startswith("<?xml"):
        raise _refused("an XML document of a kind that is no spreadsheet")
    return "json" if _JSON_START.match(start) else "delimited"


def _is_web_page(start: str) -> bool:
    # A page begins with a tag: text before it may be rows of another list.
    if _PAGE_STARTS.match(start):
        return True
    return start.startswith("<") and bool(
        "<table" in start[:4096].lower()
        or (start.startswith(("<?xml", "<!--")) and _PAGE_STARTS.search(start))
    )
