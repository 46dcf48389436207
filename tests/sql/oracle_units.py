"""Under which units and levels a dossier counts: as units were, and as they are today."""

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
    parent = parent_of(unit)
    return [parent.unit_code, *above(parent)] if parent else []


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


def parent_of(unit: UnitRecord) -> UnitRecord | None:
    """Return the record of the unit above that is valid together with this one."""
    found = [
        other
        for other in UNITS
        if other.unit_code == unit.parent_unit_code
        and other.valid_from <= unit.valid_to
        and other.valid_to >= unit.valid_from
    ]
    return found[0] if found else None


def above_today(unit: UnitRecord, today: date) -> list[tuple[str, bool]]:
    """Return the units above, and whether they are today's.

    Today's units are below today's parents; what is no more is below what its parent has become.
    """
    if is_current(unit, today):
        parent = record_on(today, unit.parent_unit_code or "")
    else:
        then = parent_of(unit)
        parent = heir(then, today) if then else None
    if parent is None:
        return []
    return [(parent.unit_code, is_current(parent, today)), *above_today(parent, today)]
