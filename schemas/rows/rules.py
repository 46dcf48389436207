"""What can be wrong with a row: each rule with its sentence in both languages.

A rule id is `<column>_<problem>`, or the name of a rule about the whole row.
"""

from dataclasses import dataclass

from schemas.rows.exports import (
    ANY_CODE,
    DOSSIER_CODE,
    KINDS,
    RECEIPT_FORM,
    RECEIPT_NUMBER,
    RECEIPT_SERIES,
    ExportColumn,
)
from schemas.tables import EXCLUSIONS, VERSION_TABLES, Repairer, Severity


@dataclass(frozen=True)
class Rule:
    """Something that can be wrong with a row, as the operator and who repairs it read it.

    A `reject` keeps the row out; a `flag` stays with the accepted row.
    """

    rule_id: str
    vi: str
    en: str
    severity: Severity = "reject"
    repairer: Repairer = "unit"


COLUMN_COUNT = Rule(
    "column_count",
    "Số ô của dòng khác số cột của tiêu đề; sửa dấu phân cách hoặc dấu nháy trong dòng.",
    "The row has more or fewer cells than the header; repair separators or quotes in the row.",
    repairer="portal",
)
UNREADABLE_TEXT = Rule(
    "unreadable_text",
    "Dòng có ký tự không đọc được; xuất lại tệp bằng UTF-8.",
    "The row has text that cannot be read; export the file again in UTF-8.",
    repairer="portal",
)
COLLECTED_DATE_MISSING = Rule(
    "collected_date_missing",
    "Yêu cầu đã thanh toán nhưng không có ngày thu; bổ sung ngày thu.",
    "The request is paid but has no collection date; add the date.",
)
AMOUNT_NEGATIVE = Rule(
    "amount_negative",
    "Số tiền âm mà không phải khoản hoàn; nhập số tiền từ 0 đồng trở lên.",
    "The amount is negative and no refund; give an amount of 0 or more.",
)

_EXCLUDED = {
    "deleted": ("Hồ sơ đã xóa trên cổng", "The portal marks the dossier as deleted"),
    "test": ("Hồ sơ thử", "The dossier is a test"),
    "converted": ("Hồ sơ chuyển từ hệ thống cũ", "The dossier was converted from an old system"),
}


def excluded_rule(exclusion: str) -> Rule:
    """Return the rule that a row is no dossier to count: deleted, a test, or converted."""
    vi, en = _EXCLUDED[exclusion]
    return Rule(
        f"excluded_{exclusion}",
        f"{vi}: không tính. Bỏ dấu này trên cổng nếu là hồ sơ thật.",
        f"{en}: not counted. Remove the mark on the portal if it is a real dossier.",
    )


ROW_RULES = (
    COLUMN_COUNT,
    UNREADABLE_TEXT,
    COLLECTED_DATE_MISSING,
    AMOUNT_NEGATIVE,
    *(excluded_rule(exclusion) for exclusion in EXCLUSIONS),
)
EXCLUDED_IDS = tuple(excluded_rule(exclusion).rule_id for exclusion in EXCLUSIONS)


def _flag(rule_id: str, vi: str, en: str, repairer: Repairer = "unit") -> Rule:
    return Rule(rule_id, vi, en, "flag", repairer)


