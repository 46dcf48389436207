"""Walking through the inbox: which files each export has, and what lies there that is none.

Whatever lies there costs itself and nothing else. It is named by the folders that the settings
know, never by its own name, which may be a person's.
"""

import filecmp
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from assets.engine.collect.deliveries import Place
from assets.engine.collect.placing import InboxFile
from assets.engine.common.paths import Paths
from assets.engine.common.text import clean, name_key
from assets.engine.formats.archive import fits
from schemas.settings import Source

# What office programs leave beside an open document.
LOCK = "~$"
HIDDEN = "."
# Other folders may be named after a person.
_IDENTIFIER = re.compile(r"[a-z0-9_]+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

_LOCKED = "a lock file of an office program: close the list there and save it"
_LINK = "a link, which is not followed here: deliver the file itself"
_DEVICE = "neither a file nor a folder, but a pipe, socket or device: remove it"
_TWIN = (
    "whose name differs from another's in case or composed letters only: the one written last is "
    "collected; remove the others"
)


@dataclass
class Walk:
    """What lies in the inbox: the files of its exports, and how much else there is, by reason.

    `twins` are the files that one of the same name stands for, each with that one.
    """

    files: list[InboxFile] = field(default_factory=list)
    strays: Counter[str] = field(default_factory=Counter)
    twins: list[tuple[InboxFile, InboxFile]] = field(default_factory=list)


def walk_inbox(paths: Paths, sources: dict[str, Source]) -> Walk:
    """Walk through the inbox; the files are in the order of their places.

    Folders of a source and of an export may be links, as an administrator sets them up.
    """
    walk, found = Walk(), dict[Place, list[InboxFile]]()
    for folders, entry in _entries(paths.inbox, sources, walk.strays):
        if entry.name.startswith(LOCK):
            walk.strays[_LOCKED] += 1
        elif (file := _file_of(folders, entry, sources)) is not None:
            found.setdefault(file.place, []).append(file)
        else:
            walk.strays[_misplaced(folders, sources)] += 1
    for _, twins in sorted(found.items()):
        last = max(twins, key=_written) if len(twins) > 1 else twins[0]
        walk.files.append(last)
        walk.twins += [(file, last) for file in twins if file is not last]
    walk.strays.update(_as_twin(file) for file, _ in walk.twins)
    return walk


def unlike_twins(paths: Paths, sources: dict[str, Source]) -> Counter[str]:
    """Return how many files are left whose rows may be in no other of their name, by place."""
    twins = walk_inbox(paths, sources).twins
    return Counter(_as_twin(file) for file, last in twins if _differ(file.path, last.path))


def _as_twin(file: InboxFile) -> str:
    return f"in {file.source}/{file.export}/, {_TWIN}"


def _differ(one: Path, other: Path) -> bool:
    try:
        return not filecmp.cmp(one, other, shallow=False)
    except OSError:  # gone, or told where it is collected
        return False


def _entries(
    inbox: Path, sources: dict[str, Source], strays: Counter[str]
) -> Iterator[tuple[tuple[str, ...], os.DirEntry[str]]]:
    """Yield each file with the folders that it lies in; count what cannot be entered or read."""
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        folders = waiting.pop()
        try:
            with os.scandir(inbox.joinpath(*folders)) as listed:
                entries = [entry for entry in listed if not entry.name.startswith(HIDDEN)]
        except OSError as error:
            if folders or not isinstance(error, FileNotFoundError):
                strays[f"{_place(folders, sources)}, a folder {_refused(error)}"] += 1
            continue
        for entry in entries:
            try:
                kind = _kind(entry, is_upper=len(folders) < 2)
            except OSError as error:
                kind = f"a file {_refused(error)}"
            if kind == "folder":
                waiting.append((*folders, entry.name))
            elif kind == "file":
                yield folders, entry
            else:
                strays[f"{_place(folders, sources)}, {kind}"] += 1


def unreadable(file: InboxFile, error: OSError) -> str:
    """Return where a file lies that cannot be read, and what the system says."""
    period = [file.folder_key] if file.folder_key and _DAY.fullmatch(file.folder_key) else []
    return f"in {'/'.join((file.source, file.export, *period))}/, a file {_refused(error)}"


def _kind(entry: os.DirEntry[str], *, is_upper: bool) -> str:
    """Return "file" or "folder", or what is wrong with something else."""
    if entry.is_symlink():
        return "folder" if is_upper and entry.is_dir() else _LINK
    if entry.is_dir():
        return "folder"
    return "file" if entry.is_file() else _DEVICE


def _file_of(
    folders: tuple[str, ...], entry: os.DirEntry[str], sources: dict[str, Source]
) -> InboxFile | None:
    """Return a file of an export, or None where it lies elsewhere or is named otherwise."""
    known = _known(folders, sources)
    if len(known) < 2 or not fits(entry.name, sources[known[0]].exports[known[1]].files):
        return None
    source, export = known
    below = (*folders[2:], entry.name)
    folder = below[0] if len(below) > 1 else None
    return InboxFile(source, export, Path(entry.path), "/".join(below), folder)


def _written(file: InboxFile) -> tuple[int, int, str]:
    try:
        status = file.path.lstat()
    except OSError:  # it is gone
        return 0, 0, file.name
    return status.st_mtime_ns, status.st_ctime_ns, file.name


def _known(folders: tuple[str, ...], sources: dict[str, Source]) -> tuple[str, ...]:
    """Return source and export that folders are named after, as far as the settings know them."""
    source = _named(folders[:1], sources)
    return (*source, *_named(folders[1:2], sources[source[0]].exports)) if source else ()


def _named(folder: tuple[str, ...], names: Iterable[str]) -> tuple[str, ...]:
    keys = {name_key(clean(text)) for text in folder}
    return tuple(name for name in names if name_key(name) in keys)[:1]


def _place(folders: tuple[str, ...], sources: dict[str, Source]) -> str:
    """Return as much of a folder's place as may be named."""
    known = _known(folders, sources)
    period = [part for part in folders[2:3] if len(known) == 2 and _DAY.fullmatch(part)]
    return f"in {'/'.join((*known, *period))}/" if known else "in the inbox"


def _refused(error: OSError) -> str:
    """Return what the system refused, without the name that its message quotes."""
    return (
        f"that cannot be read ({os.strerror(error.errno or 0)}): let the user who runs Motcua "
        "enter and read it"
    )


def _misplaced(folders: tuple[str, ...], sources: dict[str, Source]) -> str:
    """Return where a file lies that is of no export, and where it may belong."""
    if not folders:
        return "outside any folder: move it to <source>/<export>/"
    known = _known(folders, sources)
    if not known:
        return (
            f"in {_named_safely(folders[0], sources)}/, which no settings file is named after"
            f"{_meant(folders[0], sources)}"
        )
    source, *export = known
    exports = sources[source].exports
    if len(folders) == 1:
        return f"in {source}/, outside the folders of its exports ({', '.join(sorted(exports))})"
    if not export:
        return (
            f"in {source}/{_named_safely(folders[1], exports)}/, which is no export of that source"
            f"{_meant(folders[1], exports)}"
        )
    return f"in {source}/{export[0]}/, under a name that the export's `files` do not fit"


def _named_safely(folder: str, known: Iterable[str]) -> str:
    """Return a folder's name if it is near a known one; any other may be a person's."""
    is_slip = _IDENTIFIER.fullmatch(folder) and _meant(folder, known)
    return folder if is_slip else "(another folder)"


def _meant(folder: str, known: Iterable[str]) -> str:
    close = get_close_matches(folder.casefold(), list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
