"""The demo portal: what it holds, how it pages, and what is wrong with its lists."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from assets.engine.common.calendar import TIMEZONE
from pipelines.commands.demo_portal.faults import Faults
from pipelines.commands.demo_portal.records import (
    IGATE_DOSSIER,
    IGATE_PAYMENT,
    NATIONAL_DOSSIER,
    NATIONAL_PAYMENT,
    Listed,
    sample_records,
)

MOST_ROWS = 500
MOST_COUNTED = 20
# How the national contract says that a session has expired: by a status that says all is well.
EXPIRED: dict[str, Any] = {
    "error_code": "-3",
    "message": "Phiên của Lò Thị Mẫu hết hạn",
    "total": "0",
    "data": [],
}
IGATE_DOSSIERS, IGATE_PAYMENTS = "/pa/dossier/search", "/pa/payment/search"
NATIONAL_DOSSIERS, NATIONAL_PAYMENTS = "/api/HoSo", "/api/YeuCauThanhToan"


@dataclass
class Portal:
    """What the portal holds, what is wrong with it, and what it was asked."""

    token: str
    lists: dict[str, list[Listed]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    elsewhere: str = "https://portal.example/"
    retry_after: str = "1"
    missing_status: int = 404
    date: str = ""  # its clock's own, if this is none
    # The reply where there are no rows, if not an empty list; "" is none, with HTTP status 204.
    nothing: str | None = None
    # What becomes of the bytes of a page.
    on_the_wire: Callable[[bytes], bytes] = bytes
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        """Where the portal is asked."""
        return f"http://127.0.0.1:{self.port}"

    def reply(self, path: str, asked: dict[str, str], fault: str | None) -> dict[str, Any]:
        """Return the reply to a request."""
        rows = [item.record for item in self.lists[path] if _is_asked_for(item, asked)]
        if fault == "drift" and rows:
            # As when a row is changed, and the portal sorts by the last change.
            moved = next(item for item in self.lists[path] if item.record is rows[0])
            self.lists[path].remove(moved)
            self.lists[path].append(moved)
        if fault == "leave" and rows:
            # As when a dossier is deleted: what came behind it moves up.
            self.lists[path] = [item for item in self.lists[path] if item.record is not rows[0]]
        if path.startswith("/pa/"):
            size = min(int(asked["size"]), MOST_ROWS)
            start = (int(asked["page"]) - (fault == "repeat")) * size
            page = rows[start : start + size]
            total = min(len(rows), MOST_COUNTED) if fault == "capped" else len(rows)
            found = {"totalElements": total, "last": start + size >= len(rows)}
            return {"content": _broken(page, fault), **found, "number": int(asked["page"])}
        if fault == "error_code":
            return EXPIRED
        size = min(int(asked["limit"]), MOST_ROWS)
        start = int(asked.get("offset") or asked.get("cursor") or 0)
        start -= size * (fault == "repeat")
        page = rows[start : start + size]
        following = str(start + size) if start + size < len(rows) else None
        reply: dict[str, Any] = {"error_code": "0", "message": "", "session": None,
                                 "total": str(len(rows)), "data": _broken(page, fault)}  # fmt: skip
        if path == NATIONAL_PAYMENTS:
            reply["next"] = str(start) if fault == "loop" else following
        return reply


def sample_portal(token: str) -> Portal:
    """Return a portal that holds the sample, in both shapes."""
    igate, igate_fees = sample_records(IGATE_DOSSIER, IGATE_PAYMENT)
    national, national_fees = sample_records(NATIONAL_DOSSIER, NATIONAL_PAYMENT)
    return Portal(token, {
        IGATE_DOSSIERS: igate, IGATE_PAYMENTS: igate_fees,
        NATIONAL_DOSSIERS: national, NATIONAL_PAYMENTS: national_fees,
    })  # fmt: skip


def _is_asked_for(item: Listed, asked: dict[str, str]) -> bool:
    """Say whether a record is asked for, by its reception."""
    first = asked.get("accepted-from") or asked["TuNgay"]
    last = asked.get("accepted-to") or asked["DenNgay"]
    return _moment(first) <= item.received <= _moment(last)


def _moment(text: str) -> datetime:
    if text.isdecimal():
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=ZoneInfo(TIMEZONE))
    return datetime.strptime(text.replace(".000Z", "+0000"), "%Y-%m-%dT%H:%M:%S%z")


def _broken(page: list[dict[str, Any]], fault: str | None) -> list[dict[str, Any]]:
    if fault == "gap":
        return page[1:]
    if fault != "fields":
        return page
    return [{f"{key}New": value for key, value in record.items()} for record in page]
