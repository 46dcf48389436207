"""The UI: one click redoes a period, a backfill redoes several, and the figures follow.

In each period a portal's correction withdraws one dossier: one resolved less, one closed more.
"""

from collections.abc import Callable

import pytest

from assets.engine.common.paths import Paths
from assets.partitions import range_tags
from tests.assets.deliveries import withdraw_one
from tests.code_location import defs
from tests.end_to_end.server import Server
from tests.end_to_end.tables import level_figures
from tests.support import CALENDAR
from tests.tier import IS_SOAK

ASSETS = """{ assetNodes { assetKey { path } groupName isPartitioned description owners {
    ... on TeamAssetOwner { team } } jobNames dependencyKeys { path } } }"""
EVENTS = """query($path: [String!]!, $keys: [String!]) {
    assetNodeOrError(assetKey: { path: $path }) { ... on AssetNode {
        latestMaterializationByPartition(partitions: $keys) { partition runId metadataEntries {
            label ... on IntMetadataEntry { intValue } ... on FloatMetadataEntry { floatValue }
            ... on TextMetadataEntry { text } } } } } }"""


def _moved_by(paths: Paths, keys: list[str], redo: Callable[[], object]) -> None:
    """Withdraw one dossier in each period, redo them, and see the figures follow."""
    ends = {key: CALENDAR.month_from_key(key).end.isoformat() for key in keys}
    before = {key: level_figures(paths, "month", ends[key]) for key in keys}
    year = level_figures(paths, "year_to_date", "2023-11-14")
    for key in keys:
        withdraw_one(paths, key)
    redo()
    for key in keys:
        after = level_figures(paths, "month", ends[key])
        assert after["resolved_count"] == before[key]["resolved_count"] - 1
        assert after["closed_other_count"] == before[key]["closed_other_count"] + 1
        assert after["received_count"] == before[key]["received_count"]
    year_after = level_figures(paths, "year_to_date", "2023-11-14")
    assert year_after["resolved_count"] == year["resolved_count"] - len(keys)
    assert year_after["closed_other_count"] == year["closed_other_count"] + len(keys)


def test_the_server_offers_what_is_defined(ui: Server) -> None:
    graph = defs.resolve_asset_graph()
    nodes = {tuple(node["assetKey"]["path"]): node for node in ui.ask(ASSETS)["assetNodes"]}
    assert set(nodes) == {tuple(key.path) for key in graph.get_all_asset_keys()}
    for key in graph.get_all_asset_keys():
        node = nodes[tuple(key.path)]
        assert node["groupName"] == graph.get(key).group_name
        assert node["isPartitioned"] == graph.get(key).is_partitioned
        assert node["description"] == graph.get(key).description
        assert node["owners"] == [{"team": "motcua"}]
        assert "nightly" in node["jobNames"]
        parents = {tuple(parent["path"]) for parent in node["dependencyKeys"]}
        assert parents == {tuple(parent.path) for parent in graph.get(key).parent_keys}


def test_one_click_redoes_a_period(ui: Server) -> None:
    _moved_by(ui.paths, ["2023-05-15"], lambda: ui.materialise("nightly", "2023-05-15"))
    variables = {"path": ["indicators", "by_level"], "keys": ["2023-05-15", "2023-04-15"]}
    june, may = ui.ask(EVENTS, variables)["assetNodeOrError"]["latestMaterializationByPartition"]
    said = {
        entry["label"]: value
        for entry in june["metadataEntries"]
        for name, value in entry.items()
        if name != "label"
    }
    figures = level_figures(ui.paths, "month", "2023-06-14")
    assert said["period_label"] == "Tháng 06/2023 (15/05/2023–14/06/2023)"
    assert said["resolved_count"] == figures["resolved_count"]
    assert isinstance(said["on_time_pct"], float)
    # A month that did not move gets no event: this installation has none of it yet.
    assert may is None


def test_a_backfill_of_the_job_redoes_its_periods_in_one_run(ui: Server) -> None:
    keys = ["2023-01-15", "2023-02-15", "2023-03-15"]
    runs: list[dict[str, str]] = []
    _moved_by(ui.paths, keys, lambda: runs.extend(ui.backfill_job("nightly", keys)))
    (tags,) = runs
    assert range_tags(keys[0], keys[-1]).items() <= tags.items()
    assert "dagster/partition" not in tags
    variables = {"path": ["indicators", "by_level"], "keys": keys}
    events = ui.ask(EVENTS, variables)["assetNodeOrError"]["latestMaterializationByPartition"]
    assert [event["partition"] for event in events] == keys
    assert len({event["runId"] for event in events}) == 1
    labels = [
        entry["text"]
        for event in events
        for entry in event["metadataEntries"]
        if entry["label"] == "period_label"
    ]
    assert labels == [CALENDAR.month_from_key(key).label for key in keys]


@pytest.mark.skipif(not IS_SOAK, reason="takes 3 minutes: make soak")
def test_a_backfill_of_all_assets_ends_with_figures_too(ui: Server) -> None:
    keys = ["2023-07-15", "2023-08-15"]
    everything = [list(key.path) for key in defs.resolve_asset_graph().get_all_asset_keys()]
    _moved_by(ui.paths, keys, lambda: ui.backfill_assets(everything, keys))
