"""Lists of dossiers and payments that hypothesis makes up: rows, layout and faults of portals."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hypothesis import strategies as st
from sample_lists import Cell, csv_text, html_bytes, titled, xlsx_bytes

from tests.unit.deliveries import COMMUNE_HEADERS, PAYMENT_HEADERS, PERSON, code
from tests.unit.plain_reading import COLUMNS, KEYS, spellings_of

HEADERS = {
    "dossiers_commune": COMMUNE_HEADERS,
    "payments": {"number": "STT", **PAYMENT_HEADERS, "person": "Người nộp"},
}
MOST_LINES = 25
Line = list[Cell]
Row = dict[str, Cell]


@dataclass(frozen=True)
class GeneratedList:
    """A list and its container; `right` are the lines whose totals are still to be filled in."""

    export: str
    container: str
    lines: list[Line]
    right: list[int]
    has_title: bool

    @property
    def header(self) -> dict[str, str]:
        return HEADERS[self.export]

    def written(self, first: int) -> bytes:
        """Return the file; `first` in its title or first row makes its bytes its own."""
        lines: list[Sequence[Cell]] = [[*self.header.values()], *self.lines]
        lines[1:1] = [self._line({"number": first, **_OPENING[self.export]})]
        return WRITERS[self.container](titled(lines) if self.has_title else lines)

    def _line(self, row: Row) -> Line:
        return [row.get(name, "") for name in self.header]


WRITERS: dict[str, Callable[[Sequence[Sequence[Cell]]], bytes]] = {
    "csv": lambda lines: csv_text(lines).encode(),
    "xlsx": lambda lines: xlsx_bytes([lines]),
    "html": html_bytes,
}
_OPENING: dict[str, Row] = {
    "dossiers_commune": {"dossier_code": code(20), "state": "Đang xử lý"},
    "payments": {"request_code": "TT-0020", "dossier_code": code(20), "amount": 0,
                 "state": "Chưa thanh toán"},
}  # fmt: skip


def _spelt(*texts: str) -> st.SearchStrategy[str]:
    """Return spellings of the same texts, as spreadsheets and web pages leave them."""
    return st.builds(
        lambda text, spell: spell(text),
        st.sampled_from(texts),
        st.sampled_from(
            (
                str,
                str.upper,
                lambda text: unicodedata.normalize("NFD", text),
                lambda text: text.replace(" ", "\u00a0"),
                lambda text: text.replace("đ", "ð").replace("Đ", "Ð"),
                lambda text: text.replace("ủy", "uỷ").replace("óa", "oá"),
                lambda text: f" {text}\u200b ",
            )
        ),
    )


NUMBERS: st.SearchStrategy[Cell] = st.sampled_from(("1", 2, "8", 9))
BLANK = st.sampled_from(("", "", " ", "\u00a0", "-"))
PEOPLE = st.sampled_from((
    PERSON, "", f'"{PERSON}"', f"{PERSON};", f"{PERSON}\nThôn Mẫu", f"{PERSON}\r\n\r\nThôn Mẫu",
    f'gọi là "{PERSON}", dòng', "Mẫu ; \" ; '", "\\", "#", "Cộng Văn Mẫu",
))  # fmt: skip
DAYS: st.SearchStrategy[Cell] = st.sampled_from((
    "05/01/2023", "5/1/2023 08:00:00", "29/02/2024", " 14/01/2023", "07/12/2022\u00a009:15:00",
    datetime(2023, 1, 9), datetime(2023, 1, 10, 16, 30), 44931, "44957",  # noqa: DTZ001
    "01/01/0001", "01/01/1900", "01/01/1970 00:00:00", "", "", "-", "\u00a0",
))  # fmt: skip
BAD_DAYS: st.SearchStrategy[Cell] = st.sampled_from((
    "31/02/2023", "29/02/2023", "hôm qua", "2023-01-05", "Mẫu", "05/01/23", "12345", 7,
    "13/13/2023",
))  # fmt: skip
AMOUNTS: st.SearchStrategy[Cell] = st.sampled_from((
    0, 30000, "30.000", "3.000.000", "30000", "10000.0", "10000,00", "10.000 đ", "10.000\u00a0VNĐ",
    "5.000đồng", unicodedata.normalize("NFD", "Miễn phí"), "Không thu", "20.000 ₫",
))  # fmt: skip
BAD_AMOUNTS = st.sampled_from(
    ("30,000", "0912", "ba mươi nghìn", "1,5", "12.50", "1.00.000", "10.000 USD", "Mẫu")
)
CODES = st.builds(
    lambda number, spell: spell(code(number)),
    st.integers(1, 12),
    st.sampled_from((str, str.lower, lambda text: text.replace("-", " - "),
                     lambda text: f"\u00a0{text}\u200b")),
)  # fmt: skip
BAD_CODES = st.sampled_from(("Mẫu", "(chưa cấp)", "000.06.33.H22-230105-", "12345", "", " ", "-"))
PROCEDURES: st.SearchStrategy[Cell] = st.sampled_from((
    "1.001193", "1.001193.000.00.00.H22", 1.0012, "1.0012", 2001193, "BTP-HGI-123456",
    " 2.000\u200b815", "", "-",
))  # fmt: skip
UNITS = _spelt("UBND xã Chí Cà", "UBND thị trấn Cốc Pài", "01105", "1105", "033", "UBND xã Mẫu") | (
    BLANK
)


def _rows(export: str) -> st.SearchStrategy[Row]:
    kinds: dict[str, st.SearchStrategy[Cell]] = {
        "date": DAYS, "amount": AMOUNTS, "dossier": CODES, "procedure": PROCEDURES, "unit": UNITS,
        "request": st.builds("TT-{:04}".format, st.integers(1, 12)),
    }  # fmt: skip
    cells: dict[str, st.SearchStrategy[Cell]] = {"number": NUMBERS, "person": PEOPLE}
    for name, kind in COLUMNS[export].items():
        if kind not in ("value", "flag"):
            cells[name] = kinds[kind]
        elif name == "state":
            cells[name] = _spelt(*spellings_of(export, name))
        else:
            cells[name] = _spelt(*spellings_of(export, name)) | BLANK
    return st.fixed_dictionaries(cells)


def _faults(export: str) -> st.SearchStrategy[Row]:
    faults: list[st.SearchStrategy[Row]] = []
    for name, kind in COLUMNS[export].items():
        bad: st.SearchStrategy[Cell] = st.sampled_from(("Fax", "Đang chờ duyệt", PERSON))
        if kind in ("dossier", "request"):
            bad = BAD_CODES
        elif kind in ("date", "amount"):
            bad = BAD_DAYS if kind == "date" else BAD_AMOUNTS | BLANK
            bad |= st.just("-5.000") if kind == "amount" else st.nothing()
        elif kind in ("procedure", "unit"):
            bad = st.sampled_from((PERSON, "1.0000000", "9.9.9"))
        elif name == "state":
            bad |= BLANK
        faults.append(st.fixed_dictionaries({name: bad}))
    return st.one_of(faults)


def _groups(export: str) -> st.SearchStrategy[Row]:
    title = st.sampled_from(("UBND xã Chí Cà", "Lĩnh vực: đất đai", "I. Hộ tịch", PERSON))
    return st.builds(lambda text: {"number": text}, title) | st.builds(
        lambda numeral, text: {"number": numeral, KEYS[export]: text},
        st.sampled_from(("I", "A.")), title,
    )  # fmt: skip


def _totals(export: str) -> st.SearchStrategy[Row]:
    cells: dict[str, st.SearchStrategy[Cell]] = {
        "number": _spelt("Tổng cộng", "Cộng", "Tổng số: 3 hồ sơ"),
        "person": st.sampled_from(("", "3", 12, "1.234")),
    }
    for name, kind in COLUMNS[export].items():
        if kind == "amount":
            cells[name] = st.sampled_from(("", "30.000", 60000, "1.200.000 đ"))
    return st.fixed_dictionaries(cells)


def _near_layout(export: str) -> st.SearchStrategy[Row]:
    day = next(name for name, kind in COLUMNS[export].items() if kind == "date")
    return st.sampled_from((
        {"number": "1", day: "05/01/2023"},
        {"person": PERSON, day: "05/01/2023"},
        {"person": "Cộng Văn Mẫu", day: "05/01/2023"},
        {"number": "Tổng cộng", day: "05/01/2023"},
        {"number": "1", "state": spellings_of(export, "state")[0]},
        {"number": "1", "person": PERSON, "channel" if export != "payments" else "method":
         "Trực tuyến"},
        {"number": "Tổng cộng", "state": "12"},
        {"number": "Tổng cộng", KEYS[export]: "12 hồ sơ"},
        {"number": "Mẫu", "person": "Tổng số"},
    ))  # fmt: skip


@st.composite
def lists(draw: st.DrawFn) -> GeneratedList:
    """Return a list in one of the containers."""
    export = draw(st.sampled_from([*HEADERS]))
    container = draw(st.sampled_from([*WRITERS]))
    header = HEADERS[export]
    forms = ["row"] * 8 + ["faulty"] * 4 + ["twice"] * 3 + ["near layout"]
    forms += ["group", "total", "right total", "header", "numbers", "empty"]
    forms += ["short", "long", "blank"] if container == "csv" else []
    lines: list[Line] = []
    right = []
    rows: list[Line] = []
    for _ in range(draw(st.integers(0, MOST_LINES))):
        form = draw(st.sampled_from(forms))
        line = _line(draw, form, export, rows)
        if form == "right total":
            right.append(len(lines))
        lines.append(line)
    if draw(st.booleans()):
        lines += [_cells(header, {"number": text}) for text in ("Người lập biểu", PERSON)]
    return GeneratedList(export, container, lines, right, draw(st.booleans()))


def _line(draw: st.DrawFn, form: str, export: str, rows: list[Line]) -> Line:
    header = HEADERS[export]
    if form in _LAYOUT:
        return draw(_LAYOUT[form](export))
    if form == "twice" and rows:
        return [draw(NUMBERS), *draw(st.sampled_from(rows))[1:]]
    row = draw(_rows(export))
    if form == "faulty":
        row |= draw(_faults(export)) | draw(_faults(export))
    line = _cells(header, row)
    if form == "short":
        line = line[: draw(st.integers(1, len(header) - 1))]
    elif form == "long":
        line += ["thừa"] * draw(st.integers(1, 3))
    else:
        rows.append(line)
    return line


def _numbers(export: str) -> st.SearchStrategy[Line]:
    width = len(HEADERS[export])
    patterns = st.sampled_from(("({})", "{}"))
    return patterns.map(lambda text: [text.format(number) for number in range(1, width + 1)])


def _lines_of(
    rows: Callable[[str], st.SearchStrategy[Row]],
) -> Callable[[str], st.SearchStrategy[Line]]:
    return lambda export: rows(export).map(lambda row: _cells(HEADERS[export], row))


_LAYOUT: dict[str, Callable[[str], st.SearchStrategy[Line]]] = {
    "group": _lines_of(_groups),
    "total": _lines_of(_totals),
    "right total": _lines_of(_totals),
    "near layout": _lines_of(_near_layout),
    "header": lambda export: st.tuples(*map(_spelt, HEADERS[export].values())).map(list),
    "numbers": _numbers,
    "empty": lambda export: st.just([""] * len(HEADERS[export])),
    "blank": lambda _: st.just([]),
}


def _cells(header: dict[str, str], row: Row) -> Line:
    return [row.get(name, "") for name in header]
