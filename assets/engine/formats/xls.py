"""Workbooks of Excel 97 to 2003 (.xls): every sheet as text, read by xlrd.

No message of a library leaves this module: it may quote a cell.

Calamine reads these files too, and faster; but it holds a sheet as one dense grid, so one damaged
column number makes it ask for 128 GiB, of which the process dies without an exception.
"""

import io
import mmap
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import xlrd
import xlrd.compdoc
import xlrd.xldate

from assets.engine.formats.detect import Cells
from assets.engine.formats.xlsx import (
    damaged_workbook,
    date_text,
    fill_downwards,
    needs_password,
    number_text,
)

_HEADER_BYTES = 512
_FREE_SECTOR = -1


def old_workbook_sheets(file: Path, date_format: str) -> list[list[Cells]]:
    """Return the cells of every sheet as text, as `assets.engine.formats.xlsx` does.

    Raises
    ------
    FileRefused
        The bytes are no whole workbook, or need a password.
    """
    try:
        try:
            return _sheets(file, date_format, with_merged=True)
        except Exception:  # noqa: BLE001 (formats that xlrd stumbles over say nothing of the cells)
            return _sheets(file, date_format, with_merged=False)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise needs_password() from None
        raise damaged_workbook(".xls") from None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (xlrd stumbles over damage in many ways; texts quote cells)
        raise damaged_workbook(".xls") from None


def _sheets(file: Path, date_format: str, *, with_merged: bool) -> list[list[Cells]]:
    # Only with their formats does xlrd say which cells are merged.
    with xlrd.open_workbook(
        str(file), logfile=io.StringIO(), on_demand=True, ragged_rows=True,
        formatting_info=with_merged,
    ) as book:  # fmt: skip
        return [
            _cells(book, book.sheet_by_index(index), date_format) for index in range(book.nsheets)
        ]


def has_surplus(file: Path) -> bool:
    """Say whether something stands behind the last sector in use: another file joined to it, say.

    Old programs leave what they deleted there, so it is no reason to refuse the workbook.
    """
    with file.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            document = xlrd.compdoc.CompDoc(data, logfile=io.StringIO())
        except Exception:  # noqa: BLE001 (the reader says what is wrong with it)
            return False
        used = [
            sector for sector, following in enumerate(document.SAT) if following != _FREE_SECTOR
        ]
        end = _HEADER_BYTES + (max(used, default=-1) + 1) * document.sec_size
        surplus = bool(data[end:].strip(b"\0"))
        # It holds the bytes it was made from.
        del document
        return surplus


def _cells(book: xlrd.Book, sheet: xlrd.sheet.Sheet, date_format: str) -> list[Cells]:
    rows = []
    for number in range(sheet.nrows):
        kinds, values = sheet.row_types(number), sheet.row_values(number)
        rows.append([
            _text(kind, value, book.datemode, date_format)
            for kind, value in zip(kinds, values, strict=True)
        ])  # fmt: skip
    fill_downwards(rows, [(top, end - 1, left) for top, end, left, _ in sheet.merged_cells])
    book.unload_sheet(sheet.name)
    return rows


def _text(kind: int, value: Any, datemode: int, date_format: str) -> str | None:
    if kind == xlrd.XL_CELL_TEXT:
        return value or None
    if kind == xlrd.XL_CELL_BOOLEAN:
        return str(value)
    if kind == xlrd.XL_CELL_DATE:
        return date_text(_moment(value, datemode), date_format)
    return number_text(value) if kind == xlrd.XL_CELL_NUMBER else None


def _moment(value: float, datemode: int) -> datetime | timedelta | float:
    if value < 1:
        return timedelta(days=value)
    try:
        moment: datetime = xlrd.xldate.xldate_as_datetime(value, datemode)
    except (ValueError, OverflowError):
        return value
    return moment
