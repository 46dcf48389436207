"""Web pages: the tables of a page as text, read by lxml.

No message of a library leaves this module: it may quote a cell.
"""

import codecs
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import lxml.etree
import lxml.html

from assets.engine.common.errors import FileRefused
from assets.engine.common.messages import counted
from assets.engine.formats.detect import Cells
from assets.engine.formats.encodings import HEAD_BYTES, utf_16_codec

# As HTML bounds both spans.
MAX_SPAN = 1000
# A span may be a little too long for its table.
MOST_ROWS_BELOW = 100

_CHUNK = 1 << 20
_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w-]+)""", re.I
)
_TAG = re.compile(r"<(/table|table|tr)(?=[\s>/])", re.I)
_END = re.compile(r"</html\s*>", re.I)
# What holds text and no rows of the page.
_ASIDE_OPENS = re.compile(r"<!--|<script\b", re.I)
_NOWHERE = (sys.maxsize, sys.maxsize)
_LONGEST_TAG = 8
# Tags that part words; all others (font, span, b) stand within them.
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "td", "th", "hr", "table"})


def web_page_tables(file: Path) -> list[list[Cells]]:
    """Return the cells of the page's tables in order, spans filled with their text.

    Tables within a table belong to their cell's text. Only where one of them has more rows than
    the table around it, that one is layout, and the tables within it stand in its place.

    Raises
    ------
    FileRefused
        There is no table, or the page ends before its tables do or hides rows: half a list must not
        pass for a whole one.
    """
    parser = lxml.html.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
    )
    tags: Counter[str] = Counter()
    behind: list[str] | None = None
    try:
        for text, found in _page_text(file):
            tags.update(found)
            behind = _behind_end(text, behind)
            parser.feed(text.encode())
        root = parser.close()
    except (lxml.etree.LxmlError, AssertionError):
        root = None
    tables, row_count = ([], 0) if root is None else _outermost(root)
    if not tables:
        raise FileRefused(
            "Opening a web page", "no table", "a <table> with rows", "Export the list again."
        )
    if tags["table"] > tags["/table"]:
        raise FileRefused(
            "Opening a web page",
            "a table without its end",
            "a whole page, up to </table>",
            "Export it again; it may have been cut off while it was copied.",
        )
    hidden = tags["tr"] - row_count
    if hidden > 0:
        hidden -= _rows_aside("".join(text for text, _ in _page_text(file)))
    if hidden > 0 or _without_asides("".join(behind or ())).strip():
        raise FileRefused(
            "Opening a web page",
            f"{counted(hidden, 'row')} that no table shows"
            if hidden > 0
            else "text behind its end",
            "a page whose every row stands in a table, and nothing behind </html>",
            "Export it again, each list as a file of its own.",
        )
    return [_table_cells(table) for table in _without_layout(tables)]


def _page_text(file: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the page's text and, with each part, its tags of tables and rows."""
    with file.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
        decoder = codecs.getincrementaldecoder(_codec(head))(errors="replace")
        handle.seek(0)
        held, first = "", True
        while chunk := handle.read(_CHUNK):
            text = held + decoder.decode(chunk)
            # A tag that a chunk cuts is read with the next one.
            cut = text.rfind("<", -_LONGEST_TAG)
            held = text[cut:] if cut >= 0 else ""
            text = text[:cut] if cut >= 0 else text
            yield (text.lstrip("\ufeff") if first else text), _tags(text)
            first = first and not text
        text = held + decoder.decode(b"", True)
        yield text, _tags(text + " ")


def _rows_aside(page: str) -> int:
    """Return how many <tr> stand in comments and scripts that hold no half of a table."""
    found = [Counter(_tags(page[start:end])) for start, end in _asides(page)]
    return sum(tags["tr"] for tags in found if tags["table"] == tags["/table"])


class _Places:
    """The places of a mark in a text, asked for ever further on: the text is searched once."""

    def __init__(self, mark: str, text: str) -> None:
        self._found = re.finditer(mark, text, re.I)
        self._next = (0, 0)

    def after(self, place: int) -> tuple[int, int]:
        """Return where the first one from `place` on begins and ends; `_NOWHERE` if none does."""
        while self._next[0] < place or self._next == (0, 0):
            match = next(self._found, None)
            self._next = match.span() if match else _NOWHERE
        return self._next


def _asides(text: str) -> Iterator[tuple[int, int]]:
    """Yield where comments and scripts begin and end.

    One that opens twice before it ends has swallowed what lies between, and is none.
    """
    comments, comment_ends = _Places("<!--", text), _Places("-->", text)
    scripts, script_ends = _Places(r"<script\b", text), _Places(r"</script\s*>", text)
    tag_ends = _Places(">", text)
    done = 0
    for opening in _ASIDE_OPENS.finditer(text):
        if opening.start() < done:
            continue
        if opening.group() == "<!--":
            body, opens, ends = opening.end(), comments, comment_ends
        else:
            body, opens, ends = tag_ends.after(opening.end())[1], scripts, script_ends
        end = ends.after(body)
        if end != _NOWHERE and opens.after(body)[0] > end[0]:
            done = end[1]
            yield opening.start(), done


