"""The pandera schemas that decide row by row: accepted, flagged, or rejected with rule ids.

Every column `c` that is typed from text has a companion `c_is_unreadable`: true where the file
holds text that could not be typed. A rule about several columns is a condition over the frame,
whose result becomes the column `breaks_<rule id>` that pandera checks: a check of the whole frame
would repeat every failing row once a column. Frames are Arrow-backed, ten times as fast.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import pandera.pandas as pa
import pyarrow

from schemas.rows.exports import DOSSIER, KINDS, PAYMENT, ExportColumn, Kind
from schemas.rows.rules import (
    AMOUNT_NEGATIVE,
    COLLECTED_DATE_MISSING,
    excluded_rule,
    missing_rule,
    text_rule,
)
from schemas.tables import CLOSED_STATES, EXCLUSIONS

UNREADABLE_SUFFIX = "_is_unreadable"
BREAKS_PREFIX = "breaks_"
# What a typed row says beside its columns, by kind; `assets.engine.extract.typing_sql` fills them.
FACTS = {
    DOSSIER.name: (
        "received_hour", "day_month_is_swapped", "dossier_code_is_completed",
        "procedure_code_is_restored", "procedure_code_is_nonstandard",
    ),
    "procedure": ("procedure_code_is_restored", "procedure_code_is_nonstandard"),
}  # fmt: skip
# What is known of a row once its unit was looked up.
UNIT_FACTS = (
    "unit_is_missing", "unit_is_unknown", "unit_code_is_restored", "unit_name_is_moved",
)  # fmt: skip

TEXT = pd.ArrowDtype(pyarrow.string())
DATE = pd.ArrowDtype(pyarrow.date32())
BOOLEAN = pd.ArrowDtype(pyarrow.bool_())
AMOUNT = pd.ArrowDtype(pyarrow.int64())
DTYPES = {"date": DATE, "flag": BOOLEAN, "amount": AMOUNT}


@dataclass(frozen=True)
class Circumstances:
    """What a row is judged against besides itself.

    When its file arrived, whether its source is national, and which columns its export maps: what
    a portal does not export is missing from no row.
    """

    arrived: date
    is_national: bool = False
    mapped: frozenset[str] = frozenset()


Condition = Callable[[pd.DataFrame, Circumstances], pd.Series]
DATE_COLUMNS = ("submitted_date", "received_date", "finished_date", "returned_date", "refused_date")
LONGEST_COLLECTION = timedelta(days=30)


def _ended(rows: pd.DataFrame) -> pd.Series:
    return rows["finished_date"].fillna(rows["returned_date"]).fillna(rows["refused_date"])


def _in_future(columns: Iterable[str]) -> Condition:
    def condition(rows: pd.DataFrame, circumstances: Circumstances) -> pd.Series:
        late = pd.Series(False, rows.index, BOOLEAN)
        for column in columns:
            late |= (rows[column] > circumstances.arrived).fillna(False)
        return late

    return condition


def _sync_artefact(rows: pd.DataFrame, circumstances: Circumstances) -> pd.Series:
    if not circumstances.is_national:
        return pd.Series(False, rows.index, BOOLEAN)
    closed = rows["state"].isin(("finished", "returned"))
    return closed & rows["due_date"].isna() & (rows["finished_date"] == rows["received_date"])


def _excluded(exclusion: str) -> Condition:
    return lambda rows, _: rows["exclusion"] == exclusion


def _fact(name: str) -> Condition:
    return lambda rows, _: rows[name]


# fmt: off
DOSSIER_CONDITIONS: dict[str, Condition] = {
    **{excluded_rule(exclusion).rule_id: _excluded(exclusion) for exclusion in EXCLUSIONS},
    "received_date_missing": lambda rows, _: rows["received_date"].isna()
        & ~rows["state"].isin(("new", "not_accepted"))
        & ~rows["received_date" + UNREADABLE_SUFFIX],
    "end_before_received": lambda rows, _: _ended(rows) < rows["received_date"],
    "due_before_received": lambda rows, _: rows["due_date"] < rows["received_date"],
    "date_in_future": _in_future(DATE_COLUMNS),
    "end_date_missing": lambda rows, _: rows["state"].isin(CLOSED_STATES) & _ended(rows).isna(),
    "returned_date_missing": lambda rows, _: (rows["state"] == "returned")
        & rows["returned_date"].isna() & _ended(rows).notna(),
    "result_collected_late": lambda rows, _:
        (rows["returned_date"] - rows["finished_date"]) > LONGEST_COLLECTION,
    "day_month_swapped": _fact("day_month_is_swapped"),
    "received_at_night": lambda rows, _: rows["received_hour"] <= 5,
    "channel_missing": lambda rows, _: rows["channel"].isna(),
    "pause_has_end_date": lambda rows, _: (rows["state"] == "paused_other") & _ended(rows).notna(),
    "sync_artefact": _sync_artefact,
    "dossier_code_completed": _fact("dossier_code_is_completed"),
    "procedure_code_restored": _fact("procedure_code_is_restored"),
    "procedure_code_nonstandard": _fact("procedure_code_is_nonstandard"),
    "unit_code_restored": _fact("unit_code_is_restored"),
    "unit_name_moved": _fact("unit_name_is_moved"),
    "unit_unknown": _fact("unit_is_unknown"),
    "unit_missing": _fact("unit_is_missing"),
}
PAYMENT_CONDITIONS: dict[str, Condition] = {
    COLLECTED_DATE_MISSING.rule_id: lambda rows, _: (rows["state"] == "paid")
        & rows["collected_date"].isna() & ~rows["collected_date" + UNREADABLE_SUFFIX],
    AMOUNT_NEGATIVE.rule_id: lambda rows, _: (rows["amount"] < 0) & (rows["state"] != "refunded"),
    "parts_differ_from_amount": lambda rows, _:
        rows["fee_amount"].fillna(0) + rows["charge_amount"].fillna(0) != rows["amount"].where(
            rows["fee_amount"].notna() | rows["charge_amount"].notna()),
    "method_missing": lambda rows, _: (rows["state"] == "paid") & rows["method"].isna(),
    "collected_before_requested": lambda rows, _: rows["collected_date"] < rows["requested_date"],
    "date_in_future": _in_future(("requested_date", "collected_date", "refunded_date")),
}
CONDITIONS: dict[str, dict[str, Condition]] = {
    DOSSIER.name: DOSSIER_CONDITIONS,
    PAYMENT.name: PAYMENT_CONDITIONS,
    "transaction": {"date_in_future": _in_future(("transaction_date",))},
    "receipt": {"date_in_future": _in_future(("issued_date",))},
    "procedure": {
        "procedure_code_restored": _fact("procedure_code_is_restored"),
        "procedure_code_nonstandard": _fact("procedure_code_is_nonstandard"),
    },
}
# fmt: on


# A rule that a column is empty asks nothing of an export without that column.
ASKS_FOR = {
    "channel_missing": "channel",
    "received_date_missing": "received_date",
    "returned_date_missing": "returned_date",
    "end_date_missing": "finished_date",
    "method_missing": "method",
    COLLECTED_DATE_MISSING.rule_id: "collected_date",
}


def with_conditions(rows: pd.DataFrame, kind: str, circumstances: Circumstances) -> pd.DataFrame:
    """Return `rows` with a column `breaks_<rule id>` for each condition of `kind`."""
    broken = {}
    for rule_id, condition in CONDITIONS[kind].items():
        if rule_id not in ASKS_FOR or ASKS_FOR[rule_id] in circumstances.mapped:
            breaks = condition(rows, circumstances).fillna(False).astype(BOOLEAN)
        else:
            breaks = pd.Series(False, rows.index, BOOLEAN)
        broken[BREAKS_PREFIX + rule_id] = breaks
    return rows.assign(**broken)


def _is_false(flags: pd.Series) -> pd.Series:
    return ~flags


def _columns(column: ExportColumn) -> dict[str, pa.Column]:
    if column.is_list:
        typed = {}
    else:
        dtype = DTYPES.get(column.reading, TEXT)
        checks = []
        if column.reading == "value" and column.rejects_text:
            checks.append(pa.Check.isin(column.values, error=text_rule(column).rule_id))
        if column.needed:
            rule_id = missing_rule(column).rule_id
            checks.append(pa.Check(pd.Series.notna, error=rule_id, ignore_na=False))
        typed = {column.name: pa.Column(dtype, checks, nullable=True)}
    if not column.rejects_text:
        return typed
    companion = pa.Column(BOOLEAN, pa.Check(_is_false, error=text_rule(column).rule_id))
    return typed | {column.name + UNREADABLE_SUFFIX: companion}


def _schema(kind: Kind) -> pa.DataFrameSchema:
    columns: dict[str, pa.Column] = {}
    for column in kind.columns:
        columns |= _columns(column)
    for rule_id in CONDITIONS[kind.name]:
        columns[BREAKS_PREFIX + rule_id] = pa.Column(BOOLEAN, pa.Check(_is_false, error=rule_id))
    return pa.DataFrameSchema(columns, name=kind.name)


SCHEMAS = {kind.name: _schema(kind) for kind in KINDS.values()}


def judged_columns(kind: Kind) -> list[str]:
    """Return the columns of a typed batch that the schema and its conditions look at."""
    names = [name for name in SCHEMAS[kind.name].columns if not name.startswith(BREAKS_PREFIX)]
    facts = [*FACTS.get(kind.name, ())]
    return names + facts + (list(UNIT_FACTS) if kind is DOSSIER else [])
