"""The disk: what must be on it before the next step, and whether there is room for more."""

import os
import shutil
from pathlib import Path

from assets.engine.common.paths import private_file

# What no single file may take of the disk.
RESERVE = 64 << 20


def lacks_room(folder: Path, size: int) -> bool:
    """Return whether a file of a size would fill the disk of a folder that is not full already.

    A full one stops everything, and says so; a file that is too large costs itself.
    """
    free = shutil.disk_usage(folder).free
    return RESERVE < free < size + RESERVE


def sync(path: Path) -> None:
    """Return when a file's content, or a folder's list of files, would survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(file: Path, content: bytes) -> None:
    """Write a private file that is as before or whole, whatever happens meanwhile."""
    aside = file.with_name(f".{file.name}.new")
    with open(aside, "wb", opener=private_file) as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    aside.replace(file)
    sync(file.parent)
