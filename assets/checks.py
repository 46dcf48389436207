"""Asset checks: what an operator must see at a glance.

Belongs here: thin checks over the warehouse with a sentence each. Does not belong here: the
balance itself (`assets.engine.balance`). The gate against publishing is in the steps themselves:
a check blocks within one run only, and a hand-picked selection can leave it out.
https://docs.dagster.io/guides/test/asset-checks
"""

import dagster as dg

from assets.engine.balance import check_balance
from assets.engine.errors import BalanceError
from assets.engine.period_state import period_state
from assets.engine.periods import local_now
from assets.engine.warehouse import scalar
from assets.partitions import PARTITION_TAG
from assets.resources import Installation
from schemas.exports import KINDS, Kind


@dg.asset_check(
    asset=["indicators", "by_level"],
    additional_deps=[
        ["indicators", "by_unit"],
        ["indicators", "by_unit_field"],
        ["indicators", "by_unit_procedure"],
        ["indicators", "by_unit_current"],
        ["indicators", "by_level_current"],
        ["indicators", "form_06a"],
    ],
    blocking=True,
    description="Mọi dòng cân đối: phải giải quyết = đã giải quyết + đóng khác + đang giải quyết + "
    "tạm dừng | Every row balances, months chain, levels add up",
)
def balance(installation: Installation) -> dg.AssetCheckResult:
    """Fail, and keep everything unpublished, if any row of any period does not balance."""
    with installation.warehouse() as connection:
        try:
            check_balance(connection)
        except BalanceError as error:
            return dg.AssetCheckResult(passed=False, description=str(error))
    return dg.AssetCheckResult(passed=True, description="Every row of every period balances.")


@dg.asset_check(
    asset=["indicators", "by_level"],
    description="Kỳ đã đủ tệp và đủ số liệu | The period has its files, and figures to its end",
)
def period_whole(
    context: dg.AssetCheckExecutionContext, installation: Installation
) -> dg.AssetCheckResult:
    """Warn if a file of the run's period is missing or refused, or its figures end too early.

    Executed by itself a check has no period: then the last one that has figures.
    """
    with installation.warehouse() as connection:
        key = context.run.tags.get(PARTITION_TAG) or scalar(
            connection, "SELECT max(period_start) FROM reference.period WHERE period_kind = 'month'"
        )
        if key is None:
            return _warning(passed=False, sentence="No period has figures yet.")
        period = installation.calendar().month_from_key(str(key))
        state = period_state(connection, period, local_now().date())
    return _warning(passed=state.is_whole, sentence=state.sentence)


def _warning(*, passed: bool, sentence: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=passed, severity=dg.AssetCheckSeverity.WARN, description=sentence
    )


def _files_loaded(kind: Kind) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=kind.table.split("."),
        name="files_loaded",
        description="Không có tệp nào bị từ chối | No delivered file is refused",
    )
    def files_loaded(installation: Installation) -> dg.AssetCheckResult:
        with installation.warehouse() as connection:
            refused = connection.execute(
                "SELECT reason FROM ops.delivery "
                "WHERE kind = ? AND reason IS NOT NULL AND state <> 'superseded' "
                "ORDER BY delivery_period DESC, source, export",
                [kind.name],
            ).fetchall()
        return dg.AssetCheckResult(
            passed=not refused,
            severity=dg.AssetCheckSeverity.WARN,
            description="; ".join(reason for (reason,) in refused[:5]) or "All files were taken.",
            metadata={"refused_file_count": len(refused)},
        )

    return files_loaded


files_loaded_checks = [_files_loaded(kind) for kind in KINDS.values()]
