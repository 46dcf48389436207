"""What one dossier counts in, by the words of `design.md` section 3, in plain Python.

It shares no code with the SQL that it judges, and takes a period as two days, not as months.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from schemas.settings import Statistic
from tests.sql.register_reference import HOLIDAYS, PROCEDURES
from tests.sql.registers import DEFAULTS, Dossier, Payment

PAUSED = {"paused_supplement", "paused_finance", "paused_other"}
NEVER_ACCEPTED = {"new", "not_accepted"}
SATURDAY = 5

Place = Literal["resolved", "closed_other", "pending", "paused", "closed_undated",
                "closed_before_received"]  # fmt: skip

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
FIRST_DUE_RATES = {
    "on_time_pct": RATES["on_time_pct"],
    "first_due_on_time_pct": (
        ("first_due_early", "first_due_on_due_date", "first_due_none"), ("resolved",)
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """Where a dossier stands in a period: how it came into it, and where it is at its end."""

    is_received: bool
    place: Place | None

    @property
    def is_carried_over(self) -> bool:
        """Whether it was there before: what was not received and has no place is outside."""
        return not self.is_received and self.place is not None


OUTSIDE = Standing(is_received=False, place=None)


def end_of(dossier: Dossier, end_basis: str = "finished") -> date | None:
    """Return the day it ended: the setting says which day is asked first, the refusal is last."""
    if end_basis == "returned":
        return dossier.returned_date or dossier.finished_date or dossier.refused_date
    return dossier.finished_date or dossier.returned_date or dossier.refused_date


def is_open(dossier: Dossier, ended: date | None) -> bool:
    """In process or paused; "dừng xử lý" with an end date is a closing."""
    if dossier.state == "paused_other":
        return ended is None
    return dossier.state in {"in_process", *PAUSED}


def closes_otherwise(dossier: Dossier) -> bool:
    """Withdrawn, stopped for good, or refused after acceptance."""
    return (
        dossier.state in {"withdrawn", "refused_after_acceptance", "paused_other"}
        or dossier.result_kind == "refused"
    )


def standing(dossier: Dossier, first: date, last: date, end_basis: str = "finished") -> Standing:
    """Return where a dossier stands in the period of these two days (`last`: D1)."""
    received = dossier.received_date
    if dossier.state in NEVER_ACCEPTED or received is None or received > last:
        return OUTSIDE
    ended = end_of(dossier, end_basis)
    was_closed = not is_open(dossier, ended) and (ended is None or ended < first)
    if received < first and was_closed:
        return OUTSIDE
    return Standing(received >= first, _place(dossier, received, ended, last))


def _place(dossier: Dossier, received: date, ended: date | None, last: date) -> Place:
    if is_open(dossier, ended):
        requested = dossier.supplement_requested_date
        waits = dossier.state in PAUSED and (requested is None or requested <= last)
        return "paused" if waits else "pending"
    if ended is None:
        return "closed_undated"
    if ended > last:
        return "pending"
    if ended < received:
        return "closed_before_received"
    return "closed_other" if closes_otherwise(dossier) else "resolved"


def is_resolved(place: Place | None, statistic: Statistic) -> bool:
    """Whether it counts as resolved: the setting may count those closed otherwise within."""
    within = {"resolved", "closed_other"} if statistic.closed_other == "resolved" else {"resolved"}
    return place in within


def dossier_counts(
    dossier: Dossier, first: date, last: date, statistic: Statistic = DEFAULTS
) -> set[str]:
    """Return the measures that count this dossier between both days (`last`: D1)."""
    stands = standing(dossier, first, last, statistic.end_basis)
    found: set[str] = set()
    if stands.is_received:
        found |= _received(dossier)
    elif stands.is_carried_over:
        found |= {"carried_over", "total_to_handle"}
    if stands.place == "pending":
        found |= _pending(dossier, last)
    elif is_resolved(stands.place, statistic):
        found |= _resolved(dossier, statistic)
    elif stands.place is not None:
        found.add(stands.place)
    return found


def _received(dossier: Dossier) -> set[str]:
    found = {"received", "total_to_handle"}
    found.add(f"received_{dossier.channel}" if dossier.channel else "received_unknown_channel")
    if dossier.has_digitised_input:
        found.add("received_digitised_input")
    if dossier.has_reused_input:
        found.add("received_reused")
    return found


def _pending(dossier: Dossier, last: date) -> set[str]:
    if dossier.due_date is None:
        return {"pending", "pending_no_due_date"}
    return {"pending", "pending_in_time" if dossier.due_date >= last else "pending_overdue"}


def timeliness(ended: date | None, due: date | None) -> str:
    """Return how an end stands to a due date; the day counts, not the hour."""
    assert ended is not None
    if due is None:
        return "none"
    if ended == due:
        return "on_due_date"
    return "early" if ended < due else "late"


def _resolved(dossier: Dossier, statistic: Statistic) -> set[str]:
    judged = timeliness(end_of(dossier, statistic.end_basis), dossier.due_date)
    found = {"resolved", "resolved_no_due_date" if judged == "none" else f"resolved_{judged}"}
    if dossier.has_e_result:
        found.add("resolved_e_result")
    paper = dossier.is_paper_result_due
    if paper is None and dossier.procedure_code in PROCEDURES:
        paper = PROCEDURES[dossier.procedure_code].has_paper_result
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


def form_columns(
    dossier: Dossier, first: date, last: date, statistic: Statistic = DEFAULTS
) -> set[str]:
    """Return the columns of form II.06a that count this dossier, and `left_out` if none does.

    The form has rules of its own: what was withdrawn or refused is handled and on time, what is
    paused is being handled and never overdue.
    """
    stands = standing(dossier, first, last, statistic.end_basis)
    found: set[str] = set()
    if stands.is_received:
        found |= {"column_3", "column_4" if dossier.channel == "online" else "column_5"}
    elif stands.is_carried_over:
        found |= {"column_3", "column_6"}
    judged = "none"
    if stands.place == "resolved":
        judged = timeliness(end_of(dossier, statistic.end_basis), dossier.due_date)
    if stands.place in {"resolved", "closed_other"}:
        found |= {"column_7", {"early": "column_8", "late": "column_10"}.get(judged, "column_9")}
    elif stands.place in {"pending", "paused"}:
        is_overdue = stands.place == "pending" and "pending_overdue" in _pending(dossier, last)
        found |= {"column_11", "column_13" if is_overdue else "column_12"}
    elif stands.place is not None:
        found.add("left_out")
    return found


def first_due_counts(
    dossier: Dossier, first: date, last: date, statistic: Statistic = DEFAULTS
) -> set[str]:
    """Return what judging by the first-seen due date counts of this dossier."""
    place = standing(dossier, first, last, statistic.end_basis).place
    if is_resolved(place, statistic):
        judged = timeliness(end_of(dossier, statistic.end_basis), dossier.first_due_date)
        has_moved = dossier.due_date != dossier.first_due_date
        return {f"first_due_{judged}"} | ({"moved_due_date"} if has_moved else set())
    if place == "pending" and dossier.first_due_date is not None and dossier.first_due_date < last:
        return {"first_due_overdue"}
    return set()


def is_working_day(day: date) -> bool:
    """Monday to Friday, except where the calendar says otherwise: holidays, worked Saturdays."""
    return HOLIDAYS.get(day, day.weekday() < SATURDAY)


def processing_days(
    dossier: Dossier, first: date, last: date, statistic: Statistic = DEFAULTS
) -> int | None:
    """Return the working days from reception to end, not counting the day of reception.

    None: it was not resolved in this period.
    """
    place = standing(dossier, first, last, statistic.end_basis).place
    received, ended = dossier.received_date, end_of(dossier, statistic.end_basis)
    if not is_resolved(place, statistic) or received is None or ended is None:
        return None
    days = (received + timedelta(days=number + 1) for number in range((ended - received).days))
    return sum(is_working_day(day) for day in days)


def rates(
    numbers: Counter[str],
    formulas: Mapping[str, tuple[Iterable[str], Iterable[str]]] = RATES,
) -> dict[str, Decimal | None]:
    """Return every rate in percent: two decimals, half up, None over nothing."""
    found: dict[str, Decimal | None] = {}
    for name, (above, below) in formulas.items():
        whole = sum(numbers[count] for count in below)
        part = Decimal(100 * sum(numbers[count] for count in above))
        found[name] = (part / whole).quantize(Decimal("0.01"), ROUND_HALF_UP) if whole else None
    return found
