"""What an export can hold: the columns a source may map, by kind, and how each is read.

Belongs here: the canonical columns of dossier and payment exports, the values they may take and
which of them a row cannot do without. Does not belong here: how a portal writes them (that is
`data/sources/*.toml`) or how the text is typed (`assets.engine.typing_sql`).
"""

from dataclasses import dataclass
from typing import Literal

Reading = Literal["dossier_code", "request_code", "procedure_code", "unit", "date", "value",
                  "flag", "amount"]  # fmt: skip

CHANNELS = ("online", "direct", "postal")
RESULT_KINDS = ("result", "refused", "supplement", "apology")
PAYMENT_METHODS = ("online", "cash", "transfer")
COLLECTIONS = ("prepaid", "postpaid", "exempt")

# In the order of "the furthest state wins" (one delivery, one arrival, two rows of a dossier).
DOSSIER_STATES = (
    "new", "not_accepted", "in_process", "paused_supplement", "paused_finance", "paused_other",
    "withdrawn", "refused_after_acceptance", "finished", "returned",
)  # fmt: skip
PAYMENT_STATES = ("unpaid", "paid", "cancelled", "refunded")


@dataclass(frozen=True)
class ExportColumn:
    """A column of an export: its canonical name, how its text is read, whether a row needs it.

    `values` are the canonical values of a `value` column; a source lists the texts of each.
    """

    name: str
    reading: Reading
    needed: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of export: the table its accepted rows go to and the columns it may hold."""

    name: str
    table: str
    key: str
    states: tuple[str, ...]
    columns: tuple[ExportColumn, ...]

    def column(self, name: str) -> ExportColumn:
        """Return the column called `name`; KeyError if the kind has none."""
        return {column.name: column for column in self.columns}[name]


DOSSIER = Kind(
    "dossier",
    "core.dossier_version",
    "dossier_code",
    DOSSIER_STATES,
    (
        ExportColumn("dossier_code", "dossier_code", needed=True),
        ExportColumn("procedure_code", "procedure_code"),
        ExportColumn("unit_code", "unit"),
        ExportColumn("channel", "value", values=CHANNELS),
        ExportColumn("submitted_date", "date"),
        ExportColumn("received_date", "date"),
        ExportColumn("due_date", "date"),
        ExportColumn("supplement_requested_date", "date"),
        ExportColumn("finished_date", "date"),
        ExportColumn("returned_date", "date"),
        ExportColumn("refused_date", "date"),
        ExportColumn("result_kind", "value", values=RESULT_KINDS),
        ExportColumn("has_digitised_input", "flag"),
        ExportColumn("has_reused_input", "flag"),
        ExportColumn("has_e_result", "flag"),
        ExportColumn("is_paper_result_due", "flag"),
        ExportColumn("state", "value", needed=True, values=DOSSIER_STATES),
    ),
)

PAYMENT = Kind(
    "payment",
    "core.payment_version",
    "request_code",
    PAYMENT_STATES,
    (
        ExportColumn("request_code", "request_code", needed=True),
        ExportColumn("dossier_code", "dossier_code", needed=True),
        ExportColumn("requested_date", "date"),
        ExportColumn("collected_date", "date"),
        ExportColumn("fee_amount", "amount"),
        ExportColumn("charge_amount", "amount"),
        ExportColumn("amount", "amount", needed=True),
        ExportColumn("method", "value", values=PAYMENT_METHODS),
        ExportColumn("collection", "value", values=COLLECTIONS),
        ExportColumn("state", "value", needed=True, values=PAYMENT_STATES),
    ),
)

KINDS = {kind.name: kind for kind in (DOSSIER, PAYMENT)}
