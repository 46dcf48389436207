"""Every measure of the indicator tables: name, Vietnamese name, meaning and source.

Form II.06a: Circulars 02/2017/TT-VPCP and 01/2020/TT-VPCP, columns 3 to 13.
"""

from dataclasses import dataclass

from schemas.tables.columns import Column

FORMULA_VERSION = "2026.2"

FORM = "Biểu II.06a/VPCP/KSTT"
APPENDIX_3 = "Phụ lục 3, báo cáo CCHC"
PRACTICE = "Thực tiễn báo cáo của địa phương"
OWN = "Motcua"


@dataclass(frozen=True)
class Measure:
    """A count, a rate or another figure of the indicator tables.

    `rule` is the sentence that defines it; a rate is defined by its line in `rates.sql`. `type` is
    that of its column; rates have their own.
    """

    name: str
    vi: str
    en: str
    source: str
    rule: str = ""
    type: str = "BIGINT"

    @property
    def is_rate(self) -> bool:
        """Rates end in `_pct`."""
        return self.name.endswith("_pct")

    @property
    def is_paid(self) -> bool:
        """Payments are counted by themselves: by dossiers that paid in the period."""
        return self.name in ("payable_count", "paid_online_count")

    @property
    def column(self) -> Column:
        """The column that holds this measure in every indicator table."""
        if self.is_rate:
            return Column(self.name, "DECIMAL(5,2)", self.vi, f"{self.en} (percent)")
        return Column(self.name, self.type, self.vi, self.en, nullable=False)


COUNTS = (
    Measure("received_count", "Số hồ sơ tiếp nhận trong kỳ", "Received in the period",
            f"{FORM} cột 4+5", "D0 <= r <= D1"),
    Measure("received_online_count", "Tiếp nhận trực tuyến", "Received online",
            f"{FORM} cột 4", "received, channel online"),
    Measure("received_direct_count", "Tiếp nhận trực tiếp", "Received at the counter",
            f"{FORM} cột 5", "received, channel direct"),
    Measure("received_postal_count", "Tiếp nhận qua bưu chính công ích", "Received by public post",
            f"{FORM} cột 5", "received, channel postal"),
    Measure("received_unknown_channel_count", "Tiếp nhận, chưa rõ kênh",
            "Received, channel unknown", OWN, "received, no channel"),
    Measure("carried_over_count", "Hồ sơ kỳ trước chuyển sang", "Carried over from before",
            f"{FORM} cột 6", "r < D0 and (open or e >= D0)"),
    Measure("total_to_handle_count", "Tổng số hồ sơ phải giải quyết", "Total to handle",
            f"{FORM} cột 3", "received + carried over"),
    Measure("resolved_count", "Số hồ sơ đã giải quyết", "Resolved",
            f"{FORM} cột 7", "finished or returned, D0 <= e <= D1, e >= r"),
    Measure("resolved_early_count", "Giải quyết trước hạn", "Resolved before the due date",
            f"{FORM} cột 8", "resolved, e < d"),
    Measure("resolved_on_due_date_count", "Giải quyết đúng ngày hẹn", "Resolved on the due date",
            f"{FORM} cột 9", "resolved, e = d"),
    Measure("resolved_late_count", "Giải quyết quá hạn", "Resolved after the due date",
            f"{FORM} cột 10", "resolved, e > d"),
    Measure("resolved_no_due_date_count", "Giải quyết, không có ngày hẹn",
            "Resolved, no due date", f"{FORM} cột 9", "resolved, d unknown"),
    Measure("closed_other_count", "Rút hồ sơ hoặc từ chối sau tiếp nhận",
            "Withdrawn, or refused after acceptance", OWN,
            "withdrawn or refused, D0 <= e <= D1, e >= r"),
    Measure("closed_undated_count", "Đã đóng, không có ngày kết thúc",
            "Closed without an end date", OWN, "received, closed, e unknown"),
    Measure("closed_before_received_count", "Kết thúc trước ngày tiếp nhận",
            "Closed before it was received (an error of the portal)", OWN,
            "received, closed, e < r"),
    Measure("pending_count", "Số hồ sơ đang giải quyết", "Pending at the end of the period",
            f"{FORM} cột 11", "r <= D1, in process, or closed with e > D1, or paused with q > D1"),
    Measure("pending_in_time_count", "Đang giải quyết, trong hạn", "Pending, in time",
            f"{FORM} cột 12", "pending, d >= D1"),
    Measure("pending_overdue_count", "Đang giải quyết, quá hạn", "Pending, overdue",
            f"{FORM} cột 13", "pending, d < D1"),
    Measure("pending_no_due_date_count", "Đang giải quyết, không có ngày hẹn",
            "Pending, no due date", f"{FORM} cột 12", "pending, d unknown"),
    Measure("paused_count", "Tạm dừng chờ bổ sung hoặc nghĩa vụ tài chính",
            "Paused at the end of the period", OWN, "r <= D1, paused, q <= D1 or unknown"),
    Measure("received_digitised_input_count", "Tiếp nhận có số hóa thành phần hồ sơ",
            "Received with digitised components", "TT 01/2023/TT-VPCP",
            "received, digitised components"),
    Measure("received_reused_count", "Tiếp nhận có tái sử dụng dữ liệu",
            "Received with re-used data", "QĐ 766/QĐ-TTg, 4.3", "received, re-use flag set"),
    Measure("resolved_e_result_count", "Giải quyết có kết quả điện tử",
            "Resolved with an electronic result", "QĐ 766/QĐ-TTg, 4.1",
            "resolved, electronic result"),
    Measure("resolved_digitised_count", "Giải quyết và đã số hóa", "Resolved and digitised",
            "QĐ 766/QĐ-TTg, 4.2",
            "resolved, digitised components and, where a paper result is due, electronic result"),
    Measure("payable_count", "Hồ sơ đã nộp phí, lệ phí trong kỳ",
            "Dossiers that paid a fee in the period", PRACTICE,
            "distinct dossiers with a paid, non-exempt request > 0, D0 <= collected <= D1"),
    Measure("paid_online_count", "Hồ sơ thanh toán trực tuyến", "Dossiers that paid online",
            PRACTICE, "payable, at least one of these requests paid online"),
)  # fmt: skip

