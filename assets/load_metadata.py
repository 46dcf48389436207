"""The metadata of a load: counts of files and rows, messages of refused files, broken rules."""

import dagster as dg

from assets.engine.load import Loaded
from assets.metadata import markdown_table
from schemas.rows import Rule

COUNTS = {
    "read_count": lambda result: result.read,
    "accepted_count": lambda result: result.accepted,
    "quarantined_count": lambda result: result.quarantined,
    "flagged_count": lambda result: result.flagged,
    "warning_count": lambda result: len(result.warnings),
    "duplicate_count": lambda result: result.duplicates,
    "layout_count": lambda result: result.layout,
    "unit_unknown_count": lambda result: result.unit_unknown,
}


def load_metadata(
    results: list[Loaded], rejections: list[tuple[Rule, int]]
) -> dict[str, str | int | dg.MarkdownMetadataValue]:
    """Return the metadata of loading the files of a kind and period, messages first."""
    return {
        "rejected_rows": dg.MetadataValue.md(_rejections(rejections)),
        "refused_files": dg.MetadataValue.md(_refusals(results)),
        "dagster/partition_row_count": sum(result.accepted for result in results),
        "file_count": len(results),
        "new_file_count": sum(result.is_new for result in results),
        "refused_file_count": sum(result.state == "refused" for result in results),
        **{name: sum(map(count, results)) for name, count in COUNTS.items()},
    }


def load_summary(results: list[Loaded]) -> str:
    """Return what became of a period's files in a few words."""
    counts = {
        "files": len(results),
        "refused": sum(result.state == "refused" for result in results),
        "read": sum(result.read for result in results),
        "accepted": sum(result.accepted for result in results),
        "quarantined": sum(result.quarantined for result in results),
        "duplicates": sum(result.duplicates for result in results),
    }
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if count) or "no files"


def _refusals(results: list[Loaded]) -> str:
    reasons = [f"- {result.reason}" for result in results if result.reason]
    return "\n".join(reasons) or "none"


def _rejections(broken: list[tuple[Rule, int]]) -> str:
    """Return the broken rules as a Markdown table."""
    if not broken:
        return "none"
    rows = [[f"{count:,}", f"`{rule.rule_id}`", f"{rule.vi} / {rule.en}"] for rule, count in broken]
    return markdown_table(["Dòng / Rows", "Quy tắc / Rule", "Việc cần làm / What to do"], rows)
