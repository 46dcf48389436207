"""Reading a delivered file through the child process."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from assets.engine.common.errors import FileRefused
from assets.engine.formats.archive import Unpacked
from assets.engine.formats.bounds import Bounds, bounds_of
from assets.engine.formats.detect import GZIP, PK, Container, is_old_workbook, sniff
from assets.engine.formats.process import READER_PROCESS, ReaderEnded
from assets.engine.formats.sheet import Sheet, block_of, sheet_of

# Each is looked at as a list of its own, which takes a part of a second.
MOST_SHEETS = 1000

_DOING = {
    "workbook": "Opening a workbook",
    "old_workbook": "Opening a workbook",
    "spreadsheet_xml": "Opening a spreadsheet in XML",
    "web_page": "Opening a web page",
}

_Take = Callable[[dict[str, Any]], None]


def _nothing(_: dict[str, Any]) -> None:
    pass


class FormatReader:
    """A delivered file; what is read of it and of its members shares the file's bounds.

    Every method raises FileRefused where the file, or what reading it costs, is not as it should
    be.
    """

    def __init__(self, file: Path, workspace: Path, bounds: Bounds | None = None) -> None:
        self._file, self._workspace = file, workspace
        self._bounds = bounds or bounds_of(file.stat().st_size)
        self._left_seconds = self._bounds.cpu_seconds
        self._left_sheets = MOST_SHEETS

    def unpack(self, patterns: Sequence[str] = ("*",)) -> Unpacked:
        """Return the file itself, or what it holds if it is an archive (`archive.unpack`)."""
        if not _is_packed(self._file):
            return Unpacked([self._file], {}, [""])
        result = self._ask("unpack", self._file, "Unpacking an archive",
                           workspace=str(self._workspace), patterns=list(patterns))  # fmt: skip
        files = [Path(file) for file in result["files"]]
        return Unpacked(files, result["skipped"], result["places"])

    def container(self, member: Path) -> Container:
        """Return the container of the file or of one of its members (`containers.sniff`)."""
        if not _is_packed(member):
            return sniff(member)
        container: Container = self._ask("container", member, "Reading a file")
        return container

    def sheets(
        self, member: Path, container: Container, date_format: str, most_rows: int | None = None
    ) -> list[Sheet]:
        """Return the cells of every sheet of a workbook, or table of a page.

        Parameters
        ----------
        member
            The file, or one of its members.
        container
            What it is.
        date_format
            The form in which true dates are written.
        most_rows
            Rows of each sheet that suffice, if not all are asked for.
        """
        kind: str = container
        if container == "workbook" and is_old_workbook(member):
            kind = "old_workbook"
        with suppress(ReaderEnded):
            return self._sheets(member, kind, date_format, most_rows)
        # The system may have taken the memory that others want from the child.
        return self._sheets(member, kind, date_format, most_rows)

    def has_surplus(self, member: Path) -> bool:
        """Say whether something stands after the end of an .xls (`old_workbook.has_surplus`)."""
        return bool(self._ask("has_surplus", member, "Opening a workbook"))

    def _sheets(
        self, member: Path, kind: str, date_format: str, most_rows: int | None
    ) -> list[Sheet]:
        sheets: list[list[pa.Table]] = []

        def take(frame: dict[str, Any]) -> None:
            if "sheet" in frame:
                sheets.append([])
                self._left_sheets -= 1
                if self._left_sheets < 0:
                    raise FileRefused(
                        _DOING[kind], f"more than {MOST_SHEETS:,} sheets or tables", "one list, or "
                        "a few", "Export the list again as CSV.",
                    )  # fmt: skip
            else:
                sheets[-1].append(block_of(frame["columns"], frame["text_counts"]))

        self._ask("sheets", member, _DOING[kind], take,
                  format=kind, date_format=date_format, most_rows=most_rows)  # fmt: skip
        return [sheet_of(blocks) for blocks in sheets]

    def _ask(
        self, work: str, file: Path, doing: str, take: _Take = _nothing, **details: Any
    ) -> Any:
        request = {"work": work, "file": str(file), "doing": doing} | details
        left = replace(self._bounds, cpu_seconds=max(self._left_seconds, 1))
        last = READER_PROCESS.ask(request, left, take)
        self._left_seconds -= last["seconds"]
        return last["result"]


def _is_packed(file: Path) -> bool:
    with file.open("rb") as handle:
        return handle.read(4).startswith((GZIP, *PK))
