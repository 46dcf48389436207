"""Metadata of assets, from the table registry, and of the events of a load.

https://docs.dagster.io/guides/build/assets/metadata-and-tags
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import dagster as dg

from assets.engine.load import Loaded
from schemas.rows import Rule
from schemas.tables import Column, Table

OWNERS = ["team:motcua"]
# Every night makes every asset; two hours are for the night's own length.
FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=26))
# A group is a layer. These tables are made from later layers than their own: in its group they
# would bend the graph of groups, which the UI draws from left to right, into circles.
GROUPS = {
    "reference.procedure": "core",
    "reference.period": "core",
    "raw.purge": "publish",
}

LOAD_COUNTS = {
    "read_count": lambda result: result.read,
    "accepted_count": lambda result: result.accepted,
    "quarantined_count": lambda result: result.quarantined,
    "flagged_count": lambda result: result.flagged,
    "warning_count": lambda result: len(result.warnings),
    "duplicate_count": lambda result: result.duplicates,
    "layout_count": lambda result: result.layout,
    "unit_unknown_count": lambda result: result.unit_unknown,
}


def table_spec(
    table: Table,
    *kinds: str,
    deps: Iterable[Table] = (),
    partitions_def: dg.PartitionsDefinition[str] | None = None,
    code_version: str | None = None,
) -> dg.AssetSpec:
    """Return the asset of `table`, with key, group, owner and texts filled in."""
    return dg.AssetSpec(
        key=table_key(table),
        group_name=GROUPS.get(table.qualified_name, table.layer),
        owners=OWNERS,
        kinds=set(kinds),
        description=table.comment,
        metadata={
            "dagster/column_schema": column_schema(table.columns),
            "dagster/table_name": table.qualified_name,
        },
        partitions_def=partitions_def,
        deps=[table_key(origin) for origin in deps],
        code_version=code_version,
        freshness_policy=FRESHNESS,
    )


def table_key(table: Table) -> dg.AssetKey:
    """Return the asset key of `table`."""
    return dg.AssetKey([table.layer, table.name])


def selected(context: dg.AssetExecutionContext, tables: Iterable[Table]) -> list[Table]:
    """Return which of `tables` a run is to make: an operator may select any asset of a step."""
    return [table for table in tables if table_key(table) in context.selected_asset_keys]


def column_schema(columns: Iterable[Column]) -> dg.TableSchema:
    """Return the Dagster column schema of registry columns."""
    return dg.TableSchema(
        [
            dg.TableColumn(
                column.name,
                column.type.lower(),
                description=column.comment,
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in columns
        ]
    )


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table. No cell may hold a "|": its texts are ours, figures are figures."""
    lines = [heads, ["---" for _ in heads], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def numbers(values: dict[str, object]) -> dict[str, Any]:
    """Return measures as plain numbers, which the UI plots by period."""
    return {
        name: float(value) if isinstance(value, Decimal) else value
        for name, value in values.items()
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
        **{name: sum(map(count, results)) for name, count in LOAD_COUNTS.items()},
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
