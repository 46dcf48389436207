"""What every asset says of itself, made from the table registry.

https://docs.dagster.io/guides/build/assets/metadata-and-tags
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import dagster as dg

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
