"""Every table of the warehouse and of the published files, described once.

Belongs here: the dimensions, the indicator tables, and which tables there are; the Dagster column
schema, the DuckDB comments and the DDL are made from them. Does not belong here: the columns of
the indicator measures (see `schemas.measures`) and anything about how a table is filled.
"""

from schemas.columns import Column, Table
from schemas.core_tables import (
    DOSSIER,
    DOSSIER_ALIAS,
    PAYMENT_REQUEST,
    PAYMENT_TRANSACTION,
    RECEIPT,
    VERSION_TABLES,
)
from schemas.measures import MEASURES
from schemas.quarantine_tables import (
    CHECK_VALUE,
    CONFLICT,
    COUNT,
    DELIVERY,
    DELIVERY_PART,
    GONE,
    LAYOUT,
    MANIFEST,
    ORPHAN,
    OUTSIDE,
    PUBLISHED_REJECTED_ROW,
    PURGE,
    REJECTED_ROW,
    SUMMARY,
    UNIT_CODE,
)

PERIOD_START = Column("period_start", "DATE", "Ngày đầu kỳ", "First day of the period", False)
PERIOD_COLUMNS = (
    Column("period_kind", "VARCHAR", "Loại kỳ", "month or year_to_date", False),
    PERIOD_START,
    Column("period_end", "DATE", "Ngày cuối kỳ (tính cả ngày này)", "Nominal last day, inclusive",
           False),
    Column("period_label", "VARCHAR", "Tên kỳ", "Name of the period", False),
    Column("cutoff_date", "DATE", "Ngày chốt dữ liệu",
           "Last day counted: the period's last, at most the data's cut-off", False),
    Column("is_provisional", "BOOLEAN", "Số liệu tạm tính", "The period is not over at the cut-off",
           False),
)  # fmt: skip
MEASURE_COLUMNS = tuple(measure.column for measure in MEASURES)
COUNT_COLUMNS = tuple(measure.column for measure in MEASURES if not measure.is_rate)
UNIT = Table(
    "reference", "unit", "Đơn vị giải quyết", "Units, with validity",
    ("unit_code", "valid_from"),
    (Column("unit_code", "VARCHAR", "Mã đơn vị", "Unit code", False),
     Column("unit_name", "VARCHAR", "Tên đơn vị", "Name", False),
     Column("unit_level", "VARCHAR", "Cấp", "province, department, district, commune", False),
     Column("parent_unit_code", "VARCHAR", "Đơn vị cấp trên", "Unit above; empty at the top"),
     Column("valid_from", "DATE", "Hiệu lực từ", "First day of validity", False),
     Column("valid_to", "DATE", "Hiệu lực đến", "Last day of validity", False),
     Column("source", "VARCHAR", "Căn cứ", "Source", False)),
)  # fmt: skip
UNIT_SUCCESSION = Table(
    "reference", "unit_succession", "Đơn vị kế thừa", "Which unit goes on for one that ended",
    ("unit_code", "changed_on", "successor_code"),
    (Column("unit_code", "VARCHAR", "Mã đơn vị cũ",
            "Code of the record that ended the day before", False),
     Column("successor_code", "VARCHAR", "Mã đơn vị kế thừa",
            "Code of the record that goes on, also where the code stayed", False),
     Column("changed_on", "DATE", "Ngày thay đổi", "First day of the change", False),
     Column("source", "VARCHAR", "Căn cứ", "Source", False)),
)  # fmt: skip
PROCEDURE = Table(
    "reference", "procedure", "Thủ tục hành chính", "Administrative procedures",
    ("procedure_code",),
    (Column("procedure_code", "VARCHAR", "Mã thủ tục", "Procedure code", False),
     Column("procedure_name", "VARCHAR", "Tên thủ tục", "Name", False),
     Column("field_code", "VARCHAR", "Mã lĩnh vực", "Field code", False),
     Column("field_name", "VARCHAR", "Lĩnh vực", "Field", False),
     Column("service_level", "VARCHAR", "Mức độ dịch vụ công", "full, partial, info"),
     Column("has_paper_result", "BOOLEAN", "Có kết quả giấy", "A paper result is due"),
     Column("has_fee", "BOOLEAN", "Có phí, lệ phí", "A fee is due"),
     Column("source", "VARCHAR", "Căn cứ", "Source", False)),
)  # fmt: skip
HOLIDAY = Table(
    "reference", "holiday", "Ngày nghỉ lễ, nghỉ bù, làm bù",
    "Days off, and weekend days worked instead; other Saturdays and Sundays are off", ("day",),
    (Column("day", "DATE", "Ngày", "Day", False),
     Column("is_working", "BOOLEAN", "Là ngày làm việc",
            "false: a day off; true: a weekend day worked instead of another day", False),
     Column("holiday_name", "VARCHAR", "Tên ngày", "What the day is", False),
     Column("source", "VARCHAR", "Căn cứ", "Source", False),
     Column("valid_from", "DATE", "Hiệu lực từ", "Day from which this was known", False),
     Column("is_certain", "BOOLEAN", "Đã đối chiếu với văn bản",
            "false: not checked against the decision of that year", False)),
)  # fmt: skip
WORKING_DAY = Table(
    "reference", "working_day", "Lịch làm việc", "Every day, and how many working days there were",
    ("day",),
    (Column("day", "DATE", "Ngày", "Day", False),
     Column("is_working", "BOOLEAN", "Là ngày làm việc", "Whether the day is worked", False),
     Column("working_day_number", "INTEGER", "Số ngày làm việc tính đến hết ngày này",
            "Working days up to this day, inclusive; differences are processing times", False)),
)  # fmt: skip
PERIOD = Table(
    "reference", "period", "Kỳ báo cáo", "Reporting periods that have figures",
    ("period_kind", "period_start", "period_end"), PERIOD_COLUMNS,
)  # fmt: skip
INDICATOR = Table(
    "reference", "indicator", "Định nghĩa chỉ tiêu", "What every measure means",
    ("indicator_name",),
    (Column("indicator_name", "VARCHAR", "Tên cột", "Column of the indicator tables", False),
     Column("vietnamese_name", "VARCHAR", "Tên tiếng Việt", "Vietnamese name", False),
     Column("english_name", "VARCHAR", "Tên tiếng Anh", "English name", False),
     Column("numerator", "VARCHAR", "Tử số hoặc quy tắc đếm",
            "Numerator, or rule of a count: r received, e ended, d due, q supplement requested, "
            "D0 and D1 first and last day counted", False),
     Column("denominator", "VARCHAR", "Mẫu số", "Denominator; empty for a count"),
     Column("source", "VARCHAR", "Căn cứ", "Source", False),
     Column("formula_version", "VARCHAR", "Phiên bản công thức", "Formula version", False)),
)  # fmt: skip
UNIT_LEVEL = Column("unit_level", "VARCHAR", "Cấp; 'all' là toàn bộ",
                    "Level; 'unassigned' if unknown, 'all' for the whole", False)  # fmt: skip
