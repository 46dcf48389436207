"""Every table of the warehouse and of the published files, described once.

Belongs here: columns with type and meaning in both languages; the Dagster column schema, the
DuckDB comments and the DDL are made from it. Does not belong here: the columns of the indicator
measures (see `schemas.measures`) and anything about how a table is filled.
"""

from schemas.columns import Column, Table
from schemas.measures import MEASURES

PERIOD_START = Column("period_start", "DATE", "Ngày đầu kỳ", "First day of the period", False)
UNIT_CODE = Column("unit_code", "VARCHAR", "Mã đơn vị; 'unassigned' nếu chưa rõ",
                   "Unit code; 'unassigned' if unknown", False)  # fmt: skip
DELIVERY_ID = Column("delivery_id", "VARCHAR", "Mã tệp đã nạp",
                     "Loaded file: hash of source, export, period and content", False)  # fmt: skip
ROW_NUMBER = Column("row_number", "BIGINT", "Số dòng trong tệp, như bảng tính hiển thị",
                    "Row in the file as a spreadsheet shows it", False)  # fmt: skip
IS_LATEST = Column("is_latest", "BOOLEAN", "Trạng thái mới nhất", "The register shows this version",
                   False)  # fmt: skip
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

DOSSIER_COLUMNS = (
    Column("unit_code", "VARCHAR", "Mã đơn vị giải quyết", "Handling unit; empty if unknown"),
    Column("procedure_code", "VARCHAR", "Mã thủ tục", "Procedure, short form"),
    Column("channel", "VARCHAR", "Kênh tiếp nhận", "online, direct, postal; empty if unknown"),
    Column("state", "VARCHAR", "Trạng thái", "State of the dossier", False),
    Column("result_kind", "VARCHAR", "Loại kết quả", "result, refused, supplement, apology"),
    Column("submitted_date", "DATE", "Ngày nộp", "Submitted"),
    Column("received_date", "DATE", "Ngày tiếp nhận", "Received: the clock starts"),
    Column("due_date", "DATE", "Ngày hẹn trả", "Due, as currently valid"),
    Column("supplement_requested_date", "DATE", "Ngày yêu cầu bổ sung", "Supplement requested"),
    Column("finished_date", "DATE", "Ngày kết thúc xử lý", "Processing finished"),
    Column("returned_date", "DATE", "Ngày trả kết quả", "Result handed over"),
    Column("refused_date", "DATE", "Ngày từ chối", "Refused"),
    Column("has_digitised_input", "BOOLEAN", "Có số hóa thành phần hồ sơ", "Digitised components"),
    Column("has_reused_input", "BOOLEAN", "Có tái sử dụng", "Re-used components"),
    Column("has_e_result", "BOOLEAN", "Có kết quả điện tử", "Electronic result"),
    Column("is_paper_result_due", "BOOLEAN", "Có kết quả giấy", "A paper result is due, if stated"),
)  # fmt: skip
PAYMENT_COLUMNS = (
    Column("requested_date", "DATE", "Ngày yêu cầu thanh toán", "Requested"),
    Column("collected_date", "DATE", "Ngày thu", "Collected"),
    Column("fee_amount", "BIGINT", "Phí (đồng)", "Fee (VND)"),
    Column("charge_amount", "BIGINT", "Lệ phí (đồng)", "Charge (VND)"),
    Column("amount", "BIGINT", "Tổng tiền (đồng)", "Total (VND)", False),
    Column("method", "VARCHAR", "Hình thức thanh toán", "online, cash, transfer; empty if unknown"),
    Column("collection", "VARCHAR", "Hình thức thu", "prepaid, postpaid, exempt"),
    Column("state", "VARCHAR", "Trạng thái", "unpaid, paid, cancelled, refunded", False),
)  # fmt: skip
DOSSIER_CODE = Column("dossier_code", "VARCHAR", "Mã hồ sơ", "Dossier code", False)
DOSSIER_KEY = Column("dossier_key", "UUID", "Khóa hồ sơ (băm có khóa)", "Keyed hash of the code",
                     False)  # fmt: skip