# Counts of the own counts only: what form II.06a and the view of first due dates ask beside.
FORM_COUNTS = (
    Measure("form_early_count", "Đã giải quyết trước hạn (không kể rút, từ chối)",
            "Resolved early, without withdrawn and refused ones", f"{FORM} cột 8",
            "finished or returned, e < d"),
    Measure("form_on_time_count", "Đã giải quyết đúng hạn (kể cả rút, từ chối)",
            "Resolved on the due date or without one, withdrawn or refused", f"{FORM} cột 9",
            "finished or returned, e = d or d unknown; withdrawn or refused"),
    Measure("form_late_count", "Đã giải quyết quá hạn (không kể rút, từ chối)",
            "Resolved late, without withdrawn and refused ones", f"{FORM} cột 10",
            "finished or returned, e > d"),
)  # fmt: skip
FIRST_DUE = (
    Measure("first_due_early_count", "Trước hạn theo ngày hẹn ban đầu",
            "Resolved before the first due date", OWN, "resolved, e < first d"),
    Measure("first_due_on_due_date_count", "Đúng ngày hẹn ban đầu",
            "Resolved on the first due date", OWN, "resolved, e = first d"),
    Measure("first_due_late_count", "Quá hạn theo ngày hẹn ban đầu",
            "Resolved after the first due date", OWN, "resolved, e > first d"),
    Measure("first_due_none_count", "Không có ngày hẹn ban đầu", "Resolved, no first due date",
            OWN, "resolved, first d unknown"),
    Measure("moved_due_date_count", "Có ngày hẹn bị dời", "Resolved, due date moved",
            OWN, "resolved, d is not first d"),
    Measure("first_due_overdue_count", "Đang giải quyết, quá hạn theo ngày hẹn ban đầu",
            "Pending, overdue by the first due date", OWN, "pending, first d < D1"),
)  # fmt: skip
OWN_MEASURES = (*(count for count in COUNTS if not count.is_paid), *FORM_COUNTS, *FIRST_DUE)
FORM_COLUMNS = tuple(
    Measure(f"column_{number}", f"Cột {number}: {vi}", f"Column {number}: {en}",
            f"{FORM} cột {number}", rule)
    for number, vi, en, rule in (
        (3, "tiếp nhận, tổng số", "received, in all = 4 + 5 + 6", "received + carried over"),
        (4, "trong kỳ, trực tuyến", "in the period, online", "received, channel online"),
        (5, "trong kỳ, trực tiếp và bưu chính", "in the period, at the counter or by post",
         "received, channel direct, postal or unknown"),
        (6, "từ kỳ trước", "from before", "carried over"),
        (7, "đã giải quyết, tổng số", "resolved, in all = 8 + 9 + 10",
         "finished, returned, withdrawn or refused, D0 <= e <= D1, e >= r"),
        (8, "trước hạn", "before the due date", "finished or returned, e < d"),
        (9, "đúng hạn", "on the due date, without one, withdrawn or refused",
         "finished or returned, e = d or d unknown; withdrawn or refused"),
        (10, "quá hạn", "after the due date", "finished or returned, e > d"),
        (11, "đang giải quyết, tổng số", "pending, in all = 12 + 13", "pending + paused"),
        (12, "trong hạn", "in time, without a due date, or paused",
         "pending, d >= D1 or d unknown; paused"),
        (13, "quá hạn", "overdue", "pending, d < D1"),
    )
)  # fmt: skip
LEFT_OUT = Measure(
    "left_out_count", "Số hồ sơ biểu không có cột",
    "Column 3 less 7 and 11; explain('closed_undated_count', ...) and "
    "explain('closed_before_received_count', ...) list them",
    OWN, "received, closed, e unknown or e < r",
)  # fmt: skip
TIMES = (
    Measure("average_days", "Số ngày làm việc bình quân",
            "Working days, average; the day of reception is not counted", PRACTICE,
            "resolved, working days after r up to e: their average", "DECIMAL(9,2)"),
    Measure("median_days", "Số ngày làm việc trung vị", "Median", PRACTICE,
            "resolved, working days after r up to e: half take no longer", "DOUBLE"),
    Measure("p90_days", "Phân vị 90", "Nine of ten take no longer", PRACTICE,
            "resolved, working days after r up to e: nine of ten take no longer", "DOUBLE"),
    Measure("longest_days", "Lâu nhất", "Longest", PRACTICE,
            "resolved, working days after r up to e: the most"),
)  # fmt: skip
PAYMENT_SUMS = (
    Measure("dossier_count", "Số hồ sơ", "Distinct dossiers", PRACTICE,
            "distinct dossiers of these requests"),
    Measure("request_count", "Số yêu cầu", "Requests", PRACTICE,
            "requests collected, refunded, or else asked for in the month"),
    Measure("amount", "Số tiền (đồng)", "Sum (VND); refunds are negative", PRACTICE,
            "money of these requests, once a request"),
)  # fmt: skip

