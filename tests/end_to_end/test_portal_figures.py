"""The sample collected from a portal, in either shape, gives the figures that its files give."""

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from assets.engine.portal import collect_portals
from assets.engine.settings import load_sources
from pipelines.commands.demo_portal.portal import Portal, sample_portal
from pipelines.commands.demo_portal.server import served
from schemas.tables import PUBLISHED_TABLES
from tests.end_to_end.commands import motcua_here
from tests.end_to_end.tables import TIMES
from tests.support import CALENDAR, SAMPLE_KEYS, SETTINGS, process

PORTALS = SETTINGS / "sample" / "portals"
TOKEN = "mau-token"
FIGURES = [table.qualified_name for table in PUBLISHED_TABLES if table.layer == "indicators"]


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(sample_portal(TOKEN)) as portal:
        yield portal


def write_settings(folder: Path, source: str, portal: Portal) -> None:
    """Put the settings of a portal of the sample there, with the address of this one."""
    text = (PORTALS / source / f"{source}.toml").read_text("utf-8")
    assert 'base_url = "http://127.0.0.1:8769"' in text
    folder.mkdir(parents=True)
    text = text.replace("http://127.0.0.1:8769", portal.address)
    # Fifty rows a page are 440 pages; that pages of ten fit together, others test.
    text = text.replace("page_size = 50", "page_size = 400")
    (folder / f"{source}.toml").write_text(text, "utf-8")


def figures(paths: Paths) -> dict[str, list[tuple[object, ...]]]:
    file = paths.published / "motcua.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        return {
            name: connection.execute(
                f"SELECT COLUMNS(lambda c: c NOT IN {tuple(TIMES)}) FROM {name} ORDER BY ALL"
            ).fetchall()
            for name in FIGURES
        }


@pytest.mark.parametrize("source", ["igate2", "national"])
def test_every_figure_is_that_of_the_files(
    source: str, sample: Paths, portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_PORTAL_TOKEN", TOKEN)
    paths = Paths(tmp_path / "data", tmp_path / "settings")
    paths.inbox.mkdir(parents=True)
    write_settings(paths.sources, source, portal)
    shutil.copytree(SETTINGS / "reference", paths.reference)
    for key in SAMPLE_KEYS:
        fetched = collect_portals(
            paths, load_sources(paths.sources), CALENDAR.month_from_key(key), now=local_now(),
            run_id="a-run", progress=lambda _: None,
        )  # fmt: skip
        assert (fetched.failures, len(fetched.new)) == ([], 2)
    results = process(paths, SAMPLE_KEYS)
    assert {result.state for result in results} == {"loaded"}
    expected, found = figures(sample), figures(paths)
    assert len(expected) >= 9
    for name in FIGURES:
        assert len(expected[name]) > 50, name
        assert found[name] == expected[name], name


@pytest.mark.parametrize("source", ["igate2", "national"])
def test_the_sample_s_settings_are_those_shipped_and_what_the_sample_adds(source: str) -> None:
    shipped = tomllib.loads((SETTINGS / "sources" / f"{source}.toml").read_text("utf-8"))
    sample = tomllib.loads((PORTALS / source / f"{source}.toml").read_text("utf-8"))
    assert _lacking(shipped, sample) == []
    assert "api" not in shipped
    assert "api" in shipped["exports"]["dossiers"]


def _lacking(shipped: dict[str, Any], sample: dict[str, Any], place: str = "") -> list[str]:
    found = []
    for key, value in shipped.items():
        if isinstance(value, dict) and isinstance(sample.get(key), dict):
            found += _lacking(value, sample[key], f"{place}{key}.")
        elif sample.get(key) != value:
            found.append(place + key)
    return found


def test_the_command_collects_into_an_installation_of_its_own(
    portal: Portal, tmp_path: Path
) -> None:
    own = tmp_path / "data" / "portals" / "national"
    write_settings(own / "settings" / "sources", "national", portal)
    portal.faults.switch_on("expired", times=2, after=20)
    done = motcua_here(tmp_path / "data", "run", "national", MOTCUA_PORTAL_TOKEN=TOKEN)
    assert done.returncode == 1
    assert "read 1,612, accepted 1,609" in done.stdout
    assert "HTTP status 401" in done.stderr
    assert "Renew the secret in the environment variable MOTCUA_PORTAL_TOKEN" in done.stderr
    assert TOKEN not in done.stdout + done.stderr
    assert [folder.name for folder in (tmp_path / "data").iterdir()] == ["portals"]
    assert (own / "data" / "raw" / "manifest.jsonl").exists()
