"""Tiny registers: dossiers and payment requests put straight into a warehouse's version tables.

Belongs here: the records, the units and procedures they refer to, filling and computing. Does not
belong here: what the figures should be (`tests/sql/oracle.py`, the tests).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from tests.support import compute_all

FIRST_MONTH = date(2022, 11, 15)
CUTOFF = date(2023, 2, 20)


@dataclass(frozen=True)
class UnitRecord:
    unit_code: str
    unit_level: str
    parent_unit_code: str | None
    valid_from: date = date(2004, 7, 8)
    valid_to: date = date(2099, 12, 31)


# 0331 begins with the code of 033 and is not below it. 01099 moved to another unit and level in
# the middle of a reporting month; 01102 is no more.
UNITS = (
    UnitRecord("02", "province", None),
    UnitRecord("033", "district", "02"),
    UnitRecord("0331", "department", "02"),
    UnitRecord("01096", "commune", "033"),
    UnitRecord("01099", "commune", "033", valid_to=date(2023, 1, 31)),
    UnitRecord("01099", "district", "0331", valid_from=date(2023, 2, 1)),
    UnitRecord("01102", "commune", "033", valid_to=date(2022, 12, 31)),
)
# Whether a paper result is due, by procedure; None: the catalogue does not say.
PROCEDURES: dict[str, bool | None] = {"1.000001": True, "1.000002": False, "1.000003": None}


@dataclass(frozen=True)
class Dossier:
    state: str
    received_date: date | None = None
    due_date: date | None = None
    finished_date: date | None = None
    returned_date: date | None = None
    refused_date: date | None = None
    supplement_requested_date: date | None = None
    channel: str | None = "online"
    result_kind: str | None = None
    unit_code: str | None = "01096"
    procedure_code: str | None = "1.000001"
    has_digitised_input: bool | None = None
    has_reused_input: bool | None = None
    has_e_result: bool | None = None
    is_paper_result_due: bool | None = None


@dataclass(frozen=True)
class Payment:
    dossier: int
    """Place of its dossier in the register; a place without dossier is an orphan."""
    collected_date: date | None
    state: str = "paid"
    amount: int = 30_000
    method: str | None = "online"
    collection: str | None = "prepaid"


@dataclass(frozen=True)
class Register:
    dossiers: Sequence[Dossier]
    payments: Sequence[Payment] = ()
    cutoff: date = CUTOFF
    first_month: date = field(default=FIRST_MONTH)


Row = Mapping[str, Any]


def key_of(number: int) -> str:
    """Return the key of a dossier by its place in the register."""
    return f"00000000-0000-0000-0000-{number:012}"


def fill(connection: duckdb.DuckDBPyConnection, register: Register) -> None:
    """Make the warehouse hold this register and nothing else, and compute every table."""
    for table in ("core.dossier_version", "core.payment_version", "ops.delivery",
                  "ops.revision", "ops.counted_period", "reference.unit",
                  "reference.procedure"):  # fmt: skip
        connection.execute(f"DELETE FROM {table}")
    _insert(connection, "reference.unit", [
        asdict(unit) | {"unit_name": f"Đơn vị Mẫu {unit.unit_code}", "source": "mẫu"}
        for unit in UNITS
    ])  # fmt: skip
    _insert(connection, "reference.procedure", [
        {"procedure_code": code, "procedure_name": "Thủ tục Mẫu", "field_code": "MAU",
         "field_name": "Mẫu", "has_paper_result": paper, "source": "mẫu"}
        for code, paper in PROCEDURES.items()
    ])  # fmt: skip
    _insert(connection, "ops.delivery", [_delivery(register)])
    place = {"delivery_id": "d", "part_number": 1, "delivery_period": register.first_month,
             "is_latest": True, "is_gone": False}  # fmt: skip
    _insert(connection, "core.dossier_version", [
        asdict(dossier) | place
        | {"row_number": number, "dossier_code": str(number), "dossier_key": key_of(number)}
        for number, dossier in enumerate(register.dossiers)
    ])  # fmt: skip
    _insert(connection, "core.payment_version", [
        {key: value for key, value in asdict(payment).items() if key != "dossier"}
        | place
        | {"row_number": number, "request_code": str(number), "request_key": key_of(number),
           "dossier_code": str(payment.dossier), "dossier_key": key_of(payment.dossier)}
        for number, payment in enumerate(register.payments)
    ])  # fmt: skip
    compute_all(connection)


def rows_of(
    connection: duckdb.DuckDBPyConnection, table: str, condition: str = "true"
) -> list[Row]:
    """Return rows as mappings from column to value."""
    cursor = connection.execute(f"FROM {table} WHERE {condition} ORDER BY ALL")
    names = [item[0] for item in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def counts(row: Row) -> dict[str, int]:
    """Return the counts of a row that are not 0, without their suffix."""
    return {
        name.removesuffix("_count"): value
        for name, value in row.items()
        if name.endswith("_count") and value
    }


def _delivery(register: Register) -> Row:
    moment = "2023-02-21 00:00:00"
    texts = (
        "source",
        "export",
        "origin",
        "file_sha256",
        "file_suffix",
        "reading_version",
        "run_id",
    )
    numbers = ("file_bytes", "read_count", "accepted_count", "quarantined_count",
               "flagged_count", "duplicate_count", "layout_count",
               "unit_unknown_count")  # fmt: skip
    return {
        "delivery_id": "d", "kind": "dossier", "is_snapshot": False,
        "delivery_period": register.first_month, "state": "loaded",
        "covers_to": register.cutoff, "collected_at": moment, "loaded_at": moment,
        **dict.fromkeys(texts, "mau"), **dict.fromkeys(numbers, 0),
    }  # fmt: skip


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Any]) -> None:
    if rows:
        connection.register("given", pa.Table.from_pylist(rows))
        connection.execute(f"INSERT INTO {table} BY NAME FROM given")
        connection.unregister("given")
