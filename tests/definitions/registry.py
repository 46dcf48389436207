"""Reading the definitions for the tests of this folder: assets with their registry tables."""

import dagster as dg

from schemas.tables import Table
from schemas.tables import core as core_tables
from schemas.tables import quarantine as quarantine_tables
from schemas.tables import registry as tables
from tests.code_location import defs

REGISTRY = {
    table.qualified_name: table
    for module in (core_tables, quarantine_tables, tables)
    for table in vars(module).values()
    if isinstance(table, Table)
}


def steps() -> list[dg.AssetsDefinition]:
    """Return what makes the assets, one a step."""
    listed = list(defs.assets or [])
    assert all(isinstance(step, dg.AssetsDefinition) for step in listed)
    return [step for step in listed if isinstance(step, dg.AssetsDefinition)]


def asset_specs() -> list[dg.AssetSpec]:
    """Return the listed assets."""
    return [spec for step in steps() for spec in step.specs]


def name_of(asset: dg.AssetSpec) -> str:
    """Return `layer.table` of an asset."""
    return ".".join(asset.key.path)
