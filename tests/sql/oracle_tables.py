"""Every row of every indicator table, summed up from what single dossiers count in."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from schemas.settings import Statistic
from schemas.tables import MEASURES as ALL_MEASURES
from tests.sql.oracle import (
    FIRST_DUE_RATES,
    dossier_counts,
    first_due_counts,
    form_columns,
    payment_counts,
    processing_days,
    rates,
)
from tests.sql.oracle_periods import Span
from tests.sql.oracle_units import UNASSIGNED, above, above_today, heir, is_current, unit_of
from tests.sql.register_reference import PROCEDURES, UNITS, UnitRecord
from tests.sql.registers import DEFAULTS, Dossier, Register

Key = tuple[Any, ...]
Row = dict[str, Any]

MEASURES = [m.name.removesuffix("_count") for m in ALL_MEASURES if not m.is_rate]
FORM_COLUMNS = [f"column_{number}" for number in range(3, 14)]
FIRST_DUE = (
    "resolved", "resolved_late", "first_due_early", "first_due_on_due_date", "first_due_late",
    "first_due_none", "moved_due_date", "pending_overdue", "first_due_overdue",
)  # fmt: skip
# The columns by which rows of one period differ.
KEYS = {
    "by_unit": ("unit_code", "scope"),
    "by_level": ("unit_level",),
    "by_unit_field": ("unit_code", "field_code"),
    "by_unit_procedure": ("unit_code", "procedure_code"),
    "by_unit_current": ("unit_code", "scope", "is_current"),
    "by_level_current": ("unit_level", "is_current"),
    "form_06a": ("unit_code", "scope", "field_code"),
    "by_unit_first_due": ("unit_code", "scope"),
    "processing_time": ("procedure_code",),
}
# Tables with a row only where something is counted.
SPARSE = ("by_unit_field", "by_unit_procedure", "processing_time")


@dataclass
class Figures:
    """What a period says: the numbers of each row, and the rows that must be there with zeros."""

    span: Span
    today: date
    numbers: dict[str, dict[Key, Counter[str]]] = field(
        default_factory=lambda: {name: defaultdict(Counter) for name in KEYS}
    )
    days: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def wanted(self, table: str, key: Key) -> Row:
        """Return what a row should say, beside the columns of its key and period."""
        numbers = self.numbers[table].get(key, Counter())
        if table == "form_06a":
            return {name: numbers[name] for name in FORM_COLUMNS} | {
                "left_out_count": numbers["left_out"]
            }
        if table == "by_unit_first_due":
            return _counts(numbers, FIRST_DUE) | rates(numbers, FIRST_DUE_RATES)
        if table == "processing_time":
            return {"field_code": field_of(key[0])} | times(self.days[key[0]])
        beside = {"field_code": field_of(key[1])} if table == "by_unit_procedure" else {}
        return beside | _counts(numbers, MEASURES) | rates(numbers)

    def required(self, table: str) -> set[Key]:
        """Return the keys that must have a row: where something is counted, and every unit."""
        counted = {key for key, numbers in self.numbers[table].items() if numbers}
        if table in SPARSE:
            return counted
        return counted | set(self._of_every_unit(table))

    def allowed(self, table: str) -> set[Key]:
        """Return the keys that may have a row: a dossier of the register belongs there, as well."""
        return self.required(table) | set(self.numbers[table])

    def _of_every_unit(self, table: str) -> Iterator[Key]:
        for unit in UNITS:
            was_there = unit.valid_from <= self.span.last and unit.valid_to >= self.span.first
            if table.endswith("_current"):
                # What is no more has a row while it was there, one yet to come has none.
                has_ended = unit.valid_to < self.today and heir(unit, self.today) is unit
                if is_current(unit, self.today) or (was_there and has_ended):
                    yield from (
                        key for name, key in _places_today(unit, self.today) if name == table
                    )
            elif was_there:
                yield from _rows_of_unit(table, unit)


def _rows_of_unit(table: str, unit: UnitRecord) -> Iterator[Key]:
    for scope in ("own", "subtree"):
        if table in {"by_unit", "by_unit_first_due"}:
            yield unit.unit_code, scope
        elif table == "form_06a":
            yield unit.unit_code, scope, "all"
    if table == "by_level":
        yield from ((level,) for level in (unit.unit_level, "all"))


def _counts(numbers: Counter[str], names: Sequence[str]) -> Row:
    return {f"{name}_count": numbers[name] for name in names}


def procedure_of(dossier: Dossier) -> str:
    """Return the procedure a dossier counts under; one that is not in the catalogue is unknown."""
    code = dossier.procedure_code
    return code if code in PROCEDURES else UNASSIGNED


def field_of(procedure_code: str) -> str:
    procedure = PROCEDURES.get(procedure_code)
    return procedure.field_code if procedure else UNASSIGNED


def places(dossier: Dossier, today: date) -> Iterator[tuple[str, Key]]:
    """Yield every row that counts a dossier: its table and key. Rows of form II.06a are apart."""
    unit, procedure = unit_of(dossier), procedure_of(dossier)
    code, level = (unit.unit_code, unit.unit_level) if unit else (UNASSIGNED, UNASSIGNED)
    yield "by_unit", (code, "own")
    for other in (code, *(above(unit) if unit else ())):
        yield "by_unit", (other, "subtree")
    for name in (level, "all"):
        yield "by_level", (name,)
    yield "by_unit_field", (code, field_of(procedure))
    yield "by_unit_procedure", (code, procedure)
    yield from _places_today(unit, today)


def _places_today(unit: UnitRecord | None, today: date) -> Iterator[tuple[str, Key]]:
    now = heir(unit, today) if unit else None
    code, level = (now.unit_code, now.unit_level) if now else (UNASSIGNED, UNASSIGNED)
    # False marks what a unit that is no more keeps; an unknown one is no such unit.
    is_todays = now is None or is_current(now, today)
    yield "by_unit_current", (code, "own", is_todays)
    for other, is_other_todays in ((code, is_todays), *(above_today(now, today) if now else ())):
        yield "by_unit_current", (other, "subtree", is_other_todays)
    yield "by_level_current", (level, is_todays)
    yield "by_level_current", ("all", True)


def figures(register: Register, span: Span, statistic: Statistic = DEFAULTS) -> Figures:
    """Return what every table should say of a period, dossier by dossier."""
    found = Figures(span, register.cutoff)
    first, last = span.first, min(span.last, register.cutoff)
    for number, dossier in enumerate(register.dossiers):
        requests = [payment for payment in register.payments if payment.dossier == number]
        measures = dossier_counts(dossier, first, last, statistic)
        measures |= payment_counts(requests, first, last)
        form = form_columns(dossier, first, last, statistic)
        by_first_due = first_due_counts(dossier, first, last, statistic)
        if by_first_due or measures & set(FIRST_DUE):
            by_first_due |= measures
        days = processing_days(dossier, first, last, statistic)
        if days is not None:
            found.days[procedure_of(dossier)].append(days)
            found.numbers["processing_time"][procedure_of(dossier),]["resolved"] += 1
        for table, key in places(dossier, register.cutoff):
            found.numbers[table][key].update(measures)
            if table == "by_unit":
                found.numbers["by_unit_first_due"][key].update(by_first_due)
                found.numbers["form_06a"][*key, "all"].update(form)
            if table == "by_unit_field":
                unit_code, field_code = key
                found.numbers["form_06a"][unit_code, "own", field_code].update(form)
    return found


def times(days: list[int]) -> Row:
    """Return how long dossiers took: average half up, median, nine in ten within, longest."""
    average = Decimal(sum(days)) / len(days)
    return {
        "resolved_count": len(days),
        "average_days": average.quantize(Decimal("0.01"), ROUND_HALF_UP),
        "median_days": quantile(days, Fraction(1, 2)),
        "p90_days": quantile(days, Fraction(9, 10)),
        "longest_days": max(days),
    }


def quantile(days: list[int], share: Fraction) -> float:
    """Return the continuous quantile: between two dossiers it is read off the line from one."""
    ordered = sorted(days)
    place = share * (len(ordered) - 1)
    lower = int(place)
    upper = min(lower + 1, len(ordered) - 1)
    return float(ordered[lower] + (ordered[upper] - ordered[lower]) * (place - lower))
