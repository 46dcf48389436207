"""Random registers: every mix of states and dates around the days on which something changes."""

from datetime import date, timedelta

from hypothesis import strategies as st

from schemas.settings import Statistic
from schemas.tables import CHANNELS, COLLECTIONS, PAYMENT_METHODS, PAYMENT_STATES, RESULT_KINDS
from tests.sql.oracle_periods import ClosingDay, closing, month_holding, spans
from tests.sql.register_reference import PROCEDURES, UNITS
from tests.sql.registers import Dossier, Payment, Register

STATES = (
    "new", "not_accepted", "in_process", "paused_supplement", "paused_finance", "paused_other",
    "withdrawn", "refused_after_acceptance", "finished", "returned",
)  # fmt: skip
UNIT_CODES = (None, "99999", *sorted({unit.unit_code for unit in UNITS}))
UNIT_CHANGES = sorted({unit.valid_from for unit in UNITS} - {date(2004, 7, 8)})
# Months in which data may end: those in which units change, ends of quarters and of years.
LAST_MONTHS = (
    (2022, 12), (2023, 1), (2023, 2), (2023, 2), (2023, 3), (2023, 4), (2023, 6), (2023, 9),
    (2023, 12), (2024, 1),
)  # fmt: skip
# How many days before or behind the close of that month they end.
BEHIND_CLOSING = (0, 0, 1, 6, -8, -1)
# How many days before their end data begin to be delivered: most registers are short.
DELIVERED_DAYS = st.sampled_from((0, 30, 60, 90, 90, 100)) | st.sampled_from((200, 360, 400))

FLAG = st.none() | st.booleans()


def _maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


def days_of(first_day: date, cutoff: date, closing_day: ClosingDay) -> st.SearchStrategy[date]:
    """Return days around the ends of every kind of period, the cut-off and changes of units."""
    ends = {end for s in spans(first_day, cutoff, closing_day) for end in (s.first, s.last)}
    near = [cutoff, month_holding(cutoff, closing_day).first, *UNIT_CHANGES]
    edges = sorted(
        edge + timedelta(days=offset) for edge in {*ends, *near} for offset in (-1, 0, 1)
    )
    last_edges = [cutoff + timedelta(days=offset) for offset in (-1, 0, 1)]
    anywhere = st.dates(first_day - timedelta(days=75), cutoff + timedelta(days=45))
    return st.sampled_from(edges) | st.sampled_from(edges) | st.sampled_from(last_edges) | anywhere


@st.composite
def dossiers(draw: st.DrawFn, days: st.SearchStrategy[date]) -> Dossier:
    """Draw a dossier; a due date that moved, and an old request of a resumed one, among them."""
    maybe_day = st.none() | days
    received = draw(st.none() | days | days | days | days)
    # Without a reception day nothing says which record of a unit is meant: 01096 has only one.
    unit_codes = UNIT_CODES if received else (None, "01096")
    due = draw(maybe_day)
    return Dossier(
        state=draw(st.sampled_from((*STATES, "in_process", "finished", "returned"))),
        received_date=received,
        due_date=due,
        first_due_date=draw(st.just(due) | maybe_day),
        finished_date=draw(maybe_day),
        returned_date=draw(maybe_day),
        refused_date=draw(st.none() | st.none() | days),
        supplement_requested_date=draw(maybe_day),
        channel=draw(_maybe(*CHANNELS)),
        result_kind=draw(_maybe(*RESULT_KINDS)),
        unit_code=draw(st.sampled_from(unit_codes)),
        procedure_code=draw(_maybe(*PROCEDURES, "1.999999")),
        has_digitised_input=draw(FLAG),
        has_reused_input=draw(FLAG),
        has_e_result=draw(FLAG),
        is_paper_result_due=draw(FLAG),
    )


@st.composite
def registers(draw: st.DrawFn, closing_day: ClosingDay = 14) -> tuple[Register, Statistic]:
    """Draw a register and the settings it is counted under."""
    statistic = Statistic(
        closing_day=closing_day,
        end_basis=draw(st.sampled_from(("finished", "finished", "returned"))),
        closed_other=draw(st.sampled_from(("separate", "separate", "resolved"))),
    )
    month = draw(st.sampled_from(LAST_MONTHS))
    behind = draw(st.sampled_from(BEHIND_CLOSING))
    cutoff = closing(*month, statistic.closing_day) + timedelta(days=behind)
    first_day = cutoff - timedelta(days=draw(DELIVERED_DAYS))
    days = days_of(first_day, cutoff, statistic.closing_day)
    dossier = dossiers(days)
    # Computing takes as long for a hundred dossiers as for one: few registers with many of them.
    given = draw(st.lists(dossier, max_size=5) | st.lists(dossier, min_size=40, max_size=80))
    payment = st.builds(
        Payment,
        dossier=st.sampled_from((*range(6), len(given))),
        collected_date=st.none() | days,
        state=st.sampled_from((*PAYMENT_STATES, "paid", "paid", "paid")),
        amount=st.sampled_from((0, 1, 30_000, 30_000)),
        method=_maybe(*PAYMENT_METHODS),
        collection=_maybe(*COLLECTIONS),
    )
    # Few dossiers have many requests, so that some are paid in several months.
    payments = draw(st.lists(payment, max_size=5) | st.lists(payment, min_size=30, max_size=60))
    return Register(given, payments, cutoff, first_day), statistic
