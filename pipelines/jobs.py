"""Jobs: which assets run together.

Belongs here: selections. Does not belong here: when they run (`pipelines.schedules`).
https://docs.dagster.io/guides/build/jobs/asset-jobs
"""

import dagster as dg

COUNT_ANEW = {"ops": {"indicators__own_count": {"config": {"anew": True}}}}
TAKE_IN = dg.AssetSelection.assets(
    ["raw", "delivery"],
    ["reference", "unit"],
    ["reference", "unit_succession"],
    ["reference", "procedure"],
    ["reference", "holiday"],
    ["reference", "indicator"],
    ["core", "dossier_version"],
    ["core", "payment_version"],
    ["core", "transaction_version"],
    ["core", "receipt_version"],
    ["core", "procedure_version"],
)

nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    description="Một kỳ, từ tệp đến số liệu công bố | One period, from files to published figures",
)
take_in = dg.define_asset_job(
    "take_in",
    selection=TAKE_IN,
    description="Chỉ nạp tệp của kỳ | Only take the period's files in, without figures",
)
compute = dg.define_asset_job(
    "compute",
    selection=dg.AssetSelection.all() - TAKE_IN,
    config=COUNT_ANEW,
    description="Tính lại từ đầu và công bố mọi kỳ | Every period counted anew from the register",
)
