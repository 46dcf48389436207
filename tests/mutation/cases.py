"""The registers that judge a mutant: a fixed draw from the random ones, and cases by hand.

Belongs here: what a mutant showed to be missing from the random registers. Does not belong here:
what the figures should be (`tests/sql/oracle.py`).
"""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.sql.dossier_cases import CASES
from tests.sql.registers import Dossier, Payment, Register
from tests.sql.test_figures_against_the_oracle import CUTOFFS, _registers

# One register costs half a second whatever it holds, so that few large ones judge fastest.
DRAWN = 150
FIRST, LAST = date(2022, 12, 15), date(2023, 1, 14)
DAY = timedelta(days=1)


def registers() -> list[Register]:
    """Return the registers in the order in which they judge: what kills most comes first."""
    drawn = _drawn()
    large = [_joined([r for r in drawn if r.cutoff == cutoff]) for cutoff in CUTOFFS]
    return [*reversed(large), _by_hand(), Register([])]


def _drawn() -> list[Register]:
    """Return the same random registers every time."""
    found: list[Register] = []

    @seed(2026)
    @settings(
        max_examples=DRAWN,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_registers())
    def draw(register: Register) -> None:
        found.append(register)

    draw()
    return found


def _joined(registers: list[Register]) -> Register:
    """Return one register with the dossiers and payments of all, each payment with its own."""
    dossiers: list[Dossier] = []
    payments: list[Payment] = []
    orphans: list[Payment] = []
    for register in registers:
        for payment in register.payments:
            has_dossier = payment.dossier < len(register.dossiers)
            moved = replace(payment, dossier=payment.dossier + len(dossiers))
            (payments if has_dossier else orphans).append(moved)
        dossiers += register.dossiers
    missing = [replace(payment, dossier=len(dossiers)) for payment in orphans]
    return Register(dossiers, [*payments, *missing], cutoff=registers[0].cutoff)


def _by_hand() -> Register:
    dossiers = [dossier for dossier, *_ in CASES.values()]
    payments = [
        Payment(number, day, amount=amount, method=method)
        for number, day in enumerate((FIRST - DAY, FIRST, LAST, LAST + DAY))
        for amount, method in ((1, "cash"), (0, "online"))
    ]
    return Register(dossiers, payments)
