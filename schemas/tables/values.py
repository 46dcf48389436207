"""The values that columns may take, wherever they are read, stored or shown."""

from typing import Literal

# The kinds of export, one table of versions each.
KIND_NAMES = ("dossier", "payment", "transaction", "receipt", "procedure")

UNIT_LEVELS = ("province", "department", "district", "commune")
CHANNELS = ("online", "direct", "postal")
SERVICE_LEVELS = ("full", "partial", "info")
RESULT_KINDS = ("result", "refused", "supplement", "apology")
RETURN_METHODS = ("counter", "post", "online")
EXCLUSIONS = ("deleted", "test", "converted")
PAYMENT_METHODS = ("online", "cash", "transfer")
COLLECTIONS = ("prepaid", "postpaid", "exempt")
FEE_KINDS = ("fee", "charge")

# In the order of "the furthest state wins" (one delivery, one arrival, two rows of a dossier).
DOSSIER_STATES = (
    "new", "not_accepted", "in_process", "paused_supplement", "paused_finance", "paused_other",
    "withdrawn", "refused_after_acceptance", "finished", "returned",
)  # fmt: skip
CLOSED_STATES = ("withdrawn", "refused_after_acceptance", "finished", "returned")
PAYMENT_STATES = ("unpaid", "paid", "cancelled", "refunded")
TRANSACTION_STATES = ("started", "waiting", "failed", "succeeded")

Severity = Literal["reject", "flag"]
Repairer = Literal["unit", "portal", "settings"]
REPAIRERS: dict[Repairer, str] = {
    "unit": "Đơn vị giải quyết hồ sơ",
    "portal": "Đơn vị vận hành cổng dịch vụ công",
    "settings": "Người quản lý cấu hình nguồn và danh mục",
}
