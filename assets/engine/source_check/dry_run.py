"""The dry run: a sample loaded by the engine into a warehouse in memory, and what its cells gave.

Texts of cells stay in memory; which of them may be shown, `findings` decides.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from assets.engine.collect import Manifest, reading_folder
from assets.engine.common.calendar import Period, local_now
from assets.engine.common.paths import Paths
from assets.engine.common.text import EMPTY_TEXTS, clean, shape
from assets.engine.extract import (
    RAW_PREFIX,
    LayoutLog,
    TextTable,
    find_lines,
    open_file,
    readable_columns,
    readable_table,
    split_broken,
    typed_batches,
    typed_texts_select,
)
from assets.engine.load import FileLoad, Loaded, load_file
from assets.engine.reference import load_reference
from assets.engine.validate import UnitLabels, unit_labels, with_units
from assets.engine.warehouse import passing_warehouse, reader
from schemas.rows import UNREADABLE_SUFFIX, ExportColumn
from schemas.settings import Export, Source

# Of texts that cannot be searched for: the rows where they stand first.
MOST_ROWS = 3
# A form that no text has: true dates of a workbook are written so while texts are counted.
_TRUE_MARK = "true date "
_TRUE_DATE = _TRUE_MARK + "%Y-%m-%d %H:%M:%S"

_REJECTS = "SELECT rule_id, count(*) FROM quarantine.rejected_row GROUP BY ALL"
_LAYOUT = "SELECT layout_kind, sum(layout_row_count) FROM ops.layout GROUP BY ALL"


@dataclass
class Cells:
    """What the cells of a mapped column gave.

    `unread` are the texts that could not be typed, or mean no unit, with their number of rows;
    `rows` are the first rows of each. `texts` are, of dates and amounts, all but true dates.
    """

    column: ExportColumn
    header: str
    filled: int = 0
    example: str = ""
    unread: Counter[str] = field(default_factory=Counter)
    rows: dict[str, list[str]] = field(default_factory=dict)
    texts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Typed:
    """What settings make of texts: how many rows they cannot read, first and last value."""

    unread: int
    first: Any
    last: Any


@dataclass
class DryRun:
    """What loading makes of a sample, as long as the `connection` is open.

    `export` has the headers under which the file was read. `refusal` says why the file would be
    refused; `loaded` has its counts even so if only too many of its rows are rejected. `flags`,
    `rejects` and `layout` are rows by rule and by kind.
    """

    connection: duckdb.DuckDBPyConnection
    source: Source
    export: Export
    period: Period
    loaded: Loaded
    refusal: str = ""
    tables: list[TextTable] = field(default_factory=list)
    cells: dict[str, Cells] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=dict)
    rejects: dict[str, int] = field(default_factory=dict)
    layout: dict[str, int] = field(default_factory=dict)

    @property
    def is_read(self) -> bool:
        """Whether its rows could be read."""
        return not self.loaded.reason

    def typed(self, texts: Counter[str], column: ExportColumn, **setting: Any) -> Typed:
        """Return what loading would make of texts of a column under changed settings."""
        columns = {RAW_PREFIX + column.name: list(texts), "rows": list(texts.values())}
        self.connection.register("sample_text", pa.table(columns))
        export = self.export.model_copy(update=setting)
        counted = self.connection.execute(
            "SELECT coalesce(sum(rows) FILTER (is_unreadable), 0), min(value), max(value) "
            f"FROM ({typed_texts_select(column, export, 'sample_text')})"
        ).fetchall()[0]
        self.connection.unregister("sample_text")
        return Typed(int(counted[0]), *counted[1:])

    def labels(self, units: str) -> UnitLabels:
        """Return what the units of the sample mean under a setting of `units`."""
        export, end = self.export.model_copy(update={"units": units}), self.period.end
        day = self.loaded.covers_to or end
        return unit_labels(
            self.connection, self.source, export, day,
            since=min(self.period.start, day), codes_until=end,
        )  # fmt: skip


@contextmanager
def dry_run(
    paths: Paths, source: Source, name: str, *, file: Path, period: Period
) -> Iterator[DryRun]:
    """Load `file` as the export `name` of a source into a warehouse in memory.

    `paths` is an installation of its own, whose folder the caller removes; only its reference
    tables are the authority's.
    """
    exports = source.exports[name].variants(period.end)
    delivery = Manifest(paths).collect(
        file, source="sample", export=name, period=period.key, name=file.name, now=local_now()
    )
    if delivery is None:
        raise AssertionError("a new installation cannot hold the sample yet")
    with passing_warehouse(paths) as connection:
        load_reference(connection, paths.reference, "unit")
        job = FileLoad(
            connection, paths, source, exports, period, delivery, [delivery], "check", "check"
        )
        run = DryRun(connection, source, exports[0], period, load_file(job))
        if run.loaded.reason:
            run.refusal = run.loaded.reason.replace(f" ({delivery.reference})", "")
            tolerant = source.model_copy(update={"refuse_above_share": 1.0})
            run.loaded = load_file(replace(job, source=tolerant))
        if run.is_read:
            with reading_folder(paths) as workspace:
                _read_cells(run, paths, exports, file, workspace)
            flags = f"SELECT unnest(flags) AS flag FROM {run.export.definition.table}"
            run.flags = _counts(connection, f"SELECT flag, count(*) FROM ({flags}) GROUP BY ALL")
            run.rejects = _counts(connection, _REJECTS)
            run.layout = _counts(connection, _LAYOUT)
        yield run


def _counts(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, int]:
    return {name: int(count) for name, count in connection.execute(sql).fetchall()}


def _read_cells(
    run: DryRun, paths: Paths, exports: list[Export], file: Path, workspace: Path
) -> None:
    formats = [_TRUE_DATE, *exports[0].date_formats]
    marked = [export.model_copy(update={"date_formats": formats}) for export in exports]
    opened, tables = open_file(file, marked, workspace)
    run.export = opened.export.model_copy(update={"date_formats": formats[1:]})
    headers = run.export.headers()
    run.cells = {c.name: Cells(c, " or ".join(headers[c.name])) for c in run.export.mapped}
    for table in tables:
        with reader(paths) as reading:
            _read_table(run, reading, table, opened.export, workspace)
        run.tables.append(replace(table, grid=None))


def _read_table(
    run: DryRun, reading: duckdb.DuckDBPyConnection, table: TextTable, marked: Export,
    workspace: Path,
) -> None:  # fmt: skip
    log, labels = LayoutLog(marked, table.header_keys), run.labels(marked.units)
    table = readable_table(reading, table, workspace)
    lines = find_lines(reading, table)
    part = f"part {table.part_number} " if table.part_number > 1 else ""
    place = part + ("record" if table.container == "json" else "row")
    for typed in typed_batches(reading, table, marked, lines):
        raw = log.take_out(split_broken(typed)[0])
        rows = with_units(raw, labels)
        for cells in run.cells.values():
            values = rows[cells.column.name].drop_null()
            cells.filled += len(values)
            if not cells.example and len(values):
                cells.example = _canonical(cells.column, values[0].as_py())
            _note_unread(cells, _unread(cells.column, rows, raw, marked), place)
    for name, cells in run.cells.items():
        if cells.column.reading in ("date", "amount"):
            # Naming `is_broken` keeps DuckDB from casting lines of JSON as it reads them.
            counted = reading.execute(
                f"SELECT {RAW_PREFIX}{name}, count(*) FROM {table.relation} "
                f"WHERE NOT is_broken AND {RAW_PREFIX}{name} IS NOT NULL GROUP BY ALL"
            ).fetchall()
            for text, count in counted:
                if not text.startswith(_TRUE_MARK) and clean(text) not in EMPTY_TEXTS:
                    cells.texts[clean(text)] += count


def _unread(
    column: ExportColumn, rows: pa.Table, raw: pa.Table, export: Export
) -> Iterable[tuple[str | None, int]]:
    """Return the texts of a column that could not be read, each with its row number."""
    if column.reading == "unit":
        unknown = raw.filter(rows["unit_is_unknown"])
        texts = unknown[RAW_PREFIX + column.name].to_pylist()
    elif column.rejects_text:
        place = readable_columns(export).index(column)
        unknown = rows.filter(pc.equal(rows[column.name + UNREADABLE_SUFFIX], True))
        texts = [texts[place] for texts in unknown["found"].to_pylist()]
    else:
        return []
    return zip(texts, unknown["row_number"].to_pylist(), strict=True)


def _note_unread(cells: Cells, unread: Iterable[tuple[str | None, int]], place: str) -> None:
    for raw, number in unread:
        text = clean(raw or "").removeprefix(_TRUE_MARK)
        if text not in EMPTY_TEXTS:
            cells.unread[text] += 1
            cells.filled += 1
            if len(rows := cells.rows.setdefault(text, [])) < MOST_ROWS:
                rows.append(f"{place} {number}")


def _canonical(column: ExportColumn, value: Any) -> str:
    """Return a value in its canonical form; of a code the shape, of a name nothing."""
    if column.reading == "name":
        return "(text)"
    if column.reading in ("code", "procedure_code"):
        return shape(str(value[0] if isinstance(value, list) else value))
    if isinstance(value, date):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)
