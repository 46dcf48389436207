"""Defects of keys, catalogues and states: 30 to 39 of docs/defects.md, a small file or more.

Belongs here: which rows show which defect. Not here: how a list is written (``defect_lists``)
and what the pipeline makes of it, which the tests say. Source ``keys_portal`` where the list is
not the national portal's.
"""

from __future__ import annotations

import unicodedata

from defect_lists import (
    CHI_CA,
    DISTRICT,
    FEBRUARY,
    JANUARY,
    MARCH,
    PERSON,
    code,
    csv_list,
    json_list,
)
from sample_defect import Defect

HEADER = (
    "STT", "Mã hồ sơ", "Mã hồ sơ quốc gia", "Mã TTHC", "Đơn vị giải quyết", "Chủ hồ sơ",
    "Hình thức nộp", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Ghi chú",
    "Trạng thái",
)  # fmt: skip
PAYMENT_HEADER = (
    "STT", "Mã yêu cầu", "Mã hồ sơ", "Người nộp", "Ngày thu", "Tổng (VNĐ)", "Hình thức thanh toán",
    "Trạng thái",
)  # fmt: skip
CATALOGUE_HEADER = ("STT", "Mã thủ tục", "Tên thủ tục", "Lĩnh vực", "Mức độ")
# What `_row` calls the columns.
COLUMNS = {
    "code": "Mã hồ sơ", "other": "Mã hồ sơ quốc gia", "procedure": "Mã TTHC",
    "unit": "Đơn vị giải quyết", "channel": "Hình thức nộp", "received": "Ngày tiếp nhận",
    "due": "Ngày hẹn trả", "finished": "Ngày kết thúc xử lý", "remark": "Ghi chú",
    "state": "Trạng thái",
}  # fmt: skip
FINISHED = {"state": "Đã xử lý xong", "finished": "10/02/2023"}
ABOLISHED = "2025-06-15"


def national(sequence: int) -> str:
    """Return an invented code of the national portal."""
    return f"G22.99.108-230120-{sequence:06}"


def row(sequence: int, **texts: str) -> dict[str, str]:
    """Return a dossier in process; `texts` say what is different, by the names of `COLUMNS`."""
    plain = {
        "STT": str(sequence), "Mã hồ sơ": code(sequence), "Mã TTHC": "1.001193",
        "Đơn vị giải quyết": CHI_CA, "Chủ hồ sơ": PERSON, "Hình thức nộp": "Trực tuyến",
        "Ngày tiếp nhận": "20/01/2023", "Ngày hẹn trả": "14/02/2023", "Trạng thái": "Đang xử lý",
    }  # fmt: skip
    return plain | {COLUMNS[name]: text for name, text in texts.items()}


def dossier_list(*rows: dict[str, str], extracted: str = "") -> bytes:
    """Return a list of dossiers, with the line that says when it was made."""
    return csv_list(HEADER, rows, *([f"Thời điểm xuất: {extracted}"] if extracted else []))


def payment_list(*requests: tuple[str, str]) -> bytes:
    """Return paid requests: the code of each and of its dossier."""
    rows = [
        {
            "STT": str(number), "Mã yêu cầu": request, "Mã hồ sơ": dossier, "Người nộp": PERSON,
            "Ngày thu": "20/03/2023", "Tổng (VNĐ)": "30.000",
            "Hình thức thanh toán": "Trực tuyến", "Trạng thái": "Đã thanh toán",
        }
        for number, (request, dossier) in enumerate(requests, start=1)
    ]  # fmt: skip
    return csv_list(PAYMENT_HEADER, rows)


def several_exports() -> dict[str, bytes]:
    """Return the same dossiers in a commune's and, two days later, in the district's list."""
    return {
        f"keys_portal/local/{JANUARY}/xa.csv": dossier_list(
            row(1),
            row(2, **FINISHED),
            row(3),
            row(4, channel="Trực tiếp"),
            extracted="11/02/2023 08:00",
        ),
        f"keys_portal/national/{JANUARY}/huyen.csv": dossier_list(
            row(1, unit=DISTRICT, **FINISHED),
            row(2),
            row(3),
            row(4, procedure="1.000894", received="21/01/2023"),
            row(5),
            extracted="13/02/2023 08:00:00",
        ),
    }


