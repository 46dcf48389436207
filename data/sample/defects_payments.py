"""Defects of payments: 40 to 49 of docs/defects.md, at the three grains of section 3.

Belongs here: which rows show which defect. Not here: how a list is written (``defect_lists``)
and what the pipeline makes of it, which the tests say. Source ``payments_portal``; the national
flag of 48 comes in the national portal's own contract.
"""

from __future__ import annotations

from defect_lists import (
    CHI_CA,
    FEBRUARY,
    JANUARY,
    NAN_MA,
    PERSON,
    code,
    csv_list,
    json_list,
)
from sample_defect import Defect

DOSSIER_HEADER = (
    "STT", "Mã hồ sơ", "Đơn vị giải quyết", "Chủ hồ sơ", "Hình thức nộp", "Ngày tiếp nhận",
    "Ngày kết thúc xử lý", "Trạng thái",
)  # fmt: skip
REQUEST_HEADER = (
    "STT", "Mã yêu cầu", "Mã hồ sơ", "Người nộp", "Ngày yêu cầu", "Ngày thu", "Ngày hoàn",
    "Phí (VNĐ)", "Lệ phí (VNĐ)", "Tổng (VNĐ)", "Hình thức thanh toán", "Hình thức thu",
    "Số biên lai", "Trạng thái",
)  # fmt: skip
TRANSACTION_HEADER = (
    "STT", "Mã giao dịch", "Mã yêu cầu", "Hồ sơ", "Thời gian giao dịch", "Số tiền (VNĐ)",
    "Người nộp tiền biên lai", "Trạng thái",
)  # fmt: skip
RECEIPT_HEADER = (
    "STT", "Số biên lai", "Mã yêu cầu", "Hồ sơ", "Ngày lập", "Loại", "Số tiền (VNĐ)", "Người nộp",
)  # fmt: skip
# What `request` calls the columns that differ.
COLUMNS = {
    "requested": "Ngày yêu cầu", "collected": "Ngày thu", "refunded": "Ngày hoàn",
    "fee": "Phí (VNĐ)", "charge": "Lệ phí (VNĐ)", "amount": "Tổng (VNĐ)",
    "method": "Hình thức thanh toán", "collection": "Hình thức thu", "receipts": "Số biên lai",
    "state": "Trạng thái",
}  # fmt: skip
UNPAID = {"state": "Chưa thanh toán", "collected": "", "method": ""}
CASH = {"method": "tien-mat"}


def path(export: str, period: str = JANUARY) -> str:
    """Return where a list of this export lies."""
    return f"payments_portal/{export}/{period}/danh-sach.csv"


def dossier_list(*sequences: int, unit: str = CHI_CA, received: str = "20/01/2023") -> bytes:
    """Return dossiers in process."""
    rows = [
        {
            "STT": str(sequence), "Mã hồ sơ": code(sequence), "Đơn vị giải quyết": unit,
            "Chủ hồ sơ": PERSON, "Hình thức nộp": "Trực tuyến", "Ngày tiếp nhận": received,
            "Trạng thái": "Đang xử lý",
        }
        for sequence in sequences
    ]  # fmt: skip
    return csv_list(DOSSIER_HEADER, rows)


def request(name: str, dossier: str, **texts: str) -> dict[str, str]:
    """Return a request of 30,000 đồng paid online; `texts` say what is different."""
    plain = {
        "Mã yêu cầu": name, "Mã hồ sơ": dossier, "Người nộp": PERSON, "Ngày yêu cầu": "20/01/2023",
        "Ngày thu": "21/01/2023", "Tổng (VNĐ)": "30.000", "Hình thức thanh toán": "truc-tuyen",
        "Hình thức thu": "Thu trước", "Trạng thái": "Đã thanh toán",
    }  # fmt: skip
    return plain | {COLUMNS[name]: text for name, text in texts.items()}


def request_list(*requests: dict[str, str]) -> bytes:
    """Return requests, numbered."""
    return csv_list(REQUEST_HEADER, _numbered(requests))


def transaction_list(*transactions: tuple[str, str, str, str, str]) -> bytes:
    """Return transactions: own code, request, dossier, time, state; 30,000 đồng each."""
    names = ("Mã giao dịch", "Mã yêu cầu", "Hồ sơ", "Thời gian giao dịch", "Trạng thái")
    rows = [
        dict(zip(names, texts, strict=True))
        | {"Số tiền (VNĐ)": "30.000", "Người nộp tiền biên lai": PERSON}
        for texts in transactions
    ]
    return csv_list(TRANSACTION_HEADER, _numbered(rows))


def receipt_list(*receipts: tuple[str, str, str, str, str]) -> bytes:
    """Return receipts: number, request, dossier, fee or charge, amount."""
    names = ("Số biên lai", "Mã yêu cầu", "Hồ sơ", "Loại", "Số tiền (VNĐ)")
    rows = [
        dict(zip(names, texts, strict=True)) | {"Ngày lập": "21/01/2023", "Người nộp": PERSON}
        for texts in receipts
    ]
    return csv_list(RECEIPT_HEADER, _numbered(rows))


