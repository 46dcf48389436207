"""Reading which module imports which, from the text of the modules."""

import ast
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("pipelines", "assets", "schemas", "tests")


def modules(root: Path) -> dict[str, Path]:
    """Return every module below the four folders of code by its dotted name."""
    found = {}
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*.py")):
            parts = file.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(name: str, file: Path, known: dict[str, Path]) -> set[str]:
    """Return what a module imports, wherever in its text: modules of ours, else top names."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(tree):
        found |= set(_targets(node, package, known))
    return found - {name}


def layer(name: str) -> int | None:
    """Return how far up a module stands; None for what is not of the product."""
    for prefix, height in (("pipelines", 3), ("assets.engine", 1), ("assets", 2), ("schemas", 0)):
        if name == prefix or name.startswith(prefix + "."):
            return height
    return None


def wrong_imports(root: Path) -> list[str]:
    """Return the imports that go up, bring Dagster below `assets`, or reach into tests."""
    known = modules(root)
    wrong = []
    for name, file in known.items():
        height = layer(name)
        for target in sorted(imports(name, file, known)):
            other = layer(target)
            is_up = height is not None and other is not None and other > height
            is_dagster = height is not None and height < 2 and target.startswith("dagster")
            is_test = height is not None and target.split(".")[0] == "tests"
            if is_up or is_dagster or is_test:
                wrong.append(f"{name} imports {target}")
    return wrong


def circle(root: Path) -> list[str]:
    """Return the modules of a circle of imports, or nothing if there is none."""
    known = modules(root)
    graph = {name: imports(name, file, known) & set(known) for name, file in known.items()}
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for target in sorted(graph[name]):
            if found := visit(target, [*path, name]):
                return found
        done.add(name)
        return []

    return next((found for name in graph if (found := visit(name, []))), [])


def _targets(node: ast.AST, package: str, known: dict[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name if alias.name in known else alias.name.split(".")[0]
    elif isinstance(node, ast.ImportFrom):
        origin = node.module or ""
        if node.level:
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            origin = ".".join([*base, origin] if origin else base)
        for alias in node.names:
            inner = f"{origin}.{alias.name}"
            yield inner if inner in known else origin
