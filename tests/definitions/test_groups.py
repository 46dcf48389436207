"""The graph of groups, as the UI draws it from left to right: layers, and no way back."""

from graphlib import TopologicalSorter

from assets.metadata import GROUPS
from tests.code_location import defs


def test_the_groups_run_one_way() -> None:
    """A circle raises CycleError: the UI would put a group behind what it feeds."""
    graph = defs.resolve_asset_graph()
    before: dict[str, set[str]] = {}
    for key in graph.get_all_asset_keys():
        group = str(graph.get(key).group_name)
        parents = {str(graph.get(parent).group_name) for parent in graph.get(key).parent_keys}
        before.setdefault(group, set()).update(parents - {group})
    order = list(TopologicalSorter(before).static_order())
    assert set(order[:2]) == {"raw", "reference"}
    assert order[2] == "core"
    assert order[-1] == "publish"


def test_a_table_outside_its_layers_group_exists() -> None:
    keys = {".".join(key.path) for key in defs.resolve_asset_graph().get_all_asset_keys()}
    assert set(GROUPS) <= keys
