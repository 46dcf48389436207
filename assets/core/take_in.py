"""What the version assets share: loading one kind of export of a period.

Belongs here: the step from a Dagster run to `engine.load` and its metadata. Does not belong here:
loading itself.
"""

import hashlib
import time

import dagster as dg

from assets.engine.errors import MotcuaError
from assets.engine.load import Loaded, load_period, rejected_by_rule
from assets.engine.warehouse import scalar
from assets.metadata import markdown_table
from assets.partitions import period_of
from assets.resources import Installation
from schemas.exports import Kind
from schemas.rules import Rule


def take_in(
    context: dg.AssetExecutionContext, installation: Installation, kind: Kind
) -> dg.MaterializeResult[None]:
    """Load the period's current files of `kind`; a refused file is reported and stops nothing."""
    period = period_of(context, installation)
    started = time.monotonic()
    with installation.warehouse() as connection:
        if not scalar(connection, "SELECT count(*) FROM reference.unit"):
            raise MotcuaError(
                f"Loading the {kind.name} exports of {period.label}",
                "no units in the warehouse",
                "the table reference.unit",
                "Materialise reference/unit and reference/procedure first, or the job nightly.",
            )
        results = load_period(
            connection,
            installation.paths,
            installation.sources(),
            kind=kind,
            period=period,
            run_id=context.run.run_id,
            progress=context.log.info,
        )
        broken = rejected_by_rule(connection, kind, period)
    for result in results:
        if result.reason:
            context.log.error(result.reason)
        for warning in result.warnings:
            context.log.warning("%s: %s", result.delivery.reference, warning)
    return dg.MaterializeResult(
        metadata={
            "period_label": period.label,
            "rejected_rows": dg.MetadataValue.md(_rejections(broken)),
            "refused_files": dg.MetadataValue.md(_refusals(results)),
            "dagster/partition_row_count": sum(result.accepted for result in results),
            **_counts(results),
            "seconds": round(time.monotonic() - started, 3),
        },
        data_version=dg.DataVersion(_content(results)),
    )


def _counts(results: list[Loaded]) -> dict[str, int]:
    return {
        "file_count": len(results),
        "new_file_count": sum(result.is_new for result in results),
        "refused_file_count": sum(result.state == "refused" for result in results),
        "read_count": sum(result.read for result in results),
        "accepted_count": sum(result.accepted for result in results),
        "quarantined_count": sum(result.quarantined for result in results),
        "flagged_count": sum(result.flagged for result in results),
        "warning_count": sum(len(result.warnings) for result in results),
        "duplicate_count": sum(result.duplicates for result in results),
        "layout_count": sum(result.layout for result in results),
        "unit_unknown_count": sum(result.unit_unknown for result in results),
    }


def _refusals(results: list[Loaded]) -> str:
    reasons = [f"- {result.reason}" for result in results if result.reason]
    return "\n".join(reasons) or "none"


def _rejections(broken: list[tuple[Rule, int]]) -> str:
    """Return the broken rules as a Markdown table."""
    if not broken:
        return "none"
    rows = [[f"{count:,}", f"`{rule.rule_id}`", f"{rule.vi} / {rule.en}"] for rule, count in broken]
    return markdown_table(["Dòng / Rows", "Quy tắc / Rule", "Việc cần làm / What to do"], rows)


def _content(results: list[Loaded]) -> str:
    """Return a version that changes only when the loaded files do."""
    ids = sorted(f"{result.delivery.delivery_id}:{result.state}" for result in results)
    return hashlib.sha256(" ".join(ids).encode()).hexdigest()[:16]
