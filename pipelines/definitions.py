"""The one code location: explicit lists of everything Dagster knows.

Belongs here: lists. Does not belong here: anything that decides or computes.
"""

import dagster as dg

from assets.checks import balance, files_loaded_checks, period_whole
from assets.checks_of_periods import periods_complete
from assets.checks_of_portals import portals_answered
from assets.core.dossier import dossier
from assets.core.dossier_version import dossier_version
from assets.core.payment_request import payment_request
from assets.core.payment_transaction import payment_transaction
from assets.core.payment_version import payment_version
from assets.core.procedure_version import procedure_version
from assets.core.receipt import receipt
from assets.core.receipt_version import receipt_version
from assets.core.transaction_version import transaction_version
from assets.indicators.by_level import by_level
from assets.indicators.by_level_current import by_level_current
from assets.indicators.by_unit import by_unit
from assets.indicators.by_unit_current import by_unit_current
from assets.indicators.by_unit_field import by_unit_field
from assets.indicators.by_unit_first_due import by_unit_first_due
from assets.indicators.by_unit_procedure import by_unit_procedure
from assets.indicators.form_06a import form_06a
from assets.indicators.own_count import own_count
from assets.indicators.own_payment import own_payment
from assets.indicators.payment_sum import payment_sum
from assets.indicators.processing_time import processing_time
from assets.publish.by_unit_csv import by_unit_csv
from assets.publish.dossiers import dossiers
from assets.publish.motcua import motcua
from assets.publish.return_files import return_files
from assets.quarantine.conflict import conflict
from assets.quarantine.gone import gone
from assets.quarantine.orphan import orphan
from assets.quarantine.outside import outside
from assets.quarantine.summary import summary
from assets.raw.delivery import delivery
from assets.raw.purge import purge
from assets.reference.holiday import holiday
from assets.reference.indicator import indicator
from assets.reference.period import period
from assets.reference.procedure import procedure
from assets.reference.unit import unit
from assets.reference.unit_succession import unit_succession
from assets.reference.working_day import working_day
from assets.resources import Installation
from pipelines.housekeeping import housekeeping
from pipelines.jobs import compute, daily_check, nightly, take_in
from pipelines.schedules import daily_check_schedule, housekeeping_schedule, nightly_schedule
from pipelines.sensors import (
    daily_check_sensor,
    dead_run_sensor,
    failure_sensor,
    inbox_sensor,
)

defs = dg.Definitions(
    assets=[
        delivery, purge,
        unit, unit_succession, procedure, holiday, working_day, period, indicator,
        dossier_version, payment_version, transaction_version, receipt_version,
        procedure_version,
        dossier, payment_request, payment_transaction, receipt,
        own_count, own_payment, by_unit, by_level, by_unit_field, by_unit_procedure, form_06a,
        by_unit_first_due, processing_time, by_unit_current, by_level_current,
        payment_sum,
        summary, outside, conflict, gone, orphan,
        motcua, dossiers, by_unit_csv, return_files,
    ],
    asset_checks=[balance, period_whole, portals_answered, *files_loaded_checks, periods_complete],
    jobs=[nightly, take_in, compute, daily_check, housekeeping],
    schedules=[nightly_schedule, daily_check_schedule, housekeeping_schedule],
    sensors=[inbox_sensor, dead_run_sensor, failure_sensor, daily_check_sensor],
    resources={"installation": Installation()},
    # One process a run: DuckDB's file lock allows one, and it starts five times as fast.
    executor=dg.in_process_executor,
)  # fmt: skip