DOSSIER_FLAGS = (
    _flag("received_date_missing", "Hồ sơ đã tiếp nhận nhưng không có ngày tiếp nhận; bổ sung.",
          "The dossier was accepted but has no reception date; add it."),
    _flag("end_before_received", "Kết thúc trước ngày tiếp nhận; kiểm tra cả hai ngày.",
          "It ended before it was received; check both dates."),
    _flag("due_before_received", "Ngày hẹn trả trước ngày tiếp nhận; kiểm tra cả hai ngày.",
          "It is due before it was received; check both dates."),
    _flag("date_in_future", "Có ngày sau ngày xuất tệp; kiểm tra các ngày.",
          "A date lies after the file arrived; check the dates."),
    _flag("end_date_missing", "Hồ sơ đã đóng nhưng không có ngày kết thúc; bổ sung.",
          "The dossier is closed but has no end date; add it."),
    _flag("returned_date_missing", "Đã trả kết quả nhưng không có ngày trả; bổ sung.",
          "The result was returned but has no return date; add it."),
    _flag("result_collected_late", "Kết quả được trả sau khi có hơn 30 ngày; kiểm tra ngày trả.",
          "The result was returned more than 30 days after it was ready; check the date."),
    _flag("day_month_swapped", "Ngày và tháng tiếp nhận có vẻ đảo so với mã hồ sơ; kiểm tra.",
          "Day and month of reception look swapped against the dossier code; check them.",
          "portal"),
    _flag("received_at_night", "Giờ tiếp nhận từ 0 đến 5 giờ: có thể thiếu SA/CH; kiểm tra giờ.",
          "Received between 0 and 5 o'clock: AM or PM may be missing; check the time.", "portal"),
    _flag("channel_missing", "Không rõ kênh tiếp nhận; bổ sung.",
          "The channel is not known; add it."),
    _flag("pause_has_end_date", "Dừng xử lý nhưng có ngày kết thúc: tính là đã đóng; kiểm tra.",
          "Stopped but with an end date: counted as closed; check the state."),
    _flag("sync_artefact", "Kết thúc ngay ngày tiếp nhận, không ngày hẹn: có thể do đồng bộ.",
          "Ended on the day of reception without a due date: the synchronisation may have made "
          "it up.", "portal"),
    _flag("other_dossier_code_shared", "Một mã thứ hai chung cho nhiều hồ sơ: không dùng để ghép.",
          "Several dossiers share one second code: it joins none of them.", "portal"),
    _flag("dossier_code_completed", "Mã hồ sơ thiếu phần đầu: đã thêm theo cấu hình.",
          "The dossier code lacked its unit part: added from the source settings.", "portal"),
    _flag("procedure_code_restored", "Mã thủ tục bị đổi thành số: đã khôi phục đủ 6 chữ số.",
          "The procedure code had become a number: restored to 6 digits.", "portal"),
    _flag("procedure_code_nonstandard", "Mã thủ tục không theo mẫu quốc gia: giữ nguyên.",
          "The procedure code is not of the national form: kept as it is.", "portal"),
    _flag("unit_code_restored", "Mã đơn vị mất số 0 ở đầu: đã khôi phục.",
          "The unit code had lost its leading zeros: restored.", "portal"),
    _flag("unit_name_moved",
          "Tên đơn vị đã chuyển sang đơn vị khác trong kỳ: tính cho đơn vị mang tên này vào ngày "
          "cuối của danh sách; xuất bằng mã đơn vị.",
          "The unit's name went to another unit within the period: counted for the one that bears "
          "it on the last day of the list; export codes of units.", "portal"),
    _flag("unit_unknown", "Đơn vị không có trong danh mục: tính vào nhóm chưa rõ đơn vị.",
          "The unit is not in reference.unit: counted as 'unassigned'.", "settings"),
    _flag("unit_missing", "Không có đơn vị giải quyết: tính vào nhóm chưa rõ đơn vị; bổ sung.",
          "No handling unit: counted as 'unassigned'."),
)  # fmt: skip
PAYMENT_FLAGS = (
    _flag("parts_differ_from_amount", "Phí cộng lệ phí khác tổng; kiểm tra ba số tiền.",
          "Fee plus charge is not the total; check the three amounts."),
    _flag("method_missing", "Đã thanh toán nhưng không rõ hình thức; bổ sung.",
          "Paid, but the method is not known; add it."),
    _flag("collected_before_requested", "Thu trước ngày yêu cầu; kiểm tra cả hai ngày.",
          "Collected before it was requested; check both dates."),
)  # fmt: skip
# About the register, found by a query when the quarantine is computed, as catalogues change.
CATALOGUE_FLAGS = (
    _flag("procedure_unknown", "Thủ tục không có trong danh mục; bổ sung danh mục.",
          "The procedure is not in reference.procedure; add it.", "settings"),
    _flag("info_only_filed_online", "Thủ tục chỉ cung cấp thông tin nhưng có hồ sơ trực tuyến.",
          "The procedure only gives information, yet the dossier was filed online.", "portal"),
)  # fmt: skip


