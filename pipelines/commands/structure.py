"""The command `structure`: contracts on imports, line counts, the largest modules and functions."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assets.engine.common.paths import PROJECT

PRODUCT = ("pipelines", "assets", "schemas")
SHOWN = 10
MOST_MODULE_LINES, MOST_FUNCTION_LINES, MOST_COMPLEXITY = 300, 50, 10
_COMPLEX = re.compile(r"`(?P<name>\w+)` is too complex \((?P<number>\d+) > 0\)")


@dataclass(frozen=True, order=True)
class Measured:
    """A number with what it was measured of: `path` or `path:line name`."""

    number: int
    place: str


def main() -> int:
    """Print the report; return 1 if a contract on imports is broken."""
    status, contracts = _run("lint-imports", "--no-logo", "--no-cache")
    files = list(code_files(PRODUCT))
    lines = [
        "Contracts on imports",
        *(f"  {line}" for line in contracts.splitlines() if re.search("BROKEN|Contracts:", line)),
        "Lines of Python and SQL",
        *(f"  {total(code_files([folder])):6,}  {folder}/" for folder in PRODUCT),
        f"  {total(files):6,}  product",
        f"  {total(code_files(['tests'])):6,}  tests/",
        *_listed("Modules", [Measured(line_count(file), _name(file)) for file in files],
                 MOST_MODULE_LINES, "lines"),
        *_listed("Functions", list(functions(files)), MOST_FUNCTION_LINES, "lines"),
        *_listed("Functions", list(complexities(PRODUCT)), MOST_COMPLEXITY, "ways through"),
    ]  # fmt: skip
    print("\n".join(lines))
    return status


def code_files(folders: Sequence[str]) -> Iterator[Path]:
    """Yield the Python and SQL files of some folders of the project."""
    for folder in folders:
        for file in sorted((PROJECT / folder).rglob("*")):
            if file.suffix in (".py", ".sql"):
                yield file


def line_count(file: Path) -> int:
    """Return how many lines a file has."""
    return len(file.read_text(encoding="utf-8").splitlines())


def total(files: Iterator[Path] | Sequence[Path]) -> int:
    """Return how many lines some files have."""
    return sum(map(line_count, files))


def functions(files: Sequence[Path]) -> Iterator[Measured]:
    """Yield every function with its number of lines, from its decorators to its end."""
    for file in files:
        if file.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
                length = (node.end_lineno or node.lineno) - first + 1
                yield Measured(length, f"{_name(file)}:{node.lineno} {node.name}")


def complexities(folders: Sequence[str]) -> Iterator[Measured]:
    """Yield every function with its McCabe complexity, as ruff measures it."""
    options = ("--isolated", "--select", "C901", "--output-format", "json")
    every = ("--config", "lint.mccabe.max-complexity=0")
    _, output = _run("ruff", "check", *options, *every, "--exit-zero", *folders)
    for found in json.loads(output):
        if match := _COMPLEX.search(found["message"]):
            place = f"{_name(Path(found['filename']))}:{found['location']['row']}"
            yield Measured(int(match["number"]), f"{place} {match['name']}")


def _listed(what: str, measured: list[Measured], bound: int, unit: str) -> Iterator[str]:
    over = sum(item.number > bound for item in measured)
    yield f"{what} by {unit}: {len(measured):,}, of which {over} over {bound}"
    for item in sorted(measured, reverse=True)[: max(SHOWN, over)]:
        yield f"  {item.number:6,}  {item.place}"


def _name(file: Path) -> str:
    return file.relative_to(PROJECT).as_posix()


def _run(tool: str, *arguments: str) -> tuple[int, str]:
    """Run a tool of the virtual environment; return its exit status and what it printed."""
    command = [str(Path(sys.executable).with_name(tool)), *arguments]
    done = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, encoding="utf-8")  # noqa: S603
    return done.returncode, done.stdout


if __name__ == "__main__":
    sys.exit(main())