def _numbered(rows: tuple[dict[str, str], ...] | list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"STT": str(number)} | row for number, row in enumerate(rows, start=1)]


def three_grains() -> dict[str, bytes]:
    """Return two requests of one dossier, tries of a transaction, and receipts of both kinds."""
    one, two = code(1), code(2)
    return {
        path("dossiers"): dossier_list(1, 2),
        path("requests"): request_list(
            request("TT-0001", one, fee="20.000", charge="10.000", receipts="0000123##0000124"),
            request("TT-0002", one, amount="50.000", receipts="0000125", **CASH),
            request("TT-0003", two, **UNPAID),
        ),
        path("transactions"): transaction_list(
            ("GD-0001", "TT-0001", one, "21/01/2023 08:00:00", "that-bai"),
            ("GD-0002", "TT-0001", one, "21/01/2023 08:05:00", "thanh-cong"),
            ("GD-0003", "TT-0003", two, "22/01/2023 09:00:00", "that-bai"),
            ("GD-0004", "TT-0003", two, "22/01/2023 09:05:00", "khoi-tao"),
            # The same try, asked for again: in one list the furthest state wins.
            ("GD-0004", "TT-0003", two, "22/01/2023 09:05:00", "cho"),
            ("GD-0005", "", two, "22/01/2023 09:09:00", "hong"),
        ),
        path("receipts"): receipt_list(
            ("0000123", "TT-0001", one, "Phí", "20.000"),
            ("0000124", "TT-0001", one, "Lệ phí", "10.000"),
            ("0000125", "TT-0002", one, "Phí", "50.000"),
            ("Chưa có số", "TT-0003", two, "Phí", "30.000"),
        ),
    }


def fan_out() -> dict[str, bytes]:
    """Return a dossier with two requests, each with transactions and receipts, in two lists."""
    one, two = code(1), code(2)
    return {
        f"payments_portal/dossiers/{JANUARY}/xa.csv": dossier_list(1, 2),
        f"payments_portal/dossiers/{JANUARY}/xa-2.csv": dossier_list(1),
        path("requests"): request_list(
            request("TT-0001", one, amount="30.000"),
            request("TT-0002", one, amount="70.000"),
            request("TT-0003", two, amount="1.000.000", **CASH),
        ),
        path("transactions"): transaction_list(
            ("GD-0001", "TT-0001", one, "21/01/2023 08:00:00", "that-bai"),
            ("GD-0002", "TT-0001", one, "21/01/2023 08:05:00", "thanh-cong"),
            ("GD-0003", "TT-0002", one, "21/01/2023 08:09:00", "thanh-cong"),
        ),
        path("receipts"): receipt_list(
            ("0000123", "TT-0001", one, "Phí", "20.000"),
            ("0000124", "TT-0001", one, "Lệ phí", "10.000"),
            ("0000125", "TT-0002", one, "Phí", "70.000"),
        ),
    }


def taken_back() -> dict[str, bytes]:
    """Return cancelled and refunded requests beside a paid one."""
    refunded = {"state": "Đã hoàn phí"}
    return {
        path("dossiers"): dossier_list(1, 2, 3, 4, 5, 6),
        path("requests"): request_list(
            request("TT-0001", code(1)),
            request("TT-0002", code(2), refunded="10/02/2023", **refunded),
            request("TT-0003", code(3), state="Hủy thanh toán", collected=""),
            request("TT-0004", code(4), state="Hoàn phí", refunded="20/02/2023"),
            request("TT-0005", code(5), amount="-30.000", refunded="10/02/2023", **refunded),
            request("TT-0006", code(6), amount="-30.000"),
        ),
        # The next month's list: the paid request was paid back in part, which no list says.
        path("requests", FEBRUARY): request_list(
            request("TT-0001", code(1), refunded="01/03/2023", **refunded),
        ),
        path("dossiers", FEBRUARY): dossier_list(11, received="20/02/2023"),
    }


def nothing_to_pay() -> dict[str, bytes]:
    """Return requests of free subjects, of nothing, and collected afterwards."""
    return {
        path("dossiers"): dossier_list(1, 2, 3, 4, 5, 6, 7),
        path("requests"): request_list(
            request("TT-0001", code(1), collection="Đối tượng miễn phí"),
            request("TT-0002", code(2), collection="Không thu phí", amount="0"),
            request("TT-0003", code(3), amount="0"),
            request("TT-0004", code(4), amount="Miễn phí"),
            request("TT-0005", code(5), collection="Thu sau", **UNPAID),
            request("TT-0006", code(6), collection="Thu sau"),
            request("TT-0007", code(7), collection=""),
            request("TT-0008", code(7), amount=""),
        ),
    }


