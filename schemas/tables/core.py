"""The tables of the layer core: every version of what was delivered, and the registers."""

from schemas.tables.columns import Column, Table
from schemas.tables.values import (
    CHANNELS,
    COLLECTIONS,
    DOSSIER_STATES,
    FEE_KINDS,
    PAYMENT_METHODS,
    PAYMENT_STATES,
    RESULT_KINDS,
    RETURN_METHODS,
    SERVICE_LEVELS,
    TRANSACTION_STATES,
)

DELIVERY_ID = Column("delivery_id", "VARCHAR", "Mã tệp đã nạp",
                     "Loaded file: hash of source, export, period and content", False)  # fmt: skip
ROW_NUMBER = Column("row_number", "BIGINT", "Số dòng trong tệp, như bảng tính hiển thị",
                    "Row in the file as a spreadsheet shows it", False)  # fmt: skip
PART_NUMBER = Column("part_number", "INTEGER", "Phần của tệp (trang tính, tệp nén)",
                     "Part of the file: a sheet, or a member of an archive", False)  # fmt: skip
IS_LATEST = Column("is_latest", "BOOLEAN", "Trạng thái mới nhất", "The register shows this version",
                   False)  # fmt: skip
IS_GONE = Column("is_gone", "BOOLEAN", "Không còn trong danh sách mới hơn",
                 "A newer whole list no longer holds it: out of the register", False)  # fmt: skip
FLAGS = Column("flags", "VARCHAR[]", "Cảnh báo của dòng", "Ids of the rules the row was flagged by")
DOSSIER_COLUMNS = (
    Column("unit_code", "VARCHAR", "Mã đơn vị giải quyết", "Handling unit; empty if unknown"),
    Column("procedure_code", "VARCHAR", "Mã thủ tục", "Procedure, short form"),
    Column("channel", "VARCHAR", "Kênh tiếp nhận", "Channel, if known", values=CHANNELS),
    Column("service_level", "VARCHAR", "Mức độ dịch vụ công", "Level of the service, if stated",
           values=SERVICE_LEVELS),
    Column("state", "VARCHAR", "Trạng thái", "State of the dossier", False, DOSSIER_STATES),
    Column("result_kind", "VARCHAR", "Loại kết quả", "What came of it", values=RESULT_KINDS),
    Column("return_method", "VARCHAR", "Hình thức trả kết quả", "How the result is handed over",
           values=RETURN_METHODS),
    Column("submitted_date", "DATE", "Ngày nộp", "Submitted"),
    Column("received_date", "DATE", "Ngày tiếp nhận", "Received: the clock starts"),
    Column("due_date", "DATE", "Ngày hẹn trả", "Due, as currently valid"),
    Column("first_due_date", "DATE", "Ngày hẹn trả ban đầu", "Due, as first delivered"),
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
    Column("refunded_date", "DATE", "Ngày hoàn", "Refunded"),
    Column("fee_amount", "BIGINT", "Phí (đồng)", "Fee (VND)"),
    Column("charge_amount", "BIGINT", "Lệ phí (đồng)", "Charge (VND)"),
    Column("amount", "BIGINT", "Tổng tiền (đồng)", "Total (VND)", False),
    Column("method", "VARCHAR", "Hình thức thanh toán", "Means of payment, if known",
           values=PAYMENT_METHODS),
    Column("collection", "VARCHAR", "Hình thức thu", "When it is collected, if at all",
           values=COLLECTIONS),
    Column("receipt_numbers", "VARCHAR[]", "Số biên lai", "Receipts of the request"),
    Column("state", "VARCHAR", "Trạng thái", "State of the request", False, PAYMENT_STATES),
)  # fmt: skip
TRANSACTION_COLUMNS = (
    Column("transaction_date", "DATE", "Thời gian giao dịch", "Day of the transaction"),
    Column("amount", "BIGINT", "Số tiền (đồng)", "Amount (VND)", False),
    Column("state", "VARCHAR", "Trạng thái", "State of the transaction", False,
           TRANSACTION_STATES),
)  # fmt: skip
RECEIPT_COLUMNS = (
    Column("issued_date", "DATE", "Ngày lập biên lai", "Issued"),
    Column("fee_kind", "VARCHAR", "Phí hay lệ phí", "Fee or charge, if known", values=FEE_KINDS),
    Column("amount", "BIGINT", "Số tiền (đồng)", "Amount (VND)", False),
)
DOSSIER_CODE = Column("dossier_code", "VARCHAR", "Mã hồ sơ", "Dossier code: the first of its codes "
                      "in alphabetical order, where it has several; one of another than the "
                      "national form stands behind its source: riverton/RV-2023-1",
                      False)  # fmt: skip
