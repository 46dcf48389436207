"""The figures by the words of `design.md` section 3, dossier by dossier, in plain Python.

Belongs here: what each period should say of a register. It shares no code with the SQL that it
judges, and takes a period as two days, not as months.
"""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.sql.registers import PROCEDURES, UNITS, Dossier, Payment, Register, UnitRecord

PAUSED = {"paused_supplement", "paused_finance", "paused_other"}
NEVER_ACCEPTED = {"new", "not_accepted"}

# Rate: the counts above the line, the counts below it.
RATES = {
    "on_time_pct": (("resolved_early", "resolved_on_due_date", "resolved_no_due_date"),
                    ("resolved",)),
    "on_time_judged_pct": (("resolved_early", "resolved_on_due_date"),
                           ("resolved_early", "resolved_on_due_date", "resolved_late")),
    "early_pct": (("resolved_early",), ("resolved",)),
    "late_pct": (("resolved_late",), ("resolved",)),
    "pending_overdue_pct": (("pending_overdue",), ("pending",)),
    "online_pct": (("received_online",), ("received",)),
    "online_of_total_pct": (("received_online",), ("total_to_handle",)),
    "digitised_pct": (("resolved_digitised",), ("resolved",)),
    "digitised_input_pct": (("received_digitised_input",), ("received",)),
    "e_result_pct": (("resolved_e_result",), ("resolved",)),
    "online_payment_pct": (("paid_online",), ("payable",)),
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A reporting period: its kind, first and nominal last day."""

    kind: str
    first: date
    last: date


def spans(register: Register) -> list[Span]:
    """Return every month and year-to-date that starts on or before the cut-off."""
    found = []
    first = register.first_month
    while first <= register.cutoff:
        next_first = first + timedelta(days=monthrange(first.year, first.month)[1])
        last = next_first - timedelta(days=1)
        # The reporting year 2023 began on 15/12/2022, and its last day is 14/12/2023.
        found += [Span("month", first, last), Span("year_to_date", date(last.year - 1, 12, 15),
                                                   last)]  # fmt: skip
        first = next_first
    return found


def end_of(dossier: Dossier) -> date | None:
    return dossier.finished_date or dossier.returned_date or dossier.refused_date


def is_open(dossier: Dossier) -> bool:
    """In process or paused; "dừng xử lý" with an end date is a closing."""
    if dossier.state == "paused_other":
        return end_of(dossier) is None
    return dossier.state in {"in_process", *PAUSED}


def closes_otherwise(dossier: Dossier) -> bool:
    """Withdrawn, stopped for good, or refused after acceptance."""
    return (
        dossier.state in {"withdrawn", "refused_after_acceptance", "paused_other"}
        or dossier.result_kind == "refused"
    )


def dossier_counts(dossier: Dossier, first: date, last: date) -> set[str]:
    """Return the measures that count this dossier between both days (`last`: D1)."""
    received = dossier.received_date
    if dossier.state in NEVER_ACCEPTED or received is None or received > last:
        return set()
    ended = end_of(dossier)
    found: set[str] = set()
    if received >= first:
        found |= _received(dossier)
        if not is_open(dossier) and ended is None:
            found.add("closed_undated")
        if not is_open(dossier) and ended is not None and ended < received:
            found.add("closed_before_received")
    elif is_open(dossier) or (ended is not None and ended >= first):
        found |= {"carried_over", "total_to_handle"}
    if is_open(dossier):
        found |= _open(dossier, last)
    elif ended is not None and ended > last:
        found |= _pending(dossier, last)
    elif ended is not None and ended >= first and ended >= received:
        found |= {"closed_other"} if closes_otherwise(dossier) else _resolved(dossier, ended)
    return found


def _received(dossier: Dossier) -> set[str]:
    found = {"received", "total_to_handle"}
    found.add(f"received_{dossier.channel}" if dossier.channel else "received_unknown_channel")
    if dossier.has_digitised_input:
        found.add("received_digitised_input")
    if dossier.has_reused_input:
        found.add("received_reused")
    return found


def _open(dossier: Dossier, last: date) -> set[str]:
    requested = dossier.supplement_requested_date
    waits = dossier.state in PAUSED and (requested is None or requested <= last)
    return {"paused"} if waits else _pending(dossier, last)


def _pending(dossier: Dossier, last: date) -> set[str]:
    if dossier.due_date is None:
        return {"pending", "pending_no_due_date"}
    return {"pending", "pending_in_time" if dossier.due_date >= last else "pending_overdue"}


def _resolved(dossier: Dossier, ended: date) -> set[str]:
    found = {"resolved"}
    due = dossier.due_date
    if due is None:
        found.add("resolved_no_due_date")
    elif ended == due:
        found.add("resolved_on_due_date")
    else:
        found.add("resolved_early" if ended < due else "resolved_late")
    if dossier.has_e_result:
        found.add("resolved_e_result")
    paper = dossier.is_paper_result_due
    if paper is None:
        paper = PROCEDURES.get(dossier.procedure_code or "")
    if dossier.has_digitised_input and (dossier.has_e_result or paper is False):
        found.add("resolved_digitised")
    return found


def payment_counts(payments: list[Payment], first: date, last: date) -> set[str]:
    """Return the measures that count one dossier with these requests."""
    paid = [
        payment
        for payment in payments
        if payment.state == "paid"
        and payment.amount > 0
        and payment.collection != "exempt"
        and payment.collected_date is not None
        and first <= payment.collected_date <= last
    ]
    if not paid:
        return set()
    return {"payable"} | ({"paid_online"} if any(p.method == "online" for p in paid) else set())


def unit_of(dossier: Dossier) -> UnitRecord | None:
    """Return the record of the handling unit that is valid on the reception day."""
    for unit in UNITS:
        if unit.unit_code == dossier.unit_code and (
            dossier.received_date is None
            or unit.valid_from <= dossier.received_date <= unit.valid_to
        ):
            return unit
    return None


def places(unit: UnitRecord | None) -> list[tuple[str, ...]]:
    """Return every row that counts a dossier of this unit: (unit, scope) and (level,)."""
    if unit is None:
        return [("unassigned", "own"), ("unassigned", "subtree"), ("unassigned",), ("all",)]
    above = [unit.unit_code]
    parent = unit.parent_unit_code
    while parent is not None:
        above.append(parent)
        parent = next(u.parent_unit_code for u in UNITS if u.unit_code == parent)
    return [(unit.unit_code, "own"), *((code, "subtree") for code in above),
            (unit.unit_level,), ("all",)]  # fmt: skip


def figures(register: Register, span: Span) -> dict[tuple[str, ...], Counter[str]]:
    """Return the counts of every unit and level that some dossier reaches in this period."""
    last = min(span.last, register.cutoff)
    found: dict[tuple[str, ...], Counter[str]] = {}
    for number, dossier in enumerate(register.dossiers):
        own = [payment for payment in register.payments if payment.dossier == number]
        measures = dossier_counts(dossier, span.first, last)
        measures |= payment_counts(own, span.first, last)
        for place in places(unit_of(dossier)):
            found.setdefault(place, Counter()).update(measures)
    return found


def rates(numbers: Counter[str]) -> dict[str, Decimal | None]:
    """Return every rate in percent: two decimals, half up, None over nothing."""
    found: dict[str, Decimal | None] = {}
    for name, (above, below) in RATES.items():
        whole = sum(numbers[count] for count in below)
        part = Decimal(100 * sum(numbers[count] for count in above))
        found[name] = (part / whole).quantize(Decimal("0.01"), ROUND_HALF_UP) if whole else None
    return found
