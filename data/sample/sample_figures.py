"""The golden figures of the sample and the words in which portals write states and channels.

Belongs here: the period, the counts that the deliveries have to add up to, and shared words.
Not here: anything drawn by chance, and anything that reads or writes files.

The register that the deliveries add up to (each dossier's latest state) gives exactly the
counts of report 769/BC-UBND for 15/12/2022-14/11/2023.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from itertools import pairwise

DISTRICT_EXPORT = "dossiers_district"
COMMUNE_EXPORT = "dossiers_commune"
PAYMENT_EXPORT = "payments"


@dataclass(frozen=True)
class Month:
    """A reporting month: the 15th of a month to the 14th of the next, which names it."""

    start: datetime
    end: datetime

    @property
    def line(self) -> str:
        """Return the line by which an export says what it covers."""
        return f"Từ ngày {self.start:%d/%m/%Y} đến ngày {self.end:%d/%m/%Y}"


_DAYS = [date(2022, 12, 15), *(date(2023, number, 15) for number in range(1, 12))]
_STARTS = [datetime.combine(day, time()) for day in _DAYS]
MONTHS = [Month(start, later - timedelta(seconds=1)) for start, later in pairwise(_STARTS)]
START, END = MONTHS[0].start, MONTHS[-1].end
FIRST_DAY, LAST_DAY = START.date(), END.date()

ACCEPTED, IN_PROCESS = "Được tiếp nhận", "Đang xử lý"
FINISHED, RETURNED = "Đã xử lý xong", "Đã trả kết quả"
WITHDRAWN, GIVEN_BACK = "Công dân yêu cầu rút hồ sơ", "Trả lại/Xin rút"
ONLINE, DIRECT, POSTAL = "Trực tuyến", "Trực tiếp", "Bưu chính công ích"
CASH, TRANSFER = "Tiền mặt", "Chuyển khoản"
UNPAID, PAID = "Chưa thanh toán", "Đã thanh toán"
REFUNDED, CANCELLED = "Đã hoàn phí", "Hủy thanh toán"
PREPAID, POSTPAID, EXEMPT = "Thu trước", "Thu sau", "Đối tượng miễn phí"

# How a dossier stands on the last day.
Outcome = Enum(
    "Outcome",
    "EARLY ON_DUE_DATE LATE IN_TIME OVERDUE WITHDRAWN REFUSED SUPPLEMENT FINANCE STOPPED",
)
RESOLVED = (Outcome.EARLY, Outcome.ON_DUE_DATE, Outcome.LATE)
PENDING = (Outcome.IN_TIME, Outcome.OVERDUE)
PAUSED_STATUS = {
    Outcome.SUPPLEMENT: "Yêu cầu bổ sung giấy tờ",
    Outcome.FINANCE: "Yêu cầu thực hiện nghĩa vụ tài chính",
    Outcome.STOPPED: "Dừng xử lý",
}

# How many dossiers end in each outcome, in the order of ``Outcome``.
RECEIVED = {
    "district": (1851, 66, 43, 24, 0, 14, 16, 7, 5, 3),
    "commune": (8134, 297, 34, 25, 6, 87, 97, 44, 12, 8),
}
CARRIED_OVER = {
    "district": (70, 10, 15, 0, 0, 1, 2, 1, 0, 0),
    "commune": (150, 8, 9, 0, 1, 3, 3, 1, 0, 0),
}
# The channels of the received ones. The report gives the sum of direct and postal, their split
# is invented. District: 2,128 = 1,708 + 321 + 99; commune: 8,919 = 7,776 + 968 + 175.
CHANNELS = {
    "district": {ONLINE: 1708, DIRECT: 289, POSTAL: 32},
    "commune": {ONLINE: 7776, DIRECT: 901, POSTAL: 67},
}
DIGITISED = 6530

# Kinds of requests that make no dossier payable although they are marked as paid.
FREE, FREE_WITH_AMOUNT, ZERO = "free", "free_with_amount", "zero"
# How requests that come to nothing are collected; the others are prepaid.
COLLECTIONS = {UNPAID: POSTPAID, FREE: EXEMPT, FREE_WITH_AMOUNT: EXEMPT}
# How many dossiers have which requests. Payable: 2,475 of 2,949 have an online payment that
# counts, the others have cash, a transfer, or an online attempt that came to nothing.
# fmt: off
PAYABLE = (
    (2275, [ONLINE]), (60, [ONLINE, ONLINE]), (60, [ONLINE, CASH]),
    (40, [ONLINE, UNPAID]), (40, [CANCELLED, ONLINE]),
    (330, [CASH]), (96, [TRANSFER]),
    (20, [REFUNDED, CASH]), (14, [CANCELLED, CASH]), (14, [TRANSFER, CASH]),
)
NOT_PAYABLE = (
    (70, [UNPAID]), (45, [CANCELLED]), (40, [REFUNDED]),
    (110, [FREE]), (3, [FREE_WITH_AMOUNT]), (8, [ZERO]),
)
# fmt: on