DELIVERED_CODE = Column("delivered_dossier_code", "VARCHAR", "Mã hồ sơ trong tệp",
                        "Code as delivered, where it is another")  # fmt: skip
OTHER_CODE = Column("other_dossier_code", "VARCHAR", "Mã hồ sơ thứ hai", "Second code, if stated")
DOSSIER_KEY = Column("dossier_key", "UUID", "Khóa hồ sơ (băm có khóa)", "Keyed hash of the code",
                     False)  # fmt: skip
REQUEST_CODE = Column("request_code", "VARCHAR", "Mã yêu cầu thanh toán", "Payment request", False)
REQUEST_KEY = Column("request_key", "UUID", "Khóa yêu cầu (băm có khóa)",
                     "Keyed hash of source and code", False)  # fmt: skip
MAYBE_REQUEST_CODE = Column("request_code", "VARCHAR", "Mã yêu cầu thanh toán", "Its request")
MAYBE_REQUEST_KEY = Column(
    "request_key", "UUID", "Khóa yêu cầu", "Keyed hash of source and request code"
)
TRANSACTION_CODE = Column("transaction_code", "VARCHAR", "Mã giao dịch", "Transaction", False)
TRANSACTION_KEY = Column("transaction_key", "UUID", "Khóa giao dịch (băm có khóa)",
                         "Keyed hash of source and code", False)  # fmt: skip
RECEIPT_NUMBER = Column("receipt_number", "VARCHAR", "Số biên lai", "Receipt, zeros kept", False)
RECEIPT_FORM = Column("receipt_form", "VARCHAR", "Mẫu số biên lai", "Form of the receipt")
RECEIPT_SERIES = Column(
    "receipt_series", "VARCHAR", "Ký hiệu biên lai", "Series: numbers run in it"
)
RECEIPT_KEY = Column("receipt_key", "UUID", "Khóa biên lai (băm có khóa)",
                     "Keyed hash of source, form, series and number", False)  # fmt: skip
DELIVERY_PERIOD = Column("delivery_period", "DATE", "Kỳ của tệp", "Delivery period: its first day",
                         False)  # fmt: skip
# What every version table begins with; the columns of the row follow.
BOOKKEEPING = (DELIVERY_ID, PART_NUMBER, ROW_NUMBER, DELIVERY_PERIOD, IS_LATEST, IS_GONE, FLAGS)
VERSION_KEY = ("delivery_id", "part_number", "row_number")


def _version(name: str, vi: str, en: str, *columns: Column) -> Table:
    return Table("core", name, vi, en, VERSION_KEY, (*BOOKKEEPING, *columns))


