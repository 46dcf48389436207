"""The rejected rows of one list, collected while it is read.

Belongs here: gathering and counting them. Does not belong here: why a row is rejected
(`schemas.rules`) and writing them (`assets.engine.load_file`).
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from assets.engine.errors import FileRefused

REJECT_COLUMNS = ("row_number", "rule_id", "unit_code", "record_code", "dossier_code", "found")


@dataclass
class Rejects:
    """The rejected rows of one list, collected batch by batch."""

    parts: list[pd.DataFrame] = field(default_factory=list)
    line_count: int = 0

    def add(self, rows: pd.DataFrame) -> None:
        """Add rows with the columns of `frame`; one entry for each rule a row breaks."""
        self.parts.append(rows)

    def frame(self) -> pd.DataFrame:
        """Return the `REJECT_COLUMNS` of all of them."""
        empty = pd.DataFrame({name: pd.Series(dtype=object) for name in REJECT_COLUMNS})
        empty["row_number"] = empty["row_number"].astype("int64")
        return pd.concat([empty, *self.parts], ignore_index=True)

    def row_count(self, without: tuple[str, ...] = ()) -> int:
        """Return how many rows were rejected, each once, by a rule that is not of `without`."""
        frame = self.frame()
        return int(frame.loc[~frame["rule_id"].isin(without), "row_number"].nunique())


def line_rejects(row_numbers: np.ndarray, rule_ids: object) -> pd.DataFrame:
    """Return the rejects of lines that could not be split: nothing else is known of them."""
    return pd.DataFrame(
        {"row_number": row_numbers, "rule_id": rule_ids, "unit_code": None, "record_code": None,
         "dossier_code": None, "found": None}
    )  # fmt: skip


def unsplittable(found: str) -> FileRefused:
    """Return the refusal of text that is no list of rows."""
    return FileRefused(
        "Reading its rows",
        found,
        "rows with the cells of the header and every quotation mark closed",
        "Export it again, or close the quotation mark.",
    )
