"""Tables of figures: periods, counts, rates, what they said before, what is still to count."""

from dataclasses import replace

from schemas.tables.columns import Column, Table
from schemas.tables.core import DOSSIER_COLUMNS, DOSSIER_KEY
from schemas.tables.measures import (
    COUNTS,
    FIRST_DUE,
    FIRST_DUE_RATE,
    FORM_COLUMNS,
    LEFT_OUT,
    MEASURES,
    OWN_MEASURES,
    PAYMENT_SUMS,
    RATES,
    TIMES,
)
from schemas.tables.quarantine import UNIT_CODE
from schemas.tables.values import PAYMENT_METHODS, UNIT_LEVELS

PERIOD_START = Column("period_start", "DATE", "Ngày đầu kỳ", "First day of the period", False)
PERIOD_KEY = (
    Column("period_kind", "VARCHAR", "Loại kỳ", "Kind of the period", False,
           ("month", "quarter", "half_year", "nine_months", "year", "year_to_date")),
    PERIOD_START,
    Column("period_end", "DATE", "Ngày cuối kỳ (tính cả ngày này)", "Nominal last day, inclusive",
           False),
)  # fmt: skip
PERIOD_COLUMNS = (
    *PERIOD_KEY,
    Column("period_label", "VARCHAR", "Tên kỳ", "Name of the period", False),
    Column("cutoff_date", "DATE", "Ngày chốt dữ liệu",
           "Last day counted: the period's last, at most the data's cut-off", False),
    Column("is_provisional", "BOOLEAN", "Số liệu tạm tính", "The period is not over at the cut-off",
           False),
    Column("end_basis", "VARCHAR", "Ngày tính kết thúc",
           "Which day ends a dossier", False, ("finished", "returned")),
    Column("closed_other", "VARCHAR", "Cách tính hồ sơ rút, từ chối",
           "Whether withdrawn and refused ones count within resolved", False,
           ("separate", "resolved")),
    Column("formula_version", "VARCHAR", "Phiên bản công thức", "Formula version", False),
)  # fmt: skip
# Empty where a row was reported before there was the measure.
MEASURE_COLUMNS = tuple(replace(measure.column, nullable=True) for measure in MEASURES)
PERIOD = Table(
    "reference", "period", "Kỳ báo cáo", "Reporting periods that have figures",
    ("period_kind", "period_start", "period_end"), PERIOD_COLUMNS,
)  # fmt: skip
UNIT_LEVEL = Column("unit_level", "VARCHAR", "Cấp; 'all' là toàn bộ",
                    "Level; 'unassigned' if unknown, 'all' for the whole", False,
                    (*UNIT_LEVELS, "unassigned", "all"))  # fmt: skip
SCOPE = Column("scope", "VARCHAR", "own: riêng đơn vị; subtree: cả cấp dưới",
               "The unit itself, or with all units below", False, ("own", "subtree"))  # fmt: skip
FIELD_CODE = Column("field_code", "VARCHAR", "Mã lĩnh vực; 'unassigned' nếu không rõ",
                    "Field; 'unassigned' if unknown", False)  # fmt: skip
PROCEDURE_CODE = Column("procedure_code", "VARCHAR", "Mã thủ tục; 'unassigned' nếu không rõ",
                        "Procedure; 'unassigned' if unknown", False)  # fmt: skip
