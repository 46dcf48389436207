"""Tiny registers: dossiers and payment requests put straight into a warehouse's version tables."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import duckdb
import pyarrow as pa

from schemas.settings import Statistic
from schemas.tables import (
    DELIVERY,
    DOSSIER_VERSION,
    INDICATOR_TABLES,
    MOVED_DOSSIER,
    OWN_COUNT,
    OWN_PAYMENT,
    PAYMENT_VERSION,
    REVISION,
    TABLES,
    TOUCHED_DOSSIER,
)
from schemas.tables.indicators import COUNTED_PERIOD, WANTED_PERIOD
from tests.sql.oracle_periods import month_holding
from tests.sql.register_reference import HOLIDAYS, PROCEDURES, SUCCESSIONS, UNITS, UnitRecord
from tests.support import compute_all

FIRST_MONTH = date(2022, 11, 15)
CUTOFF = date(2023, 2, 20)


DEFAULTS = Statistic()


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
    first_due_date: date | None = None


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
    first_day: date = FIRST_MONTH
    """A day of the first month that was delivered."""


Row = Mapping[str, Any]

HELD = (DOSSIER_VERSION, PAYMENT_VERSION, DELIVERY)
# What a computation leaves, its notes for the next one among it: each register is counted afresh.
COMPUTED = (*INDICATOR_TABLES, OWN_COUNT, OWN_PAYMENT, COUNTED_PERIOD, WANTED_PERIOD,
            TOUCHED_DOSSIER, MOVED_DOSSIER, REVISION)  # fmt: skip


def key_of(number: int) -> str:
    """Return the key of the dossier at a place of the register."""
    return str(uuid5(NAMESPACE_OID, str(number)))


def in_own_units(registers: Sequence[Register]) -> tuple[Register, list[UnitRecord]]:
    """Return one register of several, each in a root unit of its own: `own_unit` of its place.

    Its rows of `by_unit` are the figures of its register alone, so many need one computation.
    """
    dossiers: list[Dossier] = []
    payments: list[Payment] = []
    for place, register in enumerate(registers):
        payments += [replace(p, dossier=p.dossier + len(dossiers)) for p in register.payments]
        dossiers += [replace(d, unit_code=own_unit(place)) for d in register.dossiers]
    units = [UnitRecord(own_unit(place), "commune", None) for place in range(len(registers))]
    return Register(dossiers, payments), units


def own_unit(place: int) -> str:
    """Return the code of the unit in which `in_own_units` puts the register of this place."""
    return f"{place:05}"


def fill(
    connection: duckdb.DuckDBPyConnection,
    register: Register,
    statistic: Statistic = DEFAULTS,
    units: Sequence[UnitRecord] = UNITS,
) -> None:
    """Make the warehouse hold this register and nothing else, and compute every table."""
    fill_reference(connection, units)
    hold(connection, register, statistic)
    compute_all(connection, statistic)


def hold(
    connection: duckdb.DuckDBPyConnection, register: Register, statistic: Statistic = DEFAULTS
) -> None:
    """Make the warehouse hold this register, and nothing computed."""
    for table in (*HELD, *COMPUTED):
        connection.execute(f"DELETE FROM {table.qualified_name}")
    month = month_holding(register.first_day, statistic.closing_day)
    _insert(connection, "ops.delivery", [_delivery(month.first, register.cutoff)])
    place = {"delivery_id": "d", "part_number": 1, "delivery_period": month.first,
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


def fill_reference(
    connection: duckdb.DuckDBPyConnection, units: Sequence[UnitRecord] = UNITS
) -> None:
    """Replace units by these; procedures, successions, holidays by `register_reference`'s."""
    rows: dict[str, list[Row]] = {
        "unit": [
            asdict(unit) | {"unit_name": f"Đơn vị Mẫu {unit.unit_code}", "source": "mẫu"}
            for unit in units
        ],
        "procedure": [
            asdict(procedure)
            | {"procedure_code": code, "procedure_name": "Thủ tục Mẫu", "field_name": "Mẫu",
               "source": "mẫu"}
            for code, procedure in PROCEDURES.items()
        ],
        "unit_succession": [asdict(succession) | {"source": "mẫu"} for succession in SUCCESSIONS],
        "holiday": [
            {"day": day, "is_working": is_working, "holiday_name": "Ngày Mẫu", "source": "mẫu",
             "valid_from": date(2022, 1, 1), "is_certain": True}
            for day, is_working in HOLIDAYS.items()
        ],
    }  # fmt: skip
    for name, of_table in rows.items():
        if f"reference.{name}" in TABLES:
            connection.execute(f"DELETE FROM reference.{name}")
            _insert(connection, f"reference.{name}", of_table)


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


def _delivery(first_day: date, cutoff: date) -> Row:
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
        "delivery_period": first_day, "state": "loaded",
        "covers_to": cutoff, "collected_at": moment, "loaded_at": moment,
        **dict.fromkeys(texts, "mau"), **dict.fromkeys(numbers, 0),
    }  # fmt: skip


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Any]) -> None:
    if rows:
        connection.register("given", pa.Table.from_pylist(rows))
        connection.execute(f"INSERT INTO {table} BY NAME FROM given")
        connection.unregister("given")
