"""What every asset and check must say of itself, so that the UI explains it to a clerk."""

import inspect
from pathlib import Path

import dagster as dg
import pytest

from assets.engine.common.paths import PROJECT
from assets.metadata import GROUPS
from schemas.tables import PUBLISHED_DOSSIER_TABLES, PUBLISHED_TABLES, WAREHOUSE_TABLES, Table
from tests.code_location import defs
from tests.definitions.registry import REGISTRY, asset_specs, name_of, steps

# Kept by the engine beside what it loads and computes; no step makes them by itself.
WITHOUT_ASSET = {
    "core.dossier_alias", "ops.check_value", "ops.collection", "ops.delivery",
    "ops.delivery_part", "ops.layout", "ops.revision", "ops.counted_period", "ops.moved_dossier",
    "ops.reference_file", "ops.schema_version", "ops.touched_dossier", "ops.wanted_period",
    "quarantine.rejected_row",
}  # fmt: skip

each_asset = pytest.mark.parametrize("spec", asset_specs(), ids=name_of)


@each_asset
def test_an_asset_is_described_owned_and_placed(spec: dg.AssetSpec) -> None:
    assert spec.description is not None
    assert " | " in spec.description  # Vietnamese | English
    assert spec.owners
    assert spec.kinds
    assert spec.group_name == GROUPS.get(name_of(spec), spec.key.path[0])
    assert len(spec.key.path) == 2


@each_asset
def test_an_asset_has_the_columns_of_its_registry_table(spec: dg.AssetSpec) -> None:
    table = REGISTRY[name_of(spec)]
    assert spec.metadata["dagster/table_name"] == table.qualified_name
    schema = spec.metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    assert [_said(column) for column in schema.columns] == [
        (column.name, column.type.lower(), column.comment, column.nullable)
        for column in table.columns
    ]


def _said(column: dg.TableColumn) -> tuple[str, str, str | None, bool]:
    return (column.name, column.type, column.description, column.constraints.nullable)


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.op.name)
def test_a_step_stands_in_the_module_of_its_layer(step: dg.AssetsDefinition) -> None:
    function = step.op.compute_fn.decorated_fn  # type: ignore[union-attr]
    file = inspect.getsourcefile(function)
    assert file is not None
    for spec in step.specs:
        assert Path(file) == PROJECT / "assets" / f"{spec.group_name}.py"


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.op.name)
def test_an_operator_may_select_single_assets_of_a_step(step: dg.AssetsDefinition) -> None:
    assert step.can_subset or len(list(step.specs)) == 1


def test_a_night_has_few_steps() -> None:
    """Dagster's own records of a step cost more time than most tables."""
    names = {node.name for node in defs.resolve_job_def("nightly").nodes}
    checks = {name for name in names if name.endswith(("_portals_answered", "_balance"))}
    assert len(checks) == 2
    assert len(names) <= 10


def test_every_warehouse_and_published_table_has_its_asset() -> None:
    names = {name_of(spec) for spec in asset_specs()}
    tables = {
        table.qualified_name
        for table in (*WAREHOUSE_TABLES, *PUBLISHED_TABLES, *PUBLISHED_DOSSIER_TABLES)
    }
    assert tables - WITHOUT_ASSET <= names
    assert names.isdisjoint(WITHOUT_ASSET)


def test_every_check_is_described() -> None:
    graph = defs.resolve_asset_graph()
    assert graph.asset_check_keys
    for key in graph.asset_check_keys:
        description = graph.get(key).description
        assert description is not None, key
        assert " | " in description, key


def test_only_the_balance_blocks() -> None:
    graph = defs.resolve_asset_graph()
    blocking = [key.name for key in graph.asset_check_keys if graph.get(key).blocking]
    assert blocking == ["balance"]


def test_jobs_schedules_and_sensors_are_described() -> None:
    for job in defs.resolve_all_job_defs():
        if not job.name.startswith("__"):
            assert job.description is not None
            assert " | " in job.description
    repository = defs.get_repository_def()
    descriptions = [schedule.description for schedule in repository.schedule_defs]
    descriptions += [sensor.description for sensor in repository.sensor_defs]
    assert len(descriptions) > 3
    for description in descriptions:
        assert description is not None
        assert " | " in description


@pytest.mark.parametrize("table", REGISTRY.values(), ids=lambda table: table.qualified_name)
def test_a_registry_table_explains_itself(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    assert set(table.key) <= set(names)
    for column in table.columns:
        assert column.vi, column.name
        assert column.en, column.name
        assert column.name.isascii(), column.name
        assert column.name == column.name.lower(), column.name
