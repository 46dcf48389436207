"""Asset checks of portals: what could not be collected fails the run, and nothing else of it.

Belongs here: the check that tells. Does not belong here: collecting (`assets.engine.collecting`).
https://docs.dagster.io/guides/test/asset-checks
"""

import dagster as dg

from assets.engine.collecting import failures_of_runs
from assets.engine.errors import PortalError
from assets.resources import Installation


@dg.asset_check(
    asset=["raw", "delivery"],
    description="Mọi cổng đã trả lời | Every portal that was asked gave all it has",
)
def portals_answered(
    context: dg.AssetCheckExecutionContext, installation: Installation
) -> dg.AssetCheckResult:
    """Raise what kept a portal from being collected.

    A check that merely fails leaves its run a success, of which nobody is told; one that raises
    fails the run, and no step waits for it. A run that goes on from a failed one asks no portal
    again, so what the runs before it said still stands.
    """
    run = context.run
    runs = {run.run_id, run.parent_run_id, run.root_run_id}
    failures = failures_of_runs(installation.paths, installation.sources(), runs)
    if failures:
        raise PortalError(
            f"Collecting from portals ({len(failures)} failed)",
            "; ".join(failures),
            "an answer of every portal",
            "Everything else of this run went on; run the period again once this is mended.",
        )
    return dg.AssetCheckResult(passed=True, description="Every portal that was asked answered.")
