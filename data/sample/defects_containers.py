"""Containers (0) and defects 1 to 3 and 9: what the bytes are, whatever the file is called.

Belongs here: which file shows which defect. Not here: how a container is written
(``sample_lists``), JSON (``defects_json``), what stands around the rows (``defects_layout``) or in
a cell (``defects_text``), and what the pipeline makes of it, which the tests say.
"""

from __future__ import annotations

from datetime import datetime

from sample_defect import Defect
from sample_lists import (
    PERIOD,
    Line,
    commune_list,
    csv_text,
    dossier,
    gzip_bytes,
    html_bytes,
    numbered,
    person,
    spreadsheet_xml_bytes,
    titled,
    xls_bytes,
    xlsx_bytes,
    zip_bytes,
)

COMMUNE = f"xin_man/dossiers_commune/{PERIOD}"
BOM = b"\xef\xbb\xbf"
# True dates, as spreadsheets hold them.
RECEIVED = datetime(2023, 1, 5, 8, 30, 0)  # noqa: DTZ001 (local time, as in the file)
DUE = datetime(2023, 1, 9)  # noqa: DTZ001


def _rows(first: int, count: int = 5) -> list[Line]:
    return [dossier(number) for number in range(first, first + count)]


def _list(first: int, count: int = 5) -> list[Line]:
    return commune_list(_rows(first, count))


def _sheet(first: int, count: int = 5) -> list[Line]:
    """Return a list below its title, with true dates in its first rows."""
    dated = [dossier(number, received=RECEIVED, due=DUE) for number in range(first, first + 2)]
    return titled(commune_list([*dated, *_rows(first + 2, count - 2)]))


def _csv(first: int, count: int = 5, delimiter: str = ";") -> bytes:
    return csv_text(_list(first, count), delimiter).encode()