def _without_asides(text: str) -> str:
    kept, done = [], 0
    for start, end in _asides(text):
        kept.append(text[done:start])
        done = end
    return "".join([*kept, text[done:]])


def _behind_end(text: str, behind: list[str] | None) -> list[str] | None:
    """Return what stands behind the last </html> so far; None before one."""
    if ends := list(_END.finditer(text)):
        return [text[ends[-1].end() :]]
    return None if behind is None else [*behind, text]


def _tags(text: str) -> list[str]:
    return [tag.lower() for tag in _TAG.findall(text)]


def _codec(head: bytes) -> str:
    """Return the page's encoding: by its mark or NUL bytes, as UTF-8, as it says, Vietnamese."""
    if codec := utf_16_codec(head):
        return codec
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        pass
    else:
        # Text that is valid UTF-8 is UTF-8: templates keep saying windows-1252 about it.
        if not head.isascii() or _CHARSET.search(head) is None:
            return "utf-8"
    match = _CHARSET.search(head)
    return _python_codec(match.group(1).decode().lower()) if match else "cp1258"


def _python_codec(name: str) -> str:
    # As browsers do: ISO-8859-1 means windows-1252.
    if name in ("iso-8859-1", "latin1", "us-ascii", "x-user-defined"):
        return "cp1252"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "utf-8"


@dataclass
class _Table:
    """A table: its own rows, the tables in its cells, and how many rows there are in all."""

    rows: list[lxml.html.HtmlElement] = field(default_factory=list)
    inner: list["_Table"] = field(default_factory=list)
    row_count: int = 0


def _outermost(root: lxml.html.HtmlElement) -> tuple[list[_Table], int]:
    """Return the tables that stand in no other, and how many rows the page has."""
    page = _Table()
    within = [page]
    for event, element in lxml.etree.iterwalk(root, events=("start", "end"), tag=("table", "tr")):
        if element.tag == "tr":
            if event == "start":
                within[-1].rows.append(element)
        elif event == "start":
            within[-1].inner.append(_Table())
            within.append(within[-1].inner[-1])
        else:
            table = within.pop()
            table.row_count += len(table.rows)
            within[-1].row_count += table.row_count
    return page.inner, page.row_count + len(page.rows)


def _without_layout(tables: list[_Table]) -> list[_Table]:
    found = []
    waiting = tables[::-1]
    while waiting:
        table = waiting.pop()
        if any(other.row_count > len(table.rows) for other in table.inner):
            waiting += table.inner[::-1]
        else:
            found.append(table)
    return found


def _table_cells(table: _Table) -> list[Cells]:
    rows: list[Cells] = []
    hanging: dict[int, tuple[int, str | None]] = {}  # column -> rows still covered, their text
    for tr in table.rows:
        row: Cells = []
        for cell in tr.iterchildren("td", "th"):
            _take_hanging(row, hanging)
            text, rows_covered = _cell_text(cell), _span(cell, "rowspan") - 1
            for _ in range(_span(cell, "colspan")):
                hanging[len(row)] = (rows_covered, text)
                row.append(text)
        _take_hanging(row, hanging)
        rows.append(row)
    if max((below for below, _ in hanging.values()), default=0) > MOST_ROWS_BELOW:
        # Such a cell stands in every row, before the row's own cells.
        raise FileRefused(
            "Opening a web page",
            "cells that go on far below the last row",
            "a table whose spans are those of a header",
            "Export the list again.",
        )
    return rows


def _take_hanging(row: Cells, hanging: dict[int, tuple[int, str | None]]) -> None:
    while (hung := hanging.get(len(row), (0, None)))[0] > 0:
        hanging[len(row)] = (hung[0] - 1, hung[1])
        row.append(hung[1])


def _span(cell: lxml.html.HtmlElement, name: str) -> int:
    text = cell.get(name)
    if text is None or not text.isdecimal() or len(text) > 9:
        return 1
    return min(max(int(text), 1), MAX_SPAN)


def _cell_text(cell: lxml.html.HtmlElement) -> str | None:
    if len(cell) == 0:
        return _collapsed(cell.text or "")
    parts = []
    for event, element in lxml.etree.iterwalk(cell, events=("start", "end")):
        if event == "start":
            parts.append(" " if element.tag in _BREAKS else "")
            parts.append(element.text or "")
        elif element is not cell:
            parts.append(" " if element.tag in _BREAKS else "")
            parts.append(element.tail or "")
    return _collapsed("".join(parts))


def _collapsed(text: str) -> str | None:
    # Blanks of HTML only: the no-break blank is half of a letter where UTF-8 was read as Latin.
    return unicodedata.normalize("NFC", _BLANKS.sub(" ", text).strip(" ")) or None
