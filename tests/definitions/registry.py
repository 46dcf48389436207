"""Reading the definitions for the tests of this folder: assets with their registry tables."""

import dagster as dg

from pipelines.definitions import defs
from schemas import core_tables, quarantine_tables, tables
from schemas.columns import Table

REGISTRY = {
    table.qualified_name: table
    for module in (core_tables, quarantine_tables, tables)
    for table in vars(module).values()
    if isinstance(table, Table)
}


def assets_definitions() -> list[dg.AssetsDefinition]:
    """Return the listed assets."""
    listed = list(defs.assets or [])
    assert all(isinstance(asset, dg.AssetsDefinition) for asset in listed)
    return [asset for asset in listed if isinstance(asset, dg.AssetsDefinition)]


def name_of(asset: dg.AssetsDefinition) -> str:
    """Return `layer.table` of an asset."""
    return ".".join(asset.key.path)
