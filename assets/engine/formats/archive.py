"""Archives: the files within a gzip or zip, expanded under names of our own.

No name of a member leaves this module, into a path or a message: it may say whose dossier it is, or
point out of the folder.
"""

import gzip
import lzma
import os
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import IO

from assets.engine.common.errors import FileRefused
from assets.engine.common.paths import private_file
from assets.engine.common.text import clean, name_key
from assets.engine.formats.detect import SUFFIXES, archive_kind

MAX_MEMBERS = 200
MAX_DEPTH = 2
LOCK_OR_SYSTEM, EMPTY = "lock or system file", "empty member"
UNFIT = "member under a name that the export's `files` do not fit"

_CHUNK = 1 << 20
_END_BYTES = 22
# Marks of byte order, and what stands for nothing.
_BLANK_BYTES = b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"
# A suffix of another form may be part of a person's name.
_TOLD_SUFFIXES = {*SUFFIXES, "doc", "docx", "jpeg", "jpg", "md", "ods", "pdf", "png", "pptx", "rar"}
_SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini"})
_DAMAGE = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile)


@dataclass(frozen=True)
class Unpacked:
    """The files within a delivered file, and how many members were skipped, by reason.

    `places` say of each file which member of an archive it is; "" for a file that is none.
    """

    files: list[Path]
    skipped: dict[str, int]
    places: list[str]


@dataclass
class _Expansion:
    workspace: Path
    most_bytes: int
    written_bytes: int = 0
    members: int = 0
    files: list[Path] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def unpack(
    file: Path, workspace: Path, patterns: Sequence[str] = ("*",), *, most_bytes: int
) -> Unpacked:
    """Return `file` itself, or what it holds if it is an archive, expanded into `workspace`.

    Of an archive that holds members whose names fit `patterns`, only those are taken; where none
    fits, the archive's own name has said whose it is. One that holds nothing but lock files and
    empty members has no files. All that it holds may have `most_bytes` together.

    Raises
    ------
    FileRefused
        The archive is damaged, encrypted, empty, deeper than archives in an archive, or expands
        beyond its bounds.
    """
    kind = archive_kind(file)
    if kind is None:
        return Unpacked([file], {}, [""])
    expansion = _Expansion(workspace, most_bytes)
    _expand(file, kind, expansion, 1)
    if not expansion.files and (kind == "gzip" or not expansion.skipped):
        raise _refused("no file with content in it", "Put the export into the archive.")
    _leave_unfit(expansion, patterns)
    count = len(expansion.files)
    places = [f"member {number} of {count} ({_told_suffix(name)})"
              for number, name in enumerate(expansion.names, start=1)]  # fmt: skip
    return Unpacked(expansion.files, dict(expansion.skipped), places)


def fits(name: str, patterns: Sequence[str]) -> bool:
    """Say whether a name fits one of the patterns, in any case, letters composed or not, blanks."""
    return any(fnmatch(name_key(clean(name)), name_key(clean(text))) for text in patterns)


def _leave_unfit(expansion: _Expansion, patterns: Sequence[str]) -> None:
    fitting = [fits(name, patterns) for name in expansion.names]
    if not any(fitting):
        return
    kept = []
    for file, name, is_fit in zip(expansion.files, expansion.names, fitting, strict=True):
        if is_fit:
            kept.append((file, name))
        else:
            file.unlink()
            expansion.skipped[UNFIT] += 1
    expansion.files, expansion.names = [file for file, _ in kept], [name for _, name in kept]


