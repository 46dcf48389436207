"""Every table of the warehouse and of the published files, described once."""

from schemas.tables.columns import Column, Table
from schemas.tables.core import (
    DOSSIER,
    DOSSIER_ALIAS,
    PAYMENT_REQUEST,
    PAYMENT_TRANSACTION,
    RECEIPT,
    VERSION_TABLES,
)
from schemas.tables.indicators import (
    BY_LEVEL,
    BY_LEVEL_CURRENT,
    BY_UNIT,
    BY_UNIT_CURRENT,
    BY_UNIT_FIELD,
    BY_UNIT_FIRST_DUE,
    BY_UNIT_PROCEDURE,
    COUNTED_PERIOD,
    FIGURE_CHANGE,
    FORM_06A,
    MOVED_DOSSIER,
    OWN_COUNT,
    OWN_PAYMENT,
    PAYMENT_SUM,
    PERIOD,
    PROCESSING_TIME,
    REVISION,
    TOUCHED_DOSSIER,
    WANTED_PERIOD,
)
from schemas.tables.quarantine import (
    CHECK_VALUE,
    COLLECTION,
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
    SCHEMA_VERSION,
    SUMMARY,
    UNIT_CODE,
)
from schemas.tables.values import SERVICE_LEVELS, UNIT_LEVELS

UNIT = Table(
    "reference", "unit", "Đơn vị giải quyết", "Units, with validity",
    ("unit_code", "valid_from"),
    (Column("unit_code", "VARCHAR", "Mã đơn vị", "Unit code", False),
     Column("unit_name", "VARCHAR", "Tên đơn vị", "Name", False),
     Column("unit_level", "VARCHAR", "Cấp", "Level", False, UNIT_LEVELS),
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
     Column("service_level", "VARCHAR", "Mức độ dịch vụ công", "Level of the service",
            values=SERVICE_LEVELS),
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
    "reference", "working_day", "Lịch làm việc từ năm 1900 đến 2099",
    "Every day from 1900 to 2099, and how many working days there were; Monday to Friday are "
    "worked where reference.holiday says nothing else",
    ("day",),
    (Column("day", "DATE", "Ngày", "Day", False),
     Column("is_working", "BOOLEAN", "Là ngày làm việc", "Whether the day is worked", False),
     Column("working_day_number", "INTEGER", "Số ngày làm việc tính đến hết ngày này",
            "Working days up to this day, inclusive; differences are processing times", False)),
)  # fmt: skip
INDICATOR = Table(
    "reference", "indicator", "Định nghĩa chỉ tiêu", "What every published figure means",
    ("indicator_name",),
    (Column("indicator_name", "VARCHAR", "Tên cột", "Column of the indicator tables", False),
     Column("vietnamese_name", "VARCHAR", "Tên tiếng Việt", "Vietnamese name", False),
     Column("english_name", "VARCHAR", "Tên tiếng Anh", "English name", False),
     Column("numerator", "VARCHAR", "Tử số hoặc quy tắc tính",
            "Numerator, or rule of a figure: r received, e ended, d due, q supplement requested, "
            "D0 and D1 first and last day counted", False),
     Column("denominator", "VARCHAR", "Mẫu số", "Denominator of a rate"),
     Column("source", "VARCHAR", "Căn cứ", "Source", False),
     Column("formula_version", "VARCHAR", "Phiên bản công thức", "Formula version", False)),
)  # fmt: skip
REFERENCE_FILE = Table(
    "ops", "reference_file", "Tệp danh mục đã nạp", "Reference files, as they were loaded last",
    ("table_name",),
    (Column("table_name", "VARCHAR", "Bảng", "Table of the layer reference", False),
     Column("version", "VARCHAR", "Dấu vân tay tệp", "Hash of the bytes of the file", False)),
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
INDICATOR_TABLES = (
    BY_UNIT, BY_LEVEL, BY_UNIT_FIELD, BY_UNIT_PROCEDURE, FORM_06A, BY_UNIT_FIRST_DUE,
    PROCESSING_TIME, BY_UNIT_CURRENT, BY_LEVEL_CURRENT,
)  # fmt: skip
# The tables whose rows go into the revision log when they change.
MEASURED_TABLES = (BY_UNIT, BY_LEVEL, BY_UNIT_FIELD, BY_UNIT_PROCEDURE)
# What no computation brings back. They change by numbered migrations only
# (`assets/engine/warehouse/migrations`).
DURABLE_TABLES = (
    *VERSION_TABLES, DOSSIER_ALIAS, DELIVERY, DELIVERY_PART, COLLECTION, LAYOUT, CHECK_VALUE,
    REJECTED_ROW, REVISION, MOVED_DOSSIER, SCHEMA_VERSION,
)  # fmt: skip
# What the next run computes anew from them, or reads from the settings.
DERIVED_TABLES = (
    REFERENCE_FILE, UNIT, UNIT_SUCCESSION, PROCEDURE, HOLIDAY, WORKING_DAY, PERIOD, INDICATOR,
    OWN_COUNT, OWN_PAYMENT, *INDICATOR_TABLES, PAYMENT_SUM, TOUCHED_DOSSIER, COUNTED_PERIOD,
    WANTED_PERIOD, SUMMARY, CONFLICT, GONE, ORPHAN, OUTSIDE,
)  # fmt: skip
WAREHOUSE_TABLES = (*DURABLE_TABLES, *DERIVED_TABLES)
PUBLISHED_TABLES = (
    *INDICATOR_TABLES, PAYMENT_SUM, UNIT, UNIT_SUCCESSION, PROCEDURE, HOLIDAY, WORKING_DAY,
    PERIOD, INDICATOR, SUMMARY, OUTSIDE, DELIVERY, DELIVERY_PART, COLLECTION, LAYOUT, CHECK_VALUE,
    REVISION,
)  # fmt: skip
PUBLISHED_VIEWS = (FIGURE_CHANGE,)
PUBLISHED_DOSSIER_TABLES = (
    DOSSIER, PAYMENT_REQUEST, PAYMENT_TRANSACTION, RECEIPT, PUBLISHED_REJECTED_ROW, CONFLICT, GONE,
    ORPHAN, MOVED_DOSSIER, UNIT, PROCEDURE, PERIOD,
)  # fmt: skip
TABLES = {
    table.qualified_name: table
    for table in (*PUBLISHED_DOSSIER_TABLES, *PUBLISHED_VIEWS, *WAREHOUSE_TABLES, MANIFEST, PURGE)
}