RATES = (
    Measure("on_time_pct", "Tỷ lệ giải quyết trước và đúng hạn", "Resolved on time",
            f"{FORM}; {APPENDIX_3} dòng 3.x"),
    Measure("on_time_judged_pct", "Tỷ lệ đúng hạn trên hồ sơ có ngày hẹn",
            "On time among those with a due date", OWN),
    Measure("early_pct", "Tỷ lệ giải quyết trước hạn", "Resolved early", FORM),
    Measure("late_pct", "Tỷ lệ giải quyết quá hạn", "Resolved late", FORM),
    Measure("pending_overdue_pct", "Tỷ lệ quá hạn trong hồ sơ đang giải quyết",
            "Overdue among the pending", FORM),
    Measure("online_pct", "Tỷ lệ tiếp nhận trực tuyến", "Online among the received", FORM),
    Measure("online_of_total_pct", "Tỷ lệ trực tuyến trên tổng số phải giải quyết",
            "Online over the total to handle", PRACTICE),
    Measure("digitised_pct", "Tỷ lệ số hóa hồ sơ", "Digitised among the resolved",
            "QĐ 766/QĐ-TTg, 4.2"),
    Measure("digitised_input_pct", "Tỷ lệ số hóa thành phần hồ sơ",
            "With digitised components among the received", "TT 01/2023/TT-VPCP"),
    Measure("e_result_pct", "Tỷ lệ kết quả điện tử", "With an electronic result among the resolved",
            "QĐ 766/QĐ-TTg, 4.1"),
    Measure("online_payment_pct", "Tỷ lệ thanh toán trực tuyến", "Paid online among the payable",
            PRACTICE),
)  # fmt: skip
FIRST_DUE_RATE = Measure(
    "first_due_on_time_pct", "Tỷ lệ đúng hạn theo ngày hẹn ban đầu",
    "Resolved on time by the first due date", OWN,
)  # fmt: skip

_ENDED = ("finished_date", "returned_date", "refused_date")
_IN_TIME = (("received_date",), _ENDED, ("due_date",))
# The columns of an export that a rate needs; of alternatives one is enough.
RATE_NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "on_time_pct": _IN_TIME,
    "first_due_on_time_pct": _IN_TIME,
    "on_time_judged_pct": _IN_TIME,
    "early_pct": _IN_TIME,
    "late_pct": _IN_TIME,
    "pending_overdue_pct": (("received_date",), ("due_date",)),
    "online_pct": (("received_date",), ("channel",)),
    "online_of_total_pct": (("received_date",), ("channel",)),
    "digitised_pct": (
        ("received_date",), _ENDED, ("has_digitised_input",),
        ("has_e_result", "is_paper_result_due"),
    ),
    "digitised_input_pct": (("received_date",), ("has_digitised_input",)),
    "e_result_pct": (("received_date",), _ENDED, ("has_e_result",)),
    "online_payment_pct": (("collected_date",), ("method",)),
}  # fmt: skip

# What the tables by unit and by level have; and what any published table of figures has.
MEASURES = COUNTS + RATES
PUBLISHED_MEASURES = (
    *MEASURES, *FIRST_DUE, FIRST_DUE_RATE, *FORM_COLUMNS, LEFT_OUT, *TIMES, *PAYMENT_SUMS,
)  # fmt: skip
