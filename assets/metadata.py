"""What every asset says of itself, made from the table registry.

Belongs here: description, owner, kinds, group and column schema of an asset, and the metadata
keys of its events. Does not belong here: the descriptions themselves (`schemas.tables`).
https://docs.dagster.io/guides/build/assets/metadata-and-tags
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import dagster as dg

from schemas.columns import Column, Table

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


def table_asset(
    table: Table,
    *kinds: str,
    partitions_def: dg.PartitionsDefinition[str] | None = None,
    deps: Sequence[Sequence[str]] = (),
    code_version: str | None = None,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Return `@dg.asset` with key, group, owner and texts of `table` filled in."""
    return dg.asset(
        key=[table.layer, table.name],
        group_name=GROUPS.get(table.qualified_name, table.layer),
        owners=OWNERS,
        kinds=set(kinds),
        description=table.comment,
        metadata={
            "dagster/column_schema": column_schema(table.columns),
            "dagster/table_name": table.qualified_name,
        },
        partitions_def=partitions_def,
        deps=deps,
        code_version=code_version,
        freshness_policy=FRESHNESS,
    )


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
