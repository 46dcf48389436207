"""A trial: a sample file taken in with draft settings, in an installation that is thrown away.

Belongs here: running the real engine over the sample and noting, column by column, what it could
read. Does not belong here: what would mend it (`settings_tries`). Texts of cells stay in memory.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from assets.engine.collect import Manifest, reading_folder
from assets.engine.common.calendar import Period, local_now
from assets.engine.common.errors import FileRefused
from assets.engine.common.paths import Paths
from assets.engine.common.text import EMPTY_TEXTS, clean, shape
from assets.engine.extract import (
    ALL_READ,
    RAW_PREFIX,
    LayoutLog,
    OpenFile,
    TextTable,
    find_lines,
    readable_columns,
    readable_table,
    split_broken,
    typed_batches,
)
from assets.engine.load import FileLoad, Loaded, load_file
from assets.engine.reference import load_reference
from assets.engine.settings_draft import DraftExport, DraftSource
from assets.engine.settings_findings import MOST_ROWS
from assets.engine.validate import UnitLabels, bearers_of_names, unit_labels, with_units
from assets.engine.warehouse import reader, scalar, warehouse
from schemas.rows import EXCLUDED_IDS, UNREADABLE_SUFFIX, ExportColumn
from schemas.tables import quoted

_TRUE_MARK = "true date "
_TRUE_DATE = _TRUE_MARK + "%Y-%m-%d %H:%M:%S"


@dataclass
class ColumnSeen:
    """What a mapped column of the sample holds.

    Attributes
    ----------
    texts
        Every text with its number of rows; of dates and amounts only, without true dates.
    true_months
        Months, such as 2023-11, of the true dates of a workbook.
    unreadable
        Texts that could not be typed, or mean no unit, with their number of rows.
    rows
        The rows in which each of these stands first.
    example
        One value in its canonical form; a code as its shape.
    """

    column: ExportColumn
    header: str
    filled: int = 0
    example: str = ""
    texts: Counter[str] = field(default_factory=Counter)
    true_months: set[str] = field(default_factory=set)
    unreadable: Counter[str] = field(default_factory=Counter)
    rows: dict[str, list[str]] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Name of the column with its header."""
        return f"{self.column.name} (column '{self.header}')"


@dataclass
class Trial:
    """What the engine made of the sample.

    `rejected` are the rejected rows by rule, `refusable_count` those that are rejected for a fault.
    `unit_owners` are the codes of the units that bear a name, by the name's normal form;
    `units_known` how many rows of unknown units each setting of `units` would know;
    `unknown_units` are the texts that none would.
    """

    loaded: Loaded
    columns: dict[str, ColumnSeen]
    tables: list[TextTable] = field(default_factory=list)
    layout: dict[str, int] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    refusable_count: int = 0
    unit_codes: set[str] = field(default_factory=set)
    unit_owners: dict[str, set[str]] = field(default_factory=dict)
    units_known: dict[str, int] = field(default_factory=dict)
    unknown_units: Counter[str] = field(default_factory=Counter)


def run_trial(
    paths: Paths, source: DraftSource, export: DraftExport, *, file: Path, period: Period
) -> Trial:
    """Take `file` in as an export of the source; FileRefused if it cannot be opened.

    `paths` is an installation of its own, whose folders the caller removes; only its reference
    tables are the authority's.
    """
    with warehouse(paths) as connection:
        load_reference(connection, paths.reference, "unit")
        loaded = _load(connection, paths, source, export, file=file, period=period)
        trial = Trial(loaded, {
            column.name: ColumnSeen(column, " or ".join(export.headers()[column.name]))
            for column in export.mapped
        })  # fmt: skip
        trial.layout = dict(_counts(
            connection, "SELECT layout_kind, sum(layout_row_count) FROM ops.layout GROUP BY ALL"
        ))  # fmt: skip
        trial.flags = dict(_counts(
            connection,
            "SELECT flag, count(*) FROM "
            f"(SELECT unnest(flags) AS flag FROM {export.definition.table}) GROUP BY ALL",
        ))  # fmt: skip
        trial.rejected = dict(_counts(
            connection, "SELECT rule_id, count(*) FROM quarantine.rejected_row GROUP BY ALL"
        ))  # fmt: skip
        excluded = ", ".join(map(quoted, EXCLUDED_IDS))
        trial.refusable_count = int(str(scalar(
            connection,
            "SELECT count(DISTINCT (part_number, row_number)) FROM quarantine.rejected_row "
            f"WHERE rule_id NOT IN ({excluded})",
        )))  # fmt: skip
        codes = connection.execute("SELECT DISTINCT unit_code FROM reference.unit").fetchall()
        trial.unit_codes = {code for (code,) in codes}
        trial.unit_owners = bearers_of_names(connection, source, period.end)
        labels = unit_labels(connection, source, export, period.end)
        # True dates are told from dates as text by a form that no text has.
        marked = export.model_copy(update={"date_formats": [_TRUE_DATE, *export.date_formats]})
        with reading_folder(paths) as workspace:
            for table in OpenFile(file, marked, workspace).tables():
                _read(paths, table, marked, labels, trial, workspace=workspace)
                trial.tables.append(replace(table, grid=None))
        _try_units(connection, source, export, trial, period.end)
    return trial


