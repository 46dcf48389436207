"""Writes the exports of Riverton, an invented city whose portal is not Vietnamese.

Belongs here: what its permit portal delivers for one period, as docs/portals.md takes
it in. Not here: the sample of the district (`generate`) and Riverton's settings
(`data/sources/riverton.toml`). Nothing of the pipeline is imported.

Run ``python data/sample/sample_riverton.py [FOLDER]``. The same bytes come out every time. People
are invented and marked ``Mẫu``, telephones begin with 0990000. Times are written in UTC: the
filing at 05:30 PM of 31 October happened on 1 November in Viet Nam.
"""

from __future__ import annotations

import csv
import random
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "portals" / "riverton"
SEED = 2023
FIRST_DAY = datetime(2023, 10, 15)  # noqa: DTZ001 - UTC, as the portal writes it: without a zone
DAYS = 30
PERMITS = 60
OFFICES = ("R01", "R02")
CHANNELS = ("Web", "Web", "Web", "Counter", "Mail")
FEES = (85, 250, 1250, 10400)
# A state, how many days after reception it ended, and what came of it.
FATES: tuple[tuple[str, int | None, str], ...] = (
    ("Issued", 9, "Permit"), ("Issued", 13, "Permit"), ("Approved", 5, "Permit"),
    ("Under review", None, ""), ("Accepted", None, ""), ("Awaiting applicant", None, ""),
    ("Awaiting payment", None, ""), ("On hold", None, ""), ("Denied", 7, "Denial"),
    ("Withdrawn", 3, ""), ("Submitted", None, ""), ("Turned away", None, ""),
)  # fmt: skip
GROUPS = ("", "", "", "", "", "", "", "Dates", "", "", "", "", "", "Outcome", "", "")
LEAVES = (
    "Permit No.", "Permit type", "Office", "Applicant", "Phone", "Filed through", "Status",
    "Filed", "Accepted", "Due", "Papers asked for", "Decided", "Handed over",
    "Kind", "Sent by", "Scanned papers",
)  # fmt: skip
FEE_LEAVES = (
    "Invoice", "Permit No.", "Payer", "Billed on", "Paid on", "Amount due", "Paid by", "Fee status",
)  # fmt: skip


@dataclass(frozen=True)
class Permit:
    """A permit, with the cells of its row and what its fee is."""

    code: str
    applicant: str
    accepted: datetime | None
    cells: list[str]
    fee: int
    paid_by: str


def permits() -> list[Permit]:
    """Return the permits of the period in the order of their codes."""
    dice = random.Random(SEED)
    return [_permit(dice, number) for number in range(1, PERMITS + 1)]


def _permit(dice: random.Random, number: int) -> Permit:
    state, days, kind = FATES[number % len(FATES)] if number > 1 else FATES[0]
    filed = FIRST_DAY + timedelta(
        days=dice.randrange(DAYS - 16), hours=1 + dice.randrange(9), minutes=dice.randrange(60)
    )
    if number == 1:  # Half past midnight of 1 November in Viet Nam.
        filed = datetime(2023, 10, 31, 17, 30)  # noqa: DTZ001
    is_accepted = state not in ("Submitted", "Turned away")
    accepted = filed + timedelta(minutes=20) if is_accepted else None
    ended = accepted + timedelta(days=days) if accepted and days is not None else None
    # Every fourth permit is of a type without a deadline.
    due = accepted + timedelta(days=10) if accepted and number % 4 else None
    asked = accepted + timedelta(days=2) if accepted and state == "Awaiting applicant" else None
    handed = ended + timedelta(days=1) if ended and state == "Issued" else None
    code, applicant = f"RV-2023-{number:06d}", f"Sample Mẫu {number:03d}"
    cells = [
        code, dice.choice(("Building, small", "Building, large", "Street works")),
        dice.choice(OFFICES), applicant, f"0990000{number:03d}", dice.choice(CHANNELS), state,
        _time(filed), _time(accepted), f"{due:%m/%d/%Y}" if due else "", _time(asked),
        _time(ended), _time(handed), kind, "Mail" if handed and number % 2 else "",
        "Yes" if number % 3 else "No",
    ]  # fmt: skip
    paid_by = dice.choice(("Card", "Card", "Cash", "Bank transfer"))
    return Permit(code, applicant, accepted, cells, dice.choice(FEES), paid_by)


def _fee_row(number: int, permit: Permit) -> list[str]:
    accepted = permit.accepted or FIRST_DAY
    state = ("Paid", "Paid", "Paid", "Open", "Void", "Refunded")[number % 6]
    is_paid = state in ("Paid", "Refunded")
    return [
        f"INV-{number:05d}", permit.code, permit.applicant, f"{accepted:%m/%d/%Y}",
        _time(accepted + timedelta(hours=2)) if is_paid else "", f"{permit.fee:,}.00",
        permit.paid_by if is_paid else "", state,
    ]  # fmt: skip


def _time(moment: datetime | None) -> str:
    return f"{moment:%m/%d/%Y %I:%M %p}" if moment else ""


def _write(file: Path, rows: list[list[str]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\r\n").writerows(rows)


def write_riverton(folder: Path = FOLDER) -> None:
    """Write ``permits.csv`` and ``fees.csv`` below a folder."""
    delivered = permits()
    _write(
        folder / "permits.csv",
        [list(GROUPS), list(LEAVES), *(permit.cells for permit in delivered)],
    )
    accepted = [permit for permit in delivered if permit.accepted]
    fees = [_fee_row(number, permit) for number, permit in enumerate(accepted, start=1)]
    _write(folder / "fees.csv", [list(FEE_LEAVES), *fees])


if __name__ == "__main__":
    write_riverton(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
