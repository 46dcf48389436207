"""The bundled sample: which periods it has, and an installation beside its portal."""

import filecmp
import os
import shutil
from contextlib import suppress
from pathlib import Path

from assets.engine.collect import (
    Hashes,
    Placing,
    Unplaced,
    delivery_of,
    newest,
    read_arrivals,
    walk_inbox,
)
from assets.engine.common.calendar import Calendar, Period
from assets.engine.common.paths import PROJECT, Paths, private_folder
from assets.engine.reference import read_reference
from assets.engine.settings import load_sources

SAMPLE = PROJECT / "data" / "sample"
SAMPLE_INBOX = SAMPLE / "inbox"
# Folders of data/sample/portals with settings of the same name.
PORTALS = ("igate2", "national")


def put_sample(paths: Paths) -> None:
    """Copy the sample's files into the inbox, which is made for its owner where there is none."""
    is_new = not paths.inbox.exists()
    shutil.copytree(SAMPLE_INBOX, paths.inbox, dirs_exist_ok=True, copy_function=_copy_if_absent)
    if is_new:
        private_folder(paths.inbox)


def _copy_if_absent(origin: str, target: str) -> None:
    """Copy a sample file, but never over a correction that was put in its place."""
    if not Path(target).exists():
        shutil.copy2(origin, target)  # with its old time, which says that it is whole
    elif not filecmp.cmp(origin, target, shallow=False):
        print("Kept a file that differs from the sample's; remove it to restore the sample.")


def sample_periods(source: str | None, paths: Paths, calendar: Calendar) -> list[Period]:
    """Return the sample's periods: of its files that wait, or of all it has."""
    if source:
        keys = {folder.name for folder in SAMPLE_INBOX.glob("*/*/*")}
        return [calendar.month_from_key(key) for key in sorted(keys)]
    sources = load_sources(paths.sources)
    arrivals, hashes = read_arrivals(paths), Hashes(paths)
    taken = newest(arrivals.deliveries)
    placing = Placing(paths, sources, calendar, arrivals.clock, taken)
    placed: set[Period] = set()
    for file in walk_inbox(paths, sources).files:
        with suppress(Unplaced):
            placed.add(placing.period_of(file, delivery_of(file, taken, hashes)))
    return sorted(placed)


def beside_portal(paths: Paths, source: str) -> Paths:
    """Return an installation of its own for what a portal of the sample gives.

    It lies below the one of `paths`, so that the sample's files and a portal's pages never count
    together. Settings that lie there already stay, whatever was changed in them.
    """
    folder = paths.data / "portals" / source
    own = Paths(folder / "data", folder / "settings")
    # It says which tables are missing before anything is copied.
    read_reference(paths.reference / "unit.csv", "unit")
    file = own.sources / f"{source}.toml"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SAMPLE / "portals" / source / file.name, file)
    shutil.copytree(paths.reference, own.reference, dirs_exist_ok=True)
    private_folder(own.data)
    # Its runs stand in an instance of its own, too.
    os.environ["DAGSTER_HOME"] = str(own.data / "dagster")
    return own