def _told_suffix(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower().lstrip(".")
    return f".{suffix}" if suffix in _TOLD_SUFFIXES else "another suffix"


def is_whole_zip(archive: zipfile.ZipFile, file: Path) -> bool:
    """Say whether a zip file begins with its first member and ends with its directory.

    Two files joined open as the second of them, and the first one's rows would be lost.
    """
    first = min((member.header_offset for member in archive.infolist()), default=0)
    with file.open("rb") as handle:
        handle.seek(-len(archive.comment) - _END_BYTES, os.SEEK_END)
        end = handle.read(_END_BYTES)
    return first == 0 and end.startswith(b"PK\x05\x06")


def _expand(file: Path, kind: str, expansion: _Expansion, depth: int, name: str = "") -> None:
    if depth > MAX_DEPTH:
        raise _refused("archives within archives within an archive", "Pack the exports themselves.")
    if kind == "gzip":
        _count_member(expansion)
        with gzip.open(file) as stream:
            _take(stream, expansion, depth, name.removesuffix(".gz"))
    else:
        _expand_zip(file, expansion, depth)


def _expand_zip(file: Path, expansion: _Expansion, depth: int) -> None:
    try:
        archive = zipfile.ZipFile(file)
    except (*_DAMAGE, ValueError, NotImplementedError):
        raise _damaged() from None
    with archive:
        if not is_whole_zip(archive, file):
            raise _refused(
                "bytes before or behind it, or members that its directory leaves out",
                "Pack the exports anew, each archive as a file of its own.",
            )
        for member in archive.infolist():
            # A name that ends like a folder's may have bytes all the same.
            if member.file_size or not member.is_dir():
                _count_member(expansion)
                _take_member(archive, member, expansion, depth)


def _take_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, expansion: _Expansion, depth: int
) -> None:
    if _is_system(member.filename):
        expansion.skipped[LOCK_OR_SYSTEM] += 1
        return
    if member.flag_bits & 0x1:
        raise _refused("a member with a password", "Pack it again without a password.")
    if member.header_offset < 0:
        raise _damaged()
    try:
        stream = archive.open(member)
    except NotImplementedError:
        raise _refused(
            "a member packed by a method that is not supported", "Pack it again as plain .zip."
        ) from None
    except (*_DAMAGE, ValueError, RuntimeError):
        raise _damaged() from None
    with stream:
        _take(
            stream,
            expansion,
            depth,
            member.filename.replace("\\", "/").rstrip("/").rpartition("/")[2],
        )


def _take(stream: IO[bytes] | gzip.GzipFile, expansion: _Expansion, depth: int, name: str) -> None:
    target = expansion.workspace / f"member-{len(expansion.files) + 1}"
    if not _write(stream, target, expansion):
        target.unlink()
        expansion.skipped[EMPTY] += 1
        return
    inner = archive_kind(target)
    if inner is None:
        expansion.files.append(target)
        expansion.names.append(name)
        return
    packed = target.rename(expansion.workspace / f"packed-{depth}-{expansion.members}")
    _expand(packed, inner, expansion, depth + 1, name)
    packed.unlink()


def _write(stream: IO[bytes] | gzip.GzipFile, target: Path, expansion: _Expansion) -> bool:
    """Write a member to a new file of its owner's; return whether it has more than blanks."""
    has_content = False
    with open(target, "xb", opener=private_file) as output:
        while chunk := _read(stream):
            has_content = has_content or bool(chunk.strip(_BLANK_BYTES))
            expansion.written_bytes += len(chunk)
            if expansion.written_bytes > expansion.most_bytes:
                raise _refused(
                    f"an archive that expands to more than {expansion.most_bytes >> 20:,} MiB",
                    "Look where it comes from; deliver the export unpacked, or in several parts.",
                )
            output.write(chunk)
    return has_content


def _read(stream: IO[bytes] | gzip.GzipFile) -> bytes:
    try:
        return stream.read(_CHUNK)
    except _DAMAGE:
        raise _damaged() from None
    except OSError as error:
        # bz2 calls bad data an OSError; one of the disk has a number and is not the file's fault.
        if error.errno is not None:
            raise
        raise _damaged() from None


def _count_member(expansion: _Expansion) -> None:
    expansion.members += 1
    if expansion.members > MAX_MEMBERS:
        raise _refused(f"more than {MAX_MEMBERS} files", "Deliver it in several archives.")


def _is_system(name: str) -> bool:
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if not parts or parts[-1].startswith("~$") or parts[-1].casefold() in _SYSTEM_NAMES:
        return True
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _refused(found: str, to_do: str) -> FileRefused:
    return FileRefused(
        "Unpacking an archive", found, "a gzip or zip archive of exports, no password", to_do
    )


def _damaged() -> FileRefused:
    return _refused(
        "bytes that start like an archive but are damaged or cut off",
        "Copy it again; it may have been cut off while it was copied.",
    )
