"""The bundled sample as a portal's records, in the shapes of iGate 2 and of the national contract.

Where neither contract has a field that the sample's figures need, the record has it under "sample";
the settings in `data/sample/portals` map it from there.
"""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.paths import PROJECT

sys.path.append(str(PROJECT / "data" / "sample"))

import generate
from sample_figures import MONTHS, PAYMENT_EXPORT
from sample_lists import DOSSIER_KEYS, PAYMENT_KEYS

Row = dict[str, Any]
# A record with, in the places of its values, what writes each from a row.
Shape = dict[str, Any]

STATES = {
    "Mới đăng ký": "1", "Được tiếp nhận": "2", "Không được tiếp nhận": "3", "Đang xử lý": "4",
    "Yêu cầu bổ sung giấy tờ": "5", "Yêu cầu thực hiện nghĩa vụ tài chính": "6",
    "Công dân yêu cầu rút hồ sơ": "7", "Dừng xử lý": "8", "Đã xử lý xong": "9",
    "Đã trả kết quả": "10",
}  # fmt: skip
CHANNELS = {
    "Trực tiếp": "1", "Trực tuyến": "2", "Bưu chính công ích": "3", "Qua bưu chính công ích": "3",
}  # fmt: skip
FLAGS = {"Có": "1", "Không": "0"}
METHODS = {"Trực tuyến": "truc-tuyen", "Tiền mặt": "tien-mat", "Chuyển khoản": "chuyen-khoan"}


@dataclass(frozen=True)
class Listed:
    """A record as the portal lists it, by the moment of its reception."""

    received: datetime
    record: dict[str, Any]


def sample_records(dossier: Shape, payment: Shape) -> tuple[list[Listed], list[Listed]]:
    """Return the sample's dossiers and payments, as of the end of each month in turn."""
    deliveries, _ = generate.make_sample()
    dossiers: list[Listed] = []
    payments: list[Listed] = []
    for (export, number), rows in deliveries.items():
        keys = PAYMENT_KEYS if export == PAYMENT_EXPORT else DOSSIER_KEYS
        for row in rows:
            cells = dict(zip(keys, row.values, strict=False))
            at = MONTHS[number].end.replace(tzinfo=ZoneInfo(TIMEZONE))
            if export == PAYMENT_EXPORT:
                payments.append(Listed(at, _shaped(payment, cells)))
            else:
                dossiers.append(Listed(at, _shaped(dossier, cells)))
    return dossiers, payments


def _shaped(shape: Any, row: Row) -> Any:
    """Return what `shape` says, each of its functions replaced by what it writes of `row`."""
    if isinstance(shape, dict):
        return {name: _shaped(inner, row) for name, inner in shape.items()}
    if isinstance(shape, list):
        return [_shaped(inner, row) for inner in shape]
    return shape(row) if callable(shape) else shape


def _of(name: str, written: Callable[[Any], Any] = lambda cell: cell) -> Callable[[Row], Any]:
    """Return what writes the cell of a name; as it stands, where nothing else is said."""
    return lambda row: written(row.get(name))


def _coded(codes: dict[str, str]) -> Callable[[Any], str]:
    """Return what writes a cell by its code; what has none stays as it is."""
    return lambda cell: codes.get(cell or "", _text(cell))


def _object_id(code: Any) -> str:
    return hashlib.sha256(_text(code).encode()).hexdigest()[:24]


def _text(cell: Any) -> str:
    """Return a text; a time as 14 digits."""
    return f"{cell:%Y%m%d%H%M%S}" if isinstance(cell, datetime) else str(cell or "")


def _utc(cell: Any) -> str | None:
    if not isinstance(cell, datetime):
        return str(cell) if cell else None
    moment = cell.replace(tzinfo=ZoneInfo(TIMEZONE)).astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000+0000"


def _amount(cell: Any) -> str:
    """Return an amount without marks; what is none stays as it is."""
    text = _text(cell)
    digits = text.replace(".", "")
    return digits if digits.isdecimal() else text


def _is_by_post(cell: Any) -> str:
    return "1" if cell == "Bưu chính công ích" else "0"


def _supplements(cell: Any) -> list[dict[str, str]]:
    return [{"NgayBoSung": _text(cell)}] if cell else []


