"""Imports go one way: pipelines, assets, assets.engine, schemas; modules say what they are."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assets.engine.common.paths import PROJECT
from tests.definitions.modules import circle, imports, modules, wrong_imports


def test_imports_go_one_way() -> None:
    assert wrong_imports(PROJECT) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(PROJECT) == []


def test_the_imports_are_really_read() -> None:
    known = modules(PROJECT)
    assert "assets.engine.indicators.balance" in imports(
        "assets.checks", known["assets.checks"], known
    )
    assert "dagster" in imports("pipelines.jobs", known["pipelines.jobs"], known)


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("schemas/a.py", "from assets.engine import b", "schemas.a imports assets.engine.b"),
        ("assets/engine/a.py", "def f():\n    import assets.c", "assets.engine.a imports assets.c"),
        ("assets/engine/a.py", "from ..c import x", "assets.engine.a imports assets.c"),
        ("assets/a.py", "from pipelines.d import x", "assets.a imports pipelines.d"),
        ("assets/engine/a.py", "import dagster as dg", "assets.engine.a imports dagster"),
        ("schemas/a.py", "from dagster import asset", "schemas.a imports dagster"),
        ("pipelines/a.py", "from tests.e import x", "pipelines.a imports tests.e"),
    ],
)
def test_a_wrong_import_would_be_found(tmp_path: Path, file: str, text: str, expected: str) -> None:
    for name in ("assets/engine/b.py", "assets/c.py", "pipelines/d.py", "tests/e.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(text)
    assert wrong_imports(tmp_path) == [expected]


def test_a_circle_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / "schemas" / f"{name}.py").write_text(f"from schemas.{other} import x")
    assert circle(tmp_path) == ["schemas.a", "schemas.b", "schemas.c", "schemas.a"]


def test_every_module_opens_with_a_docstring() -> None:
    files = [file for name, file in modules(PROJECT).items() if not name.startswith("tests")]
    files += sorted((PROJECT / "data" / "sample").glob("*.py"))
    assert len(files) > 50
    for file in files:
        assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), file


_IMPORT_ALL = """
import pkgutil, sys
from importlib import import_module
read = []
def note(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and str(arguments[0]).startswith(sys.argv[1]):
        read.append(arguments[0])
sys.addaudithook(note)
import assets, pipelines, schemas
names = []
for package in (assets, pipelines, schemas):
    names += [m.name for m in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    import_module(name)
print(len(names), read)
"""


def test_no_module_reads_the_settings_when_it_is_imported(tmp_path: Path) -> None:
    for name in ("statistic.toml", "operations.toml", "sources/broken.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("no TOML [", encoding="utf-8")
    own = {"MOTCUA_SETTINGS": str(tmp_path), "MOTCUA_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_ALL, str(tmp_path)],
        cwd=PROJECT, env=os.environ | own, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    count, read = done.stdout.split(maxsplit=1)
    assert int(count) > 100
    assert read == "[]\n"