def _packed() -> Defect:
    several = zip_bytes(
        [
            ("xuất tháng 1/dot-1.csv", _csv(11)),
            ("xuất tháng 1/~$dot-2.xlsx", person(12).name.encode().ljust(165)),
            ("xuất tháng 1/dot-2.xlsx", xlsx_bytes([_sheet(16)])),
            (f"xuất tháng 1/{person(13).name}.csv", b""),
            ("Thumbs.db", b"\xd0\xcf\x11\xe0 thumbnails"),
            ("../../../thoat/dot-3.csv", _csv(21)),
            ("/tmp/motcua-dot-4.csv", _csv(26)),  # noqa: S108 (a path that must not be followed)
        ]
    )
    twice = zip_bytes([("trong.zip", zip_bytes([("ho-so.csv", _csv(36))]))])
    thrice = zip_bytes([("ngoai.zip", twice)])
    files = {
        "so-ho-so.csv": BOM + _csv(1),
        "so-ho-so.xlsx": xlsx_bytes([_sheet(6)]),
        "nhieu-tep.zip": several,
        "nen.csv.gz": gzip_bytes(_csv(31)),
        "hai-tang.zip": twice,
        "ba-tang.zip": thrice,
        "khoa.zip": zip_bytes([("~$ho-so.xlsx", person(14).name.encode()), ("rong.csv", b"")]),
        # 17 MB of blanks in 17 KB.
        "phinh-to.zip": zip_bytes([("ho-so.csv", _csv(41) + b" " * (17 << 20))]),
        "dut.zip": several[: len(several) // 2],
        "dut.csv.gz": gzip_bytes(_csv(46))[:-20],
    }
    return Defect(0, "containers", {f"{COMMUNE}/{name}": data for name, data in files.items()})


def _suffix_lies() -> Defect:
    files = {
        "trang-web.xls": html_bytes(titled(_list(101))),
        "tab.xls": _csv(106, delimiter="\t"),
        "csv.xls": BOM + _csv(111),
        "spreadsheetml.xls": spreadsheet_xml_bytes([_sheet(116)]),
        "xlsx.xls": xlsx_bytes([_sheet(121)]),
        "biff.xls": xls_bytes([_sheet(126)]),
        "biff.csv": xls_bytes([_sheet(131)]),
        "trang-web.xlsx": html_bytes(titled(_list(136))),
        "xlsx.gz": xlsx_bytes([_sheet(141)]),
        "khong-duoi": _csv(146),
        "pdf.xls": b"%PDF-1.7\n% " + person(151).name.encode() + b"\n",
        "anh.csv": b"\x89PNG\r\n\x1a\n" + person(152).name.encode(),
        "rong.csv": b"",
        "toan-trang.csv": b"\r\n \r\n\r\n",
    }
    return Defect(1, "suffix_lies", {f"{COMMUNE}/{name}": data for name, data in files.items()})


def _split_lists() -> Defect:
    """Return lists over several sheets, tables and files; whole sheets are made by the test."""
    notes = [["Ghi chú"], ["Danh sách có 2 trang"], [f"Người lập: {person(201).name}"]]
    second = commune_list(_rows(205, 3))
    # The last row of the first sheet stands again on the second, as a cut with an overlap has it.
    repeated = commune_list([*_rows(204, 1), *_rows(205, 3)])
    page = html_bytes(commune_list(_rows(231, 2)), opening="").replace(
        b"</table>", b"</table>" + _table(commune_list(_rows(233, 3))), 1
    )
    files = {
        "nhieu-trang.xlsx": xlsx_bytes([commune_list(_rows(201, 4)), [], repeated, notes]),
        "nhieu-trang.xls": xls_bytes([commune_list(_rows(211, 4)), commune_list(_rows(215, 3))]),
        "nhieu-trang-2003.xls": spreadsheet_xml_bytes(
            [commune_list(_rows(221, 4)), commune_list(_rows(225, 3))]
        ),
        "nhieu-bang.xls": page,
        "phan-1.csv": csv_text(commune_list(_rows(241, 5))).encode(),
        "phan-2.csv": csv_text(commune_list(_rows(245, 5))).encode(),
        # A sheet that goes on without header behind one that is not full: whose columns are they?
        "khong-tieu-de.xlsx": xlsx_bytes([commune_list(_rows(251, 4)), second[1:]]),
    }
    return Defect(2, "split_lists", {f"{COMMUNE}/{name}": data for name, data in files.items()})


def _table(rows: list[Line]) -> bytes:
    page = html_bytes(rows)
    return page[page.index(b"<table") : page.index(b"</body>")]


def _text_dialects() -> Defect:
    torn = [dossier(number, address=f'Thôn Mẫu 1{number % 10},\n"xóm; {number}"\r\nChí Cà')
            for number in range(341, 346)]  # fmt: skip
    files = {
        "bom-cham-phay.csv": BOM + _csv(301),
        "khong-bom-cham-phay.csv": _csv(306),
        "phay.csv": _csv(311, delimiter=","),
        "tab.tsv": _csv(316, delimiter="\t"),
        "gach-dung.txt": BOM + _csv(321, delimiter="|"),
        "sep.csv": b"sep=;\r\n" + _csv(326),
        "dong-unix.csv": csv_text(_list(331), end="\n").rstrip("\n").encode(),
        "xuong-dong.csv": BOM + csv_text(commune_list(torn)).encode(),
        "dong-trong.csv": _with_blank_lines(351),
        "tieu-de-tren.csv": csv_text(
            [["DANH SÁCH HỒ SƠ", *[""] * 23], ["Từ ngày 15/12/2022 đến ngày 14/01/2023"],
             [], *_list(356)]
        ).encode(),
        "sai-so-o.csv": _with_shifted_rows(361),
        "mo-nhay.csv": _csv(381).replace(b"Th\xc3\xb4n", b'"Th\xc3\xb4n', 1),
        "dut-cuoi.csv": _csv(386)[:-40],
    }  # fmt: skip
    return Defect(3, "text_dialects", {f"{COMMUNE}/{name}": data for name, data in files.items()})


def _mac_line_ends() -> Defect:
    """Return lists whose lines end in a carriage return, as old office programs still save them."""
    files = {
        f"{COMMUNE}/dong-mac.csv": csv_text(_list(336), end="\r").encode(),
        f"{COMMUNE}/dong-mac-khong-cuoi.csv": csv_text(_list(391), end="\r").rstrip().encode(),
    }
    return Defect(3, "mac_line_ends", files)


def _with_blank_lines(first: int) -> bytes:
    header, *rows = csv_text(_list(first)).splitlines(keepends=True)
    return "".join([header, "\r\n", *rows[:2], "\r\n", "\r\n", *rows[2:], "\r\n"]).encode()


def _with_shifted_rows(first: int) -> bytes:
    """Return 15 rows of which the 4th has a cell too many and the 9th one too few."""
    lines = csv_text(_list(first, 15)).splitlines(keepends=True)
    lines[4] = lines[4].replace("xã Chí Cà;0990", "xã Chí Cà;;0990")
    lines[9] = lines[9].replace(";Hộ tịch;", ";")
    return "".join(lines).encode()


def _same_names() -> list[Defect]:
    """Return two deliveries: the second has other content under a name of the first."""
    first = _rows(901, 5)
    corrected = [
        *first[:3],
        dossier(904, state="Đang xử lý", finished="", returned="", result=""),
        dossier(906),
    ]
    same = _csv(911)
    return [
        Defect(
            9,
            "same_name_1",
            {
                f"{COMMUNE}/ho-so.csv": csv_text(commune_list(first)).encode(),
                f"{COMMUNE}/goc.csv": same,
                f"{COMMUNE}/ban-sao.csv": same,
                "xin_man/dossiers_commune/2023-01-15/ho-so.csv": csv_text(
                    [commune_list([])[0], *numbered(_rows(921, 5))]
                ).encode(),
            },
        ),
        Defect(
            9,
            "same_name_2",
            {f"{COMMUNE}/ho-so.csv": csv_text(commune_list(corrected)).encode()},
        ),
    ]


DEFECTS = [
    _packed(),
    _suffix_lies(),
    _split_lists(),
    _text_dialects(),
    _mac_line_ends(),
    *_same_names(),
]
