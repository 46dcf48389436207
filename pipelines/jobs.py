"""Jobs: which assets run together.

https://docs.dagster.io/guides/build/jobs/asset-jobs
"""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from assets.checks import periods_complete
from assets.core import VERSIONS
from assets.metadata import table_key
from assets.reference import FROM_CSV
from schemas.settings import Operations
from schemas.tables import INDICATOR, MANIFEST, PROCEDURE

# Asks no portal: what the inbox and the raw store hold.
FILES_ONLY = {"ops": {"raw__delivery": {"config": {"api": "stored"}}}}
# Readers may lose what somebody asked to leave out; of this run only.
ACCEPT_FEWER = {"ops": {"publish": {"config": {"accept_fewer": True}}}}
COUNT_ANEW = {"ops": {"indicators": {"config": {"anew": True}}}}
TAKE_IN = dg.AssetSelection.assets(
    *map(table_key, (MANIFEST, *FROM_CSV, PROCEDURE, INDICATOR, *VERSIONS))
)

# Looks at all periods at once, which is no step of any one of them.
PERIODS_COMPLETE = dg.AssetSelection.checks(periods_complete)

nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all() - PERIODS_COMPLETE,
    description="Một hay nhiều kỳ, từ tệp đến số liệu công bố | One period or several, from files "
    "to published figures",
)
take_in = dg.define_asset_job(
    "take_in",
    selection=TAKE_IN,
    description="Chỉ nạp tệp của kỳ | Only take the period's files in, without figures",
)
compute = dg.define_asset_job(
    "compute",
    selection=dg.AssetSelection.all() - TAKE_IN - PERIODS_COMPLETE,
    config=COUNT_ANEW,
    description="Tính lại từ đầu và công bố mọi kỳ | Every period counted anew from the register",
)
daily_check = dg.define_asset_job(
    "daily_check",
    selection=PERIODS_COMPLETE,
    description="Soát mọi kỳ đã khóa sổ | Is a closed period missing, failed or unpublished?",
)


def limited_jobs(operations: Operations) -> list[UnresolvedAssetJobDefinition]:
    """Return the jobs with the time that a run of an installation may take."""
    limit = {"dagster/max_runtime": str(60 * operations.max_run_minutes)}
    return [
        dg.define_asset_job(
            job.name, job.selection, config=job.config, description=job.description, tags=limit
        )
        for job in (nightly, take_in, compute, daily_check)
    ]
