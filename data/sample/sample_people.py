"""The invented people, each marked so that no real person can be meant.

Belongs here: names, addresses, phone and identity numbers. Names contain ``Mẫu`` and a number,
addresses ``Thôn Mẫu`` and a number, phone numbers start with 0990000 and identity numbers with
000990. Not here: what people apply for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sample_catalogue import Unit
from sample_chance import Dice

SURNAMES = ("Giàng", "Vàng", "Lù", "Sùng", "Thào", "Lý", "Hoàng", "Nùng", "Ly", "Tải", "Cháng")
MIDDLE_NAMES = ("Thị", "Văn", "Seo", "Mí", "Thanh", "Xuân")


@dataclass(frozen=True)
class Person:
    """An invented person; every part carries a mark that no real person has."""

    name: str
    identity: str
    address: str
    phone: str


class People:
    """Invents people; some come more than once, to the same unit."""

    def __init__(self, dice: Dice, communes: list[Unit]) -> None:
        self.all: list[Person] = []
        self._dice = dice
        self._communes = [_place(unit) for unit in communes]
        self._known: dict[str, list[Person]] = defaultdict(list)

    def someone(self, unit: Unit) -> Person:
        """Return a new applicant of a unit, or one that it knows."""
        known = self._known[unit.name]
        if known and self._dice.chance(0.15):
            return self._dice.pick(known)
        person = self._new(unit)
        known.append(person)
        self.all.append(person)
        return person

    def _new(self, unit: Unit) -> Person:
        dice, number = self._dice, len(self.all) + 1
        commune = dice.pick(self._communes) if unit.level == "district" else _place(unit)
        village = 10 * (self._communes.index(commune) + 1) + dice.below(10)
        # Portals keep the line break that people type into the address field.
        blank = "\n" if dice.chance(0.4) else " "
        return Person(
            name=f"{dice.pick(SURNAMES)} {dice.pick(MIDDLE_NAMES)} Mẫu {number:05d}",
            identity=f"000990{number:06d}",
            address=f"Thôn Mẫu {village},{blank}{commune}",
            phone=f"0990000{number % 1000:03d}",
        )


def _place(unit: Unit) -> str:
    return unit.name.removeprefix("UBND ")
