"""The tables that say what became of deliveries: the layers raw, ops and quarantine."""

from typing import get_args

from schemas.tables.columns import Column, Table
from schemas.tables.core import (
    DELIVERY_ID,
    DELIVERY_PERIOD,
    DOSSIER_KEY,
    PART_NUMBER,
    ROW_NUMBER,
    VERSION_KEY,
)
from schemas.tables.values import DOSSIER_STATES, KIND_NAMES, REPAIRERS, Severity

COUNT = "BIGINT"
UNIT_CODE = Column("unit_code", "VARCHAR", "Mã đơn vị; 'unassigned' nếu chưa rõ",
                   "Unit code; 'unassigned' if unknown", False)  # fmt: skip
DELIVERY = Table(
    "ops", "delivery", "Tệp đã nạp hoặc bị từ chối", "Files loaded or refused", ("delivery_id",),
    (DELIVERY_ID,
     Column("source", "VARCHAR", "Nguồn", "Source: a portal", False),
     Column("export", "VARCHAR", "Loại xuất", "Export of the source", False),
     Column("kind", "VARCHAR", "Loại bản ghi", "What its rows are", False, KIND_NAMES),
     DELIVERY_PERIOD,
     Column("file_sha256", "VARCHAR", "SHA-256 của tệp", "SHA-256 of the bytes", False),
     Column("file_suffix", "VARCHAR", "Đuôi tệp", "Suffix of the file name", False),
     Column("file_bytes", COUNT, "Kích thước (byte)", "Size", False),
     Column("state", "VARCHAR", "Trạng thái", "What became of it", False,
            ("loaded", "superseded", "refused")),
     Column("reason", "VARCHAR", "Lý do từ chối", "Why it, or a later reading of it, was refused"),
     Column("covers_to", "DATE", "Bao phủ đến ngày", "Last day the file covers"),
     Column("is_coverage_stated", "BOOLEAN", "Tệp tự ghi ngày bao phủ",
            "Whether the file, or its portal, states that day; else it is the day before the file "
            "was written"),
     Column("stated_to", "DATE", "Ngày cuối mà tệp tự ghi", "Last day that the file states"),
     Column("extracted_at", "TIMESTAMP", "Thời điểm xuất tệp", "Extraction, as the file states it"),
     Column("origin", "VARCHAR", "Nguồn gốc", "Portal it was extracted from", False,
            ("local", "national")),
     Column("is_snapshot", "BOOLEAN", "Là toàn bộ danh sách", "Replaces the period's earlier files",
            False),
     Column("read_count", COUNT, "Số dòng đọc", "Rows read", False),
     Column("accepted_count", COUNT, "Số dòng nhận", "Rows accepted", False),
     Column("quarantined_count", COUNT, "Số dòng cách ly", "Rows rejected", False),
     Column("flagged_count", COUNT, "Số dòng có cảnh báo", "Accepted rows with a flag", False),
     Column("duplicate_count", COUNT, "Số dòng lặp", "Rows repeated with equal values", False),
     Column("layout_count", COUNT, "Số dòng trình bày", "Rows that are layout: ops.layout", False),
     Column("unit_unknown_count", COUNT, "Dòng có đơn vị chưa rõ", "Accepted, unit unknown", False),
     Column("warnings", "VARCHAR[]", "Cảnh báo của tệp", "What is odd about the file as a whole"),
     Column("reading_version", "VARCHAR", "Dấu vân tay cách đọc",
            "Hash of the settings the file was read with", False),
     Column("refused_version", "VARCHAR", "Dấu vân tay cách đọc bị từ chối",
            "Hash of the settings that a later reading was refused with; its rows stay"),
     Column("collected_at", "TIMESTAMP", "Thời điểm nhận tệp", "Arrival", False),
     Column("loaded_at", "TIMESTAMP", "Thời điểm nạp", "Loaded or refused at", False),
     Column("counted_at", "TIMESTAMP", "Thời điểm tính", "First counted at; empty: not yet"),
     Column("run_id", "VARCHAR", "Mã lần chạy", "Dagster run", False)),
)  # fmt: skip
DELIVERY_PART = Table(
    "ops", "delivery_part", "Các phần của tệp", "Parts of a file: sheets, members of an archive",
    ("delivery_id", "part_number"),
    (DELIVERY_ID, PART_NUMBER,
     Column("member_number", "INTEGER", "Tệp thứ mấy trong tệp nén", "Member of the archive",
            False),
     Column("sheet_number", "INTEGER", "Trang tính thứ mấy", "Sheet, or table of the page", False),
     Column("container", "VARCHAR", "Dạng tệp", "What the bytes are, whatever the suffix", False),
     Column("encoding", "VARCHAR", "Bảng mã", "Encoding of the text", False),
     Column("header_row", COUNT, "Dòng tiêu đề", "Last row of the header", False)),
)  # fmt: skip
COLLECTION = Table(
    "ops", "collection", "Lần hỏi cổng của tệp có hiệu lực",
    "What portals were asked for: deliveries in force that are a whole period, or changes",
    ("delivery_id",),
    (DELIVERY_ID,
     Column("source", "VARCHAR", "Nguồn", "Source: a portal", False),
     Column("export", "VARCHAR", "Loại xuất", "Export of the source", False),
     DELIVERY_PERIOD,
     Column("whole_asked_at", "TIMESTAMP", "Bắt đầu hỏi toàn bộ kỳ lúc",
            "Asking for the whole period began at; empty: only changes"),
     Column("changes_known_at", "TIMESTAMP", "Biết các thay đổi lúc",
            "Changes had all come at; empty: only a whole period")),
)  # fmt: skip
LAYOUT = Table(
    "ops", "layout", "Dòng trình bày theo loại", "Rows dropped because they are layout, by kind",
    ("delivery_id", "part_number", "layout_kind"),
    (DELIVERY_ID, PART_NUMBER,
     Column("layout_kind", "VARCHAR", "Loại dòng",
            "Kind of row", False,
            ("blank", "repeated_header", "column_numbers", "group", "total", "signature")),
     Column("layout_row_count", COUNT, "Số dòng", "Rows", False)),
)  # fmt: skip
CHECK_VALUE = Table(
    "ops", "check_value", "Đối chiếu dòng tổng", "What totals rows state, and what the rows give",
    ("delivery_id", "part_number", "row_number", "column_name"),
    (DELIVERY_ID, PART_NUMBER, ROW_NUMBER,
     Column("column_name", "VARCHAR", "Cột", "Amount column, or 'rows' for a number of rows",
            False),
     Column("stated", COUNT, "Số ghi trên dòng tổng", "What the totals row states", False),
     Column("counted", COUNT, "Số tính từ các dòng", "Sum over the readable rows above", False)),
)  # fmt: skip
SCHEMA_VERSION = Table(
    "ops", "schema_version", "Phiên bản cấu trúc kho dữ liệu",
    "What made the tables of the warehouse what they are; one row", ("version",),
    (Column("version", "INTEGER", "Bước chuyển đổi cuối", "Last migration", False),
     Column("definitions", "VARCHAR", "Dấu vân tay các bảng",
            "Hash of the definitions of all tables", False),
     Column("changed_at", "TIMESTAMP", "Thời điểm thay đổi", "Changed at", False)),
)  # fmt: skip
REJECTED_ROW = Table(
    "quarantine", "rejected_row", "Dòng bị từ chối, kể cả của tệp đã được thay",
    "Rejected rows, one row a rule broken; those of superseded files stay",
    ("delivery_id", "part_number", "row_number", "rule_id"),
    (DELIVERY_ID, PART_NUMBER, ROW_NUMBER,
     Column("rule_id", "VARCHAR", "Mã quy tắc", "Rule broken", False),
     Column("unit_code", "VARCHAR", "Đơn vị giải quyết", "Handling unit, if it could be read"),
     Column("record_code", "VARCHAR", "Mã hồ sơ hoặc yêu cầu", "Code of the row, if it is one"),
     Column("dossier_code", "VARCHAR", "Mã hồ sơ", "Its dossier as delivered, if it could be read"),
     Column("found", "VARCHAR", "Hình dạng giá trị", "What stood there: its shape only")),
)  # fmt: skip
# Codes stay in the warehouse.
PUBLISHED_REJECTED_ROW = Table(
    "quarantine", "rejected_row", REJECTED_ROW.vi, REJECTED_ROW.en, REJECTED_ROW.key,
    tuple(column for column in REJECTED_ROW.columns
          if column.name not in ("record_code", "dossier_code")),
)  # fmt: skip
SUMMARY = Table(
    "quarantine", "summary", "Dòng bị từ chối hoặc cảnh báo, theo quy tắc",
    "Rejected and flagged rows by rule", ("source", "export", "delivery_period", "rule_id"),
    (Column("source", "VARCHAR", "Nguồn", "Source", False),
     Column("export", "VARCHAR", "Loại xuất", "Export", False), DELIVERY_PERIOD,
     Column("rule_id", "VARCHAR", "Mã quy tắc", "Rule broken", False),
     Column("severity", "VARCHAR", "Mức độ", "Kept out, or accepted with a mark", False,
            get_args(Severity)),
     Column("repairer", "VARCHAR", "Ai sửa", "Who repairs it", False, tuple(REPAIRERS)),
     Column("rule_vi", "VARCHAR", "Quy tắc", "The rule in Vietnamese", False),
     Column("rule_en", "VARCHAR", "Quy tắc (tiếng Anh)", "The rule in English", False),
     Column("row_count", COUNT, "Số dòng", "Rows that broke it", False)),
)  # fmt: skip
CONFLICT = Table(
    "quarantine", "conflict", "Hồ sơ, thanh toán có phiên bản mâu thuẫn",
    "Dossiers and payments whose versions in force contradict each other",
    ("record_kind", "delivery_id", "part_number", "row_number", "conflict_kind",
     "other_delivery_id", "other_part_number", "other_row_number"),
    (Column("record_kind", "VARCHAR", "Loại bản ghi", "What contradicts", False,
            ("dossier", "payment", "receipt")),
     DOSSIER_KEY,
     Column("conflict_kind", "VARCHAR", "Loại mâu thuẫn",
            "What differs, a second code that is another dossier's too, or a closed state that is "
            "open again", False,
            ("unit", "procedure", "channel", "received_date", "second_code_shared", "dossier",
             "request", "amount", "state_goes_back")),
     Column("delivery_id", "VARCHAR", "Tệp được giữ", "File of the version kept", False),
     PART_NUMBER, ROW_NUMBER,
     Column("other_delivery_id", "VARCHAR", "Tệp kia", "File of the other version", False),
     Column("other_part_number", "INTEGER", "Phần của tệp kia", "Its part", False),
     Column("other_row_number", "BIGINT", "Dòng của tệp kia", "Its row", False)),
)  # fmt: skip
GONE = Table(
    "quarantine", "gone", "Hồ sơ không còn trong danh sách mới",
    "Dossiers that a newer whole list no longer holds", ("dossier_key",),
    (DOSSIER_KEY, DELIVERY_ID, PART_NUMBER, ROW_NUMBER, DELIVERY_PERIOD,
     Column("unit_code", "VARCHAR", "Mã đơn vị", "Handling unit of the last version"),
     Column("state", "VARCHAR", "Trạng thái cuối", "State of the last version", False,
            DOSSIER_STATES)),
)  # fmt: skip
ORPHAN = Table(
    "quarantine", "orphan", "Thanh toán không tìm thấy hồ sơ hoặc yêu cầu",
    "Payments, transactions and receipts whose dossier or request is not in the register",
    VERSION_KEY,
    (Column("record_kind", "VARCHAR", "Loại bản ghi", "What it is", False,
            ("payment", "transaction", "receipt")),
     Column("reason", "VARCHAR", "Lý do", "What is missing; of no_request the dossier is known",
            False, ("no_dossier", "no_request")),
     DELIVERY_ID, PART_NUMBER, ROW_NUMBER, DELIVERY_PERIOD, DOSSIER_KEY,
     Column("amount", "BIGINT", "Số tiền (đồng)", "Amount (VND)", False)),
)  # fmt: skip
PURGE = Table(
    "raw", "purge", "Nhật ký xóa tệp gốc", "Purged raw files, beside the store as JSON lines",
    ("sha256",),
    (Column("sha256", "VARCHAR", "SHA-256", "SHA-256 of the bytes", False),
     Column("source", "VARCHAR", "Nguồn", "Source", False),
     Column("export", "VARCHAR", "Loại xuất", "Export", False),
     Column("period", "DATE", "Kỳ", "Delivery period: its first day", False),
     Column("size", COUNT, "Kích thước (byte)", "Size", False),
     Column("collected_at", "TIMESTAMP", "Thời điểm nhận", "Arrival", False),
     Column("purged_at", "TIMESTAMP", "Thời điểm xóa", "Purged", False)),
)  # fmt: skip
OUTSIDE = Table(
    "quarantine", "outside", "Bản ghi không kỳ nào đếm", "Records that no period counts",
    ("record_kind", "reason", "unit_code"),
    (Column("record_kind", "VARCHAR", "Loại bản ghi", "What it is", False,
            ("dossier", "payment")),
     Column("reason", "VARCHAR", "Lý do",
            "Why no period counts it", False,
            ("new", "not_accepted", "no_received_date", "received_after_cutoff",
             "closed_before_first_period", "closed_undated_before_first_period",
             "payment_without_dossier", "payment_undated", "payment_before_first_period",
             "payment_after_cutoff")), UNIT_CODE,
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
     Column("collected_at", "TIMESTAMP", "Thời điểm nhận", "Arrival", False),
     Column("scope", "VARCHAR", "Phạm vi", "What a portal was asked for; empty: file of the inbox",
            True, ("whole", "changes")),
     Column("asked_at", "TIMESTAMP", "Thời điểm hỏi cổng", "When the portal was asked"),
     Column("covers_to", "DATE", "Bao phủ đến ngày", "Last day that a portal's reply covers")),
)  # fmt: skip
