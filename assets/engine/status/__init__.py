"""Status: what an operator must know: health, periods that lack something, figures out of date.

Belongs here: looking and naming what to do. Nothing is changed here; what Dagster knows does not
belong here (`pipelines`).
"""

from assets.engine.status.clock import clock_findings
from assets.engine.status.closed_periods import (
    closed_months,
    delivered_months,
    partial_months,
    period_findings,
    period_sentence,
    published_months,
    unanswered_months,
)
from assets.engine.status.health import (
    Finding,
    collection_findings,
    folder_findings,
    holiday_findings,
    inbox_findings,
    lock_holder,
    room_finding,
    run_at_work,
    settings_findings,
)
from assets.engine.status.period import period_state
from assets.engine.status.state import check_before_computing, first_difference, kept_readings
from assets.engine.status.warehouse import warehouse_findings

__all__ = [
    "Finding", "check_before_computing", "clock_findings", "closed_months", "collection_findings",
    "delivered_months", "first_difference", "folder_findings", "holiday_findings", "inbox_findings",
    "kept_readings", "lock_holder", "partial_months", "period_findings", "period_sentence",
    "period_state", "published_months", "room_finding", "run_at_work", "settings_findings",
    "unanswered_months", "warehouse_findings",
]  # fmt: skip