def _result_files(cell: Any) -> list[dict[str, str]]:
    has_result = _coded(FLAGS)(cell) == "1"
    return [{"MaGiayToKetQua": "KQ", "DuongDanTepTinKetQua": "/kq.pdf"}] if has_result else []


# The search of iGate 2: nested names, times in UTC.
IGATE_DOSSIER: Shape = {
    "id": _of("code", _object_id),
    "code": _of("code", _text),
    "nationCode": None,
    "dossierStatus": {"name": _of("state")},
    "applyMethod": {"name": _of("channel")},
    "procedure": {
        "code": _of("procedure"),
        "translate": [{"languageId": 228, "name": _of("procedure_name")}],
        "sector": {"name": _of("field")},
    },
    "procedureLevel": {"name": None},
    "agency": {"name": _of("unit")},
    "applicant": {
        "data": {
            "fullname": _of("name", _text), "identityNumber": _of("identity", _text),
            "phoneNumber": _of("phone", _text), "address": _of("address", _text),
        }
    },
    "appliedDate": _of("submitted", _utc),
    "acceptedDate": _of("received", _utc),
    "appointmentDate": _of("due", _utc),
    "completedDate": _of("finished", _utc),
    "dossierReceivingKind": {"name": _of("return_method")},
    "sample": {
        "supplementDate": _of("supplement", _utc),
        "returnedDate": _of("returned", _utc),
        "refusedDate": _of("refused", _utc),
        "resultKind": _of("result"),
        "isDigitised": _of("digitised"),
        "isReused": _of("reused"),
        "hasResultFile": _of("e_result"),
    },
}  # fmt: skip
# Nested as iGate 2 nests; its own contract of payments is not known.
IGATE_PAYMENT: Shape = {
    "code": _of("request", _text),
    "dossier": {"code": _of("code", _text)},
    "payer": {"fullname": _of("name", _text), "address": _of("address", _text)},
    "requestedDate": _of("requested", _utc),
    "paidDate": _of("collected", _utc),
    "fee": _of("fee", _amount),
    "charge": _of("charge", _amount),
    "amount": _of("amount", _amount),
    "paymentMethod": {"name": _of("method")},
    "collection": {"name": _of("collection")},
    "status": {"name": _of("state")},
}
# The national contract: every scalar a text, times as 14 digits.
NATIONAL_DOSSIER: Shape = {
    "MaHoSo": _of("code", _text),
    "MaHoSoKhac": "",
    "MaTTHC": _of("procedure", _text),
    "TenTTHC": _of("procedure_name", _text),
    "TenLinhVuc": _of("field", _text),
    "KenhThucHien": _of("channel", _coded(CHANNELS)),
    "SoGiayToChuHoSo": _of("identity", _text),
    "ChuHoSo": _of("name", _text),
    "SoDienThoai": _of("phone", _text),
    "NgayNopHoSo": _of("submitted", _text),
    "NgayTiepNhan": _of("received", _text),
    "NgayHenTra": _of("due", _text),
    "TrangThaiHoSo": _of("state", _coded(STATES)),
    "NgayTra": _of("returned", _text),
    "NgayKetThucXuLy": _of("finished", _text),
    "NgayTuChoi": _of("refused", _text),
    "HinhThuc": _of("return_method", _is_by_post),
    "DonViXuLy": _of("unit", _text),
    "HoSoCoThanhPhanSoHoa": _of("digitised", _coded(FLAGS)),
    "TaiLieuNop": [{"IsDeleted": "0", "DuocTaiSuDung": _of("reused", _coded(FLAGS))}],
    "DanhSachHoSoBoSung": _of("supplement", _supplements),
    "DanhSachGiayToKetQua": _of("e_result", _result_files),
    "sample": {"LoaiKetQua": _of("result", _text)},
}
# By the names of the national contract's neighbours.
NATIONAL_PAYMENT: Shape = {
    "Ma": _of("request", _text),
    "MaHoSo": _of("code", _text),
    "NguoiNopTienBienLai": _of("name", _text),
    "SoTien": _of("amount", _amount),
    "Phi": _of("fee", _amount),
    "LePhi": _of("charge", _amount),
    "TrangThai": _of("state", _text),
    "HinhThucThanhToan": _of("method", _coded(METHODS)),
    "HinhThucThu": _of("collection", _text),
    "NgayYeuCau": _of("requested", _text),
    "NgayThuPhi": _of("collected", _text),
}