OWN_KEY = (
    *PERIOD_KEY, UNIT_CODE,
    Column("unit_valid_from", "DATE", "Bản ghi đơn vị", "Unit record valid on reception", False),
    Column("unit_level", "VARCHAR", "Cấp", "Level of that record", False),
    PROCEDURE_CODE, FIELD_CODE,
)  # fmt: skip
PERIOD_NAMES = tuple(column.name for column in PERIOD_KEY)
OWN_COUNT = Table(
    "indicators", "own_count", "Số đếm riêng của từng đơn vị",
    "Counts of each unit record by itself and procedure: where dossiers are counted",
    (*PERIOD_NAMES, "unit_code", "unit_valid_from", "procedure_code"),
    (*OWN_KEY, *(measure.column for measure in OWN_MEASURES)),
)  # fmt: skip
OWN_PAYMENT = Table(
    "indicators", "own_payment", "Số hồ sơ nộp phí, lệ phí của từng đơn vị",
    "Dossiers of each unit record by itself and procedure that paid", OWN_COUNT.key,
    (*OWN_KEY, *(measure.column for measure in MEASURES if measure.is_paid)),
)  # fmt: skip
BY_UNIT = Table(
    "indicators", "by_unit", "Chỉ tiêu theo đơn vị", "Measures by period, unit and scope",
    ("period_kind", "period_start", "period_end", "unit_code", "scope"),
    (*PERIOD_COLUMNS, UNIT_CODE, SCOPE, *MEASURE_COLUMNS),
)  # fmt: skip
BY_LEVEL = Table(
    "indicators", "by_level", "Chỉ tiêu theo cấp", "Measures by period and level of the unit",
    ("period_kind", "period_start", "period_end", "unit_level"),
    (*PERIOD_COLUMNS, UNIT_LEVEL, *MEASURE_COLUMNS),
)  # fmt: skip
IS_CURRENT = Column(
    "is_current", "BOOLEAN", "Là đơn vị ngày nay",
    "false: kept by a unit that is no more and has no or several successors", False,
)  # fmt: skip
BY_UNIT_CURRENT = Table(
    "indicators", "by_unit_current", "Chỉ tiêu theo đơn vị ngày nay",
    "Measures by period, history summed up on the units valid on the last day counted",
    (*BY_UNIT.key, "is_current"),
    (*PERIOD_COLUMNS, UNIT_CODE, SCOPE, IS_CURRENT, *MEASURE_COLUMNS),
)  # fmt: skip
BY_LEVEL_CURRENT = Table(
    "indicators", "by_level_current", "Chỉ tiêu theo cấp của đơn vị ngày nay",
    "Measures by period and level of the units valid on the last day counted",
    (*BY_LEVEL.key, "is_current"),
    (*PERIOD_COLUMNS, UNIT_LEVEL, IS_CURRENT, *MEASURE_COLUMNS),
)  # fmt: skip
BY_UNIT_FIELD = Table(
    "indicators", "by_unit_field", "Chỉ tiêu theo đơn vị và lĩnh vực",
    "Measures by period, unit by itself and field", (*PERIOD_NAMES, "unit_code", "field_code"),
    (*PERIOD_COLUMNS, UNIT_CODE, FIELD_CODE, *MEASURE_COLUMNS),
)  # fmt: skip
BY_UNIT_PROCEDURE = Table(
    "indicators", "by_unit_procedure", "Chỉ tiêu theo đơn vị và thủ tục",
    "Measures by period, unit by itself and procedure",
    (*PERIOD_NAMES, "unit_code", "procedure_code"),
    (*PERIOD_COLUMNS, UNIT_CODE, PROCEDURE_CODE, FIELD_CODE, *MEASURE_COLUMNS),
)  # fmt: skip
FORM_06A = Table(
    "indicators", "form_06a", "Biểu II.06a/VPCP/KSTT", "Form II.06a, columns 3 to 13",
    (*PERIOD_NAMES, "unit_code", "scope", "field_code"),
    (*PERIOD_COLUMNS, UNIT_CODE, SCOPE,
     Column("field_code", "VARCHAR", "Mã lĩnh vực; 'all' là mọi lĩnh vực",
            "Field, of the unit by itself; 'all' for every field", False),
     *(measure.column for measure in (*FORM_COLUMNS, LEFT_OUT))),
)  # fmt: skip
BY_UNIT_FIRST_DUE = Table(
    "indicators", "by_unit_first_due", "Đánh giá theo ngày hẹn trả ban đầu",
    "Judged by the first due date beside the current one; for management", BY_UNIT.key,
    (*PERIOD_COLUMNS, UNIT_CODE, SCOPE,
     *(measure.column for measure in COUNTS
       if measure.name in ("resolved_count", "resolved_late_count")),
     *(measure.column for measure in FIRST_DUE),
     *(measure.column for measure in COUNTS if measure.name == "pending_overdue_count"),
     *(measure.column for measure in RATES if measure.name == "on_time_pct"),
     FIRST_DUE_RATE.column),
)  # fmt: skip
PROCESSING_TIME = Table(
    "indicators", "processing_time", "Thời gian giải quyết theo thủ tục",
    "Working days from reception to end of the resolved dossiers, by procedure",
    (*PERIOD_NAMES, "procedure_code"),
    (*PERIOD_COLUMNS, PROCEDURE_CODE, FIELD_CODE,
     *(measure.column for measure in COUNTS if measure.name == "resolved_count"),
     *(measure.column for measure in TIMES)),
)  # fmt: skip
PAYMENT_SUM = Table(
    "indicators", "payment_sum", "Số tiền và số yêu cầu thanh toán theo tháng",
    "Payment requests of a month by what became of them; money is summed once a request",
    ("period_start", "unit_code", "outcome", "method"),
    (PERIOD_START, UNIT_CODE,
     Column("outcome", "VARCHAR", "Kết quả",
            "What became of the requests; zero_amount: free of charge; paid_refunded: paid, and "
            "later refunded", False,
            ("paid", "exempt", "zero_amount", "paid_refunded", "refunded", "cancelled", "unpaid")),
     Column("method", "VARCHAR", "Hình thức", "Means of payment", False,
            (*PAYMENT_METHODS, "unknown")),
     *(measure.column for measure in PAYMENT_SUMS)),
)  # fmt: skip
REVISION_KEYS = (
    Column("unit_code", "VARCHAR", "Mã đơn vị", "Unit; empty for by_level"),
    Column("scope", "VARCHAR", "Phạm vi", "Scope (by_unit)"),
    Column("unit_level", "VARCHAR", "Cấp", "Level (by_level)"),
    Column("field_code", "VARCHAR", "Mã lĩnh vực", "Field (by_unit_field, by_unit_procedure)"),
    Column("procedure_code", "VARCHAR", "Mã thủ tục", "Procedure (by_unit_procedure)"),
)
REVISION = Table(
    "ops", "revision", "Nhật ký số liệu đã tính", "What each row said each time it changed",
    ("computed_at", "table_name", *PERIOD_NAMES, "unit_code", "unit_level", "scope", "field_code",
     "procedure_code"),
    (Column("computed_at", "TIMESTAMP", "Thời điểm tính", "Computed at", False),
     Column("run_id", "VARCHAR", "Mã lần chạy", "Dagster run", False),
     Column("table_name", "VARCHAR", "Bảng", "Table of figures", False,
            ("by_unit", "by_level", "by_unit_field", "by_unit_procedure")),
     Column("change", "VARCHAR", "Thay đổi", "The row says this now, or is removed", False,
            ("set", "removed")),
     *PERIOD_COLUMNS,
     *REVISION_KEYS, *MEASURE_COLUMNS),
)  # fmt: skip
FIGURE_CHANGE = Table(
    "ops", "figure_change", "Số liệu thay đổi giữa hai lần tính",
    "What changed between two computations of a row; a view of ops.revision",
    ("computed_at", "table_name", *PERIOD_NAMES, "unit_code", "scope", "unit_level", "field_code",
     "procedure_code", "measure"),
    (Column("table_name", "VARCHAR", "Bảng", "Table"), *PERIOD_COLUMNS[:4], PERIOD_COLUMNS[5],
     *REVISION_KEYS,
     Column("measure", "VARCHAR", "Chỉ tiêu", "Measure: a column of the table"),
     Column("before_said", "DECIMAL(18,2)", "Số trước", "What it said before"),
     Column("now_said", "DECIMAL(18,2)", "Số sau", "What it says since; empty: the row is gone"),
     Column("difference", "DECIMAL(19,2)", "Chênh lệch", "Difference"),
     Column("before_computed_at", "TIMESTAMP", "Lần tính trước", "Computed before at"),
     Column("computed_at", "TIMESTAMP", "Lần tính này", "Computed at"),
     Column("run_id", "VARCHAR", "Mã lần chạy", "Dagster run")),
)  # fmt: skip
PLACE = (
    Column("delivery_id", "VARCHAR", "Mã tệp đã nạp", "File of the version"),
    Column("part_number", "INTEGER", "Phần của tệp", "Its part"),
    Column("row_number", "BIGINT", "Số dòng", "Its row"),
)
# What a dossier says may be empty here: it was not in the register.
_STATE_COLUMNS = tuple(replace(column, nullable=True) for column in DOSSIER_COLUMNS)
TOUCHED_DOSSIER = Table(
    "ops", "touched_dossier", "Hồ sơ thay đổi, chưa tính lại",
    "Dossiers that changed since they were counted, as they were counted; without a state: not at "
    "all", ("dossier_key",), (DOSSIER_KEY, *PLACE, *_STATE_COLUMNS),
)  # fmt: skip
COUNTED_PERIOD = Table(
    "ops", "counted_period", "Kỳ đã tính", "Periods as they were counted last", PERIOD_NAMES,
    (*PERIOD_KEY,
     Column("cutoff_date", "DATE", "Ngày chốt dữ liệu", "Last day counted", False),
     Column("basis", "VARCHAR", "Cơ sở tính", "Hash of formula, settings, units, procedures",
            False)),
)  # fmt: skip
WANTED_PERIOD = Table(
    "ops", "wanted_period", "Kỳ còn phải tính của từng bảng",
    "Periods whose own counts changed since the table was computed", ("table_name", *PERIOD_NAMES),
    (Column("table_name", "VARCHAR", "Bảng", "Table", False), *PERIOD_KEY),
)  # fmt: skip
MOVED_DOSSIER = Table(
    "ops", "moved_dossier", "Hồ sơ làm thay đổi số liệu đã tính",
    "What dossiers said before and after a computation that they changed",
    ("computed_at", "dossier_key", "side"),
    (Column("computed_at", "TIMESTAMP", "Thời điểm tính", "Computed at", False),
     Column("run_id", "VARCHAR", "Mã lần chạy", "Dagster run", False), DOSSIER_KEY,
     Column("side", "VARCHAR", "Trước hay sau", "One alone: the dossier came, or went", False,
            ("before", "after")),
     *PLACE, *_STATE_COLUMNS),
)  # fmt: skip
