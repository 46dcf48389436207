"""Units, procedures and holidays that the tiny registers refer to."""

from dataclasses import dataclass
from datetime import date

ALWAYS = (date(2004, 7, 8), date(2099, 12, 31))


@dataclass(frozen=True)
class UnitRecord:
    """What was valid of a unit from one day to another."""

    unit_code: str
    unit_level: str
    parent_unit_code: str | None
    valid_from: date = ALWAYS[0]
    valid_to: date = ALWAYS[1]


@dataclass(frozen=True)
class Succession:
    """What became of a unit whose record ended the day before."""

    unit_code: str
    changed_on: date
    successor_code: str


@dataclass(frozen=True)
class Procedure:
    """A procedure: its field, and whether a paper result is due (None: nobody says)."""

    field_code: str
    has_paper_result: bool | None


UNITS = (
    UnitRecord("02", "province", None),
    UnitRecord("033", "district", "02"),
    # Begins with the code of 033 and is not below it.
    UnitRecord("0331", "department", "02"),
    UnitRecord("01096", "commune", "033"),
    UnitRecord("01108", "commune", "033"),
    # Moved to another level and parent in the middle of a reporting month.
    UnitRecord("01099", "commune", "033", valid_to=date(2023, 1, 31)),
    UnitRecord("01099", "district", "0331", valid_from=date(2023, 2, 1)),
    # Became part of 01099, which moved since.
    UnitRecord("01102", "commune", "033", valid_to=date(2022, 12, 31)),
    # Split in two.
    UnitRecord("01105", "commune", "033", valid_to=date(2023, 1, 20)),
    # Became part of the one that was split.
    UnitRecord("01114", "commune", "033", valid_to=date(2022, 12, 14)),
    # A district that is no more, and its communes: one went with it, one goes on below another.
    UnitRecord("034", "district", "02", valid_to=date(2023, 1, 31)),
    UnitRecord("01120", "commune", "034", valid_to=date(2023, 1, 31)),
    UnitRecord("01123", "commune", "034", valid_to=date(2023, 1, 31)),
    UnitRecord("01123", "commune", "033", valid_from=date(2023, 2, 1)),
    # A code that means another territory since; the old one became part of 01096.
    UnitRecord("01117", "commune", "033", valid_to=date(2022, 12, 20)),
    UnitRecord("01117", "commune", "0331", valid_from=date(2022, 12, 21)),
    # The same, and the old territory has no successor.
    UnitRecord("01126", "commune", "033", valid_to=date(2022, 12, 31)),
    UnitRecord("01126", "commune", "0331", valid_from=date(2023, 2, 1)),
)
SUCCESSIONS = (
    Succession("01099", date(2023, 2, 1), "01099"),
    Succession("01102", date(2023, 1, 1), "01099"),
    Succession("01105", date(2023, 1, 21), "01096"),
    Succession("01105", date(2023, 1, 21), "01108"),
    Succession("01114", date(2022, 12, 15), "01105"),
    Succession("01123", date(2023, 2, 1), "01123"),
    Succession("01117", date(2022, 12, 21), "01096"),
)
PROCEDURES = {
    "1.000001": Procedure("HO_TICH", has_paper_result=True),
    "1.000002": Procedure("HO_TICH", has_paper_result=False),
    "1.000003": Procedure("DAT_DAI", has_paper_result=None),
}
# Whether a day that the calendar names is worked; Tết, and a Saturday that is worked for it.
HOLIDAYS = {
    date(2022, 12, 14): False,
    date(2023, 1, 2): False,
    **{date(2023, 1, day): False for day in range(20, 27)},
    date(2023, 2, 4): True,
    date(2023, 5, 1): False,
    date(2023, 9, 4): False,
}
