"""What one dossier adds to the counts of each period, worked out in Python from the definitions.

Written from the table of measures in the design, not from the SQL, so that each can find the
other wrong. Dates count by the day; `e` is the end: finished, else returned, else refused.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from schemas.tables import PERIOD

CUTOFF = date(2023, 11, 14)
DISTRICT = "033"
Row = tuple[str, date, str, str]  # period_kind, period_end, unit_code or level, scope

OPEN = {"Được tiếp nhận", "Đang xử lý"}
PAUSED = {"Yêu cầu bổ sung giấy tờ", "Yêu cầu thực hiện nghĩa vụ tài chính", "Dừng xử lý"}
RESOLVED = {"Đã xử lý xong", "Đã trả kết quả"}
CHANNELS = {
    "Trực tuyến": "online",
    "Trực tiếp": "direct",
    "Bưu chính công ích": "postal",
    "Qua bưu chính công ích": "postal",
}


@dataclass(frozen=True)
class Period:
    """A period of the sample: its kind and both days."""

    kind: str
    start: date
    end: date


def periods() -> list[Period]:
    """Return the months of the sample, its years to date, the longer periods they lie in."""
    assert PERIOD.key == ("period_kind", "period_start", "period_end")
    starts = [date(2022, 12, 15), *(date(2023, month, 15) for month in range(1, 12))]
    found = []
    for start, following in pairwise(starts):
        end = following - timedelta(days=1)
        found += [Period("month", start, end), Period("year_to_date", starts[0], end)]
    longer = {
        "quarter": ((0, 3), (3, 6), (6, 9), (9, 12)), "half_year": ((0, 6), (6, 12)),
        "nine_months": ((0, 9),), "year": ((0, 12),),
    }  # fmt: skip
    edges = [*starts, date(2023, 12, 15)]
    return found + [
        Period(kind, edges[first], edges[last] - timedelta(days=1))
        for kind, spans in longer.items()
        for first, last in spans
    ]


def counts(cells: dict[str, str], needs_e_result: bool, period: Period) -> Counter[str]:
    """Return what a row of the communes' export adds to a period's counts."""
    received, due = day_of(cells["Ngày tiếp nhận"]), day_of(cells["Ngày hẹn trả"])
    state, first, last = cells["Trạng thái"], period.start, min(period.end, CUTOFF)
    ended = (
        day_of(cells["Ngày kết thúc xử lý"])
        or day_of(cells["Ngày trả"])
        or day_of(cells["Ngày từ chối"])
    )
    assert received is not None
    assert due is not None
    found: Counter[str] = Counter()
    if received > last:
        return found
    is_refused = cells["Loại kết quả"] == "Trả lại/Xin rút" and state in RESOLVED
    is_resolved_state = state in RESOLVED and not is_refused
    if received >= first:
        found["received"] += 1
        found[f"received_{CHANNELS[cells['Kênh thực hiện']]}"] += 1
        found["received_digitised_input"] += cells["Số hóa TPHS"] == "1"
        found["received_reused"] += cells["Tái sử dụng"] == "1"
    elif ended is None or ended >= first:
        found["carried_over"] += 1
    if ended is not None and state not in OPEN | PAUSED and first <= ended <= last:
        if is_resolved_state:
            found["resolved"] += 1
            found[_timeliness(ended, due)] += 1
            has_result = cells["Số hóa kết quả"] == "1"
            found["e_result"] += has_result
            found["digitised"] += cells["Số hóa TPHS"] == "1" and (has_result or not needs_e_result)
        else:
            found["closed_other"] += 1
    paused = day_of(cells["Ngày yêu cầu bổ sung"]) or received
    is_paused = state in PAUSED and paused <= last
    if is_paused:
        found["paused"] += 1
    elif ended is None or ended > last:
        found["pending"] += 1
        found["overdue" if due < last else "in_time"] += 1
    return +found


def rows_that_change(
    before: dict[str, dict[str, str]],
    after: dict[str, dict[str, str]],
    unit_of: dict[str, str],
    needs_e_result: dict[str, bool],
) -> set[Row]:
    """Return the rows of by_unit whose counts differ when these dossiers, by code, change."""
    added: dict[Row, Counter[str]] = {}
    for code, cells in before.items():
        for period in periods():
            difference = counts(after[code], needs_e_result[code], period)
            difference.subtract(counts(cells, needs_e_result[code], period))
            for unit, scope in ((unit_of[code], "own"), (unit_of[code], "subtree"),
                                (DISTRICT, "subtree")):  # fmt: skip
                added.setdefault((period.kind, period.end, unit, scope), Counter()).update(
                    difference
                )
    return {row for row, difference in added.items() if any(difference.values())}


def _timeliness(ended: date, due: date) -> str:
    return "early" if ended < due else "on_due_date" if ended == due else "late"


def day_of(text: str) -> date | None:
    """Return the day of a cell, which may be empty."""
    return datetime.strptime(text[:10], "%d/%m/%Y").date() if text else None  # noqa: DTZ007
