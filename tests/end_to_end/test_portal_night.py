"""A night with a portal that fails: everything else goes on, and the run says what failed."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.engine.paths import Paths
from pipelines.definitions import defs
from tests.assets.runs import QUIET, failures, metadata_of, real_instance, run_job
from tests.portal.server import Portal, served
from tests.portal.support import (
    KEY,
    PATHS,
    TOKEN,
    VARIABLE,
    changed,
    deliveries,
    write_settings,
)
from tests.support import SETTINGS
from tests.unit.deliveries import ask, deliver_csv, dossier


@pytest.fixture
def portal() -> Iterator[Portal]:
    with served(Portal(TOKEN, {path: changed(35) for path in PATHS.values()})) as portal:
        yield portal


@pytest.fixture
def paths(tmp_path: Path, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv(VARIABLE, TOKEN)
    paths = Paths(tmp_path / "data", tmp_path / "settings")
    paths.inbox.mkdir(parents=True)
    paths.settings.mkdir()
    for name in ("reference", "sources"):
        (paths.settings / name).mkdir()
    for file in (SETTINGS / "reference").glob("*.csv"):
        (paths.reference / file.name).write_bytes(file.read_bytes())
    text = (SETTINGS / "sources" / "xin_man.toml").read_text("utf-8")
    (paths.sources / "xin_man.toml").write_text(text, "utf-8")
    write_settings(paths, portal, name="a")
    write_settings(paths, portal, "offset", name="b")
    return paths


def test_a_portal_that_fails_costs_the_night_nothing_else(
    paths: Paths, portal: Portal, tmp_path: Path
) -> None:
    deliver_csv(paths, [dossier(9001)])
    portal.faults.switch_on("expired")
    with real_instance(tmp_path / "home") as instance:
        result = run_job(paths, instance, "nightly", KEY)
        assert not result.success
        (step,) = failures(result)
        assert step == "raw__delivery_portals_answered"
        said = failures(result)[step]
        assert "HTTP status 401" in said
        assert f"environment variable {VARIABLE}" in said
        found = metadata_of(result, "raw/delivery", KEY)
        assert (found["portal_failure_count"], found["new_file_count"]) == (1, 2)
        assert (found["page_count"], found["fetched_row_count"]) == (4, 35)
        metadata_of(result, "publish/motcua", None)
        assert _loaded(paths) == [("b", 35), ("xin_man", 1)]
        assert not [e for e in instance.all_logs(result.run_id) if TOKEN in str(e)]

        again = run_job(paths, instance, "nightly", KEY)
        assert again.success
        assert _loaded(paths) == [("a", 35), ("b", 35), ("xin_man", 1)]


def test_a_period_is_redone_from_what_is_stored(
    paths: Paths, portal: Portal, tmp_path: Path
) -> None:
    with real_instance(tmp_path / "home") as instance:
        assert run_job(paths, instance, "take_in", KEY).success
        asked, before = len(portal.asked), deliveries(paths)
        portal.lists[PATHS["page"]].pop()
        folders = {"data_folder": str(paths.data), "settings_folder": str(paths.settings)}
        result = defs.resolve_job_def("take_in").execute_in_process(
            partition_key=KEY,
            instance=instance,
            run_config=QUIET
            | {
                "resources": {"installation": {"config": folders}},
                "ops": {"raw__delivery": {"config": {"api": "stored"}}},
            },
            asset_selection=[dg.AssetKey(["raw", "delivery"])],
        )
        assert result.success
        assert metadata_of(result, "raw/delivery", KEY)["page_count"] == 0
    assert len(portal.asked) == asked
    assert deliveries(paths) == before


def _loaded(paths: Paths) -> list[tuple[object, ...]]:
    return ask(paths, "SELECT source, accepted_count FROM ops.delivery ORDER BY ALL")
