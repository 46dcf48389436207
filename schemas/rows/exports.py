"""What an export can hold: the columns a source may map, by kind, and how each is read."""

from dataclasses import dataclass
from typing import Literal

from schemas.tables import (
    CHANNELS,
    COLLECTIONS,
    DOSSIER_STATES,
    EXCLUSIONS,
    FEE_KINDS,
    PAYMENT_METHODS,
    PAYMENT_STATES,
    RESULT_KINDS,
    RETURN_METHODS,
    SERVICE_LEVELS,
    TRANSACTION_STATES,
)

Reading = Literal["code", "procedure_code", "unit", "date", "value", "flag", "amount", "name"]

# Formats of codes: TT 01/2018/TT-VPCP Art. 19 (dossiers), the national procedure database.
DOSSIER_CODE = r"(\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(\.\d{1,4}){0,3}-\d{6}-\d{4,7}"
# A code has a digit and no name does; ten or twelve digits alone may be a telephone or a citizen.
ANY_CODE = r"[A-Z][A-Z0-9]*([-._/][A-Z0-9]+)*[-._/][A-Z0-9]*\d[A-Z0-9]*"
# Form and series of receipts (Circular 303/2016/TT-BTC, Decree 123/2020/ND-CP): 01BLP2-001, AA-15T.
RECEIPT_FORM = r"\d{2}[A-Z]{2,3}\d?-\d{3}|[A-Z]\d{2}-[A-Z]{2}|\d{1,2}/\d{3}|\d"
RECEIPT_SERIES = r"\d?[A-Z]{1,3}[-/]?\d{2}[A-Z]{1,3}"
RECEIPT_NUMBER = r"([A-Z0-9]{1,6}[-/][A-Z0-9]{1,8}[-/])?\d{5,8}"


@dataclass(frozen=True)
class ExportColumn:
    """A column of an export: its canonical name, how its text is read, whether a row needs it.

    `values` are the canonical values of a `value` column; a source lists the texts of each.
    `pattern` is the form of a `code` column; a source may give another. `is_list` is a cell that
    holds several codes.
    """

    name: str
    reading: Reading
    needed: bool = False
    values: tuple[str, ...] = ()
    pattern: str = ""
    is_list: bool = False

    @property
    def rejects_text(self) -> bool:
        """Whether text that cannot be typed is a fault of the row.

        A unit nobody knows counts as unassigned, a name is any text, and a remark that is no mark
        of exclusion says nothing against the row.
        """
        return self.reading not in ("unit", "name") and self.name != "exclusion"


@dataclass(frozen=True)
class Kind:
    """A kind of export: the table its accepted rows go to and the columns it may hold.

    `key` is the column of the code that every row has, `identity` the stored column by which two
    rows are one record. `states` are in the order of "the furthest wins"; a kind without has none.
    By one of the `asked_days` a portal is asked for a period.
    """

    name: str
    table: str
    register: str
    key: str
    identity: str
    states: tuple[str, ...]
    columns: tuple[ExportColumn, ...]
    asked_days: tuple[str, ...] = ()

    def column(self, name: str) -> ExportColumn:
        """Return the column called `name`; KeyError if the kind has none."""
        return {column.name: column for column in self.columns}[name]

    @property
    def has_dossier(self) -> bool:
        """Whether its rows belong to a dossier."""
        return any(column.name == "dossier_code" for column in self.columns)


_DOSSIER_CODE = ExportColumn("dossier_code", "code", needed=True, pattern=DOSSIER_CODE)
_REQUEST_CODE = ExportColumn("request_code", "code", pattern=ANY_CODE)