REQUEST_CODE = Column("request_code", "VARCHAR", "Mã yêu cầu thanh toán", "Payment request", False)
REQUEST_KEY = Column("request_key", "UUID", "Khóa yêu cầu (băm có khóa)", "Keyed hash of the code",
                     False)  # fmt: skip
DELIVERY_PERIOD = Column("delivery_period", "DATE", "Kỳ của tệp", "Delivery period: its first day",
                         False)  # fmt: skip

DOSSIER_VERSION = Table(
    "core", "dossier_version", "Mọi phiên bản hồ sơ đã nạp", "Every accepted version of a dossier",
    ("delivery_id", "row_number"),
    (DELIVERY_ID, ROW_NUMBER, DELIVERY_PERIOD, IS_LATEST, DOSSIER_CODE, DOSSIER_KEY,
     *DOSSIER_COLUMNS),
)  # fmt: skip
PAYMENT_VERSION = Table(
    "core", "payment_version", "Mọi phiên bản yêu cầu thanh toán đã nạp",
    "Every accepted version of a payment request", ("delivery_id", "row_number"),
    (DELIVERY_ID, ROW_NUMBER, DELIVERY_PERIOD, IS_LATEST, REQUEST_CODE, REQUEST_KEY,
     DOSSIER_CODE, DOSSIER_KEY, *PAYMENT_COLUMNS),
)  # fmt: skip
DOSSIER = Table(
    "core", "dossier", "Sổ hồ sơ: trạng thái mới nhất của mỗi hồ sơ",
    "Register: the latest state of each dossier", ("dossier_key",),
    (DOSSIER_KEY, DELIVERY_PERIOD, *DOSSIER_COLUMNS),
)  # fmt: skip
PAYMENT_REQUEST = Table(
    "core", "payment_request", "Yêu cầu thanh toán, trạng thái mới nhất",
    "The latest state of each payment request", ("request_key",),
    (REQUEST_KEY, DOSSIER_KEY, DELIVERY_PERIOD, *PAYMENT_COLUMNS),
)  # fmt: skip

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
PROCEDURE = Table(
    "reference", "procedure", "Thủ tục hành chính", "Administrative procedures",
    ("procedure_code",),
    (Column("procedure_code", "VARCHAR", "Mã thủ tục", "Procedure code", False),
     Column("procedure_name", "VARCHAR", "Tên thủ tục", "Name", False),
     Column("field_code", "VARCHAR", "Mã lĩnh vực", "Field code", False),
     Column("field_name", "VARCHAR", "Lĩnh vực", "Field", False),
     Column("service_level", "VARCHAR", "Mức độ dịch vụ công", "full or partial online service"),
     Column("has_paper_result", "BOOLEAN", "Có kết quả giấy", "A paper result is due"),
     Column("has_fee", "BOOLEAN", "Có phí, lệ phí", "A fee is due"),
     Column("source", "VARCHAR", "Căn cứ", "Source", False)),
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

COUNT = "BIGINT"
DELIVERY = Table(
    "ops", "delivery", "Tệp đã nạp hoặc bị từ chối", "Files loaded or refused", ("delivery_id",),
    (DELIVERY_ID,
     Column("source", "VARCHAR", "Nguồn", "Source: a portal", False),
     Column("export", "VARCHAR", "Loại xuất", "Export of the source", False),
     DELIVERY_PERIOD,
     Column("file_sha256", "VARCHAR", "SHA-256 của tệp", "SHA-256 of the bytes", False),
     Column("file_suffix", "VARCHAR", "Đuôi tệp", "Suffix of the file name", False),
     Column("file_bytes", COUNT, "Kích thước (byte)", "Size", False),
     Column("state", "VARCHAR", "Trạng thái", "loaded, superseded or refused", False),
     Column("reason", "VARCHAR", "Lý do từ chối", "Why it, or a later reading of it, was refused"),
     Column("covers_to", "DATE", "Bao phủ đến ngày", "Last day the file covers"),
     Column("read_count", COUNT, "Số dòng đọc", "Rows read", False),
     Column("accepted_count", COUNT, "Số dòng nhận", "Rows accepted", False),
     Column("quarantined_count", COUNT, "Số dòng cách ly", "Rows rejected", False),
     Column("duplicate_count", COUNT, "Số dòng lặp", "Rows repeated with equal values", False),
     Column("layout_count", COUNT, "Số dòng trình bày", "Totals, signature and blank rows", False),
     Column("unit_unknown_count", COUNT, "Dòng có đơn vị chưa rõ", "Accepted, unit unknown", False),
     Column("reading_version", "VARCHAR", "Dấu vân tay cách đọc",
            "Hash of the settings the file was read with", False),
     Column("collected_at", "TIMESTAMP", "Thời điểm nhận tệp", "Arrival", False),
     Column("loaded_at", "TIMESTAMP", "Thời điểm nạp", "Loaded or refused at", False),
     Column("run_id", "VARCHAR", "Mã lần chạy", "Dagster run", False)),
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
REJECTED_ROW = Table(
    "quarantine", "rejected_row", "Dòng bị từ chối", "Rejected rows, one row a rule broken",
    ("delivery_id", "row_number", "rule_id"),
    (DELIVERY_ID, ROW_NUMBER,
     Column("rule_id", "VARCHAR", "Mã quy tắc", "Rule broken", False),
     Column("found", "VARCHAR", "Hình dạng giá trị", "What stood there: its shape only")),
)  # fmt: skip
SUMMARY = Table(
    "quarantine", "summary", "Dòng bị từ chối theo quy tắc", "Rejected rows by rule",
    ("source", "export", "delivery_period", "rule_id"),
    (Column("source", "VARCHAR", "Nguồn", "Source", False),
     Column("export", "VARCHAR", "Loại xuất", "Export", False), DELIVERY_PERIOD,
     Column("rule_id", "VARCHAR", "Mã quy tắc", "Rule broken", False),
     Column("rule_vi", "VARCHAR", "Quy tắc", "The rule in Vietnamese", False),
     Column("rule_en", "VARCHAR", "Quy tắc (tiếng Anh)", "The rule in English", False),
     Column("rejected_row_count", COUNT, "Số dòng", "Rows that broke it", False)),
)  # fmt: skip
OUTSIDE = Table(
    "quarantine", "outside", "Bản ghi không kỳ nào đếm", "Records that no period counts",
    ("record_kind", "reason", "unit_code"),
    (Column("record_kind", "VARCHAR", "Loại bản ghi", "dossier or payment_request", False),
     Column("reason", "VARCHAR", "Lý do", "Why no period counts it", False), UNIT_CODE,
     Column("record_count", COUNT, "Số bản ghi", "Records", False)),
)  # fmt: skip
MANIFEST = Table(
    "raw", "delivery", "Sổ tệp gốc", "Manifest of the raw store, beside it as JSON lines",
    ("source", "export", "period", "name", "collected_at"),
    (Column("source", "VARCHAR", "Nguồn", "Source", False),
     Column("export", "VARCHAR", "Loại xuất", "Export", False),
     Column("period", "DATE", "Kỳ", "Delivery period: its first day", False),
     Column("name", "VARCHAR", "Tên tệp", "File name (never leaves the raw store)", False),
     Column("sha256", "VARCHAR", "SHA-256", "SHA-256 of the bytes", False),
     Column("size", COUNT, "Kích thước (byte)", "Size", False),
     Column("modified_at", "TIMESTAMP", "Sửa lần cuối", "Last changed in the inbox", False),
     Column("collected_at", "TIMESTAMP", "Thời điểm nhận", "Arrival", False)),
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

WAREHOUSE_TABLES = (
    DOSSIER_VERSION, PAYMENT_VERSION, UNIT, PROCEDURE, PERIOD, INDICATOR, OWN_COUNT, BY_UNIT,
    BY_LEVEL, DELIVERY, REVISION, REJECTED_ROW, SUMMARY, OUTSIDE,
)  # fmt: skip
PUBLISHED_TABLES = (
    BY_UNIT, BY_LEVEL, UNIT, PROCEDURE, PERIOD, INDICATOR, SUMMARY, OUTSIDE, DELIVERY, REVISION,
)  # fmt: skip
PUBLISHED_DOSSIER_TABLES = (DOSSIER, PAYMENT_REQUEST, REJECTED_ROW)

TABLES = {
    table.qualified_name: table
    for table in (*WAREHOUSE_TABLES, *PUBLISHED_DOSSIER_TABLES, MANIFEST)
}
