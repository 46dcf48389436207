"""How the units of a reference file must hang together: the tree and the successions."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from assets.engine.common.errors import SettingsError
from assets.engine.common.messages import counted


def check_parents(units: pd.DataFrame, file: Path) -> None:
    """Check that the units form one tree on every day.

    Raises
    ------
    SettingsError
        A parent is missing, a unit is above itself, or a record outlives its parent's record:
        its dossiers would count below two parents.
    """
    records: dict[str, list[Any]] = {}
    for record in units.fillna("").itertuples():
        records.setdefault(str(record.unit_code), []).append(record)
    for record in (record for same in records.values() for record in same):
        above = [
            parent
            for parent in records.get(record.parent_unit_code, [])
            if parent.valid_from <= record.valid_to and parent.valid_to >= record.valid_from
        ]
        if record.parent_unit_code and len(above) != 1:
            raise _tree_error(
                file, f"{counted(len(above), 'record')} of parent {record.parent_unit_code} within "
                f"the validity of unit {record.unit_code}, row {record.Index + 2}"
            )  # fmt: skip
        seen = {record.unit_code}
        while above and (code := above[0].parent_unit_code):
            if above[0].unit_code in seen:
                raise _tree_error(file, f"unit {above[0].unit_code} above itself")
            seen.add(above[0].unit_code)
            above = records.get(code, [])


def _tree_error(file: Path, found: str) -> SettingsError:
    return SettingsError(
        f"Reading reference file {file.name}",
        found,
        "one record of the parent for each record of a unit, and no unit above itself",
        "Correct parent_unit_code, or split the record where its parent's ends.",
    )


def check_succession(successions: pd.DataFrame, units: pd.DataFrame, file: Path) -> None:
    """Check that each succession leads from a record that ended to one that goes on.

    Raises
    ------
    SettingsError
        No record of the old code ends the day before the change, or none of the successor is
        valid on the day of the change: the old record's dossiers would be nobody's.
    """
    records = units[["unit_code", "valid_from", "valid_to"]].to_numpy().tolist()
    ends = {(code, valid_to) for code, _, valid_to in records}
    rows = successions[["unit_code", "successor_code", "changed_on"]].to_numpy().tolist()
    for number, (code, successor, day) in enumerate(rows, start=2):
        day_before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        if (code, day_before) not in ends:
            raise _succession_error(
                file, f"no record of unit {code} that ends the day before {day}, row {number}"
            )
        if not any(r[0] == successor and r[1] <= day <= r[2] for r in records):
            raise _succession_error(
                file, f"no record of successor {successor} that is valid on {day}, row {number}"
            )


def _succession_error(file: Path, found: str) -> SettingsError:
    return SettingsError(
        f"Reading reference file {file.name}",
        found,
        "an old record whose valid_to is the day before changed_on, and a record of the successor "
        "that is valid on changed_on, both in unit.csv",
        "Correct the row, or the days of these records in unit.csv.",
    )