def methods() -> dict[str, bytes]:
    """Return methods of payment: empty, old, a bank transfer, and one of no list."""
    texts = ("truc-tuyen", "DVC", "chuyen-khoan", "tien-mat", "", "Nộp online", "vi-dien-tu")
    return {
        path("dossiers"): dossier_list(*range(1, 9)),
        path("requests"): request_list(
            *[
                request(f"TT-{number:04}", code(number), method=text)
                for number, text in enumerate(texts, start=1)
            ],
            request("TT-0008", code(8), **UNPAID),
        ),
    }


def days_of_payment() -> dict[str, bytes]:
    """Return payments collected in another period than the dossier came, or was asked to pay."""
    return {
        path("dossiers"): dossier_list(1, 2, 3, 4, 5),
        path("requests"): request_list(
            request("TT-0001", code(1), collected="14/02/2023 23:59:59"),
            request("TT-0002", code(2), collected="15/02/2023 00:00:00"),
            request("TT-0003", code(3), collected="14/12/2022"),
            request("TT-0004", code(4), collected=""),
            request("TT-0005", code(5), requested="25/01/2023", collected="24/01/2023"),
        ),
        path("dossiers", FEBRUARY): dossier_list(11, received="20/02/2023"),
        path("requests", FEBRUARY): request_list(
            request("TT-0011", code(1), requested="20/02/2023", collected="21/02/2023"),
        ),
    }


def orphans() -> dict[str, bytes]:
    """Return payments whose dossier comes a month later, and one whose code has a slip."""
    late = code(7)
    return {
        path("dossiers"): dossier_list(1),
        path("requests"): request_list(
            request("TT-0001", code(1)),
            request("TT-0002", late, amount="70.000"),
            request("TT-0003", code(1).replace("230120", "230210")),
            request("TT-0004", "Mẫu 07"),
        ),
        path("transactions"): transaction_list(
            ("GD-0001", "TT-0002", late, "21/01/2023 08:00:00", "thanh-cong"),
        ),
        path("receipts"): receipt_list(("0000123", "TT-0002", late, "Phí", "70.000")),
        path("dossiers", FEBRUARY): dossier_list(7, unit=NAN_MA),
    }


def parts_and_total() -> dict[str, bytes]:
    """Return fees and charges that are, and are not, their total."""
    return {
        path("dossiers"): dossier_list(1, 2, 3, 4, 5, 6, 7),
        path("requests"): request_list(
            request("TT-0001", code(1), fee="20.000", charge="10.000"),
            request("TT-0002", code(2), fee="20.000", charge="20.000"),
            request("TT-0003", code(3), fee="30.000"),
            request("TT-0004", code(4), charge="20.000"),
            request("TT-0005", code(5)),
            request("TT-0006", code(6), fee="0", charge="0"),
            request("TT-0007", code(7), fee="2O.000", charge="10.000"),
        ),
    }


def national_flag() -> dict[str, bytes]:
    """Return dossiers that the national contract calls paid online, and what was paid."""
    flags = {1: "1", 2: "1", 3: "2", 4: "0", 5: "1"}
    contract = [
        {
            "MaHoSo": code(number), "MaTTHC": "1.001193", "KenhThucHien": "2", "ChuHoSo": PERSON,
            "NgayTiepNhan": "20230120093000", "NgayHenTra": "20230214170000",
            "TrangThaiHoSo": "4", "DonViXuLy": CHI_CA, "DuocThanhToanTrucTuyen": flag,
        }
        for number, flag in flags.items()
    ]  # fmt: skip
    return {
        f"national/dossiers/{JANUARY}/quoc-gia.json": json_list("data", contract),
        path("requests"): request_list(
            request("TT-0001", code(1), **CASH),
            request("TT-0002", code(2)),
            request("TT-0003", code(3), **UNPAID),
            request("TT-0004", code(4)),
        ),
    }


def denominators() -> dict[str, bytes]:
    """Return three payable dossiers, two paid online, among five received and a carried one."""
    return {
        path("dossiers"): dossier_list(1, 2, 3, 4, 5),
        f"payments_portal/dossiers/{JANUARY}/ky-truoc.csv": dossier_list(6, received="10/01/2023"),
        path("requests"): request_list(
            request("TT-0001", code(1)),
            request("TT-0002", code(2)),
            request("TT-0003", code(2), **CASH),
            request("TT-0004", code(3), **CASH),
            request("TT-0005", code(4), **UNPAID),
        ),
    }


DEFECTS = [
    Defect(40, "three_grains", three_grains()),
    Defect(41, "fan_out", fan_out()),
    Defect(42, "taken_back", taken_back()),
    Defect(43, "nothing_to_pay", nothing_to_pay()),
    Defect(44, "methods", methods()),
    Defect(45, "days_of_payment", days_of_payment()),
    Defect(46, "orphans", orphans()),
    Defect(47, "parts_and_total", parts_and_total()),
    Defect(48, "national_flag", national_flag()),
    Defect(49, "denominators", denominators()),
]
