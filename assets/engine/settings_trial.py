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

from assets.engine import raw_store, reference
from assets.engine.batches import broken_records, typed_batches
from assets.engine.layout import LayoutLog
from assets.engine.load_file import FileLoad
from assets.engine.loaded import Loaded
from assets.engine.opening import OpenFile
from assets.engine.paths import Paths
from assets.engine.periods import Period, local_now
from assets.engine.rejects import Rejects
from assets.engine.settings_draft import DraftExport, DraftSource
from assets.engine.text import clean, shape
from assets.engine.text_table import RAW_PREFIX, TextTable
from assets.engine.typing_sql import readable_columns
from assets.engine.units import UnitLabels, unit_labels, with_units
from assets.engine.warehouse import reader, warehouse
from schemas.exports import ExportColumn
from schemas.judgement import UNREADABLE_SUFFIX

_EMPTY = ("", "-", "--", "–", "—")


@dataclass
class ColumnSeen:
    """What a mapped column of the sample holds.

    Attributes
    ----------
    texts
        Every text with its number of rows; of dates and amounts only.
    unreadable
        Texts that could not be typed, or mean no unit, with their number of rows.
    example
        One value in its canonical form; a code as its shape.
    """

    column: ExportColumn
    header: str
    filled: int = 0
    example: str = ""
    texts: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)


@dataclass
class Trial:
    """What the engine made of the sample."""

    loaded: Loaded
    columns: dict[str, ColumnSeen]
    tables: list[TextTable] = field(default_factory=list)
    layout: dict[str, int] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=dict)
    unit_codes: set[str] = field(default_factory=set)
    units_known: dict[str, int] = field(default_factory=dict)


def run_trial(
    paths: Paths, source: DraftSource, export: DraftExport, *, file: Path, period: Period
) -> Trial:
    """Take `file` in as an export of the source; FileRefused if it cannot be opened.

    `paths` is an installation of its own, whose folders the caller removes; only its reference
    tables are the authority's.
    """
    with warehouse(paths) as connection:
        reference.load_reference(connection, paths.reference, "unit")
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
        codes = connection.execute("SELECT DISTINCT unit_code FROM reference.unit").fetchall()
        trial.unit_codes = {code for (code,) in codes}
        labels = unit_labels(connection, source, export)
        with raw_store.reading_folder(paths) as workspace:
            for table in OpenFile(file, export, workspace).tables():
                _read(paths, table, export, labels, trial)
                trial.tables.append(replace(table, grid=None))
        _try_units(connection, source, export, trial)
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
    delivery = raw_store.collect(
        paths, file, source="sample", export="sample", period=period.key, name=file.name,
        now=local_now(),
    )  # fmt: skip
    if delivery is None:
        raise AssertionError("a new installation cannot hold the sample yet")
    # Counts are wanted of a file that would be refused as a whole, too.
    tolerant = source.model_copy(update={"refuse_above_share": 1.0})
    return FileLoad(
        connection, paths, tolerant, [export], delivery, [delivery], "check", "check"
    ).run()


def _read(
    paths: Paths, table: TextTable, export: DraftExport, labels: UnitLabels, trial: Trial
) -> None:
    log, rejects = LayoutLog(export, table.header_keys), Rejects()
    with reader(paths) as reading:
        for typed in typed_batches(reading, table, export):
            raw = log.take_out(broken_records(typed, rejects))
            rows = with_units(raw, labels)
            for seen in trial.columns.values():
                _note(seen, rows, raw, readable_columns(export))
        for name, seen in trial.columns.items():
            if seen.column.reading in ("date", "amount"):
                counted = reading.execute(
                    f"SELECT {RAW_PREFIX}{name}, count(*) FROM {table.relation} "
                    # Naming `is_broken` keeps DuckDB from casting lines of JSON as it reads them.
                    f"WHERE NOT is_broken AND {RAW_PREFIX}{name} IS NOT NULL GROUP BY ALL"
                ).fetchall()
                seen.texts.update(_cleaned(counted))


def _note(seen: ColumnSeen, rows: pa.Table, raw: pa.Table, readable: list[ExportColumn]) -> None:
    """Add what a batch holds of a column; `raw` has the unit as it is written."""
    name = seen.column.name
    values = rows[name]
    seen.filled += len(values) - values.null_count
    if not seen.example and values.null_count < len(values):
        seen.example = _canonical(seen.column, values.drop_null()[0].as_py())
    if seen.column.reading == "unit":
        unknown = raw.filter(rows["unit_is_unknown"])[RAW_PREFIX + name]
        texts = unknown.to_pylist()
    elif name + UNREADABLE_SUFFIX in rows.column_names:
        place = [column.name for column in readable].index(name)
        found = rows.filter(pc.equal(rows[name + UNREADABLE_SUFFIX], True))["found"]
        texts = [texts[place] for texts in found.to_pylist()]
    else:
        texts = []
    new = _cleaned((text, 1) for text in texts if text)
    seen.unreadable.update(new)
    seen.filled += new.total()


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
    return f"{value:,}" if isinstance(value, int) else str(value)


def _try_units(
    connection: duckdb.DuckDBPyConnection,
    source: DraftSource,
    export: DraftExport,
    trial: Trial,
) -> None:
    """Count how many rows of unknown units another setting of `units` would know."""
    seen = trial.columns.get("unit_code")
    if seen is None or not seen.unreadable:
        return
    for units in ("code", "name", "either"):
        labels = unit_labels(connection, source, export.model_copy(update={"units": units}))
        trial.units_known[units] = sum(
            count for text, count in seen.unreadable.items() if labels.code_of(text)[0]
        )


def _counts(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterable[tuple[str, int]]:
    return [(name, int(count)) for name, count in connection.execute(sql).fetchall()]


def _cleaned(counted: Iterable[tuple[str, int]]) -> Counter[str]:
    texts = Counter[str]()
    for text, count in counted:
        if clean(text) not in _EMPTY:
            texts[clean(text)] += count
    return texts
