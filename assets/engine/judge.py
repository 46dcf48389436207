"""Judging: which rows of a typed batch are accepted, which rules the others break.

Belongs here: running the pandera schema over one batch and reading its verdict. Does not belong
here: the checks (`schemas.judgement`). pandera's exception never leaves this module: it holds
cell values.
"""

import numpy as np
import pandas as pd
import pandera.errors
import pyarrow as pa

from schemas.exports import Kind
from schemas.judgement import SCHEMAS, Circumstances, judged_columns, with_conditions
from schemas.rules import FLAG_IDS


def broken_rules(batch: pa.Table, kind: Kind, circumstances: Circumstances) -> pd.DataFrame:
    """Return which rules the rows of `batch` break.

    Returns
    -------
    DataFrame with the columns `position` (int, row of the batch from 0) and `rule_id` (str),
    one row for each rule a row breaks, flags included; empty if every row is without fault.
    """
    rows = batch.select(judged_columns(kind)).to_pandas(types_mapper=pd.ArrowDtype)
    judged = with_conditions(rows, kind.name, circumstances)
    try:
        SCHEMAS[kind.name].validate(judged, lazy=True)
    except pandera.errors.SchemaErrors as verdict:
        cases = verdict.failure_cases
    else:
        return pd.DataFrame({"position": np.array([], int), "rule_id": np.array([], str)})
    if cases["index"].isna().any():
        checks = sorted(set(cases.loc[cases["index"].isna(), "check"].astype(str)))
        raise TypeError(f"batch of {kind.name} rows does not have the schema's columns: {checks}")
    broken = pd.DataFrame(
        {"position": cases["index"].astype(int), "rule_id": cases["check"].astype(str)}
    ).drop_duplicates()
    return _without_consequences(broken)


def flag_lists(broken: pd.DataFrame, row_count: int) -> pa.Array:
    """Return, for each row of a batch, the ids of its flags in order, NULL where it has none."""
    flags = broken[broken["rule_id"].isin(FLAG_IDS)].sort_values(["position", "rule_id"])
    counts = np.bincount(flags["position"], minlength=row_count)
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    values = pa.array(flags["rule_id"].tolist(), pa.string())
    return pa.ListArray.from_arrays(offsets, values, mask=pa.array(counts == 0))


def _without_consequences(broken: pd.DataFrame) -> pd.DataFrame:
    """Drop "missing" where text is there but unreadable: one defect, one sentence."""
    column = broken["rule_id"].str.rsplit("_", n=1).str[0]
    problem = broken["rule_id"].str.rsplit("_", n=1).str[1]
    is_cause = problem.isin(["unreadable", "unknown"])
    if not is_cause.any():
        return broken.reset_index(drop=True)
    place = pd.Series(list(zip(broken["position"], column, strict=True)), index=broken.index)
    consequence = (problem == "missing") & place.isin(set(place[is_cause]))
    return broken[~consequence].reset_index(drop=True)
