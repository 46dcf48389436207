"""Defects 11 to 13: spellings, encodings and blanks in the cells of a list.

Belongs here: which texts show which defect. Not here: containers (``defects_containers``), rows
that are no data (``defects_layout``), numbers and codes (``defects_numbers``), and what the
pipeline makes of them, which the tests say.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from sample_defect import Defect
from sample_legacy import encode_legacy
from sample_lists import (
    COMMUNE_HEADER,
    PERIOD,
    SHORT_HEADER,
    Cell,
    Line,
    commune_list,
    csv_text,
    dossier,
    dossier_code,
    html_bytes,
    numbered,
    short_row,
    xlsx_bytes,
)

COMMUNE = f"xin_man/dossiers_commune/{PERIOD}"
OLD_DOSSIERS = f"old_portal/dossiers/{PERIOD}"


def _list(first: int, count: int = 5) -> list[Line]:
    return commune_list([dossier(number) for number in range(first, first + count)])


def _mapped(rows: Sequence[Line], change: Callable[[str], str]) -> list[Line]:
    """Return the rows with every text changed."""
    return [[change(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]


def _nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _eth(text: str) -> str:
    """Return the text with Ð and ð of Icelandic for Đ and đ, which look the same."""
    return text.replace("Đ", "Ð").replace("đ", "ð")


def _unicode_forms() -> Defect:
    spelled = [
        short_row(1121, unit="Thị trấn Hòa Bình", channel="Qua bưu điện văn hóa"),
        short_row(1122, unit="Thị trấn Hoà Bình", channel="Qua bưu điện văn hoá"),
        short_row(1123, unit="THỊ TRẤN HÒA BÌNH", channel="QUA BƯU ĐIỆN VĂN HÓA"),
        short_row(1124, unit=_nfd("Thị trấn Hoà Bình"), channel=_nfd("Qua bưu điện văn hóa")),
        short_row(1125, unit="thị trấn hoà bình", state=_eth("Đang xử lý"), returned=""),
    ]
    files = {
        f"{COMMUNE}/nfd.csv": csv_text(_mapped(_list(1101), _nfd)).encode(),
        f"{COMMUNE}/nfd.xlsx": xlsx_bytes([_mapped(_list(1106), _nfd)]),
        f"{COMMUNE}/eth.csv": csv_text(_mapped(_list(1111), _eth)).encode(),
        f"{COMMUNE}/eth-nfd.xls": html_bytes(_mapped(_list(1116), lambda text: _nfd(_eth(text)))),
        f"{OLD_DOSSIERS}/dau-thanh.csv": csv_text([SHORT_HEADER, *spelled]).encode(),
    }
    return Defect(11, "unicode_forms", files)


def _old_encodings() -> Defect:
    def text(first: int) -> str:
        return csv_text(_list(first))

    def spelt(first: int, encoding: str) -> list[Line]:
        """Return a list whose cells hold the letters of an old font, as workbooks keep them."""
        return _mapped(_list(first), lambda cell: encode_legacy(cell, encoding).decode("latin-1"))

    broken = csv_text(_list(1276, 10)).encode().split(b"\r\n")
    broken[3] = broken[3].replace("Chí Cà".encode(), b"Ch\xed C\xe0")
    broken[7] = broken[7].replace("Hộ tịch".encode(), b"H\xff\xfe")
    files = {
        "utf-16-le.csv": b"\xff\xfe" + text(1201).encode("utf-16-le"),
        "utf-16-be.csv": b"\xfe\xff" + text(1206).encode("utf-16-be"),
        "utf-16-khong-bom.csv": text(1211).encode("utf-16-le"),
        "utf-16-tab.txt": b"\xff\xfe" + csv_text(_list(1216), "\t").encode("utf-16-le"),
        "windows-1258.csv": encode_legacy(text(1221), "windows-1258"),
        "tcvn3.csv": encode_legacy(text(1226), "tcvn3"),
        "vni.csv": encode_legacy(text(1231), "vni"),
        "mojibake.csv": encode_legacy(text(1236), "mojibake"),
        # The letters of the old font saved as UTF-8 without being converted.
        "tcvn3-utf-8.csv": encode_legacy(text(1241), "tcvn3").decode("latin-1").encode(),
        "vni-utf-8.csv": encode_legacy(text(1246), "vni").decode("latin-1").encode(),
        "tcvn3.xlsx": xlsx_bytes([spelt(1251, "tcvn3")]),
        "vni.xlsx": xlsx_bytes([spelt(1256, "vni")]),
        "tcvn3.xls": encode_legacy(html_bytes(_list(1291)).decode(), "tcvn3")
        .decode("latin-1")
        .encode(),
        "mojibake.xlsx": xlsx_bytes(
            [_mapped(_list(1296), lambda cell: encode_legacy(cell, "mojibake").decode())]
        ),
        "mojibake.xls": encode_legacy(html_bytes(_list(1261)).decode(), "mojibake"),
        "windows-1258.xls": encode_legacy(
            html_bytes(_list(1266), charset="windows-1258").decode(), "windows-1258"
        ),
        "utf-16.xls": b"\xff\xfe" + html_bytes(_list(1271), "utf-16").decode().encode("utf-16-le"),
        "byte-hong.csv": b"\r\n".join(broken),
        # Letters of no Vietnamese encoding: the header is in none of them.
        "khong-ro.csv": bytes(byte ^ 0x55 if byte > 127 else byte for byte in text(1286).encode()),
    }
    return Defect(12, "old_encodings", {f"{COMMUNE}/{name}": data for name, data in files.items()})


def _blank_rows(first: int) -> list[Line]:
    """Return twelve rows with blanks, seen and unseen, where none belong."""
    codes = [dossier_code(number) for number in range(first, first + 12)]
    changes: list[dict[str, Cell]] = [
        {"code": f" {codes[0]}\u00a0"},
        {"code": codes[1].replace("-230105-", "-230105-\u200b")},
        {"code": codes[2].replace(".33.", ".33 .")},
        {"code": codes[3].replace("-230105-", "-230105\n-")},
        {"code": "\ufeff" + codes[4]},
        {"code": codes[5].lower()},
        {"unit": "UBND\u00a0xã \r\nChí  Cà"},
        {"state": "\u200bĐã trả\u00a0 kết quả\t"},
        {"procedure": "\u00a01.001 193\u200b"},
        {"received": "\u00a005/01/2023  08:30:00\u200b"},
        {"due": "\u00a0", "returned": "\u200b", "finished": "06/01/2023"},
        {"channel": "Trực\ntuyến"},
    ]
    return [dossier(number, **cells) for number, cells in enumerate(changes, first)]


def _blanks() -> list[Defect]:
    header = _mapped([COMMUNE_HEADER], lambda text: f"\u00a0{text.replace(' ', '  ')}\u200b ")[0]
    broken = [*header[:1], " Mã\r\nhồ sơ ", *header[2:]]
    files = {
        f"{COMMUNE}/trang.csv": csv_text([header, *numbered(_blank_rows(1301))]).encode(),
        f"{COMMUNE}/trang.xlsx": xlsx_bytes([[broken, *numbered(_blank_rows(1321))]]),
        f"{COMMUNE}/trang.xls": html_bytes([broken, *numbered(_blank_rows(1341))]),
    }
    text = {
        f"{COMMUNE}/tieu-de.csv": csv_text([broken, *numbered(_blank_rows(1361))]).encode(),
        f"{COMMUNE}/tieu-de-hong.csv": csv_text(
            [broken, *_list(1381)[1:4], ["thiếu ô"], *_list(1384, 6)[1:]]
        ).encode(),
    }
    return [Defect(13, "blanks", files), Defect(13, "header_line_break", text)]


DEFECTS = [_unicode_forms(), _old_encodings(), *_blanks()]
