"""What every asset says of itself, made from the table registry.

Belongs here: description, owner, kinds, group and column schema of an asset, and the metadata
keys of its events. Does not belong here: the descriptions themselves (`schemas.tables`).
https://docs.dagster.io/guides/build/assets/metadata-and-tags
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import dagster as dg

from schemas.columns import Column, Table

OWNERS = ["team:motcua"]


def described(table: Table, *kinds: str) -> dict[str, Any]:
    """Return the arguments of `@dg.asset` that follow from the registry: key, group, texts."""
    return {
        "key": [table.layer, table.name],
        "group_name": table.layer,
        "owners": OWNERS,
        "kinds": set(kinds),
        "description": table.comment,
        "metadata": {
            "dagster/column_schema": column_schema(table.columns),
            "dagster/table_name": table.qualified_name,
        },
    }


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


def numbers(values: dict[str, object]) -> dict[str, Any]:
    """Return measures as plain numbers, which the UI plots by period."""
    return {
        name: float(value) if isinstance(value, Decimal) else value
        for name, value in values.items()
    }
