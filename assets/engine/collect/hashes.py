"""Which bytes a file of the inbox holds, and what they say, without reading it each time.

Whoever writes a file may give it any time. The time at which the system changed it last (ctime)
nobody can set on a disk of this machine; a share or a stick says what it likes, so a run reads each
file there. `raw/hashed.json` is derived and names no file: without it every file is read once.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from assets.engine.collect.raw_store import opened
from assets.engine.common.disk import write_whole
from assets.engine.common.paths import Paths, private_folder

MOUNTS = Path("/proc/self/mountinfo")
# File systems that set ctime themselves, and to a moment of their own clock.
_OWN = {"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "tmpfs", "overlay"}
# Two changes within one tick of the system's clock have the same time.
_TICK_NS = 20_000_000


class NotRead(Exception):
    """What a file says is not known without reading it."""


class Hashes:
    """The SHA-256 of each file of the inbox that is as it was when it was read."""

    def __init__(self, paths: Paths, *, believes_shares: bool = False) -> None:
        """Read what is known; what shares and sticks say of their files is believed if so told."""
        self._file = paths.hashed
        self._believes_shares = believes_shares
        self._known = _read(self._file)
        self._current: dict[str, str] = {}

    def known(self, file: Path) -> str | None:
        """Return the hash of a file that did not change since it was read; it is not opened.

        Raises OSError if the file is gone, or may not be looked at.
        """
        stamp = _stamp(file.lstat())
        if not self._believes_shares and not _is_own(str(file.parent)):
            return None
        sha256 = self._known.get(stamp)
        if sha256 is not None:
            self._current[stamp] = sha256
        return sha256

    def of(self, file: Path) -> str:
        """Return the hash of a file, which is read if it may have changed.

        Raises OSError if it cannot be read.
        """
        known = self.known(file)
        if known is not None:
            return known
        stamp = settled_stamp(file)
        with opened(file) as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        self.note(file, stamp, sha256)
        return sha256

    def note(self, file: Path, stamp: str, sha256: str) -> None:
        """Remember what a file held that had a stamp before it was read, if it has it still."""
        if _stamp(file.lstat()) == stamp:
            self._known[stamp] = self._current[stamp] = sha256

    def answer(self, file: Path, question: str, ask: Callable[[], str], *, opens: bool) -> str:
        """Return what a file's bytes say to a question, for which they are read once.

        Raises NotRead where they were not read yet, if `opens` is false; OSError if they cannot be.
        """
        stamp = settled_stamp(file)
        key = f"{question} {self.of(file)}"
        said = self._known.get(key)
        if said is None and not opens:
            raise NotRead
        if said is None:
            said = ask()
            if _stamp(file.lstat()) != stamp:  # it changed meanwhile
                return said
        self._known[key] = self._current[key] = said
        return said

    def keep(self) -> None:
        """Write what is known of the files that were asked for; only runs do."""
        if self._current != _read(self._file):
            private_folder(self._file.parent)
            write_whole(self._file, json.dumps(self._current).encode())


def settled_stamp(file: Path) -> str:
    """Return a file's stamp; none that a later change could have too, so a moment may be waited."""
    for _ in range(2):
        status = file.lstat()
        if not 0 <= time.time_ns() - status.st_ctime_ns < _TICK_NS:
            return _stamp(status)
        time.sleep(_TICK_NS / 1e9)
    return ""  # it is being written


def _stamp(status: os.stat_result) -> str:
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


def _read(file: Path) -> dict[str, str]:
    """Return what is written down; nothing where the file is missing or no longer readable."""
    try:
        known = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


@cache
def _is_own(folder: str) -> bool:
    """Return whether a folder lies on a disk of this machine, rather than on a share or a stick."""
    place = os.path.realpath(folder)
    mounts = {}
    with suppress(OSError):
        # https://docs.kernel.org/filesystems/proc.html, 3.5
        for line in os.fsdecode(MOUNTS.read_bytes()).splitlines():
            mount, _, source = line.partition(" - ")
            mounts[_unescaped(mount.split(" ")[4])] = source.split(" ")[0]
    above = [mount for mount in mounts if mount == "/" or f"{place}/".startswith(f"{mount}/")]
    return bool(above) and mounts[max(above, key=len)] in _OWN


def _unescaped(mount: str) -> str:
    """Return a mount's folder, in which blanks and the like are written as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), mount)
