"""Writes the small files that show each defect a portal's export can have.

Belongs here: which modules hold defects, and where their files go. Not here: the files, which the
``defects_*`` modules make, nor what the pipeline makes of them, which the tests say. Nothing of
the pipeline is imported.

Run ``python data/sample/generate_defects.py [FOLDER]``: below FOLDER, ``<NN>_<slug>/`` holds what
would be copied into an inbox. The same bytes come out every time.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from sample_defect import Defect, write_defects

MODULES = (
    "defects_containers",
    "defects_json",
    "defects_layout",
    "defects_text",
    "defects_numbers",
    "defects_privacy",
    "defects_dates",
    "defects_keys",
    "defects_payments",
)
TARGET = Path(__file__).resolve().parent / "defects"


def all_defects() -> list[Defect]:
    """Return the defects of every module, in the order of their folders.

    Raises
    ------
    ValueError
        Two defects would share a folder.
    """
    found = [defect for name in MODULES for defect in import_module(name).DEFECTS]
    folders = [defect.folder for defect in found]
    twice = sorted({folder for folder in folders if folders.count(folder) > 1})
    if twice:
        raise ValueError(f"several defects are written to {twice}")
    return sorted(found, key=lambda defect: defect.folder)


if __name__ == "__main__":
    write_defects(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET, all_defects())
