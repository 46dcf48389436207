"""The stream of a list: typed batches in file order, split into accepted and rejected rows.

Belongs here: running the typing SELECT in an in-memory reader, row numbers, rejected rows.
Does not belong here: writing to the warehouse (`assets.engine.load`).
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain, pairwise

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from assets.engine.errors import FileRefused, WarehouseError
from assets.engine.judge import broken_rules, flag_lists
from assets.engine.rejects import Rejects, line_rejects, unsplittable
from assets.engine.text import shape
from assets.engine.text_table import GRID_VIEW, LIST_WITHIN, TextTable
from assets.engine.typing_sql import readable_columns, typed_select
from schemas.exports import DOSSIER
from schemas.judgement import Circumstances
from schemas.rules import FLAG_IDS, UNREADABLE_TEXT
from schemas.settings import Export

# pandera has a fixed cost of 40 ms a batch; half a million rows make it vanish.
BATCH_ROWS = 500_000
# Slices of fewer rows cost more than copying the batch.
FEW_OF = 1000
SEARCHED_RECORDS = 1000
# Fewer records than this may all lack a key that the portal leaves out where it is empty.
ENOUGH_RECORDS = 20
_KEY = re.compile(r"[A-Za-z_]\w{0,40}", re.ASCII)


def typed_batches(
    reading: duckdb.DuckDBPyConnection, table: TextTable, export: Export
) -> Iterator[pa.Table]:
    """Yield typed batches with `row_number`, layout rows among them.

    Rows that DuckDB reads are numbered as if every line could be split; `correct_row_numbers`
    mends that when the list has been read to its end.

    Raises
    ------
    FileRefused
        The text cannot be split into rows at all.
    """
    if table.grid is not None:
        reading.register(GRID_VIEW, table.grid)
    next_row = table.header_row + 1
    try:
        for typed in _ahead(reading.sql(typed_select(export, table)).to_arrow_reader(BATCH_ROWS)):
            yield typed if table.grid is not None else _numbered(typed, next_row)
            next_row += typed.num_rows
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        if any(sign in str(error) for sign in ("Out of Memory", "IO Error", "Cannot allocate")):
            raise WarehouseError(
                "Reading a delivered file",
                "no memory, or a disk that cannot be read",
                "enough of both",
                "Free memory or repair the disk, and run the period again.",
            ) from None
        is_joined = LIST_WITHIN in str(error)
        raise unsplittable(
            f"{LIST_WITHIN}: another file may be joined to this one"
            if is_joined
            else "text that cannot be split into rows and cells"
        ) from None


def check_keys(reading: duckdb.DuckDBPyConnection, table: TextTable, export: Export) -> list[str]:
    """Return the mapped columns of JSON records whose key none of the first records has.

    Raises
    ------
    FileRefused
        There are enough records to say that a key has gone: the portal calls it otherwise now.
    """
    if not table.objects:
        return []
    try:
        count, keys = reading.execute(
            f"""
            SELECT count(DISTINCT record), list(DISTINCT key) FROM (
                SELECT rowid AS record, unnest(json_keys(record)) AS key FROM (
                    SELECT row_number() OVER () AS rowid, TRY_CAST(json AS JSON) AS record
                    FROM {table.objects} LIMIT {SEARCHED_RECORDS}))
            """
        ).fetchall()[0]
    except duckdb.Error:
        raise unsplittable("text that cannot be split into records") from None
    top = {
        name: [re.split(r"[.\[]", path)[0] for path in paths]
        for name, paths in export.headers().items()
    }
    missing = [name for name, steps in top.items() if not set(steps) & set(keys or ())]
    if count >= ENOUGH_RECORDS and any(_is_mandatory(name, export) for name in missing):
        spare = sorted(
            key for key in keys if _KEY.fullmatch(key) and all(key not in p for p in top.values())
        )
        raise FileRefused(
            "Matching the keys of its records",
            f"no {sorted(top[name][0] for name in missing)} among the first {count:,}; "
            f"other keys there are {spare}",
            "every path of the source settings",
            "Correct these columns in the source settings, or export the records with them.",
        )
    return missing


def _is_mandatory(name: str, export: Export) -> bool:
    # Without its reception no dossier counts in any period.
    return name == "received_date" or export.definition.column(name).needed


def _numbered(batch: pa.Table, first: int) -> pa.Table:
    numbers = pa.array(np.arange(first, first + batch.num_rows))
    return batch.add_column(0, "row_number", numbers)


def _ahead(stream: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Yield batches while the next one is being read: reading and judging overlap."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        following = pool.submit(_gather, stream)
        while (batch := following.result()).num_rows:
            following = pool.submit(_gather, stream)
            yield batch


def _gather(stream: pa.RecordBatchReader) -> pa.Table:
    """Return the next rows, about BATCH_ROWS: DuckDB streams pieces far smaller than asked for."""
    pieces: list[pa.RecordBatch] = []
    rows = 0
    while rows < BATCH_ROWS and (piece := next(stream, None)) is not None:
        pieces.append(piece)
        rows += piece.num_rows
    return pa.Table.from_batches(pieces, stream.schema)


class Batches:
    """Batches as one relation, so that DuckDB writes one while the next is being judged.

    What goes wrong in making a batch reaches the caller as it was raised, not as DuckDB words it.
    """

    def __init__(self, first: pa.Table, following: Iterator[pa.Table]) -> None:
        """Begin with `first`, whose columns all others have."""
        self._first, self._following = first, following
        self._error: BaseException | None = None

    @contextmanager
    def registered(self, connection: duckdb.DuckDBPyConnection, name: str) -> Iterator[None]:
        """Let `connection` read the batches, once, by this name."""
        reader = pa.RecordBatchReader.from_batches(self._first.schema, self._batches())
        connection.register(name, reader)
        try:
            yield
        except duckdb.Error as error:
            raise self._error or error from None
        finally:
            connection.unregister(name)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for table in chain([self._first], self._following):
                yield from table.to_batches()
        except BaseException as error:
            self._error = error
            raise


def judged_rows(
    batch: pa.Table, export: Export, circumstances: Circumstances, rejects: Rejects
) -> pa.Table:
    """Return the accepted rows of `batch` with their `flags`; add the others to `rejects`."""
    kind = export.definition
    broken = broken_rules(batch, kind, circumstances)
    rejected = broken[~broken["rule_id"].isin(FLAG_IDS)]
    accepted = batch.select(["row_number", *(column.name for column in kind.columns)])
    accepted = accepted.append_column("flags", flag_lists(broken, batch.num_rows))
    if rejected.empty:
        return accepted
    positions = rejected["position"].to_numpy()
    rows = batch.take(positions)
    found = [
        _shape_of(rule_id, texts, export)
        for rule_id, texts in zip(rejected["rule_id"], rows["found"].to_pylist(), strict=True)
    ]
    rejects.add(
        pd.DataFrame(
            {
                "row_number": rows["row_number"].to_numpy(),
                "rule_id": rejected["rule_id"].to_numpy(),
                "unit_code": rows["unit_code"].to_pylist() if kind is DOSSIER else None,
                "record_code": rows[kind.key].to_pylist(),
                "dossier_code": rows["dossier_code"].to_pylist() if kind.has_dossier else None,
                "found": found,
            }
        )
    )
    return _without(accepted, np.unique(positions))


def _without(rows: pa.Table, positions: np.ndarray) -> pa.Table:
    """Return `rows` but those at `positions`, ascending; few are left out without a copy."""
    if len(positions) * FEW_OF > rows.num_rows:
        keep = np.ones(rows.num_rows, bool)
        keep[positions] = False
        return rows.filter(pa.array(keep))
    edges = [-1, *positions.tolist(), rows.num_rows]
    return pa.concat_tables(
        rows.slice(before + 1, after - before - 1) for before, after in pairwise(edges)
    )


def broken_records(batch: pa.Table, rejects: Rejects) -> pa.Table:
    """Reject the records of `batch` that cannot be split, and return the others."""
    is_broken = batch["is_broken"]
    if not pa.compute.any(is_broken).as_py():
        return batch
    numbers = batch.filter(is_broken)["row_number"].to_numpy()
    rejects.add(line_rejects(numbers, UNREADABLE_TEXT.rule_id))
    return batch.filter(pa.compute.invert(is_broken))


def _shape_of(rule_id: str, texts: list[str | None] | None, export: Export) -> str | None:
    """Return the shape of the text that a rule is about; nothing else of it is kept."""
    column = rule_id.rpartition("_")[0]
    names = [readable.name for readable in readable_columns(export)]
    text = texts[names.index(column)] if texts and column in names else None
    return None if text is None else shape(text)
