"""Which days the rows of a file speak of: nothing else may date a list that lies in the inbox."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pyarrow.compute as pc

from assets.engine.collect.raw_store import reading_folder
from assets.engine.common.errors import FileRefused
from assets.engine.common.paths import Paths
from assets.engine.extract import find_lines, open_file, typed_batches
from assets.engine.warehouse import reader
from schemas.settings import Export

# Days on which something is promised, not done.
_AHEAD = ("due_date",)


def newest_day(paths: Paths, exports: list[Export], file: Path, until: date) -> date | None:
    """Return the newest day until `until` that a row of a file bears; None if none does.

    A day after `until` is an error of typing. A file that cannot be read says nothing here; it is
    refused when it is loaded.

    Parameters
    ----------
    exports
        The export under each set of headers, the likeliest first.
    """
    newest: date | None = None
    with suppress(FileRefused), reading_folder(paths) as workspace, reader(paths) as reading:
        opened, tables = open_file(file, exports, workspace)
        columns = [
            column.name
            for column in opened.export.mapped
            if column.reading == "date" and column.name not in _AHEAD
        ]
        for table in tables:
            lines = find_lines(reading, table)
            for rows in typed_batches(reading, table, opened.export, lines):
                for name in columns:
                    days = rows[name].filter(pc.less_equal(rows[name], until))
                    last = pc.max(days).as_py()
                    newest = max(newest or last, last) if last else newest
    return newest
