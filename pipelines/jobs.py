"""Jobs: which assets run together.

Belongs here: selections. Does not belong here: when they run (`pipelines.schedules`).
https://docs.dagster.io/guides/build/jobs/asset-jobs
"""

import dagster as dg

from assets.checks import periods_complete
from assets.core import VERSIONS
from assets.engine.operations import operations_or_defaults
from assets.engine.paths import Paths
from assets.metadata import table_key
from assets.reference import FROM_CSV
from schemas.quarantine_tables import MANIFEST
from schemas.tables import INDICATOR, PROCEDURE

# The schedule tells a slip in the settings at its ticks; loading the code is no place for it.
_OPERATIONS = operations_or_defaults(Paths.from_environment().settings, lambda _: None)
TIME_LIMIT = {"dagster/max_runtime": str(60 * _OPERATIONS.max_run_minutes)}

# Asks no portal: what the inbox and the raw store hold.
FILES_ONLY = {"ops": {"raw__delivery": {"config": {"api": "stored"}}}}
COUNT_ANEW = {"ops": {"indicators": {"config": {"anew": True}}}}
TAKE_IN = dg.AssetSelection.assets(
    *map(table_key, (MANIFEST, *FROM_CSV, PROCEDURE, INDICATOR, *VERSIONS))
)

# Looks at all periods at once, which is no step of any one of them.
PERIODS_COMPLETE = dg.AssetSelection.checks(periods_complete)

nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all() - PERIODS_COMPLETE,
    tags=TIME_LIMIT,
    description="Một hay nhiều kỳ, từ tệp đến số liệu công bố | One period or several, from files "
    "to published figures",
)
take_in = dg.define_asset_job(
    "take_in",
    selection=TAKE_IN,
    tags=TIME_LIMIT,
    description="Chỉ nạp tệp của kỳ | Only take the period's files in, without figures",
)
compute = dg.define_asset_job(
    "compute",
    selection=dg.AssetSelection.all() - TAKE_IN - PERIODS_COMPLETE,
    config=COUNT_ANEW,
    tags=TIME_LIMIT,
    description="Tính lại từ đầu và công bố mọi kỳ | Every period counted anew from the register",
)
daily_check = dg.define_asset_job(
    "daily_check",
    selection=PERIODS_COMPLETE,
    tags=TIME_LIMIT,
    description="Soát mọi kỳ đã khóa sổ | Is a closed period missing, failed or unpublished?",
)
