"""Under which units and levels a dossier counts: as units were, and as they are today.

Belongs here: following parents and successors from the records of `register_reference`. Does not
belong here: what a dossier counts in (`tests.sql.oracle`).
"""

from datetime import date, timedelta

from tests.sql.register_reference import SUCCESSIONS, UNITS, UnitRecord
from tests.sql.registers import Dossier

UNASSIGNED = "unassigned"


def unit_of(dossier: Dossier) -> UnitRecord | None:
    """Return the record of the handling unit that is valid on the reception day."""
    for unit in UNITS:
        if unit.unit_code == dossier.unit_code and (
            dossier.received_date is None
            or unit.valid_from <= dossier.received_date <= unit.valid_to
        ):
            return unit
    return None


def record_on(day: date, unit_code: str) -> UnitRecord | None:
    """Return what was valid of a unit on a day."""
    return next(
        (u for u in UNITS if u.unit_code == unit_code and u.valid_from <= day <= u.valid_to), None
    )


def above(unit: UnitRecord) -> list[str]:
    """Return the units that a record counts below: parents of the records valid together."""
    if unit.parent_unit_code is None:
        return []
    (parent,) = (
        other
        for other in UNITS
        if other.unit_code == unit.parent_unit_code
        and other.valid_from <= unit.valid_to
        and other.valid_to >= unit.valid_from
    )
    return [parent.unit_code, *above(parent)]


def heir(unit: UnitRecord, today: date) -> UnitRecord:
    """Return the record that a unit's dossiers count under today.

    Its single successor's, followed to the end; a record without one, or with several, has no
    heir but itself.
    """
    if unit.valid_from <= today <= unit.valid_to:
        return unit
    changed_on = unit.valid_to + timedelta(days=1)
    codes = [
        s.successor_code
        for s in SUCCESSIONS
        if s.unit_code == unit.unit_code and s.changed_on == changed_on
    ]
    successor = record_on(changed_on, codes[0]) if len(codes) == 1 else None
    return heir(successor, today) if successor else unit


def is_current(unit: UnitRecord, today: date) -> bool:
    return unit.valid_from <= today <= unit.valid_to


def above_today(unit: UnitRecord, today: date) -> list[str]:
    """Return the units above by today's parents; what is no more is below nobody."""
    if not is_current(unit, today) or unit.parent_unit_code is None:
        return []
    parent = record_on(today, unit.parent_unit_code)
    assert parent is not None
    return [parent.unit_code, *above_today(parent, today)]
