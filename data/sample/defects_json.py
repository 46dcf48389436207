"""JSON containers (0): the national contract, iGate 2's replies, an object a line.

Belongs here: records as those interfaces write them. Not here: other containers
(``defects_containers``).
"""

from __future__ import annotations

import json
from typing import Any

from sample_defect import Defect
from sample_lists import PERIOD, dossier_code, gzip_bytes, person

NATIONAL = f"national/dossiers/{PERIOD}"
LINES = f"national_lines/dossiers/{PERIOD}"
IGATE = f"igate2/dossiers/{PERIOD}"


def _national(number: int, **fields: Any) -> dict[str, Any]:
    """Return a dossier of DongBoHoSoMC: every scalar a string, times as 14 digits."""
    someone = person(number)
    plain = {
        "MaHoSo": dossier_code(number), "MaTTHC": "1.001193.000.00.00.H22",
        "TenTTHC": "Thủ tục đăng ký khai sinh", "MaLinhVuc": "G15-TP08", "TenLinhVuc": None,
        "KenhThucHien": "2", "SoGiayToChuHoSo": someone.identity, "ChuHoSo": someone.name,
        "LoaiDoiTuong": "1", "Email": "", "SoDienThoai": "+84" + someone.phone[1:],
        "Fax": someone.phone, "TrichYeuHoSo": f"Hồ sơ của {someone.name}",
        "NgayNopHoSo": "20230105075000", "NgayTiepNhan": "20230105083000",
        "NgayHenTra": "20230109170000", "TrangThaiHoSo": "10", "NgayTra": "20230106150000",
        "NgayKetThucXuLy": "20230106140000", "NgayTuChoi": "", "HinhThuc": "0",
        "DonViXuLy": "UBND xã Chí Cà", "NoiNopHoSo": "2", "HoSoCoThanhPhanSoHoa": "1",
        "TaiKhoanDuocXacThucVoiVNeID": "1", "DuocThanhToanTrucTuyen": "0",
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": someone.identity}],
        "TaiLieuNop": [{"TenTepDinhKem": f"{someone.name}.pdf", "IsDeleted": "False",
                        "DuocSoHoa": "1", "DuocTaiSuDung": "0"}],
        "DanhSachLePhi": [], "DanhSachHoSoBoSung": [],
        "DanhSachGiayToKetQua": [{"TenGiayTo": "Giấy khai sinh",
                                  "MaGiayToKetQua": "KQ.G15.000001",
                                  "DuongDanTepTinKetQua": "/tep/ket-qua.pdf"}],
    }  # fmt: skip
    return plain | fields


def _rounds(*days: str) -> list[dict[str, str]]:
    return [
        {"HoSoBoSungId": str(number), "NguoiYeuCauBoSung": person(number).name, "NgayBoSung": day}
        for number, day in enumerate(days, 1)
    ]


def _national_records(first: int) -> list[dict[str, Any]]:
    """Return five dossiers: whole, in process with two supplement rounds, null, null day, paper."""
    return [
        _national(first),
        _national(first + 1, TrangThaiHoSo="5", NgayTra="", NgayKetThucXuLy="",
                  DanhSachHoSoBoSung=_rounds("20230106080000", "20230107080000")),
        _national(first + 2, KenhThucHien=None, DanhSachGiayToKetQua=[], TaiLieuNop=None),
        _national(first + 3, NgayHenTra="00010101000000", HoSoCoThanhPhanSoHoa="0"),
        _national(first + 4, NgayTiepNhan="05/01/2023"),
    ]  # fmt: skip


def _igate(number: int, **fields: Any) -> dict[str, Any]:
    """Return a dossier of iGate 2's search: nested names, times in UTC."""
    someone = person(number)
    plain: dict[str, Any] = {
        "id": f"{number:024x}", "code": dossier_code(number),
        "dossierStatus": {"id": 4, "name": "Đã trả kết quả"},
        "applyMethod": {"id": 1, "name": "Trực tuyến"},
        "procedure": {"code": "1.001193.000.00.00.H22", "sector": {"code": "HT"}},
        "procedureLevel": {"name": "Mức độ 4"},
        "agency": {"code": "000.06.33.H22", "name": "UBND xã Chí Cà",
                   "parent": {"name": "UBND huyện Xín Mần"}},
        "applicant": {"data": {"fullname": someone.name, "identityNumber": someone.identity,
                               "phoneNumber": "+84" + someone.phone[1:],
                               "address": someone.address}},
        "appliedDate": "2023-01-05T00:50:00.000+0000",
        "acceptedDate": "2023-01-04T17:00:00.000+0000",
        "appointmentDate": "2023-01-09T10:00:00.000+0000",
        "completedDate": "2023-01-06T07:00:00.000+0000",
        "dossierReceivingKind": {"name": "Trực tiếp"},
    }  # fmt: skip
    return plain | fields


def _igate_records(first: int) -> list[dict[str, Any]]:
    return [
        _igate(first),
        _igate(first + 1, dossierStatus={"id": 2, "name": "Đang xử lý"}, completedDate=None),
        _igate(first + 2, nationCode=f"H22.33-230105-{first + 2:04}"),
        _igate(first + 3, applyMethod=None),
        _igate(first + 4, dossierStatus={"id": 99, "name": "Chờ ký số"}),
    ]


def _json(value: object, indent: int | None = 1) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode() + b"\n"


def _json_containers() -> Defect:
    envelope = {"session": "mau", "service": "DongBoHoSoMC", "isUpdating": "False"}
    reply = {"totalElements": 5, "first": True, "pageable": {"offset": 0}}
    lines = [_json(record, None) for record in _national_records(61)]
    files = {
        f"{NATIONAL}/dong-bo.json": _json(envelope | {"data": _national_records(51)}),
        f"{NATIONAL}/dong-bo.json.gz": gzip_bytes(
            _json({"data": _national_records(56)} | envelope, None)
        ),
        f"{NATIONAL}/dut.json": _json(envelope | {"data": _national_records(81)})[:-300],
        # The last object was still being written.
        f"{LINES}/nhat-ky.json": b"".join([*lines[:4], lines[4][: len(lines[4]) // 2] + b"\n"]),
        f"{LINES}/mang.json": _json(_national_records(86)),
        f"{IGATE}/trang-1.json": _json({"content": _igate_records(71)} | reply),
        f"{IGATE}/trang-2.json": "\ufeff".encode("utf-16-le")
        + _json(reply | {"content": _igate_records(76)}).decode().encode("utf-16-le"),
    }
    return Defect(0, "json", files)


DEFECTS = [_json_containers()]