SCOPE = Column("scope", "VARCHAR", "own: riêng đơn vị; subtree: cả cấp dưới",
               "own: the unit itself; subtree: with all units below", False)  # fmt: skip
OWN_COUNT = Table(
    "indicators", "own_count", "Số đếm riêng của từng đơn vị",
    "Counts of each unit record by itself: where dossiers are counted",
    ("period_kind", "period_start", "period_end", "unit_code", "unit_valid_from"),
    (*PERIOD_COLUMNS[:3], UNIT_CODE,
     Column("unit_valid_from", "DATE", "Bản ghi đơn vị", "Unit record valid on reception", False),
     Column("unit_level", "VARCHAR", "Cấp", "Level of that record", False), *COUNT_COLUMNS),
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
    ("period_kind", "period_start", "period_end", "unit_code", "scope", "is_current"),
    (*PERIOD_COLUMNS, UNIT_CODE, SCOPE, IS_CURRENT, *MEASURE_COLUMNS),
)  # fmt: skip
BY_LEVEL_CURRENT = Table(
    "indicators", "by_level_current", "Chỉ tiêu theo cấp của đơn vị ngày nay",
    "Measures by period and level of the units valid on the last day counted",
    ("period_kind", "period_start", "period_end", "unit_level", "is_current"),
    (*PERIOD_COLUMNS, UNIT_LEVEL, IS_CURRENT, *MEASURE_COLUMNS),
)  # fmt: skip
PAYMENT_SUM = Table(
    "indicators", "payment_sum", "Số tiền và số yêu cầu thanh toán theo tháng",
    "Payment requests of a month by what became of them; money is summed once a request",
    ("period_start", "unit_code", "outcome", "method"),
    (PERIOD_START, UNIT_CODE,
     Column("outcome", "VARCHAR", "Kết quả",
            "paid, exempt, zero_amount (free of charge), refunded, cancelled, unpaid", False),
     Column("method", "VARCHAR", "Hình thức", "online, cash, transfer, unknown", False),
     Column("dossier_count", "BIGINT", "Số hồ sơ", "Distinct dossiers", False),
     Column("request_count", "BIGINT", "Số yêu cầu", "Requests", False),
     Column("amount", "BIGINT", "Số tiền (đồng)", "Sum (VND); refunds are negative", False)),
)  # fmt: skip
REVISION = Table(
    "ops", "revision", "Nhật ký số liệu đã tính", "What each row said each time it changed",
    ("computed_at", "table_name", "period_kind", "period_start", "period_end", "unit_code",
     "unit_level", "scope"),
    (Column("computed_at", "TIMESTAMP", "Thời điểm tính", "Computed at", False),
     Column("run_id", "VARCHAR", "Mã lần chạy", "Dagster run", False),
     Column("formula_version", "VARCHAR", "Phiên bản công thức", "Formula version", False),
     Column("table_name", "VARCHAR", "Bảng", "by_unit or by_level", False),
     Column("change", "VARCHAR", "Thay đổi", "set: the row says this now; removed", False),
     *PERIOD_COLUMNS,
     Column("unit_code", "VARCHAR", "Mã đơn vị", "Unit (by_unit)"),
     Column("scope", "VARCHAR", "Phạm vi", "Scope (by_unit)"),
     Column("unit_level", "VARCHAR", "Cấp", "Level (by_level)"), *MEASURE_COLUMNS),
)  # fmt: skip
FILE_COLUMNS = (
    Column("table_name", "VARCHAR", "Tên bảng trong tệp", "Table in the file", False),
    Column("row_count", COUNT, "Số dòng", "Rows", False),
)
MOTCUA_FILE = Table(
    "publish", "motcua", "Tệp công bố: chỉ tiêu và danh mục", "Published: aggregates, dimensions",
    ("table_name",), FILE_COLUMNS,
)  # fmt: skip
DOSSIERS_FILE = Table(
    "publish", "dossiers", "Tệp công bố: từng hồ sơ, không tên, không mã",
    "Published: row level without names or codes", ("table_name",), FILE_COLUMNS,
)  # fmt: skip
BY_UNIT_FILE = Table(
    "publish", "by_unit_csv", "Chỉ tiêu theo đơn vị, cho bảng tính",
    "Measures by unit, for spreadsheets", BY_UNIT.key, BY_UNIT.columns,
)  # fmt: skip
RETURN_FILES = Table(
    "publish", "return_files", "Tệp trả lại cho đơn vị sửa",
    "Files to send back: each unit's rejected rows with the sentences", ("unit_code",),
    (UNIT_CODE, Column("row_count", "BIGINT", "Số dòng", "Rejected rows", False)),
)  # fmt: skip
WAREHOUSE_TABLES = (
    *VERSION_TABLES, DOSSIER_ALIAS, UNIT, UNIT_SUCCESSION, PROCEDURE, HOLIDAY, WORKING_DAY,
    PERIOD, INDICATOR, OWN_COUNT, BY_UNIT, BY_LEVEL, BY_UNIT_CURRENT, BY_LEVEL_CURRENT,
    PAYMENT_SUM, DELIVERY, DELIVERY_PART, LAYOUT, CHECK_VALUE, REVISION, REJECTED_ROW, SUMMARY,
    CONFLICT, GONE, ORPHAN, OUTSIDE,
)  # fmt: skip
PUBLISHED_TABLES = (
    BY_UNIT, BY_LEVEL, BY_UNIT_CURRENT, BY_LEVEL_CURRENT, PAYMENT_SUM, UNIT, UNIT_SUCCESSION,
    PROCEDURE, HOLIDAY, WORKING_DAY, PERIOD,
    INDICATOR, SUMMARY, OUTSIDE, DELIVERY, DELIVERY_PART, LAYOUT, CHECK_VALUE, REVISION,
)  # fmt: skip
PUBLISHED_DOSSIER_TABLES = (
    DOSSIER, PAYMENT_REQUEST, PAYMENT_TRANSACTION, RECEIPT, PUBLISHED_REJECTED_ROW, CONFLICT, GONE,
    ORPHAN,
)  # fmt: skip
TABLES = {
    table.qualified_name: table
    for table in (*PUBLISHED_DOSSIER_TABLES, *WAREHOUSE_TABLES, MANIFEST, PURGE)
}
