"""The bundled sample as a portal's records, in the shapes of iGate 2 and of the national contract.

Belongs here: how each shape writes a row of the sample. Does not belong here: serving them
(`server`). Where neither contract has a field that the sample's figures need, the record has it
under "sample"; the settings in `data/sample/portals` map it from there.
"""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from assets.engine.paths import PROJECT
from assets.engine.periods import TIMEZONE

sys.path.append(str(PROJECT / "data" / "sample"))

import generate
from sample_figures import MONTHS, PAYMENT_EXPORT
from sample_lists import DOSSIER_KEYS, PAYMENT_KEYS

Row = dict[str, Any]
Shape = Callable[[Row], dict[str, Any]]

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
class Changed:
    """A record as it stood when it changed last, and when it came in where that was earlier."""

    at: datetime
    record: dict[str, Any]
    received: datetime | None = None


def sample_records(dossier: Shape, payment: Shape) -> tuple[list[Changed], list[Changed]]:
    """Return the sample's dossiers and payments, as of the end of each month in turn."""
    deliveries, _ = generate.make_sample()
    dossiers: list[Changed] = []
    payments: list[Changed] = []
    for (export, number), rows in deliveries.items():
        keys = PAYMENT_KEYS if export == PAYMENT_EXPORT else DOSSIER_KEYS
        for row in rows:
            cells = dict(zip(keys, row.values, strict=False))
            at = MONTHS[number].end.replace(tzinfo=ZoneInfo(TIMEZONE))
            if export == PAYMENT_EXPORT:
                payments.append(Changed(at, payment(cells)))
            else:
                dossiers.append(Changed(at, dossier(cells)))
    return dossiers, payments


def igate_dossier(row: Row) -> dict[str, Any]:
    """Return a dossier as the search of iGate 2 replies: nested names, times in UTC."""
    code = str(row.get("code") or "")
    return {
        "id": hashlib.sha256(code.encode()).hexdigest()[:24],
        "code": code,
        "nationCode": None,
        "dossierStatus": {"name": row.get("state")},
        "applyMethod": {"name": row.get("channel")},
        "procedure": {
            "code": row.get("procedure"),
            "translate": [{"languageId": 228, "name": row.get("procedure_name")}],
            "sector": {"name": row.get("field")},
        },
        "procedureLevel": {"name": None},
        "agency": {"name": row.get("unit")},
        "applicant": {
            "data": {
                "fullname": _text(row.get("name")), "identityNumber": _text(row.get("identity")),
                "phoneNumber": _text(row.get("phone")), "address": _text(row.get("address")),
            }
        },
        "appliedDate": _utc(row.get("submitted")),
        "acceptedDate": _utc(row.get("received")),
        "appointmentDate": _utc(row.get("due")),
        "completedDate": _utc(row.get("finished")),
        "dossierReceivingKind": {"name": row.get("return_method")},
        "sample": {
            "supplementDate": _utc(row.get("supplement")),
            "returnedDate": _utc(row.get("returned")),
            "refusedDate": _utc(row.get("refused")),
            "resultKind": row.get("result"),
            "isDigitised": row.get("digitised"),
            "isReused": row.get("reused"),
            "hasResultFile": row.get("e_result"),
        },
    }  # fmt: skip


def igate_payment(row: Row) -> dict[str, Any]:
    """Return a payment request nested as iGate 2 nests; its own contract is not known."""
    return {
        "code": _text(row.get("request")),
        "dossier": {"code": _text(row.get("code"))},
        "payer": {"fullname": _text(row.get("name")), "address": _text(row.get("address"))},
        "requestedDate": _utc(row.get("requested")),
        "paidDate": _utc(row.get("collected")),
        "fee": _amount(row.get("fee")),
        "charge": _amount(row.get("charge")),
        "amount": _amount(row.get("amount")),
        "paymentMethod": {"name": row.get("method")},
        "collection": {"name": row.get("collection")},
        "status": {"name": row.get("state")},
    }


def national_dossier(row: Row) -> dict[str, Any]:
    """Return a dossier in the national contract: every scalar a text, times as 14 digits."""
    supplement = _digits(row.get("supplement"))
    has_result = FLAGS.get(row.get("e_result", ""), row.get("e_result"))
    return {
        "MaHoSo": _text(row.get("code")),
        "MaHoSoKhac": "",
        "MaTTHC": _text(row.get("procedure")),
        "TenTTHC": _text(row.get("procedure_name")),
        "TenLinhVuc": _text(row.get("field")),
        "KenhThucHien": CHANNELS.get(row.get("channel", ""), _text(row.get("channel"))),
        "SoGiayToChuHoSo": _text(row.get("identity")),
        "ChuHoSo": _text(row.get("name")),
        "SoDienThoai": _text(row.get("phone")),
        "NgayNopHoSo": _digits(row.get("submitted")),
        "NgayTiepNhan": _digits(row.get("received")),
        "NgayHenTra": _digits(row.get("due")),
        "TrangThaiHoSo": STATES.get(row.get("state", ""), _text(row.get("state"))),
        "NgayTra": _digits(row.get("returned")),
        "NgayKetThucXuLy": _digits(row.get("finished")),
        "NgayTuChoi": _digits(row.get("refused")),
        "HinhThuc": "1" if row.get("return_method") == "Bưu chính công ích" else "0",
        "DonViXuLy": _text(row.get("unit")),
        "HoSoCoThanhPhanSoHoa": FLAGS.get(row.get("digitised", ""), _text(row.get("digitised"))),
        "TaiLieuNop": [
            {
                "IsDeleted": "0",
                "DuocTaiSuDung": FLAGS.get(row.get("reused", ""), _text(row.get("reused"))),
            }
        ],
        "DanhSachHoSoBoSung": [{"NgayBoSung": supplement}] if supplement else [],
        "DanhSachGiayToKetQua": [{"MaGiayToKetQua": "KQ", "DuongDanTepTinKetQua": "/kq.pdf"}]
        if has_result == "1"
        else [],
        "sample": {"LoaiKetQua": _text(row.get("result"))},
    }


def national_payment(row: Row) -> dict[str, Any]:
    """Return a payment request by the names of the national contract's neighbours."""
    return {
        "Ma": _text(row.get("request")),
        "MaHoSo": _text(row.get("code")),
        "NguoiNopTienBienLai": _text(row.get("name")),
        "SoTien": _amount(row.get("amount")),
        "Phi": _amount(row.get("fee")),
        "LePhi": _amount(row.get("charge")),
        "TrangThai": _text(row.get("state")),
        "HinhThucThanhToan": METHODS.get(row.get("method", ""), _text(row.get("method"))),
        "HinhThucThu": _text(row.get("collection")),
        "NgayYeuCau": _digits(row.get("requested")),
        "NgayThuPhi": _digits(row.get("collected")),
    }


def _text(cell: Any) -> str:
    return _digits(cell) if isinstance(cell, datetime) else str(cell or "")


def _digits(cell: Any) -> str:
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
