"""The registers that judge a mutant: a fixed draw of what random registers hold, and by hand."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from schemas.settings import Statistic
from schemas.tables import COLLECTIONS, PAYMENT_METHODS, PAYMENT_STATES
from tests.sql.dossier_cases import CASES
from tests.sql.generated_registers import days_of, dossiers
from tests.sql.register_reference import UNITS
from tests.sql.registers import CUTOFF, FIRST_MONTH, Dossier, Payment, Register

_T = TypeVar("_T")
# A register costs half a second whatever it holds: few large ones judge fastest.
DOSSIERS, PAYMENTS = 250, 150
BEFORE, JANUARY, FEBRUARY = date(2021, 12, 14), date(2023, 1, 14), date(2023, 2, 14)


@dataclass(frozen=True)
class Case:
    """A register and the settings it is counted under."""

    register: Register
    statistic: Statistic


def cases() -> list[Case]:
    """Return the registers in the order in which they judge: what kills most comes first."""
    return [
        _drawn(1, date(2022, 11, 15), date(2023, 2, 20), Statistic()),
        by_hand(),
        _drawn(2, date(2022, 12, 15), FEBRUARY, Statistic(end_basis="returned",
                                                          closed_other="resolved")),
        Case(Register([]), Statistic()),
        _drawn(3, date(2022, 9, 20), date(2023, 12, 15), Statistic()),
    ]  # fmt: skip


def by_hand() -> Case:
    """Return every case of `dossier_cases`, payments and dossiers around the ends of what ends."""
    given = [dossier for dossier, *_ in CASES.values()]
    edges = [
        Dossier("in_process", day, unit_code=unit.unit_code)
        for unit in UNITS
        for day in (unit.valid_from, unit.valid_to, unit.valid_to + timedelta(days=1))
        if unit.valid_to <= CUTOFF
    ]
    # Ended before the year of the first month began, each by another date.
    edges += [
        Dossier("finished", BEFORE, finished_date=BEFORE),
        Dossier("returned", BEFORE, returned_date=BEFORE),
        Dossier("withdrawn", BEFORE, refused_date=BEFORE),
    ]
    days = (date(2022, 12, 14), date(2022, 12, 15), JANUARY, date(2023, 1, 15), FIRST_MONTH)
    payments = [
        Payment(number, day, amount=amount, method=method)
        for number, (day, (amount, method)) in enumerate(
            product(days, ((1, "cash"), (1, "online"), (0, "online")))
        )
    ]
    payments += [Payment(number, JANUARY) for number in range(len(given), len(given + edges))]
    # Once in the year, though in two of its months.
    payments += [
        Payment(number, day, method=method)
        for number, methods in ((20, (None, "online")), (21, ("online", "online")))
        for day, method in zip((JANUARY, FEBRUARY), methods, strict=True)
    ]
    return Case(Register([*given, *edges], payments), Statistic())


def _drawn(number: int, first_day: date, cutoff: date, statistic: Statistic) -> Case:
    days = days_of(first_day, cutoff, statistic.closing_day)
    payment = st.builds(
        Payment,
        # Few dossiers, so that many of them pay in several months; the last one is an orphan.
        dossier=st.integers(0, 30) | st.just(DOSSIERS),
        collected_date=st.none() | days | days,
        state=st.sampled_from((*PAYMENT_STATES, "paid", "paid", "paid")),
        amount=st.sampled_from((0, 1, 30_000, 30_000)),
        method=st.sampled_from((None, *PAYMENT_METHODS)),
        collection=st.sampled_from((None, *COLLECTIONS)),
    )
    register = Register(
        _same_every_time(number, dossiers(days), DOSSIERS),
        _same_every_time(number, payment, PAYMENTS),
        cutoff,
        first_day,
    )
    return Case(register, statistic)


def _same_every_time(number: int, strategy: st.SearchStrategy[_T], size: int) -> list[_T]:
    found: list[_T] = []

    @seed(number)
    @settings(
        max_examples=size,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(drawn: _T) -> None:
        found.append(drawn)

    draw()
    return found[:size]
