"""Every module has a docstring and reads nothing when imported; every package has a contract."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from assets.engine.common.paths import PROJECT

# Their modules are imported one by one: see the docstrings of these packages.
OPEN_PACKAGES = {"assets.engine.common", "assets.engine.formats"}


def test_every_module_opens_with_a_docstring() -> None:
    folders = ("assets", "pipelines", "schemas", "data/sample")
    files = [file for folder in folders for file in sorted((PROJECT / folder).rglob("*.py"))]
    assert len(files) > 150
    for file in files:
        assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), file


def test_every_package_has_a_contract_that_nobody_reaches_past_its_exports() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    entered = {
        name.removesuffix(".*")
        for contract in contracts
        if contract["type"] == "protected"
        for name in contract["protected_modules"]
    }
    folders = [*(PROJECT / "assets" / "engine").iterdir(), *(PROJECT / "schemas").iterdir()]
    packages = {
        ".".join(folder.relative_to(PROJECT).parts)
        for folder in folders
        if (folder / "__init__.py").exists()
    }
    assert entered == packages - OPEN_PACKAGES


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
