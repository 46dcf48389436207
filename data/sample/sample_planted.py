"""The faults and oddities that are planted for tests to find.

Belongs here: the list of planted rows and how each is broken. Not here: ordinary rows, however
oddly portals word them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sample_dossiers import Dossier, DossierMaker, Event
from sample_figures import COMMUNE_EXPORT, DISTRICT_EXPORT, MONTHS, ONLINE, PAYMENT_EXPORT
from sample_payments import RequestMaker
from sample_rows import Cell, Row, dossier_values, request_values

ADDRESS, DUE = 7, 12
# The cell that a rule is broken in, by its position in a row without the running number.
DOSSIER_CELLS = {
    "dossier_code_missing": 0,
    "dossier_code_unreadable": 0,
    "channel_unknown": 9,
    "received_date_unreadable": 11,
    "due_date_unreadable": DUE,
    "state_missing": 22,
    "state_unknown": 22,
}
PAYMENT_CELLS = {
    "request_code_missing": 0,
    "collected_date_missing": 6,
    "collected_date_unreadable": 6,
    "amount_unreadable": 9,
    "state_unknown": 12,
}
# A copy comes a few rows further down, as when a portal pages through a moving list.
COPY_DISTANCE = 7


@dataclass(frozen=True)
class Planted:
    """A planted row: its delivery, its place there, what it is, and the text that breaks it."""

    export: str
    month: int
    place: int
    kind: str
    rule: str
    text: str = ""


PLANTED = (
    Planted(DISTRICT_EXPORT, 0, 97, "rejected", "dossier_code_missing"),
    Planted(DISTRICT_EXPORT, 1, 83, "rejected", "state_unknown", "Đang chờ duyệt"),
    Planted(DISTRICT_EXPORT, 2, 88, "rejected", "received_date_unreadable", "31/02/2023 08:00:00"),
    Planted(DISTRICT_EXPORT, 3, 69, "rejected", "shifted"),
    Planted(DISTRICT_EXPORT, 4, 132, "rejected", "channel_unknown", "Fax"),
    Planted(DISTRICT_EXPORT, 5, 204, "rejected", "due_date_unreadable", "30/02/2023 17:00:00"),
    Planted(DISTRICT_EXPORT, 6, 133, "rejected", "state_missing"),
    Planted(DISTRICT_EXPORT, 7, 219, "rejected", "dossier_code_unreadable", "#REF!"),
    Planted(DISTRICT_EXPORT, 9, 106, "rejected", "received_date_unreadable", "hôm qua"),
    Planted(DISTRICT_EXPORT, 1, 27, "duplicate", "duplicate"),
    Planted(DISTRICT_EXPORT, 6, 27, "duplicate", "duplicate"),
    Planted(DISTRICT_EXPORT, 2, 177, "outside", "new"),
    Planted(DISTRICT_EXPORT, 10, 102, "outside", "not_accepted"),
    Planted(COMMUNE_EXPORT, 0, 546, "rejected", "dossier_code_unreadable", "(chưa cấp số)"),
    Planted(COMMUNE_EXPORT, 1, 389, "rejected", "channel_unknown", "Fax"),
    Planted(COMMUNE_EXPORT, 2, 130, "rejected", "received_date_unreadable", "hôm qua"),
    Planted(COMMUNE_EXPORT, 3, 884, "rejected", "state_missing"),
    Planted(COMMUNE_EXPORT, 4, 100, "rejected", "shifted"),
    Planted(COMMUNE_EXPORT, 5, 801, "rejected", "column_count", "more"),
    Planted(COMMUNE_EXPORT, 6, 479, "rejected", "column_count", "fewer"),
    Planted(COMMUNE_EXPORT, 7, 703, "rejected", "due_date_unreadable", "theo quy định"),
    Planted(COMMUNE_EXPORT, 8, 367, "rejected", "dossier_code_missing"),
    Planted(COMMUNE_EXPORT, 9, 844, "rejected", "state_unknown", "Đang chờ duyệt"),
    Planted(COMMUNE_EXPORT, 0, 27, "duplicate", "duplicate"),
    Planted(COMMUNE_EXPORT, 5, 27, "duplicate", "duplicate"),
    Planted(COMMUNE_EXPORT, 3, 610, "outside", "new"),
    Planted(COMMUNE_EXPORT, 10, 555, "outside", "new"),
    Planted(COMMUNE_EXPORT, 1, 519, "outside", "not_accepted"),
    Planted(COMMUNE_EXPORT, 6, 739, "outside", "not_accepted"),
    Planted(PAYMENT_EXPORT, 1, 128, "rejected", "amount_unreadable", "ba mươi nghìn"),
    Planted(PAYMENT_EXPORT, 2, 199, "rejected", "state_unknown", "Chờ đối soát"),
    Planted(PAYMENT_EXPORT, 4, 49, "rejected", "collected_date_unreadable", "31/04/2023 09:15:00"),
    Planted(PAYMENT_EXPORT, 5, 355, "rejected", "collected_date_missing"),
    Planted(PAYMENT_EXPORT, 7, 100, "rejected", "request_code_missing"),
    Planted(PAYMENT_EXPORT, 9, 29, "rejected", "shifted"),
    Planted(PAYMENT_EXPORT, 3, 27, "duplicate", "duplicate"),
    Planted(PAYMENT_EXPORT, 8, 27, "duplicate", "duplicate"),
    Planted(PAYMENT_EXPORT, 4, 54, "outside", "payment_without_dossier"),
    Planted(PAYMENT_EXPORT, 10, 299, "outside", "payment_without_dossier"),
)


def plant(
    deliveries: Mapping[tuple[str, int], list[Row]],
    makers: Mapping[str, DossierMaker],
    requests: RequestMaker,
) -> None:
    """Put the planted rows into the deliveries, by export and number of the month."""
    for number, planted in enumerate(PLANTED):
        rows = deliveries[planted.export, planted.month]
        if planted.kind == "duplicate":
            values = list(rows[planted.place - COPY_DISTANCE].values)
        else:
            level = "district" if planted.export == DISTRICT_EXPORT else "commune"
            dossier = makers[level].plain(MONTHS[planted.month])
            # Sequences from 9000 are codes that no other dossier has.
            values = _values(planted, dossier, 9000 + number, requests)
        rows.insert(planted.place, Row(values, planted.kind, planted.rule))


def _values(
    planted: Planted, dossier: Dossier, sequence: int, requests: RequestMaker
) -> list[Cell]:
    end = MONTHS[planted.month].end
    if planted.rule in ("new", "not_accepted"):
        dossier = _unaccepted(dossier, planted.rule)
    dossier.code = f"{dossier.code_stem}-{sequence}"
    if planted.export == PAYMENT_EXPORT:
        values, cells = request_values(requests.paid(dossier, ONLINE), end), PAYMENT_CELLS
    else:
        values, cells = dossier_values(dossier, end), DOSSIER_CELLS
    if planted.rule in cells:
        values[cells[planted.rule]] = planted.text
    elif planted.rule == "shifted":
        return [None, *values[:-1]]
    elif planted.text == "fewer":
        return values[:DUE]
    elif planted.text == "more":
        # A semicolon in the address that the portal forgot to quote.
        parts = str(values[ADDRESS]).replace("\n", " ").split(", ", 1)
        return [*values[:ADDRESS], *parts, *values[ADDRESS + 1 :]]
    return values


def _unaccepted(dossier: Dossier, rule: str) -> Dossier:
    """Turn a dossier into one that no period counts: it was never received."""
    event = Event(dossier.submitted_at, "Mới đăng ký")
    if rule == "not_accepted":
        refused_at = dossier.submitted_at + timedelta(hours=5)
        event = Event(refused_at, "Không được tiếp nhận", ("refused",))
    return replace(dossier, received_at=None, due_at=None, events=[event])
