"""Judging: which rows of a typed batch are accepted, and which rules the others break.

Belongs here: running the pandera schema over one batch and reading its verdict. Does not belong
here: the checks (`schemas.judgement`). pandera's exception never leaves this module: it holds
cell values.
"""

import numpy as np
import pandas as pd
import pandera.errors
import pyarrow as pa

from schemas.judgement import SCHEMAS


def broken_rules(batch: pa.Table, kind: str) -> pd.DataFrame:
    """Return which rules the rows of `batch` break.

    Returns
    -------
    DataFrame with the columns `position` (int, row of the batch from 0) and `rule_id` (str),
    one row for each rule a row breaks; empty if every row is accepted.
    """
    schema = SCHEMAS[kind]
    judged = batch.select(list(schema.columns)).to_pandas(types_mapper=pd.ArrowDtype)
    try:
        schema.validate(judged, lazy=True)
    except pandera.errors.SchemaErrors as verdict:
        cases = verdict.failure_cases
    else:
        return pd.DataFrame({"position": np.array([], int), "rule_id": np.array([], str)})
    if cases["index"].isna().any():
        checks = sorted(set(cases.loc[cases["index"].isna(), "check"].astype(str)))
        raise TypeError(f"batch of {kind} rows does not have the schema's columns: {checks}")
    broken = pd.DataFrame(
        {"position": cases["index"].astype(int), "rule_id": cases["check"].astype(str)}
    ).drop_duplicates()
    return _without_consequences(broken)


def _without_consequences(broken: pd.DataFrame) -> pd.DataFrame:
    """Drop "missing" where text is there but unreadable: one defect, one sentence."""
    column = broken["rule_id"].str.rsplit("_", n=1).str[0]
    problem = broken["rule_id"].str.rsplit("_", n=1).str[1]
    place = pd.Series(list(zip(broken["position"], column, strict=True)), index=broken.index)
    unreadable = set(place[problem.isin(["unreadable", "unknown"])])
    consequence = (problem == "missing") & place.isin(unreadable)
    return broken[~consequence].reset_index(drop=True)