def _load(
    connection: duckdb.DuckDBPyConnection,
    paths: Paths,
    source: DraftSource,
    export: DraftExport,
    *,
    file: Path,
    period: Period,
) -> Loaded:
    delivery = Manifest(paths).collect(
        file, source="sample", export="sample", period=period.key, name=file.name,
        now=local_now(),
    )  # fmt: skip
    if delivery is None:
        raise AssertionError("a new installation cannot hold the sample yet")
    # Counts are wanted of a file that would be refused as a whole, too.
    tolerant = source.model_copy(update={"refuse_above_share": 1.0})
    return load_file(FileLoad(
        connection, paths, tolerant, [export], period, delivery, [delivery], "check", "check"
    ))  # fmt: skip


def _read(
    paths: Paths, table: TextTable, export: DraftExport, labels: UnitLabels, trial: Trial,
    *, workspace: Path,
) -> None:  # fmt: skip
    log = LayoutLog(export, table.header_keys)
    found: dict[str, list[tuple[str, int]]] = {name: [] for name in trial.columns}
    with reader(paths) as reading:
        try:
            table = readable_table(reading, table, workspace)
            lines = find_lines(reading, table)
            is_numbered = True
        except FileRefused:
            # Its texts are shown all the same; where they stand cannot be said.
            lines, is_numbered = ALL_READ, False
        for typed in typed_batches(reading, table, export, lines):
            raw = log.take_out(split_broken(typed)[0])
            rows = with_units(raw, labels)
            for name, seen in trial.columns.items():
                found[name] += _note(seen, rows, raw, readable_columns(export))
        for name, seen in trial.columns.items():
            _note_unreadable(seen, found[name], table, is_numbered=is_numbered)
            if seen.column.reading in ("date", "amount"):
                counted = reading.execute(
                    f"SELECT {RAW_PREFIX}{name}, count(*) FROM {table.relation} "
                    # Naming `is_broken` keeps DuckDB from casting lines of JSON as it reads them.
                    f"WHERE NOT is_broken AND {RAW_PREFIX}{name} IS NOT NULL GROUP BY ALL"
                ).fetchall()
                _note_texts(seen, counted)


def _note(
    seen: ColumnSeen, rows: pa.Table, raw: pa.Table, readable: list[ExportColumn]
) -> Iterable[tuple[str, int]]:
    """Add what a batch holds of a column, and return its unreadable texts with their rows.

    `raw` has the unit as it is written.
    """
    name = seen.column.name
    values = rows[name]
    seen.filled += len(values) - values.null_count
    if not seen.example and values.null_count < len(values):
        seen.example = _canonical(seen.column, values.drop_null()[0].as_py())
    if seen.column.reading == "unit":
        unknown = raw.filter(rows["unit_is_unknown"])
        texts = unknown[RAW_PREFIX + name].to_pylist()
    elif name + UNREADABLE_SUFFIX in rows.column_names:
        place = [column.name for column in readable].index(name)
        unknown = rows.filter(pc.equal(rows[name + UNREADABLE_SUFFIX], True))
        texts = [texts[place] for texts in unknown["found"].to_pylist()]
    else:
        return []
    return zip(texts, unknown["row_number"].to_pylist(), strict=True)


def _note_unreadable(
    seen: ColumnSeen, found: list[tuple[str, int]], table: TextTable, *, is_numbered: bool
) -> None:
    part = f"part {table.part_number} " if table.part_number > 1 else ""
    kind = "record" if table.container == "json" else "row"
    for raw, number in found:
        text = clean(raw or "").removeprefix(_TRUE_MARK)
        if text in EMPTY_TEXTS:
            continue
        seen.unreadable[text] += 1
        seen.filled += 1
        rows = seen.rows.setdefault(text, [])
        if is_numbered and len(rows) < MOST_ROWS:
            rows.append(f"{part}{kind} {number}")


def _note_texts(seen: ColumnSeen, counted: Iterable[tuple[str, int]]) -> None:
    for raw, count in counted:
        text = clean(raw)
        if text.startswith(_TRUE_MARK):
            seen.true_months.add(text.removeprefix(_TRUE_MARK)[: len("2023-11")])
        elif text not in EMPTY_TEXTS:
            seen.texts[text] += count


def _canonical(column: ExportColumn, value: Any) -> str:
    """Return a value in its canonical form; of a code the shape, of a name nothing."""
    if column.reading == "name":
        return "(text)"
    if isinstance(value, list):
        return ", ".join(shape(str(part)) for part in value[:1])
    if column.reading in ("code", "procedure_code"):
        return shape(str(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _try_units(
    connection: duckdb.DuckDBPyConnection,
    source: DraftSource,
    export: DraftExport,
    trial: Trial,
    day: date,
) -> None:
    """Count how many rows of unknown units another setting of `units` would know."""
    seen = trial.columns.get("unit_code")
    if seen is None or not seen.unreadable:
        return
    trial.unknown_units = Counter(seen.unreadable)
    for units in ("code", "name", "either"):
        labels = unit_labels(connection, source, export.model_copy(update={"units": units}), day)
        known = [text for text in seen.unreadable if labels.code_of(text)[0]]
        trial.units_known[units] = sum(seen.unreadable[text] for text in known)
        for text in known:
            trial.unknown_units.pop(text, None)


def _counts(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterable[tuple[str, int]]:
    return [(name, int(count)) for name, count in connection.execute(sql).fetchall()]
