"""The pandera schemas that decide row by row: accepted, or rejected with rule ids.

Belongs here: checks over typed columns of one batch, each named after its rule. Does not belong
here: typing text (`assets.engine.typing_sql`) and splitting a batch (`assets.engine.judge`).

Every column `c` that is typed from text has a companion `c_is_unreadable`: true where the file
holds text that could not be typed. Frames are Arrow-backed, which makes pandera ten times as fast.
"""

import pandas as pd
import pandera.pandas as pa
import pyarrow

from schemas.exports import KINDS, PAYMENT, ExportColumn, Kind
from schemas.rules import AMOUNT_NEGATIVE, COLLECTED_DATE_MISSING, missing_rule, text_rule

UNREADABLE_SUFFIX = "_is_unreadable"

TEXT = pd.ArrowDtype(pyarrow.string())
DATE = pd.ArrowDtype(pyarrow.date32())
BOOLEAN = pd.ArrowDtype(pyarrow.bool_())
AMOUNT = pd.ArrowDtype(pyarrow.int64())
DTYPES = {"date": DATE, "flag": BOOLEAN, "amount": AMOUNT}


def _is_false(flags: pd.Series) -> pd.Series:
    return ~flags


def _value_check(column: ExportColumn) -> list[pa.Check]:
    if column.reading == "value":
        return [pa.Check.isin(column.values, error=text_rule(column).rule_id)]
    if column.name == "amount":
        return [pa.Check.ge(0, error=AMOUNT_NEGATIVE.rule_id)]
    return []


def _columns(column: ExportColumn) -> dict[str, pa.Column]:
    dtype = DTYPES.get(column.reading, TEXT)
    checks = _value_check(column)
    if column.needed:
        rule_id = missing_rule(column).rule_id
        checks.append(pa.Check(pd.Series.notna, error=rule_id, ignore_na=False))
    typed = {column.name: pa.Column(dtype, checks, nullable=True)}
    if column.reading == "unit":
        # A unit nobody knows is no reason to lose the dossier: it counts as unassigned.
        return typed
    companion = pa.Column(BOOLEAN, pa.Check(_is_false, error=text_rule(column).rule_id))
    return typed | {column.name + UNREADABLE_SUFFIX: companion}


def _paid_has_date(frame: pd.DataFrame) -> pd.Series:
    return (
        (frame["state"] != "paid").fillna(True)
        | frame["collected_date"].notna()
        | frame["collected_date" + UNREADABLE_SUFFIX]
    )


def _schema(kind: Kind) -> pa.DataFrameSchema:
    columns: dict[str, pa.Column] = {}
    for column in kind.columns:
        columns |= _columns(column)
    row_checks = []
    if kind is PAYMENT:
        row_checks.append(pa.Check(_paid_has_date, error=COLLECTED_DATE_MISSING.rule_id))
    return pa.DataFrameSchema(columns, checks=row_checks, strict=True, name=kind.name)


SCHEMAS = {kind.name: _schema(kind) for kind in KINDS.values()}
