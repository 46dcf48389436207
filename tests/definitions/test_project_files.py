"""Files that no program of ours reads: the lock file, README and pages, the heads of SQL files."""

import re
import tomllib
from pathlib import Path

import pytest

from assets.engine.common.paths import PROJECT
from assets.engine.indicators.indicator_sql import INDICATOR_SQL

LOCK = PROJECT / "requirements.lock"
README = PROJECT / "README.md"
PAGES = [README, *sorted((PROJECT / "docs").glob("*.md"))]
# Pieces that other statements or checks are made of, no table of their own.
WITHOUT_HEAD = {"rates.sql", "balance.sql", "chain.sql", "form_06a_break.sql"}
HEAD = ["Title", "Grain", "Form", "Source", "Version"]


def test_the_lock_file_pins_every_package_with_a_hash_and_names_no_index() -> None:
    text = LOCK.read_text(encoding="utf-8")
    logical = [
        line for line in text.replace("\\\n", " ").splitlines() if line and line.lstrip()[0] != "#"
    ]
    assert len(logical) > 50
    for line in logical:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==[^ ]+ ", line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line
    assert "://" not in text
    for option in ("--index-url", "--extra-index-url", "--find-links", "--trusted-host", "-i "):
        assert not re.search(rf"^\s*{option}", text, re.MULTILINE)


def test_the_lock_file_holds_every_dependency_of_the_project() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    pinned = r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?=="
    locked = set(re.findall(pinned, LOCK.read_text(encoding="utf-8"), re.M))
    for requirement in wanted:
        name = re.split(r"[\[<>=]", requirement)[0].lower()
        assert name in locked, name


def test_the_readme_names_the_commands() -> None:
    text = README.read_text(encoding="utf-8")
    for command in ("make run", "make test", "make ui", "make period PERIOD=", "make check"):
        assert command in text
    assert "BENCHMARK" not in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Path) -> None:
    """Commands of the Makefile, files, and headings of files."""
    text = page.read_text(encoding="utf-8")
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"`make ([a-z]+)", text)) <= set(
        re.findall(r"^([a-z]+):", makefile, re.M)
    )
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        name, _, heading = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.M) if heading else []
        assert not heading or heading in map(_anchor, headings), link


def _anchor(heading: str) -> str:
    """Return what a link calls a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize(
    "file",
    [file for file in sorted(INDICATOR_SQL.glob("*.sql")) if file.name not in WITHOUT_HEAD],
    ids=lambda file: file.name,
)
def test_an_indicator_says_where_it_comes_from(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    heads = [re.fullmatch(r"-- (\w+): +(\S.*)", line) for line in lines[: len(HEAD)]]
    assert [head and head[1] for head in heads] == HEAD


def test_there_are_indicators_to_look_at() -> None:
    names = {file.name for file in INDICATOR_SQL.glob("*.sql")}
    assert names >= {"own_count.sql", "by_unit.sql", "by_level.sql"} | WITHOUT_HEAD