DOSSIER_VERSION = _version(
    "dossier_version", "Mọi phiên bản hồ sơ đã nạp", "Every accepted version of a dossier",
    DOSSIER_CODE, DELIVERED_CODE, OTHER_CODE, DOSSIER_KEY, *DOSSIER_COLUMNS,
)  # fmt: skip
PAYMENT_VERSION = _version(
    "payment_version", "Mọi phiên bản yêu cầu thanh toán đã nạp",
    "Every accepted version of a payment request",
    REQUEST_CODE, REQUEST_KEY, DOSSIER_CODE, DELIVERED_CODE, DOSSIER_KEY, *PAYMENT_COLUMNS,
)  # fmt: skip
TRANSACTION_VERSION = _version(
    "transaction_version", "Mọi phiên bản giao dịch thanh toán đã nạp",
    "Every accepted version of a payment transaction",
    TRANSACTION_CODE, TRANSACTION_KEY, MAYBE_REQUEST_CODE, MAYBE_REQUEST_KEY, DOSSIER_CODE,
    DELIVERED_CODE, DOSSIER_KEY, *TRANSACTION_COLUMNS,
)  # fmt: skip
RECEIPT_VERSION = _version(
    "receipt_version", "Mọi phiên bản biên lai đã nạp", "Every accepted version of a receipt",
    RECEIPT_NUMBER, RECEIPT_FORM, RECEIPT_SERIES, RECEIPT_KEY, MAYBE_REQUEST_CODE,
    MAYBE_REQUEST_KEY, DOSSIER_CODE, DELIVERED_CODE, DOSSIER_KEY, *RECEIPT_COLUMNS,
)  # fmt: skip
DOSSIER_ALIAS = Table(
    "core", "dossier_alias", "Hồ sơ có hai mã", "Codes that are another code's dossier",
    ("alias_code",),
    (Column("alias_code", "VARCHAR", "Mã khác", "The other code", False),
     Column("dossier_code", "VARCHAR", "Mã hồ sơ", "The agreed code: the first of the group",
            False)),
)  # fmt: skip
DOSSIER = Table(
    "core", "dossier", "Sổ hồ sơ: trạng thái mới nhất của mỗi hồ sơ",
    "Register: the latest state of each dossier", ("dossier_key",),
    (DOSSIER_KEY, DELIVERY_PERIOD, DELIVERY_ID, PART_NUMBER, ROW_NUMBER, *DOSSIER_COLUMNS, FLAGS),
)  # fmt: skip
PAYMENT_REQUEST = Table(
    "core", "payment_request", "Yêu cầu thanh toán, trạng thái mới nhất",
    "The latest state of each payment request", ("request_key",),
    (REQUEST_KEY, DOSSIER_KEY, DELIVERY_PERIOD, *PAYMENT_COLUMNS, FLAGS),
)  # fmt: skip
PAYMENT_TRANSACTION = Table(
    "core", "payment_transaction", "Giao dịch thanh toán, trạng thái mới nhất",
    "The latest state of each transaction; it counts in no measure", ("transaction_key",),
    (TRANSACTION_KEY, MAYBE_REQUEST_KEY, DOSSIER_KEY, DELIVERY_PERIOD, *TRANSACTION_COLUMNS, FLAGS),
)  # fmt: skip
RECEIPT = Table(
    "core", "receipt", "Biên lai", "Receipts; they count in no measure", ("receipt_key",),
    (RECEIPT_KEY, RECEIPT_NUMBER, RECEIPT_FORM, RECEIPT_SERIES, MAYBE_REQUEST_KEY, DOSSIER_KEY,
     DELIVERY_PERIOD, *RECEIPT_COLUMNS, FLAGS),
)  # fmt: skip
PROCEDURE_VERSION = _version(
    "procedure_version", "Danh mục thủ tục đã nạp từ tệp", "Procedures as catalogues deliver them",
    Column("procedure_code", "VARCHAR", "Mã thủ tục", "Procedure code", False),
    Column("procedure_name", "VARCHAR", "Tên thủ tục", "Name", False),
    Column("field_name", "VARCHAR", "Lĩnh vực", "Field"),
    Column("issuing_authority", "VARCHAR", "Cơ quan ban hành", "Issuing authority"),
    Column("service_level", "VARCHAR", "Mức độ dịch vụ công", "Level of the service, if stated",
           values=SERVICE_LEVELS),
    Column("has_paper_result", "BOOLEAN", "Có kết quả giấy", "A paper result is due, if stated"),
    Column("has_fee", "BOOLEAN", "Có phí, lệ phí", "A fee is due, if stated"),
)  # fmt: skip
VERSION_TABLES = (
    DOSSIER_VERSION, PAYMENT_VERSION, TRANSACTION_VERSION, RECEIPT_VERSION, PROCEDURE_VERSION,
)  # fmt: skip
