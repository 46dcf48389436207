"""Web pages: the tables of a page as text, read by lxml.

Belongs here: which tables of a page hold rows, spans, the page's encoding. Does not belong here:
which table is the list, and what its cells mean. No message of a library leaves this module: it
may quote a cell.
"""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import lxml.etree
import lxml.html

from assets.engine.containers import Cells
from assets.engine.errors import FileRefused
from assets.engine.legacy_text import HEAD_BYTES, utf_16_codec
from assets.engine.wording import counted

# HTML bounds both spans; a broken page must not ask for a billion cells.
MAX_SPAN = 1000
FREE_CELLS, CELLS_PER_CELL = 5_000_000, 50
# A span may be a little too long for its table.
MOST_ROWS_BELOW = 100

_CHUNK = 1 << 20
_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w-]+)""", re.I
)
_TAG = re.compile(r"<(/table|table|tr)(?=[\s>/])", re.I)
_END = re.compile(r"</html\s*>", re.I)
# What holds text and no rows of the page. One that opens twice has swallowed what lies between.
_ASIDE = re.compile(
    r"<!--(?:(?!<!--).)*?-->|<script\b[^>]*>(?:(?!<script\b).)*?</script\s*>", re.S | re.I
)
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
        There is no table, the page ends before its tables do or hides rows (half a list must not
        pass for a whole one), or its spans ask for far more cells than it has.
    """
    parser = lxml.html.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
    )
    tags: Counter[str] = Counter()
    behind: str | None = None
    try:
        for text, found in _page_text(file):
            tags.update(found)
            behind = _behind_end(text, behind)
            parser.feed(text.encode())
        root = parser.close()
    except (lxml.etree.LxmlError, AssertionError):
        root = None
    tables = [] if root is None else _outermost(root)
    if root is None or not tables:
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
    hidden = tags["tr"] - len(list(root.iter("tr")))
    if hidden > 0:
        hidden -= _rows_aside("".join(text for text, _ in _page_text(file)))
    if hidden > 0 or _ASIDE.sub("", behind or "").strip():
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
    found = [Counter(_tags(aside.group())) for aside in _ASIDE.finditer(page)]
    return sum(tags["tr"] for tags in found if tags["table"] == tags["/table"])


def _behind_end(text: str, behind: str | None) -> str | None:
    """Return what stands behind the last </html> so far; None before one."""
    if ends := list(_END.finditer(text)):
        return text[ends[-1].end() :]
    return None if behind is None else behind + text


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


def _outermost(root: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    tables = root.iter("table")
    return [table for table in tables if next(table.iterancestors("table"), None) is None]


def _without_layout(tables: list[lxml.html.HtmlElement]) -> list[lxml.html.HtmlElement]:
    found = []
    waiting = tables[::-1]
    while waiting:
        table = waiting.pop()
        inner = [other for other in table.iterdescendants("table") if _parent(other) is table]
        rows = len(_own_rows(table))
        if any(sum(1 for _ in other.iter("tr")) > rows for other in inner):
            waiting += inner[::-1]
        else:
            found.append(table)
    return found


def _parent(element: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    return next(element.iterancestors("table"), None)


def _own_rows(table: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    if table.find(".//table") is None:
        return list(table.iter("tr"))
    return [tr for tr in table.iter("tr") if _parent(tr) is table]


def _table_cells(table: lxml.html.HtmlElement) -> list[Cells]:
    rows: list[Cells] = []
    hanging: dict[int, tuple[int, str | None]] = {}  # column -> rows still covered, their text
    real = filled = 0
    for tr in _own_rows(table):
        row: Cells = []
        for cell in tr.iterchildren("td", "th"):
            _take_hanging(row, hanging)
            text, rows_covered = _cell_text(cell), _span(cell, "rowspan") - 1
            for _ in range(_span(cell, "colspan")):
                hanging[len(row)] = (rows_covered, text)
                row.append(text)
            real += 1
            _check_spans(filled + len(row), real)
        _take_hanging(row, hanging)
        rows.append(row)
        filled += len(row)
        _check_spans(filled, real)
    if max((below for below, _ in hanging.values()), default=0) > MOST_ROWS_BELOW:
        # Such a cell stands in every row, before the row's own cells.
        raise _far_too_large("cells that go on far below the last row")
    return rows


def _check_spans(filled: int, real: int) -> None:
    if filled > FREE_CELLS + CELLS_PER_CELL * real:
        raise _far_too_large("spans that ask for far more cells than the table has")


def _far_too_large(found: str) -> FileRefused:
    return FileRefused(
        "Opening a web page",
        found,
        "a table whose spans are those of a header",
        "Export the list again.",
    )


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
