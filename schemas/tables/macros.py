"""The macros of the published files: how each is called and what its rows are."""

from schemas.tables.columns import Column, Macro
from schemas.tables.core import DELIVERY_ID, DOSSIER_KEY, PART_NUMBER, ROW_NUMBER
from schemas.tables.indicators import FIELD_CODE, PROCEDURE_CODE, REVISION
from schemas.tables.quarantine import UNIT_CODE

AS_REPORTED = Macro(
    "ops.as_reported", "Số liệu như đã công bố", "Figures as they were reported at a time",
    (Column("asked_table", "VARCHAR", "Bảng", "Table of figures", False,
            ("by_unit", "by_level", "by_unit_field", "by_unit_procedure")),
     Column("asked_at", "TIMESTAMP", "Thời điểm", "Time in Viet Nam", False)),
    tuple(column for column in REVISION.columns if column.name != "change"),
)  # fmt: skip
_ASKED_FIGURE = (
    Column("asked_measure", "VARCHAR", "Chỉ tiêu", "A count, such as 'resolved_late_count'", False),
    Column("asked_kind", "VARCHAR", "Loại kỳ", "Kind of the period", False),
    Column("asked_end", "DATE", "Ngày cuối kỳ", "Last day of the period", False),
)
EXPLAIN = Macro(
    "explain", "Hồ sơ đứng sau một con số", "Dossiers behind a figure",
    (*_ASKED_FIGURE,
     Column("asked_unit", "VARCHAR", "Mã đơn vị", "Unit; left out: all units"),
     Column("asked_scope", "VARCHAR", "Phạm vi", "Scope; left out: subtree", True,
            ("own", "subtree"))),
    (DOSSIER_KEY, UNIT_CODE, Column("unit_level", "VARCHAR", "Cấp", "Level of the unit", False),
     PROCEDURE_CODE, FIELD_CODE, DELIVERY_ID, PART_NUMBER, ROW_NUMBER),
)  # fmt: skip
EXPLAIN_CHANGE = Macro(
    "explain_change", "Hồ sơ làm thay đổi một con số", "Dossiers that changed a figure",
    _ASKED_FIGURE,
    (Column("computed_at", "TIMESTAMP", "Thời điểm tính", "Computed at", False),
     Column("side", "VARCHAR", "Trước hay sau", "Counted until then, or since then", False,
            ("before", "after")),
     DOSSIER_KEY, UNIT_CODE, PROCEDURE_CODE, FIELD_CODE, DELIVERY_ID, PART_NUMBER, ROW_NUMBER),
)  # fmt: skip
# What the table macros above are made of.
CALENDAR_MACROS = (
    Macro("reporting_month", "Ngày đầu của tháng báo cáo có ngày này",
          "First day of the reporting month that holds the day"),
    Macro("month_reached", "Tháng báo cáo của ngày này, nếu không sau ngày chốt dữ liệu",
          "Reporting month of a day up to the cut-off; 9999-12-31 of a later one"),
    Macro("ended_day", "Ngày kết thúc hồ sơ, theo end_basis",
          "Day on which a dossier ended, by end_basis"),
    Macro("is_closed", "Hồ sơ ở trạng thái này đã đóng",
          "Whether a dossier in this state is closed"),
    Macro("timeliness", "Trước hạn, đúng hạn hay quá hạn", "How an end stands to a due date"),
    Macro("rate_pct", "Tỷ lệ phần trăm, 2 số lẻ", "Share in percent with 2 decimals"),
    Macro("payment_day", "Ngày tính của yêu cầu thanh toán", "Day on which a request counts"),
)  # fmt: skip
