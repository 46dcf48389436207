"""Rows without a code: what is layout and what a record, the same in every container."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sample_lists import Line, html_bytes, spreadsheet_xml_bytes, xls_bytes, xlsx_bytes

from assets.engine.load import Loaded
from tests.support import new_installation
from tests.unit.deliveries import (
    COMMUNE_HEADERS,
    JANUARY,
    PAYMENT_HEADERS,
    PERSON,
    Texts,
    ask,
    code,
    dossier,
    load,
    payment,
    place,
    rejected,
)
from tests.unit.deliveries import csv_text as commune_text

CONTAINERS = ("csv", "html", "xlsx", "xls", "spreadsheet_xml")
PAYMENTS = {"number": "STT", **PAYMENT_HEADERS, "person": "Người nộp"}


def _bytes(container: str, rows: Sequence[Line]) -> bytes:
    if container == "csv":
        lines = [";".join(map(str, row)) for row in rows]
        return ("\r\n".join(lines) + "\r\n").encode()
    if container == "html":
        return html_bytes(rows)
    write = {"xlsx": xlsx_bytes, "xls": xls_bytes, "spreadsheet_xml": spreadsheet_xml_bytes}
    return write[container]([rows])


def _load(
    folder: Path, container: str, headers: Texts, rows: Sequence[Texts], export: str
) -> tuple[Loaded, dict[str, int], list[tuple[object, ...]]]:
    """Return what became of a list, its layout rows and its check values."""
    paths = new_installation(folder)
    cells = [[row.get(name, "") for name in headers] for row in rows]
    data = _bytes(container, [list(headers.values()), *cells])
    place(paths, export, JANUARY, "a").write_bytes(data)
    (result,) = load(paths)
    layout = ask(paths, "SELECT layout_kind, layout_row_count FROM ops.layout")
    values = ask(paths, "SELECT column_name, stated, counted FROM ops.check_value ORDER BY ALL")
    rules = {str(rule) for _, rule in rejected(paths)}
    assert all(rule.endswith(("_missing", "_unknown")) for rule in rules)
    return result, {str(kind): int(str(count)) for kind, count in layout}, values


@pytest.mark.parametrize("container", CONTAINERS)
def test_dossiers_without_their_code_are_rejected(tmp_path: Path, container: str) -> None:
    rows: list[Texts] = [dossier(number) for number in range(1, 21)]
    rows += [
        {"number": "21", "person": PERSON, "state": "Đang xử lý"},
        {"number": "22", "person": PERSON, "state": "Chờ Mẫu ký"},
        {"person": "Tổng công ty Mẫu", "state": "Đang xử lý"},
        {"state": "Đang xử lý"},
        {"number": "I", "dossier_code": "Lĩnh vực Hộ tịch"},
    ]
    result, layout, _ = _load(tmp_path, container, COMMUNE_HEADERS, rows, "dossiers_commune")
    assert (result.reason, result.accepted, result.quarantined) == (None, 20, 4)
    assert layout == {"signature": 1}  # a title with no row behind it


@pytest.mark.parametrize("title", ["Trực tuyến", "Đang xử lý"])
def test_a_title_merged_over_all_columns_is_no_value_of_one(tmp_path: Path, title: str) -> None:
    paths = new_installation(tmp_path)
    cells = [[dossier(number).get(name, "") for name in COMMUNE_HEADERS] for number in (1, 2)]
    page = html_bytes([list(COMMUNE_HEADERS.values()), ["@"], *cells])
    merged = f'<td colspan="{len(COMMUNE_HEADERS)}">{title}</td>'.encode()
    file = place(paths, "dossiers_commune", JANUARY, "a.xls")
    file.write_bytes(page.replace(b"<td>@</td>", merged))
    (result,) = load(paths)
    assert (result.accepted, result.quarantined, result.layout) == (2, 0, 1)


@pytest.mark.parametrize("container", CONTAINERS)
def test_payments_without_their_code_are_rejected(tmp_path: Path, container: str) -> None:
    rows: list[Texts] = [payment(number) for number in range(1, 21)]
    rows += [
        {"amount": "30.000", "state": "Đã thanh toán"},
        {"number": "5", "amount": "9"},
        {"number": "Tổng số", "request_code": "20", "amount": "600.000"},
    ]
    result, layout, values = _load(tmp_path, container, PAYMENTS, rows, "payments")
    assert (result.reason, result.accepted, result.quarantined) == (None, 20, 2)
    assert layout == {"total": 1}
    # The total leaves out the rows that were rejected, and they are counted.
    assert values == [("amount", 600_000, 630_009), ("rows", 20, 22)]


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize(
    "total",
    [
        {"number": "Tổng số", "dossier_code": "5"},
        {"number": "Tổng số", "state": "5 hồ sơ"},
        {"number": "Tổng số: 5 hồ sơ"},
        {"dossier_code": "Tổng cộng", "procedure_code": "5"},
    ],
)
def test_the_count_of_a_totals_row_stands_anywhere(
    tmp_path: Path, container: str, total: Texts
) -> None:
    rows = [dossier(1), dossier(2), dossier(3), dossier(4), dossier(5), total]
    result, layout, values = _load(tmp_path, container, COMMUNE_HEADERS, rows, "dossiers_commune")
    assert (result.accepted, result.quarantined, layout) == (5, 0, {"total": 1})
    assert values == [("rows", 5, 5)]
    assert result.warnings == []


@pytest.mark.parametrize(("text", "count"), [("150", 150), ("1.150", 1150)])
def test_a_count_of_thousands_is_told_apart(tmp_path: Path, text: str, count: int) -> None:
    rows = [dossier(1), {"number": "Cộng", "state": text}]
    _, _, values = _load(tmp_path, "csv", COMMUNE_HEADERS, rows, "dossiers_commune")
    assert values == [("rows", count, 1)]


@pytest.mark.parametrize("container", CONTAINERS)
def test_numbers_of_columns_are_layout_though_they_may_be_amounts(
    tmp_path: Path, container: str
) -> None:
    numbers = {name: str(number) for number, name in enumerate(PAYMENTS, 1)}
    rows = [numbers, payment(1), payment(2)]
    result, layout, _ = _load(tmp_path, container, PAYMENTS, rows, "payments")
    assert (result.accepted, result.quarantined, layout) == (2, 0, {"column_numbers": 1})


@pytest.mark.parametrize("container", CONTAINERS)
def test_who_signs_is_a_signature_in_whatever_column(tmp_path: Path, container: str) -> None:
    rows: list[Texts] = [
        dossier(1),
        {"state": "Xín Mần, ngày 15 tháng 11 năm 2023"},
        {"number": "Người lập biểu", "state": "CHỦ TỊCH"},
        {},
        {"number": PERSON, "state": PERSON + " Hai"},
    ]
    result, layout, _ = _load(tmp_path, container, COMMUNE_HEADERS, rows, "dossiers_commune")
    assert (result.reason, result.accepted, result.quarantined) == (None, 1, 0)
    assert layout == {"blank": 1, "signature": 3}


def _load_text(folder: Path, text: str) -> tuple[Loaded, list[tuple[object, ...]]]:
    paths = new_installation(folder)
    file = place(paths, "dossiers_commune", JANUARY, "a.csv")
    file.write_text(text, encoding="utf-8", newline="")
    (result,) = load(paths)
    return result, ask(paths, "SELECT layout_kind, layout_row_count FROM ops.layout ORDER BY ALL")


@pytest.mark.parametrize("end", ["\r\n", ""])
def test_short_lines_below_a_list_are_layout(tmp_path: Path, end: str) -> None:
    text = commune_text([[dossier(n).get(name, "") for name in COMMUNE_HEADERS] for n in (1, 2)])
    text += f"\r\nTổng số;2\r\nNgười lập biểu;Chủ tịch\r\n\r\n{PERSON};{PERSON}{end}"
    result, layout = _load_text(tmp_path, text)
    if end:
        assert (result.reason, result.read, result.accepted) == (None, 2, 2)
        assert layout == [("signature", 2), ("total", 1)]
    else:
        # A name may be what is left of a row.
        assert "a last row that breaks off" in (result.reason or "")


def test_a_short_line_that_may_be_a_record_is_rejected(tmp_path: Path) -> None:
    rows = [[dossier(n).get(name, "") for name in COMMUNE_HEADERS] for n in range(1, 10)]
    result, layout = _load_text(tmp_path, commune_text(rows) + f"{code(10)};{PERSON}\r\n")
    assert (result.read, result.accepted, result.quarantined, layout) == (10, 9, 1, [])


def test_a_last_cell_of_two_lines_without_a_line_end_is_whole(tmp_path: Path) -> None:
    headers = {name: text for name, text in COMMUNE_HEADERS.items() if name != "person"}
    headers["person"] = COMMUNE_HEADERS["person"]
    row = [dossier(1).get(name, "") for name in headers]
    text = ";".join(headers.values()) + "\r\n" + ";".join(row[:-1]) + f';"{PERSON}\nThôn Mẫu"'
    result, _ = _load_text(tmp_path, text)
    assert (result.reason, result.accepted) == (None, 1)
    result, _ = _load_text(tmp_path / "cut", text[: text.rfind('"')])
    assert result.state == "refused"


def test_a_cell_that_begins_with_a_stray_quote_costs_its_own_row(tmp_path: Path) -> None:
    rows = [[dossier(n).get(name, "") for name in COMMUNE_HEADERS] for n in range(1, 10)]
    text = commune_text(rows)
    place_of = f";{PERSON};"
    at = text.index(place_of, text.index(code(4)))
    stray = text[:at] + f';"Mẫu" {PERSON};' + text[at + len(place_of) :]
    result, _ = _load_text(tmp_path / "stray", stray)
    assert (result.reason, result.accepted, result.quarantined) == (None, 8, 1)
    opened = text[:at] + f';"{PERSON};' + text[at + len(place_of) :]
    later = opened.index(place_of, opened.index(code(7)))
    closed = opened[:later] + f';"{PERSON}";' + opened[later + len(place_of) :]
    result, _ = _load_text(tmp_path / "open", closed)
    assert "a stray or open quotation mark" in (result.reason or "")
