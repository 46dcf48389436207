"""What a defect of the portals is here: a number, a name, and the files that show it.

Belongs here: the type and how its files are laid out. Not here: the files, which the
``defects_*`` modules make, nor what the pipeline should make of them, which the tests say.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Defect:
    """A defect of docs/defects.md: its number there, a slug, and its files.

    ``files`` maps ``<source>/<export>/<period>/<name>``, as in the inbox, to the bytes.
    """

    number: int
    slug: str
    files: dict[str, bytes]

    @property
    def folder(self) -> str:
        """Folder below ``defects/`` that holds the files."""
        return f"{self.number:02}_{self.slug}"


def write_defects(root: Path, defects: list[Defect]) -> None:
    """Write every file of every defect below ``root``."""
    for defect in defects:
        for name, content in defect.files.items():
            path = root / defect.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
