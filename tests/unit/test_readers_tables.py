"""Workbooks, web pages and spreadsheets in XML: every sheet and table as text."""

import io
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter
import xlwt
from sample_legacy import encode_legacy

from assets.engine.common.errors import FileRefused
from assets.engine.formats import html as web_page
from assets.engine.formats.html import web_page_tables
from assets.engine.formats.spreadsheetml import spreadsheet_xml_sheets
from assets.engine.formats.xls import has_surplus, old_workbook_sheets
from assets.engine.formats.xlsx import workbook_sheets
from tests.unit.fuzz_lists import biff_cells

DAY = "%d/%m/%Y"
MOMENT = datetime(2023, 1, 5, 8, 30, tzinfo=UTC).replace(tzinfo=None)


def _place(folder: Path, data: bytes | str) -> Path:
    file = folder / "delivered"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return file


def _xlsx(folder: Path, *sheets: Callable[[xlsxwriter.Workbook, object], None]) -> Path:
    file = folder / "delivered"
    book = xlsxwriter.Workbook(file)
    for fill in sheets:
        fill(book, book.add_worksheet())
    book.close()
    return file


def _nothing(_book: object, _sheet: object) -> None:
    pass


def _values(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    day = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    hours = book.add_format({"num_format": "[h]:mm"})
    clock = book.add_format({"num_format": "hh:mm"})
    sheet.write_row(2, 1, ["Lò Thị Mẫu", True, False, 5, 5.0, 0.1, 123456789012, 1e20])
    sheet.write_datetime(3, 1, MOMENT, day)
    sheet.write_datetime(3, 2, date(2023, 1, 5), day)
    sheet.write_datetime(3, 3, time(8, 30), clock)
    sheet.write(3, 4, 1.5, hours)
    sheet.write_formula(3, 5, "=1/0", None, "#DIV/0!")
    sheet.write_formula(3, 6, '="a"', None, "a")
    sheet.write_string(3, 7, "0012")


def test_the_cells_of_a_workbook_are_text(tmp_path: Path) -> None:
    (rows,) = workbook_sheets(_xlsx(tmp_path, _values), DAY)
    assert rows == [
        [None],
        [None],
        [None, "Lò Thị Mẫu", "1", "0", "5", "5", "0.1", "123456789012", "1" + "0" * 20],
        [None, "05/01/2023", "05/01/2023", "08:30:00", "36:00:00", None, "a", "0012", None],
    ]


def test_dates_take_the_form_of_the_settings(tmp_path: Path) -> None:
    (rows,) = workbook_sheets(_xlsx(tmp_path, _values), "%Y-%m-%d %H:%M:%S")
    assert rows[3][1:3] == ["2023-01-05 08:30:00", "2023-01-05 00:00:00"]


def test_every_sheet_is_returned_in_order(tmp_path: Path) -> None:
    def fill(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write(0, 0, "a")

    def chart(book: xlsxwriter.Workbook, _: object) -> None:
        book.add_chartsheet()

    file = _xlsx(tmp_path, fill, _nothing, chart, fill)
    assert workbook_sheets(file, DAY) == [[["a"]], [], [], [], [["a"]]]


def test_a_merged_cell_leaves_none_right_of_it(tmp_path: Path) -> None:
    def fill(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.merge_range(0, 0, 1, 1, "Ngày")
        sheet.write(2, 1, "b")

    sheets = workbook_sheets(_xlsx(tmp_path, fill), DAY)
    assert sheets == [[["Ngày", None], ["Ngày"], [None, "b"]]]


def _merged_xlsx(folder: Path) -> list[list[list[str | None]]]:
    def fill(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_column(0, 0, ["1", "2", "3", "4"])
        sheet.merge_range(0, 1, 2, 1, "UBND xã Chí Cà")
        sheet.write(3, 1, "b")

    return workbook_sheets(_xlsx(folder, fill), DAY)


def _merged_xls(folder: Path) -> list[list[list[str | None]]]:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for row in range(4):
        sheet.write(row, 0, str(row + 1))
    sheet.write_merge(0, 2, 1, 1, "UBND xã Chí Cà")
    sheet.write(3, 1, "b")
    buffer = io.BytesIO()
    book.save(buffer)
    return old_workbook_sheets(_place(folder, buffer.getvalue()), DAY)


def _merged_xml(folder: Path) -> list[list[list[str | None]]]:
    text = '<Data ss:Type="String">UBND xã Chí Cà</Data>'
    return _xml(
        folder,
        f'<Row>{_data("String", "1")}<Cell ss:MergeDown="2">{text}</Cell></Row>'
        + "".join(f"<Row>{_data('String', number)}</Row>" for number in "23")
        + f"<Row>{_data('String', '4')}{_data('String', 'b')}</Row>",
    )


def _merged_page(folder: Path) -> list[list[list[str | None]]]:
    return _page(
        folder,
        "<table><tr><td>1</td><td rowspan=3>UBND xã Chí Cà</td></tr><tr><td>2</td></tr>"
        "<tr><td>3</td></tr><tr><td>4</td><td>b</td></tr></table>",
    )


@pytest.mark.parametrize("read", [_merged_xlsx, _merged_xls, _merged_xml, _merged_page])
def test_a_cell_merged_over_rows_has_its_text_in_each(
    read: Callable[[Path], list[list[list[str | None]]]], tmp_path: Path
) -> None:
    unit = "UBND xã Chí Cà"
    assert read(tmp_path) == [[["1", unit], ["2", unit], ["3", unit], ["4", "b"]]]


def test_a_biff_workbook_is_read_alike(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    sheet.write(1, 1, "Lò Thị Mẫu")
    sheet.write(1, 2, MOMENT, day)
    sheet.write(1, 3, 5)
    sheet.write(1, 4, True)
    book.add_sheet("b")
    buffer = io.BytesIO()
    book.save(buffer)
    rows = [[], [None, "Lò Thị Mẫu", "05/01/2023", "5", "1"]]
    assert old_workbook_sheets(_place(tmp_path, buffer.getvalue()), DAY) == [rows, []]


def test_a_workbook_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    whole = _xlsx(tmp_path, _values).read_bytes()
    for length in range(4, len(whole), 97):
        with pytest.raises(FileRefused):
            workbook_sheets(_place(tmp_path, whole[:length]), DAY)


def test_a_biff_workbook_cut_off_is_refused(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for row in range(300):
        sheet.write(row, 0, f"Mẫu {row}")
    buffer = io.BytesIO()
    book.save(buffer)
    whole = buffer.getvalue()
    for length in range(8, len(whole) - 512, 512):
        with pytest.raises(FileRefused):
            old_workbook_sheets(_place(tmp_path, whole[:length]), DAY)


def _changed(file: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """Write the parts of a workbook anew, each as `change` returns it."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, change(name, data))
    return file


def _with_cells(file: Path, cells: bytes) -> Path:
    return _changed(file, lambda _, data: data.replace(b"</sheetData>", cells + b"</sheetData>"))


@pytest.mark.parametrize(
    ("cell", "rows", "columns"),
    [
        (b'<row r="9"><c r="IV9"><v>1</v></c></row>', 9, 256),
        (b'<row r="50000"><c r="B50000"><v>1</v></c></row>', 50_000, 9),
    ],
)
def test_a_cell_somewhat_apart_is_read(
    cell: bytes, rows: int, columns: int, tmp_path: Path
) -> None:
    (sheet,) = workbook_sheets(_with_cells(_xlsx(tmp_path, _values), cell), DAY)
    assert (len(sheet), len(sheet[-1])) == (rows, columns)


@pytest.mark.parametrize("turned", [False, True])
def test_a_workbook_joined_to_another_file_is_refused(turned: bool, tmp_path: Path) -> None:
    whole = _xlsx(tmp_path, _values).read_bytes()
    parts = (whole, whole) if turned else (whole, b"a;b\r\n")
    with pytest.raises(FileRefused, match="before or behind"):
        workbook_sheets(_place(tmp_path, b"".join(parts)), DAY)


def _biff(rows: int) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for row in range(rows):
        sheet.write(row, 0, f"Lò Thị Mẫu {row}")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_biff_workbook_with_bytes_behind_it_is_told(tmp_path: Path) -> None:
    whole = _biff(300)
    assert not has_surplus(_place(tmp_path, whole))
    assert has_surplus(_place(tmp_path, whole + _biff(20)))
    assert has_surplus(_place(tmp_path, whole + b"a;b\r\n" * 200))


@pytest.mark.parametrize("column", [256, 65_535])
def test_a_biff_cell_out_of_the_sheet_is_refused_without_its_weight(
    column: int, tmp_path: Path
) -> None:
    """Calamine would ask for 128 GiB and abort."""
    data = bytearray(_biff(300))
    for place in biff_cells(bytes(data))[:3]:
        struct.pack_into("<HH", data, place + 4, 65_535, column)
    with pytest.raises(FileRefused, match="cannot be opened"):
        old_workbook_sheets(_place(tmp_path, bytes(data)), DAY)


def test_a_part_larger_than_its_header_says_is_refused(tmp_path: Path) -> None:
    file = _with_cells(_xlsx(tmp_path, _values), b" " * 5000)
    with zipfile.ZipFile(file) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    data = file.read_bytes()
    assert data.count(size.to_bytes(4, "little")) == 2
    file.write_bytes(data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    with pytest.raises(FileRefused, match="cannot be opened"):
        workbook_sheets(file, DAY)


def test_a_binary_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "delivered", "w") as archive:
        archive.writestr("xl/worksheets/sheet1.bin", b"1")
    with pytest.raises(FileRefused, match="xlsb"):
        workbook_sheets(tmp_path / "delivered", DAY)


class _Panic(BaseException):
    """As pyo3's PanicException, no Exception."""


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (_Panic("Lò Thị Mẫu"), FileRefused),
        (ValueError("Lò Thị Mẫu"), FileRefused),
        (python_calamine.PasswordError("x"), FileRefused),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (MemoryError(), MemoryError),
    ],
)
def test_what_calamine_raises_ends_as_a_refusal_that_quotes_nothing(
    raised: BaseException,
    expected: type[BaseException],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken:
        @staticmethod
        def from_path(_: str) -> None:
            raise raised

    monkeypatch.setattr(python_calamine, "CalamineWorkbook", Broken)
    with pytest.raises(expected) as refusal:
        workbook_sheets(_xlsx(tmp_path, _values), DAY)
    assert "Mẫu" not in str(refusal.value)
    if isinstance(raised, python_calamine.PasswordError):
        assert "with a password" in str(refusal.value)


# --- web pages


def _page(folder: Path, text: str, encoding: str = "utf-8") -> list[list[list[str | None]]]:
    return web_page_tables(_place(folder, text.encode(encoding)))


def test_every_table_of_a_page_is_returned_with_its_spans_filled(tmp_path: Path) -> None:
    tables = _page(
        tmp_path,
        "<html><body><table><tr><th rowspan=2>Mã</th><th colspan='2'>Ngày</th></tr>"
        "<tr><th>nhận</th><th>hẹn</th></tr><tr><td>1</td><td/><td> 2\n3 </td></tr></table>"
        "<p>x</p><TABLE><thead><tr><td>a</td></tr></thead><tbody><tr><td>b</td></tr></TABLE>",
    )
    assert tables == [
        [["Mã", "Ngày", "Ngày"], ["Mã", "nhận", "hẹn"], ["1", None, "2 3"]],
        [["a"], ["b"]],
    ]


def test_tags_within_a_word_do_not_part_it_and_breaks_do(tmp_path: Path) -> None:
    cell = "<b>H22</b>.33-<span>230105</span><!-- x -->-0001<br>Lò<p>Thị</p>Mẫu&nbsp;<i>B</i>"
    (table,) = _page(tmp_path, f"<table><tr><td>{cell}</td></tr></table>")
    # The no-break blank stays: it is half of an à where UTF-8 was read as Latin.
    assert table == [["H22.33-230105-0001 Lò Thị Mẫu\xa0B"]]


def test_a_table_within_a_cell_is_text_of_the_cell(tmp_path: Path) -> None:
    inner = "<table><tr><td>b</td><td>c</td></tr></table>"
    (table,) = _page(
        tmp_path,
        f"<table><tr><td>a{inner}</td><td>d</td></tr><tr><td>e</td><td>f</td></tr></table>",
    )
    assert table == [["a b c", "d"], ["e", "f"]]


def test_a_table_that_is_layout_gives_way_to_those_within_it(tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>{number}</td></tr>" for number in range(3))
    menu = "<table><tr><td>menu</td></tr></table>"
    layout = f"<table><tr><td>{menu}</td><td><table>{rows}</table></td></tr></table>"
    tables = _page(tmp_path, f"<table><tr><td>{layout}</td></tr></table>")
    assert tables == [[["menu"]], [["0"], ["1"], ["2"]]]


TABLE = "<table><tr><td>Mã hồ sơ</td><td>Lò Thị Mẫu</td></tr></table>"
CELLS = [[["Mã hồ sơ", "Lò Thị Mẫu"]]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("says", ["", '<meta charset="windows-1252">'])
def test_the_encoding_of_a_page_is_that_of_its_bytes(
    encoding: str, says: str, tmp_path: Path
) -> None:
    assert _page(tmp_path, f"<html>{says}{TABLE}</html>", encoding) == CELLS


@pytest.mark.parametrize("says", ["", "<meta content='text/html; charset=windows-1258'>"])
def test_a_page_in_windows_1258_is_read(says: str, tmp_path: Path) -> None:
    page = encode_legacy(says + TABLE, "windows-1258")
    assert web_page_tables(_place(tmp_path, page)) == CELLS


def test_a_page_says_its_encoding_where_bytes_leave_it_open(tmp_path: Path) -> None:
    page = "<meta charset='ISO-8859-1'><table><tr><td>\u2013 à</td></tr></table>"
    assert _page(tmp_path, page, "cp1252") == [[["– à"]]]
    entity = "<meta charset='x-unknown'><table><tr><td>&#7891; &agrave;</td></tr></table>"
    assert _page(tmp_path, entity) == [[["ồ à"]]]


def test_a_broken_byte_of_a_page_becomes_a_replacement(tmp_path: Path) -> None:
    data = b"<meta charset=utf-8><table><tr><td>a\xffb</td><td>c</td></tr></table>"
    assert web_page_tables(_place(tmp_path, data)) == [[["a\ufffdb", "c"]]]


@pytest.mark.parametrize("size", [1, 2, 5, 11])
def test_what_a_chunk_cuts_is_whole_again(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_page, "_CHUNK", size)
    assert _page(tmp_path, "\ufeff<html>" + TABLE + TABLE + "</html>") == CELLS * 2


def test_a_page_cut_off_within_a_table_is_refused(tmp_path: Path) -> None:
    whole = (
        "<html><table><tr><td>1<table><tr><td>2</td></tr></table></td></tr><tr><td>3</table>"
        "<table><tr><td>4</td></tr></TABLE\n></html>"
    )
    first, second = (
        match.end() for match in re.finditer(r"</t[a-z]+>(?=<table|</html)|E\n", whole)
    )
    assert len(_page(tmp_path, whole)) == 2
    for length in range(1, second - 1):
        # Between the two tables nothing tells that more was to come.
        if not first - 1 <= length < first + len("<table"):
            with pytest.raises(FileRefused):
                _page(tmp_path, whole[:length])


@pytest.mark.parametrize("text", ["<html><p>Phiên làm việc đã hết hạn</p></html>", "<html>", "x"])
def test_a_page_without_a_table_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="no table"):
        _page(tmp_path, text)


@pytest.mark.parametrize("span", ["0", "-1", "x", "²", "9" * 30, ""])
def test_a_span_that_is_no_number_is_one(span: str, tmp_path: Path) -> None:
    page = f"<table><tr><td colspan='{span}' rowspan='{span}'>a</td><td>b</td></tr></table>"
    assert _page(tmp_path, page) == [[["a", "b"]]]


# --- SpreadsheetML

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:html="http://www.w3.org/TR/REC-html40">'
)


def _xml(folder: Path, rows: str, head: str = HEAD) -> list[list[list[str | None]]]:
    text = f'{head}<Worksheet ss:Name="a"><Table><Column/>{rows}</Table></Worksheet></Workbook>'
    return spreadsheet_xml_sheets(_place(folder, text), DAY)


def _data(kind: str, text: str) -> str:
    return f'<Cell><Data ss:Type="{kind}">{text}</Data></Cell>'


def test_the_cells_of_a_spreadsheet_in_xml_are_text(tmp_path: Path) -> None:
    kinds = [
        ("String", "0012"), ("Number", "5"), ("Number", "5.0"), ("Number", "4.05E+11"),
        ("Number", "0.1"), ("Number", "12345678901234567890"), ("Boolean", "1"),
        ("DateTime", "2023-01-05T08:30:00.000"), ("DateTime", "hôm nay"), ("Error", "#N/A"),
        ("String", ""), ("String", "a&amp;b&#10;c"), ("Number", "x"),
    ]  # fmt: skip
    (rows,) = _xml(tmp_path, f"<Row>{''.join(_data(*kind) for kind in kinds)}<Cell/></Row>")
    assert rows == [
        ["0012", "5", "5", "405000000000", "0.1", "12345678901234567890", "1", "05/01/2023",
         "hôm nay", None, None, "a&b\nc", "x", None],
    ]  # fmt: skip


def test_rich_text_is_read_and_a_comment_is_not(tmp_path: Path) -> None:
    cell = (
        '<Cell><ss:Data ss:Type="String"><html:B>H22</html:B><html:Font>.33</html:Font></ss:Data>'
        "<Comment><ss:Data>ghi chú</ss:Data></Comment></Cell>"
        "<Cell><Comment><Data>ghi chú</Data></Comment></Cell>"
    )
    assert _xml(tmp_path, f"<Row>{cell}</Row>") == [[["H22.33", None]]]


def test_indexes_spans_and_merged_cells_keep_every_cell_in_its_place(tmp_path: Path) -> None:
    a = '<Data ss:Type="String">a</Data>'
    (rows,) = _xml(
        tmp_path,
        f'<Row ss:Index="2"><Cell ss:Index="2" ss:MergeAcross="1" ss:MergeDown="1">{a}</Cell>'
        f"<Cell>{a}</Cell></Row><Row><Cell>{a}</Cell><Cell>{a}</Cell></Row>"
        f'<Row ss:Span="1"/><Row><Cell>{a}</Cell></Row><Row ss:Index="9"/>',
    )
    assert rows == [
        [], [None, "a", None, "a"], ["a", "a", None, "a"], [], [], ["a"], [], [], [],
    ]  # fmt: skip


def test_every_sheet_in_xml_is_returned(tmp_path: Path) -> None:
    row = f"<Row>{_data('String', 'a')}</Row>"
    text = (
        f"\r\n{HEAD}<Worksheet/><Worksheet><Table>{row}{row}</Table></Worksheet>"
        f"<Worksheet><Table>{row}</Table></Worksheet></Workbook>"
    )
    sheets = [[], [["a"], ["a"]], [["a"]]]
    assert spreadsheet_xml_sheets(_place(tmp_path, text), DAY) == sheets
    utf_16 = text.strip().replace("UTF-8", "UTF-16").encode("utf-16")
    assert spreadsheet_xml_sheets(_place(tmp_path, utf_16), DAY) == sheets


def test_a_spreadsheet_in_xml_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    row = f"<Row>{_data('String', 'Lò Thị Mẫu')}</Row>"
    whole = f"{HEAD}<Worksheet><Table>{row * 3}</Table></Worksheet></Workbook>".encode()
    for length in range(1, len(whole)):
        with pytest.raises(FileRefused) as refusal:
            spreadsheet_xml_sheets(_place(tmp_path, whole[:length]), DAY)
        assert "Mẫu" not in str(refusal.value)


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE Workbook>",
        '<!DOCTYPE Workbook SYSTEM "file:///etc/hostname">',
        '<!DOCTYPE Workbook [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE Workbook [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    ],
)
def test_a_document_type_is_refused(doctype: str, tmp_path: Path) -> None:
    head = HEAD.replace("<Workbook", doctype + "<Workbook")
    with pytest.raises(FileRefused, match="document type"):
        _xml(tmp_path, f"<Row>{_data('String', 'a')}</Row>", head)


def test_entities_that_multiply_in_an_attribute_are_refused(tmp_path: Path) -> None:
    entities = '<!ENTITY e0 "aaaaaaaaaa">' + "".join(
        f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10)
    )
    head = HEAD.replace("<Workbook", f"<!DOCTYPE Workbook [{entities}]><Workbook a='&e9;'")
    with pytest.raises(FileRefused):
        _xml(tmp_path, "", head)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ('<Row ss:Index="200000"/>', "left out"),
        ('<Row ss:Span="200000"/><Row/>', "left out"),
        ('<Row ss:Index="9999999"/>', "out of order"),
        ('<Row ss:Index="2"/><Row ss:Index="2"/>', "out of order"),
        ('<Row ss:Index="0"/>', "out of order"),
        ('<Row ss:Index="-1"/>', "no number"),
        ('<Row ss:Index="99999999999"/>', "no number"),
        ('<Row><Cell ss:Index="257"/></Row>', "beyond column"),
        ('<Row><Cell ss:MergeAcross="256"/></Row>', "beyond column"),
        ('<Row><Cell/><Cell ss:Index="1"/></Row>', "out of order"),
        ("<Row>" + "<Cell/>" * 257 + "</Row>", "beyond column"),
    ],
)
def test_indexes_that_jump_too_far_are_refused(row: str, found: str, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=found):
        _xml(tmp_path, row)


@pytest.mark.parametrize(
    "page",
    [
        f"<html>{TABLE}</html><html>{TABLE}</html>",
        f"<html>{TABLE.replace('</tr>', '</tr><!-- <tr><td>a</td></tr><!-- b -->')}</html>",
        f"<html>{TABLE.replace('</tr>', '</tr><!-- <tr><td>a</td></tr></table>')}</html> b -->",
        f"<html>{TABLE}</html><!-- <html>{TABLE}</html><!-- 0.2 s -->",
        f"<html>{TABLE}<script>{TABLE}<script src=a></script></html>",
        f"<html>{TABLE.replace('</tr>', '</tr><textarea><tr><td>a</td></tr>')}</html>",
        f"<html>{TABLE}</html>\nMã hồ sơ;Ngày nhận\n1;05/01/2023\n",
    ],
)
@pytest.mark.parametrize("size", [3, 1 << 20])
def test_rows_that_no_table_shows_refuse_the_page(
    page: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_page, "_CHUNK", size)
    with pytest.raises(FileRefused, match=r"that no table shows|behind its end"):
        _page(tmp_path, page)


def test_a_comment_behind_the_end_of_a_page_says_nothing(tmp_path: Path) -> None:
    assert _page(tmp_path, f"<html>{TABLE}</html>\n<!-- 0.2 s -->\n") == CELLS


@pytest.mark.parametrize(
    "page",
    [
        f"<html>{TABLE.replace('</tr>', '</tr><!-- <tr><td>a</td></tr> -->')}</html>",
        f"<html><script>var row = '<tr><td>' + a;</script>{TABLE}</html>",
        f"<html>{TABLE}</html><script>var row = '<tr>';</script><!-- 0.2 s -->",
    ],
)
def test_rows_in_a_comment_or_a_script_are_none_of_the_page(page: str, tmp_path: Path) -> None:
    assert _page(tmp_path, page) == CELLS