def two_codes() -> dict[str, bytes]:
    """Return dossiers with a local and a national code, and payments to either."""
    return {
        f"keys_portal/local/{JANUARY}/dia-phuong.csv": dossier_list(
            row(1, other=national(1)),
            row(2, other=national(2)),
            row(3),
            row(4, other=national(999999)),
            row(5, other=national(999999)),
            row(6, other=code(6)),
        ),
        f"keys_portal/national/{FEBRUARY}/quoc-gia.csv": dossier_list(
            row(11, code=national(1), **FINISHED),
            # A third code: the number it had while it was only filed.
            row(12, code=national(2), other=code(1002)),
            row(13, code=national(3)),
        ),
        f"keys_portal/payments/{MARCH}/thanh-toan.csv": payment_list(
            ("TT-0001", code(1)),
            ("TT-0002", national(1)),
            ("TT-0003", code(1002)),
            ("TT-0004", national(999999)),
            ("TT-0005", national(3)),
        ),
    }


def spelt_codes() -> bytes:
    """Return dossier and procedure codes in the forms in which people and programs write them."""
    return dossier_list(
        row(1),
        row(2, code="000.06.33.h22-230120-0002"),
        row(3, code="000.06.33.H22 - 230120 - 0003"),
        row(4, code="\u00a0000.06.33.H22-230120-\u200b0004 "),
        row(5, code="230120-0005"),
        row(1, code="000.06.33.h22-230120-0001"),
        row(7, procedure="1.001193.000.00.00.H22"),
        row(8, procedure="1.001193.h22"),
        row(9, procedure="ts_lop1.000.00.00.H22"),
        row(10, code="0009"),
        row(11, code=""),
        row(12, procedure="Khai sinh"),
        row(13, other="không có"),
    )


def spelt_units() -> bytes:
    """Return units by name and by code in several spellings, unknown, missing, and abolished."""
    decomposed = unicodedata.normalize("NFD", CHI_CA)
    names = (
        CHI_CA, "ubnd  xã Chí\u00a0Cà", decomposed, "Ủy ban nhân dân xã Chí Cà",
        "Uỷ ban nhân dân xã Chí Cà", "01105", "1105", "UBND xã Xín Mần", DISTRICT,
        "UBND xã Không Có", "",
    )  # fmt: skip
    received = {"received": "20/06/2025", "due": "30/06/2025"}
    return dossier_list(
        *[row(number, unit=name, **received) for number, name in enumerate(names, start=1)],
        row(12, received="30/06/2025", due="10/07/2025"),
        row(13, received="01/07/2025", due="10/07/2025"),
    )


def codes_with_one_beginning() -> bytes:
    """Return dossiers of units whose codes begin alike; H44.1.1 alone is below H44.1."""
    units = ("H44.1", "H44.1", "H44.1.1", "H44.10", "H44.10", "h44.10", "H44.100", "H44")
    return dossier_list(*[row(number, unit=unit) for number, unit in enumerate(units, start=1)])


def channels() -> bytes:
    """Return channels as texts and codes, empty, and of no list."""
    texts = (
        "Trực tuyến", "2", "Qua mạng", "Trực tiếp", "1", "BCCI", "3", "Qua bưu chính công ích", "",
        "-", "Fax",
    )  # fmt: skip
    return dossier_list(*[row(n, channel=text) for n, text in enumerate(texts, start=1)])


def states() -> bytes:
    """Return states as codes, texts and a vendor's numbers, 8 with and without an end."""
    texts = ("4", "Đang xử lý", "ĐANG  XỬ LÝ", "10", "Đã trả kết quả", "18", "", "99", "Đang chờ")
    return dossier_list(
        *[row(number, state=text) for number, text in enumerate(texts, start=1)],
        row(10, state="8"),
        row(11, state="8", finished="10/02/2023"),
        row(12, state="Dừng xử lý"),
    )


def no_dossiers_to_count() -> bytes:
    """Return deleted, test and converted dossiers, and remarks that mean none of it."""
    remarks = (
        "Đã xóa", "Đã xoá", "test", "HỒ SƠ THỬ", "Chuyển từ hệ thống cũ", "",
        "Công dân hẹn đến test máy", "Thử",
    )  # fmt: skip
    return dossier_list(*[row(n, remark=text) for n, text in enumerate(remarks, start=1)])


