"""The rows of deliveries: what an export lists, and how it words it.

Belongs here: the choice and order of rows and the content of their cells, as of the delivery's
last second. Not here: faults, which are planted later, and file formats.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, datetime, time

from sample_dossiers import Dossier
from sample_figures import DIRECT, FINISHED, MONTHS, PAID, POSTAL, RETURNED, Month
from sample_payments import Request

Cell = str | int | datetime | None


@dataclass
class Row:
    """A row without its running number; a planted one says what it is."""

    values: list[Cell]
    kind: str = ""
    rule: str = ""


def dossier_rows(dossiers: list[Dossier], level: str, month: Month) -> list[Row]:
    """Return the dossiers that changed in the month; the first delivery takes the older too."""
    first = datetime.combine(date.min, time()) if month == MONTHS[0] else month.start
    listed = [
        dossier
        for dossier in dossiers
        if dossier.unit.level == level
        and any(first <= event.at <= month.end for event in dossier.events)
    ]
    listed.sort(key=lambda dossier: (dossier.opened_at, dossier.code))
    return [Row(dossier_values(dossier, month.end)) for dossier in listed]


def request_rows(requests: list[Request], month: Month) -> list[Row]:
    """Return the requests that changed in the month."""
    listed = [
        request
        for request in requests
        if any(month.start <= at <= month.end for at, _, _ in request.states)
    ]
    listed.sort(key=lambda request: (request.requested_at, request.code))
    return [Row(request_values(request, month.end)) for request in listed]


def dossier_values(dossier: Dossier, end: datetime) -> list[Cell]:
    """Return the cells of a dossier as of a moment."""
    status = result_kind = ""
    dates: dict[str, datetime] = {}
    for event in dossier.events:
        if event.at <= end:
            status, result_kind = event.status, event.result_kind or result_kind
            dates |= dict.fromkeys(event.dates, event.at)
    is_closed = result_kind != "" or status in (FINISHED, RETURNED)
    procedure, person = dossier.procedure, dossier.person
    # fmt: off
    return [
        dossier.code, procedure.code, procedure.name, procedure.field_name, _unit_text(dossier),
        person.name, person.identity, person.address, person.phone, _channel_text(dossier),
        dossier.submitted_at, dossier.received_at, dossier.due_at,
        dates.get("supplement"), dates.get("finished"), dates.get("returned"),
        dates.get("refused"), result_kind,
        _flag(dossier, dossier.is_input_digital, 3),
        _flag(dossier, dossier.is_reused, 5),
        _flag(dossier, is_closed and dossier.is_result_digital, 7),
        POSTAL if dossier.noise % 11 == 0 else DIRECT, status,
    ]
    # fmt: on


def request_values(request: Request, end: datetime) -> list[Cell]:
    """Return the cells of a request as of a moment."""
    dossier = request.dossier
    states = [state for state in request.states if state[0] <= end]
    _, status, method = states[-1]
    collected_at = next((at for at, name, _ in states if name == PAID), None)
    receipt = f"{zlib.crc32(request.code.encode()) % 1000000:07d}" if collected_at else ""
    # Certifications cost a fee, everything else a charge.
    is_fee = dossier.procedure.field_code == "CHUNG_THUC"
    fee, charge = (request.amount, 0) if is_fee else (0, request.amount)
    # fmt: off
    return [
        request.code, dossier.code, dossier.person.name, dossier.person.address,
        receipt, request.requested_at, collected_at,
        amount_text(fee), amount_text(charge), amount_text(request.amount),
        method, request.collection, status,
    ]
    # fmt: on


def amount_text(value: int) -> str:
    """Return an amount with dots between the thousands."""
    return f"{value:,}".replace(",", ".")


def _flag(dossier: Dossier, value: bool, shift: int) -> str:
    """Write a flag as the level's portal does; at the district, some "no" are just blank."""
    if dossier.unit.level == "commune":
        return "1" if value else "0"
    if value:
        return "Có"
    return "" if (dossier.noise >> shift) % 3 == 0 else "Không"


def _unit_text(dossier: Dossier) -> str:
    """Return the unit's name, now and then in the spelling of a hurried clerk."""
    name = dossier.unit.name
    spellings = {0: name.upper(), 1: name.capitalize(), 2: name.replace(" ", "  ", 2)}
    return spellings.get(dossier.noise % 60, name)


def _channel_text(dossier: Dossier) -> str:
    is_long = dossier.unit.level == "commune" and dossier.noise % 2 == 0
    return "Qua bưu chính công ích" if dossier.channel == POSTAL and is_long else dossier.channel
