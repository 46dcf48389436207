"""Workbooks: every sheet of an .xlsx file as text, read by calamine.

No message of a library leaves this module: it may quote a cell.
"""

import math
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine

from assets.engine.common.errors import FileRefused
from assets.engine.formats.archive import is_whole_zip
from assets.engine.formats.detect import Cells
from assets.engine.formats.extent import check_extent

# Repeated texts (states, units, procedures) and dates are kept once, up to this many.
_KEPT_TEXTS = 1 << 16
# <c><v>1</v></c>, without the place that most writers state.
_LEAST_CELL_BYTES = 15
_DAMAGE = (EOFError, OSError, ValueError, zlib.error, zipfile.BadZipFile, NotImplementedError,
           RuntimeError)  # fmt: skip
_Value = int | float | str | bool | datetime | date | time | timedelta


def workbook_sheets(file: Path, date_format: str) -> list[list[Cells]]:
    """Return the cells of every sheet as text, in order; a sheet without cells is empty.

    Parameters
    ----------
    file
        An .xlsx file.
    date_format
        The form in which true dates are written.

    Returns
    -------
    list of list of Cells
        Row 0 of a sheet is the one a spreadsheet shows as 1, cell 0 the one in column A.
        Whole numbers have no point; error values such as #N/A are no text. A cell merged over
        rows below has its text in each of them, as it has for who reads the list.

    Raises
    ------
    FileRefused
        The bytes are no whole workbook, or need a password.
    """
    most_cells = _check_whole(file)
    try:
        with python_calamine.CalamineWorkbook.from_path(str(file)) as workbook:
            kinds = [sheet.typ for sheet in workbook.sheets_metadata]
            return [
                _sheet(workbook, index, date_format, most_cells) if _has_cells(kind) else []
                for index, kind in enumerate(kinds)
            ]
    except python_calamine.PasswordError:
        raise needs_password() from None
    except (KeyboardInterrupt, SystemExit, MemoryError, FileRefused):
        raise
    except BaseException:  # noqa: BLE001 (a panic of calamine's is no Exception; texts quote cells)
        raise damaged_workbook(".xlsx") from None


def _check_whole(file: Path) -> int:
    """Refuse what calamine would pass over: half a part, another file joined, another format.

    Return how many cells the workbook can have at most.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            is_whole = is_whole_zip(archive, file)
            # Calamine stops where the cells end, before it could compare a checksum.
            is_damaged = archive.testzip() is not None
    except _DAMAGE:
        raise damaged_workbook(".xlsx") from None
    if is_damaged:
        raise damaged_workbook(".xlsx")
    if not is_whole:
        raise _refused(
            "bytes before or behind the workbook", "Save it again; deliver it by itself."
        )
    if any(part.filename.endswith(".bin") and "sheet" in part.filename for part in parts):
        raise _refused("a binary workbook (.xlsb)", "Save it as .xlsx.")
    return sum(part.file_size for part in parts) // _LEAST_CELL_BYTES


def _refused(found: str, to_do: str) -> FileRefused:
    return FileRefused(
        "Opening a workbook", found, "an .xlsx file with one list from column A on", to_do
    )


def needs_password() -> FileRefused:
    """Return what is said of a workbook with a password."""
    return FileRefused(
        "Opening a workbook",
        "a workbook with a password",
        "a workbook without password",
        "Save it again without a password.",
    )


def damaged_workbook(suffix: str) -> FileRefused:
    """Return what is said of bytes that are no whole workbook; `suffix` is what it should be."""
    return FileRefused(
        "Opening a workbook",
        "bytes that start like a workbook but cannot be opened",
        f"a whole {suffix} file without password",
        "Export it again; it may have been cut off while it was copied.",
    )


def _has_cells(kind: Any) -> bool:
    return bool(kind == python_calamine.SheetTypeEnum.WorkSheet)


def _sheet(
    workbook: python_calamine.CalamineWorkbook, index: int, date_format: str, most_cells: int
) -> list[Cells]:
    sheet = workbook.get_sheet_by_index(index)
    if sheet.start is None:
        return []
    check_extent("Opening a workbook", sheet.total_height, sheet.total_width, most_cells)
    # Calamine yields the rows above the first cell, but not the columns left of it.
    left: Cells = [None] * sheet.start[1]
    rows = [left + row for row in _text_rows(sheet.iter_rows(), date_format)]
    fill_downwards(
        rows,
        [(first, last, column) for (first, column), (last, _) in sheet.merged_cell_ranges or []],
    )
    return rows


def fill_downwards(rows: list[Cells], merged: Iterable[tuple[int, int, int]]) -> None:
    """Write the text of merged cells into the cells below that they cover.

    `merged` are first row, last row and column of each; one that overlaps another is passed over.
    """
    filled_to: dict[int, int] = {}
    for first, last, column in sorted(merged):
        if first >= len(rows) or column >= len(rows[first]) or first <= filled_to.get(column, -1):
            continue
        filled_to[column] = last
        text = rows[first][column]
        for row in rows[first + 1 : last + 1]:
            # A row may end before the column, where nothing stands right of it.
            row.extend([None] * (column + 1 - len(row)))
            row[column] = row[column] or text


def _text_rows(rows: Iterator[list[_Value]], date_format: str) -> Iterator[Cells]:
    kept: dict[_Value, str | None] = {}
    for row in rows:
        cells: Cells = []
        if row.count("") == len(row):
            # Most rows of a sheet that reaches far, each as wide as the widest.
            yield cells
            continue
        for value in row:
            if isinstance(value, str):
                text = (
                    kept.setdefault(value, value)
                    if len(kept) < _KEPT_TEXTS
                    else kept.get(value, value)
                )
                cells.append(text or None)
            else:
                cells.append(_other_text(value, date_format, kept))
        yield cells


def _other_text(value: _Value, date_format: str, kept: dict[_Value, str | None]) -> str | None:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, int):
        return str(value)
    # A datetime at midnight equals no date, so one dictionary holds both.
    if (text := kept.get(value)) is None:
        text = date_text(value, date_format)
        if len(kept) < _KEPT_TEXTS:
            kept[value] = text
    return text


def number_text(value: float) -> str | None:
    """Return the text of a number: without a point if it is whole, None if it is none."""
    if not math.isfinite(value):
        return None
    return f"{value:.0f}" if value.is_integer() else repr(value)


def date_text(value: _Value, date_format: str) -> str:
    """Return the text of a day or moment in `date_format`, of a time or span as HH:MM:SS."""
    if isinstance(value, date):  # a datetime is one too
        return value.strftime(date_format)
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(value)