def synchronised() -> dict[str, bytes]:
    """Return the same ends without due date in the national contract and in a local list."""
    day, later = "20230120093000", "20230125100000"
    contract = [
        _contract(1, "9", NgayTiepNhan=day, NgayKetThucXuLy=day),
        _contract(2, "10", NgayTiepNhan=day, NgayKetThucXuLy=day, NgayTra=later),
        _contract(3, "9", NgayTiepNhan=day, NgayKetThucXuLy=day, NgayHenTra=later),
        _contract(4, "9", NgayTiepNhan=day, NgayKetThucXuLy=later),
        _contract(5, "4", NgayTiepNhan=day),
    ]
    local = [
        row(11, due="", state="Đã xử lý xong", finished="20/01/2023"),
        row(12, due="", state="Đã xử lý xong", finished="25/01/2023"),
    ]
    return {
        f"national/dossiers/{JANUARY}/dong-bo.json": json_list("data", contract),
        f"keys_portal/local/{JANUARY}/dia-phuong.csv": dossier_list(*local),
    }


def _contract(sequence: int, state: str, **fields: str) -> dict[str, str]:
    plain = dict.fromkeys(
        ("NgayHenTra", "NgayTra", "NgayKetThucXuLy", "NgayTuChoi", "SoDienThoai", "Email"), ""
    )
    return plain | {
        "MaHoSo": code(sequence), "MaTTHC": "1.001193", "TenTTHC": "Thủ tục đăng ký khai sinh",
        "KenhThucHien": "2", "ChuHoSo": PERSON, "SoGiayToChuHoSo": "000990000001",
        "NgayNopHoSo": fields["NgayTiepNhan"], "TrangThaiHoSo": state, "HinhThuc": "0",
        "DonViXuLy": CHI_CA, "NoiNopHoSo": "2", "HoSoCoThanhPhanSoHoa": "1",
        "TaiKhoanDuocXacThucVoiVNeID": "1", "DuocThanhToanTrucTuyen": "0",
    } | fields  # fmt: skip


def information_only() -> dict[str, bytes]:
    """Return a catalogue with a procedure that only informs, and dossiers filed for it."""
    catalogue = [
        {"STT": "1", "Mã thủ tục": "1.999001", "Tên thủ tục": "Tra cứu quy hoạch (mẫu)",
         "Lĩnh vực": "Hộ tịch", "Mức độ": "Dịch vụ cung cấp thông tin"},
        {"STT": "2", "Mã thủ tục": "1.999002", "Tên thủ tục": "Cấp bản sao (mẫu)",
         "Lĩnh vực": "Hộ tịch", "Mức độ": "Toàn trình"},
    ]  # fmt: skip
    return {
        f"keys_portal/catalogue/{JANUARY}/danh-muc.csv": csv_list(CATALOGUE_HEADER, catalogue),
        f"keys_portal/local/{JANUARY}/ho-so.csv": dossier_list(
            row(1, procedure="1.999001"),
            row(2, procedure="1.999001"),
            row(3, procedure="1.999001", channel="Trực tiếp"),
            row(4, procedure="1.999002"),
            row(5, procedure="1.999003"),
        ),
    }


IN_JANUARY = f"keys_portal/local/{JANUARY}/ho-so.csv"
DEFECTS = [
    Defect(30, "several_exports", several_exports()),
    Defect(31, "two_codes", two_codes()),
    Defect(32, "spelt_codes", {IN_JANUARY: spelt_codes()}),
    Defect(33, "units", {f"keys_portal/local/{ABOLISHED}/ho-so.csv": spelt_units()}),
    Defect(34, "unit_codes", {IN_JANUARY: codes_with_one_beginning()}),
    Defect(35, "channels", {IN_JANUARY: channels()}),
    Defect(36, "states", {IN_JANUARY: states()}),
    Defect(37, "no_dossiers", {IN_JANUARY: no_dossiers_to_count()}),
    Defect(38, "synchronised", synchronised()),
    Defect(39, "information_only", information_only()),
]