# The first table that has a column names it: a payment's total and a receipt's amount are one rule.
_LABELS = {
    # The one column that no table keeps: it says which rows to leave out.
    "exclusion": "Dấu hồ sơ đã xóa, thử hoặc chuyển đổi",
    **{column.name: column.vi for table in reversed(VERSION_TABLES) for column in table.columns},
}
# How a cell is usually written, by reading; codes by their pattern.
_FORMS = {
    "date": ("ngày/tháng/năm, ví dụ 31/10/2023", "day/month/year, such as 31/10/2023"),
    "amount": ("số tiền nguyên (đồng), ví dụ 10.000", "whole đồng, such as 10.000"),
    "value": ("một giá trị có trên cổng", "one of the portal's values"),
    "flag": ("có hoặc không", "yes or no"),
    "procedure_code": ("mã thủ tục, ví dụ 1.013225", "a procedure code, such as 1.013225"),
    "name": ("tên bằng chữ", "a name in letters"),
    "unit": ("mã hoặc tên đơn vị", "the code or name of a unit"),
    DOSSIER_CODE: (
        "mã hồ sơ, ví dụ 000.00.53.H48-220921-0099",
        "a dossier code, such as 000.00.53.H48-220921-0099",
    ),
    ANY_CODE: ("mã do cổng cấp, ví dụ TT-0099", "a code of the portal, such as TT-0099"),
    RECEIPT_FORM: ("mẫu số biên lai, ví dụ 01BLP2-001", "a receipt form, such as 01BLP2-001"),
    RECEIPT_SERIES: ("ký hiệu biên lai, ví dụ AA-15T", "a receipt series, such as AA-15T"),
    RECEIPT_NUMBER: ("số biên lai, ví dụ 0001234", "a receipt number, such as 0001234"),
}


def labels_of(column: ExportColumn) -> tuple[str, str]:
    """Return what officials call a column, in Vietnamese and in English."""
    words = column.name.removeprefix("has_").removeprefix("is_").replace("_", " ")
    return _LABELS[column.name], words


def form_of(column: ExportColumn) -> tuple[str, str]:
    """Return how a cell of a column is written, in Vietnamese and in English."""
    return _FORMS[column.pattern or column.reading]


def missing_rule(column: ExportColumn) -> Rule:
    """Return the rule that a needed column is empty."""
    (vi, en), (form_vi, form_en) = labels_of(column), form_of(column)
    return Rule(
        f"{column.name}_missing",
        f"Ô “{vi}” để trống; nhập {form_vi}.",
        f"The cell “{en}” is empty; give {form_en}.",
    )


def text_rule(column: ExportColumn) -> Rule:
    """Return the rule that the text of a column could not be typed."""
    (vi, en), (form_vi, form_en) = labels_of(column), form_of(column)
    if column.reading in ("value", "flag"):
        return Rule(
            f"{column.name}_unknown",
            f"Ô “{vi}” có giá trị chưa khai báo; bổ sung giá trị đó vào cấu hình nguồn.",
            f"The cell “{en}” holds a text that is not listed; add it to the source settings.",
            repairer="settings",
        )
    return Rule(
        f"{column.name}_unreadable",
        f"Ô “{vi}” có giá trị không đọc được; nhập {form_vi}.",
        f"The cell “{en}” cannot be read; give {form_en}.",
    )


RULES = {
    rule.rule_id: rule
    for rule in (
        *ROW_RULES,
        *(missing_rule(c) for kind in KINDS.values() for c in kind.columns if c.needed),
        *(text_rule(c) for kind in KINDS.values() for c in kind.columns if c.rejects_text),
        *DOSSIER_FLAGS,
        *PAYMENT_FLAGS,
        *CATALOGUE_FLAGS,
    )
}
FLAG_IDS = frozenset(rule_id for rule_id, rule in RULES.items() if rule.severity == "flag")
