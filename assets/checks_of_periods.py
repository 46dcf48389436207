"""The check that no closed period was forgotten.

Belongs here: the daily look back over closed periods. Does not belong here: checks of what a run
has just made (`assets.checks`), and the comparison itself (`assets.engine.closed_periods`).
https://docs.dagster.io/guides/test/asset-checks
"""

from datetime import date

import dagster as dg

from assets.engine.closed_periods import (
    closed_months,
    delivered_months,
    findings,
    partial_months,
    published_months,
    sentence,
    unanswered_months,
)
from assets.engine.periods import Period, local_now
from assets.engine.warehouse import scalar
from assets.partitions import ended_runs
from assets.resources import Installation


@dg.asset_check(
    asset=["publish", "motcua"],
    description="Mọi kỳ đã khóa sổ đều có số liệu công bố | No closed period is missing, failed, "
    "partial or unpublished",
)
def periods_complete(
    context: dg.AssetCheckExecutionContext, installation: Installation
) -> dg.AssetCheckResult:
    """Fail if a period that closed since the first delivery needs a hand, and name it."""
    today, calendar = local_now().date(), installation.calendar()
    sources = installation.sources()
    exports = {(name, export) for name, source in sources.items() for export in source.exports}
    with installation.warehouse() as connection:
        first = scalar(connection, "SELECT min(delivery_period) FROM ops.delivery")
        months = closed_months(calendar, first, today) if isinstance(first, date) else []
        found = findings(
            months,
            failed=_failed(context.instance, months),
            delivered=delivered_months(connection),
            unanswered=unanswered_months(installation.paths),
            partial=partial_months(connection, months, today, exports),
            published=published_months(connection, installation.paths),
        )
    return dg.AssetCheckResult(
        passed=not found,
        description=sentence(found),
        metadata={
            "closed_period_count": len(months),
            "open_period_count": sum(map(len, found.values())),
        },
    )


def _failed(instance: dg.DagsterInstance, months: list[Period]) -> set[date]:
    """Return the months whose last run that ended did not end well."""
    failed = set()
    for month in months:
        last = instance.get_runs(ended_runs(month), limit=1)
        if last and last[0].status is not dg.DagsterRunStatus.SUCCESS:
            failed.add(month.start)
    return failed
