"""The units and procedures of the two levels, with invented popularity, times and fees.

Belongs here: what is read from ``data/reference`` and the plan that is laid over it. Not here:
people and dossiers.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

# The sample's units are those of its year.
SAMPLE_DAY = "2023-01-01"
REFERENCE = Path(__file__).resolve().parents[1] / "reference"

# How often a procedure is asked for. The other procedures of REST_FIELDS share REST_WEIGHT.
# fmt: off
POPULAR = {
    "district": {
        "1.001612": 18, "2.000720": 9, "1.001266": 8, "1.001570": 5, "2.000575": 4,
        "2.000992": 6, "2.000884": 7, "2.000815": 6, "1.004859": 10, "2.000806": 4,
        "2.000528": 3, "1.012753": 7, "1.012812": 2,
    },
    "commune": {
        "2.000815": 3, "2.000884": 3, "2.000942": 20, "2.001035": 6, "2.001019": 1,
        "2.001016": 2, "1.001193": 18, "1.004873": 17, "1.004884": 6, "2.002516": 6,
        "1.004859": 3, "1.011607": 3, "1.011608": 2, "1.012812": 1,
    },
}
# fmt: on
REST_FIELDS = {
    "district": (
        "HOAT_DONG_XAY_DUNG",
        "HO_TICH",
        "THANH_LAP_VA_HOAT_DONG_CUA_TO_HOP_TAC_HOP_TAC_XA_LIEN_HIEP_HOP_TAC_XA",
        "DAT_DAI",
    ),
    "commune": ("HO_TICH", "CHUNG_THUC", "GIAM_NGHEO", "HOA_GIAI_O_CO_SO", "TRONG_TROT"),
}
REST_WEIGHT = 6
# The seat of the district is the largest commune, the others follow in the order of unit.csv.
UNIT_WEIGHTS = {
    "district": (1,),
    "commune": (15, 5, 4, 4, 7, 6, 5, 3, 5, 4, 5, 7, 5, 5, 6, 5, 6, 4),
}
# Legal processing times in working days and fees in đồng; the last digits of the code choose.
LEGAL_DAYS = {
    "CHUNG_THUC": (1, 1, 2),
    "HO_TICH": (1, 3, 2, 5),
    "GIAM_NGHEO": (15, 10),
    "THANH_LAP_VA_HOAT_DONG_DOANH_NGHIEP_HO_KINH_DOANH": (3, 3, 5),
    "DAT_DAI": (30, 45),
    "HOAT_DONG_XAY_DUNG": (20, 15),
}
OTHER_LEGAL_DAYS = (5, 7, 10, 15)
AMOUNTS = {
    "CHUNG_THUC": (2000, 10000, 30000, 50000),
    "HO_TICH": (5000, 8000, 15000, 75000),
    "DAT_DAI": (150000, 1250000),
}
OTHER_AMOUNTS = (35000, 100000)


@dataclass(frozen=True)
class Unit:
    """One row of unit.csv, with the invented unit part of its dossier codes."""

    name: str
    level: str
    code_prefix: str


@dataclass(frozen=True)
class Procedure:
    """One row of procedure.csv, with its invented processing time and fee."""

    code: str
    name: str
    field_code: str
    field_name: str
    has_paper_result: bool
    has_fee: bool
    legal_days: int
    amount: int


@dataclass(frozen=True)
class Level:
    """The units and procedures of a level, with the running sums of their weights."""

    units: list[Unit]
    unit_weights: list[float]
    procedures: list[Procedure]
    procedure_weights: list[float]


def read_levels() -> dict[str, Level]:
    """Return what each level consists of."""
    procedures = {record["procedure_code"]: _procedure(record) for record in _read("procedure.csv")}
    levels = {}
    for level, popular in POPULAR.items():
        records = [
            record
            for record in _read("unit.csv")
            if record["unit_level"] == level
            and record["valid_from"] <= SAMPLE_DAY <= (record["valid_to"] or SAMPLE_DAY)
        ]
        rest = [
            procedure
            for procedure in procedures.values()
            if procedure.code not in popular and procedure.field_code in REST_FIELDS[level]
        ]
        weights = [*popular.values(), *[REST_WEIGHT / len(rest)] * len(rest)]
        levels[level] = Level(
            # The district itself has number 0, the communes count from 1.
            [
                Unit(record["unit_name"], level, f"000.{number:02d}.33.H22")
                for number, record in enumerate(records, level == "commune")
            ],
            list(accumulate(UNIT_WEIGHTS[level])),
            [procedures[code] for code in popular] + rest,
            list(accumulate(weights)),
        )
    return levels


def _read(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _procedure(record: dict[str, str]) -> Procedure:
    code, field_code = record["procedure_code"], record["field_code"]
    legal_days = LEGAL_DAYS.get(field_code, OTHER_LEGAL_DAYS)
    amounts = AMOUNTS.get(field_code, OTHER_AMOUNTS)
    return Procedure(
        code=code,
        name=record["procedure_name"],
        field_code=field_code,
        field_name=record["field_name"],
        has_paper_result=record["has_paper_result"] == "true",
        has_fee=record["has_fee"] == "true",
        legal_days=legal_days[int(code[-1]) % len(legal_days)],
        amount=amounts[int(code[-2:]) % len(amounts)],
    )