DOSSIER = Kind(
    "dossier",
    "core.dossier_version",
    "core.dossier",
    "dossier_code",
    "dossier_key",
    DOSSIER_STATES,
    (
        _DOSSIER_CODE,
        ExportColumn("other_dossier_code", "code", pattern=DOSSIER_CODE),
        ExportColumn("procedure_code", "procedure_code"),
        ExportColumn("unit_code", "unit"),
        ExportColumn("channel", "value", values=CHANNELS),
        ExportColumn("service_level", "value", values=SERVICE_LEVELS),
        ExportColumn("submitted_date", "date"),
        ExportColumn("received_date", "date"),
        ExportColumn("due_date", "date"),
        ExportColumn("supplement_requested_date", "date"),
        ExportColumn("finished_date", "date"),
        ExportColumn("returned_date", "date"),
        ExportColumn("refused_date", "date"),
        ExportColumn("result_kind", "value", values=RESULT_KINDS),
        ExportColumn("return_method", "value", values=RETURN_METHODS),
        ExportColumn("has_digitised_input", "flag"),
        ExportColumn("has_reused_input", "flag"),
        ExportColumn("has_e_result", "flag"),
        ExportColumn("is_paper_result_due", "flag"),
        ExportColumn("exclusion", "value", values=EXCLUSIONS),
        ExportColumn("state", "value", needed=True, values=DOSSIER_STATES),
    ),
    ("received_date",),
)

PAYMENT = Kind(
    "payment",
    "core.payment_version",
    "core.payment_request",
    "request_code",
    "request_key",
    PAYMENT_STATES,
    (
        ExportColumn("request_code", "code", needed=True, pattern=ANY_CODE),
        _DOSSIER_CODE,
        ExportColumn("requested_date", "date"),
        ExportColumn("collected_date", "date"),
        ExportColumn("refunded_date", "date"),
        ExportColumn("fee_amount", "amount"),
        ExportColumn("charge_amount", "amount"),
        ExportColumn("amount", "amount", needed=True),
        ExportColumn("method", "value", values=PAYMENT_METHODS),
        ExportColumn("collection", "value", values=COLLECTIONS),
        ExportColumn("receipt_numbers", "code", pattern=RECEIPT_NUMBER, is_list=True),
        ExportColumn("state", "value", needed=True, values=PAYMENT_STATES),
    ),
    ("requested_date", "collected_date"),
)

TRANSACTION = Kind(
    "transaction",
    "core.transaction_version",
    "core.payment_transaction",
    "transaction_code",
    "transaction_key",
    TRANSACTION_STATES,
    (
        ExportColumn("transaction_code", "code", needed=True, pattern=ANY_CODE),
        _REQUEST_CODE,
        _DOSSIER_CODE,
        ExportColumn("transaction_date", "date"),
        ExportColumn("amount", "amount", needed=True),
        ExportColumn("state", "value", needed=True, values=TRANSACTION_STATES),
    ),
    ("transaction_date",),
)

RECEIPT = Kind(
    "receipt",
    "core.receipt_version",
    "core.receipt",
    "receipt_number",
    "receipt_key",
    (),
    (
        ExportColumn("receipt_number", "code", needed=True, pattern=RECEIPT_NUMBER),
        ExportColumn("receipt_form", "code", pattern=RECEIPT_FORM),
        ExportColumn("receipt_series", "code", pattern=RECEIPT_SERIES),
        _REQUEST_CODE,
        _DOSSIER_CODE,
        ExportColumn("issued_date", "date"),
        ExportColumn("fee_kind", "value", values=FEE_KINDS),
        ExportColumn("amount", "amount", needed=True),
    ),
    ("issued_date",),
)

PROCEDURE = Kind(
    "procedure",
    "core.procedure_version",
    "core.procedure",
    "procedure_code",
    "procedure_code",
    (),
    (
        ExportColumn("procedure_code", "procedure_code", needed=True),
        ExportColumn("procedure_name", "name", needed=True),
        ExportColumn("field_name", "name"),
        ExportColumn("issuing_authority", "name"),
        ExportColumn("service_level", "value", values=SERVICE_LEVELS),
        ExportColumn("has_paper_result", "flag"),
        ExportColumn("has_fee", "flag"),
    ),
)

KINDS = {kind.name: kind for kind in (DOSSIER, PAYMENT, TRANSACTION, RECEIPT, PROCEDURE)}
