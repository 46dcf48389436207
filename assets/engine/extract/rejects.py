"""Rejected rows, one entry for each rule that a row breaks."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from assets.engine.common.errors import FileRefused

REJECT_COLUMNS = ("row_number", "rule_id", "unit_code", "record_code", "dossier_code", "found")


def all_rejects(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the rejects of several batches as one frame with the `REJECT_COLUMNS`."""
    empty = pd.DataFrame({name: pd.Series(dtype=object) for name in REJECT_COLUMNS})
    empty["row_number"] = empty["row_number"].astype("int64")
    return pd.concat([empty, *parts], ignore_index=True)


def rejected_row_count(rejects: pd.DataFrame, without: tuple[str, ...] = ()) -> int:
    """Return how many rows were rejected, each once, by a rule that is not one of `without`."""
    return int(rejects.loc[~rejects["rule_id"].isin(without), "row_number"].nunique())


def line_rejects(row_numbers: np.ndarray, rule_ids: object) -> pd.DataFrame:
    """Return the rejects of lines that could not be split: nothing else is known of them."""
    return pd.DataFrame(
        {"row_number": row_numbers, "rule_id": rule_ids, "unit_code": None, "record_code": None,
         "dossier_code": None, "found": None}
    )  # fmt: skip


def unsplittable(found: str) -> FileRefused:
    """Return the refusal of text that is not a list of rows."""
    return FileRefused(
        "Reading its rows",
        found,
        "rows with the cells of the header and every quotation mark closed",
        "Export it again, or close the quotation mark.",
    )
