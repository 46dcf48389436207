"""Validation of typed rows: which are accepted, and which rules the rejected ones break.

pandera's exception never leaves this module: it holds cell values.
"""

from itertools import pairwise

import numpy as np
import pandas as pd
import pandera.errors
import pyarrow as pa

from assets.engine.common.text import shape
from assets.engine.extract import all_rejects, readable_columns
from schemas.rows import (
    DOSSIER,
    FLAG_IDS,
    SCHEMAS,
    Circumstances,
    Kind,
    judged_columns,
    with_conditions,
)
from schemas.settings import Export

# Slices of fewer rows cost more than copying the batch.
FEW_OF = 1000


def validate(
    batch: pa.Table, export: Export, circumstances: Circumstances
) -> tuple[pa.Table, pd.DataFrame]:
    """Return the accepted rows of a typed batch with their `flags`, and the rejects.

    Of a rejected row the value that breaks a rule is kept as its shape only.
    """
    kind = export.definition
    broken = broken_rules(batch, kind, circumstances)
    rejected = broken[~broken["rule_id"].isin(FLAG_IDS)]
    accepted = batch.select(["row_number", *(column.name for column in kind.columns)])
    accepted = accepted.append_column("flags", flag_lists(broken, batch.num_rows))
    if rejected.empty:
        return accepted, all_rejects([])
    positions = rejected["position"].to_numpy()
    rows = batch.take(positions)
    found = [
        _shape_of(rule_id, texts, export)
        for rule_id, texts in zip(rejected["rule_id"], rows["found"].to_pylist(), strict=True)
    ]
    rejects = pd.DataFrame(
        {
            "row_number": rows["row_number"].to_numpy(),
            "rule_id": rejected["rule_id"].to_numpy(),
            "unit_code": rows["unit_code"].to_pylist() if kind is DOSSIER else None,
            "record_code": rows[kind.key].to_pylist(),
            "dossier_code": rows["dossier_code"].to_pylist() if kind.has_dossier else None,
            "found": found,
        }
    )
    return _without(accepted, np.unique(positions)), rejects


def broken_rules(batch: pa.Table, kind: Kind, circumstances: Circumstances) -> pd.DataFrame:
    """Return which rules the rows of `batch` break.

    Returns
    -------
    DataFrame with the columns `position` (int, row of the batch from 0) and `rule_id` (str),
    one row for each rule a row breaks, flags included; empty if every row is without fault.
    """
    rows = batch.select(judged_columns(kind)).to_pandas(types_mapper=pd.ArrowDtype)
    checked = with_conditions(rows, kind.name, circumstances)
    try:
        SCHEMAS[kind.name].validate(checked, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
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


def _without(rows: pa.Table, positions: np.ndarray) -> pa.Table:
    """Return `rows` but those at `positions`, ascending; few are left out without a copy."""
    if len(positions) * FEW_OF > rows.num_rows:
        keep = np.ones(rows.num_rows, bool)
        keep[positions] = False
        return rows.filter(pa.array(keep))
    edges = [-1, *positions.tolist(), rows.num_rows]
    return pa.concat_tables(
        rows.slice(before + 1, after - before - 1) for before, after in pairwise(edges)
    )


def _shape_of(rule_id: str, texts: list[str | None] | None, export: Export) -> str | None:
    """Return the shape of the text that a rule is about; nothing else of it is kept."""
    column = rule_id.rpartition("_")[0]
    names = [readable.name for readable in readable_columns(export)]
    text = texts[names.index(column)] if texts and column in names else None
    return None if text is None else shape(text)
