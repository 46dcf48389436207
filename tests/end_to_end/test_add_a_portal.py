"""The page "Adding a portal", followed literally: its blocks are run as they stand."""

import csv
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.engine.common.paths import PROJECT
from schemas.settings import Export, Source
from tests.end_to_end.commands import OWN_NAMES

PORTALS = PROJECT / "docs" / "portals.md"
RIVERTON = PROJECT / "data" / "sample" / "portals" / "riverton"
PAGE = re.compile(r"^## Adding a portal\n(.*?)^## ", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# The folder the page takes for the authority's own; the test has another.
FOLDER = "$HOME/motcua"
VIET_NAM = timedelta(hours=7)
# Rows of a month, when it begins and ends.
FIRST, LAST = "2023-10-15", "2023-11-14"


@dataclass(frozen=True)
class Followed:
    """What following the page said and left behind."""

    printed: str
    folder: Path
    status_before: str
    status_after: str


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    folder = tmp_path_factory.mktemp("srv")
    before = _status()
    commands = [text.replace(FOLDER, str(folder)) for text in _blocks("sh")]
    return Followed(_run(commands, folder), folder, before, _status())


def _blocks(language: str) -> list[str]:
    page = PAGE.search(PORTALS.read_text(encoding="utf-8"))
    assert page is not None
    return [text for found, text in BLOCK.findall(page[1]) if found == language]


def _run(script: list[str], folder: Path) -> str:
    """Run commands in one shell, as a person types them after each other."""
    inherited = {name: text for name, text in os.environ.items() if name not in OWN_NAMES}
    ready = folder / "ready"
    ready.touch()
    # The interpreter of the tests is the one that `make setup` would have made.
    make = f"BIN={Path(sys.executable).parent} READY={ready}"
    commands = "\n".join(script).replace(".venv/bin/python", sys.executable)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=PROJECT,
        env=inherited | {"MAKEFLAGS": make, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _status() -> str:
    """Return what of the project's own folders differs from the last commit, or is new."""
    folders = ["assets", "data/sources", "data/reference", "data/sample", "pipelines", "schemas"]
    return subprocess.run(
        ["git", "status", "--porcelain", "--", *folders],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout


def _day(text: str) -> str:
    """Return the day in Viet Nam of a time the sample states in UTC; "" if it states none."""
    if not text:
        return ""
    moment = datetime.strptime(text, "%m/%d/%Y %I:%M %p").replace(tzinfo=UTC)
    return f"{moment + VIET_NAM:%Y-%m-%d}"


def _counted(offices: tuple[str, ...]) -> tuple[int, int, int]:
    """Return received, received online and resolved, counted from the file itself."""
    with (RIVERTON / "permits.csv").open(encoding="utf-8", newline="") as handle:
        _, leaves, *rows = csv.reader(handle)
    permits = [dict(zip(leaves, row, strict=True)) for row in rows]
    ours = [permit for permit in permits if permit["Office"] in offices]
    received = [p for p in ours if FIRST <= _day(p["Accepted"]) <= LAST]
    online = [permit for permit in received if permit["Filed through"] == "Web"]
    resolved = [
        permit for permit in received
        if permit["Status"] in ("Approved", "Issued") and _day(permit["Decided"]) <= LAST
    ]  # fmt: skip
    return len(received), len(online), len(resolved)


def test_the_page_ends_in_figures_of_the_new_file(followed: Followed) -> None:
    published = followed.folder / "data" / "published" / "motcua.duckdb"
    with duckdb.connect(str(published), read_only=True) as reader:
        figures = reader.execute(
            "SELECT unit_code, received_count, received_online_count, resolved_count "
            "FROM indicators.by_unit WHERE scope = 'subtree' AND period_kind = 'month' "
            f"AND period_start = DATE '{FIRST}' AND unit_code LIKE 'R%' ORDER BY unit_code"
        ).fetchall()
    offices = {"R00": ("R01", "R02"), "R01": ("R01",), "R02": ("R02",)}
    assert figures == [(unit, *_counted(below)) for unit, below in offices.items()]
    assert figures[0][1] == 50
    for unit, *counts in figures:
        assert re.search(rf"{unit} +│ +" + r" +│ +".join(map(str, counts)), followed.printed)


def test_the_page_says_that_nothing_is_wrong_and_loads_every_row(followed: Followed) -> None:
    assert followed.printed.count("Nothing wrong.") == 2
    assert "Tháng 11/2023 (15/10/2023–14/11/2023): files 2, read 110, accepted 110" in (
        followed.printed
    )
    assert "\nnightly: read 110, accepted 110; months changed: 1" in followed.printed


def test_times_in_utc_count_on_the_day_in_viet_nam(followed: Followed) -> None:
    """The first permit is filed at 05:30 PM of 31 October, so on 1 November in Viet Nam."""
    published = followed.folder / "data" / "published" / "dossiers.duckdb"
    with duckdb.connect(str(published), read_only=True) as reader:
        days = reader.execute(
            "SELECT received_date, due_date FROM core.dossier WHERE received_date = "
            "DATE '2023-11-01' AND due_date = DATE '2023-11-10'"
        ).fetchall()
    assert len(days) == 1


def test_nothing_of_the_project_is_changed(followed: Followed) -> None:
    assert followed.status_after == followed.status_before
    assert sorted(path.name for path in (followed.folder / "settings").iterdir()) == [
        "reference", "sources",
    ]  # fmt: skip


def test_the_lines_of_the_page_are_those_of_the_settings_that_it_copies() -> None:
    (text,) = _blocks("toml")
    shipped = tomllib.loads((PROJECT / "data/sources/riverton.toml").read_text(encoding="utf-8"))
    assert _with(shipped, tomllib.loads(text)) == shipped


def _with(settings: dict[str, Any], lines: dict[str, Any]) -> dict[str, Any]:
    """Return settings with some of their lines replaced."""
    changed = {
        name: _with(settings.get(name, {}), line) if isinstance(line, dict) else line
        for name, line in lines.items()
    }
    return settings | changed


def test_the_page_explains_every_setting() -> None:
    page = PAGE.search(PORTALS.read_text(encoding="utf-8"))
    assert page is not None
    explained = set(re.findall(r"`([a-z_]+)(?:\.<[a-z]+>)*`", page[1]))
    assert set(Source.model_fields) | set(Export.model_fields) <= explained | {"exports"}
