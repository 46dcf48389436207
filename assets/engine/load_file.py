"""Loading one file: read, typed, judged and written in one transaction, or refused as a whole.

Belongs here: the path of one file from its bytes to versions, register, quarantine and
`ops.delivery`. Does not belong here: which files a period has (`assets.engine.load`), how text is
typed, rows are judged or the latest version is found.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from assets.engine import raw_store, register
from assets.engine.aliases import agree_on_codes, flag_shared, start_stated
from assets.engine.batches import (
    Batches,
    broken_records,
    check_keys,
    judged_rows,
    typed_batches,
)
from assets.engine.coverage import covers_to, stated_period
from assets.engine.deleted_rows import note_collections
from assets.engine.errors import FileRefused
from assets.engine.headers import HeaderMissing
from assets.engine.in_force import put_in_force
from assets.engine.layout import LayoutLog
from assets.engine.lines import correct_row_numbers
from assets.engine.loaded import Loaded, is_loaded
from assets.engine.opening import OpenFile
from assets.engine.paths import Paths, private_folder
from assets.engine.periods import Period
from assets.engine.raw_store import Delivery
from assets.engine.record_keys import stored_columns
from assets.engine.recording import PER_DELIVERY, record_delivery, record_part, record_rejects
from assets.engine.rejects import Rejects
from assets.engine.text_table import TextTable
from assets.engine.units import UnitLabels, unit_labels, with_units
from assets.engine.warehouse import reader, scalar, transaction
from schemas.core_tables import BOOKKEEPING
from schemas.exports import DOSSIER, Kind
from schemas.judgement import Circumstances
from schemas.settings import Export, Source
from schemas.tables import TABLES


@dataclass
class FileLoad:
    """The loading of one file.

    `exports` is its export under each set of headers, the likeliest first; `arrivals` are all
    deliveries of its source, export and period, in the order of arrival.
    """

    connection: duckdb.DuckDBPyConnection
    paths: Paths
    source: Source
    exports: list[Export]
    period: Period
    delivery: Delivery
    arrivals: list[Delivery]
    version: str
    run_id: str

    def __post_init__(self) -> None:
        """Begin with the likeliest headers."""
        self.export = self.exports[0]

    @cached_property
    def labels(self) -> UnitLabels:
        """What the unit labels of this export mean at the end of the delivery's period."""
        return unit_labels(self.connection, self.source, self.export, self.period.end)

    @property
    def circumstances(self) -> Circumstances:
        """What the rows are judged against."""
        arrived = datetime.fromisoformat(self.delivery.collected_at).date()
        return Circumstances(
            arrived, self.source.origin == "national", frozenset(self.export.columns)
        )

    def run(self) -> Loaded:
        """Load the file, or record why it is refused; nothing of a refused file stays."""
        try:
            with transaction(self.connection):
                return self._load()
        except FileRefused as refusal:
            # The cause's own reference is the file, which the reader does not know.
            reason = (
                f"{refusal.doing} ({self.delivery.reference}): found {refusal.found}; "
                f"expected {refusal.expected}. {refusal.to_do}"
            )
            result = Loaded(self.delivery, "refused", reason)
            with transaction(self.connection):
                self._record_refusal(result)
            return result

    def _load(self) -> Loaded:
        kind = self.export.definition
        result = Loaded(self.delivery, "loaded")
        self._forget(kind)
        with raw_store.reading_folder(self.paths) as workspace:
            opened, tables = self._open(workspace)
            headings = [self._load_part(table, result) for table in tables]
        stated = stated_period([h.period for h in headings])
        result.covers_to = covers_to(self.delivery, self.period, stated)
        result.extracted_at = max(
            (h.extracted_at for h in headings if h.extracted_at), default=None
        )
        result.warnings += opened.warnings
        register.find_repeated(self.connection, kind, self.delivery.delivery_id)
        result.duplicates = self._drop_duplicates(kind)
        if kind is DOSSIER:
            flag_shared(self.connection, self.delivery.delivery_id)
        result.accepted = self._count(kind, "true")
        result.flagged = self._count(kind, "flags IS NOT NULL")
        if "unit_code" in self.export.columns:
            result.unit_unknown = self._count(kind, "unit_code IS NULL")
        result.check_conservation()
        self._check_share(result)
        self._record(result)
        self._settle(kind)
        return result

    def _open(self, workspace: Path) -> tuple[OpenFile, Iterator[TextTable]]:
        """Open the file under the first headers that its first list has, which stay in force.

        Raises FileRefused, with what the likeliest headers lack, if it has none of them.
        """
        blob = raw_store.blob_of(self.paths, self.delivery)
        refusals = []
        for number, export in enumerate(self.exports):
            opened = OpenFile(blob, export, private_folder(workspace / str(number)))
            tables = opened.tables()
            try:
                first = list(islice(tables, 1))
            except HeaderMissing as refusal:
                refusals.append(refusal)
                continue
            self.export = export
            return opened, chain(first, tables)
        raise refusals[0]

    def _settle(self, kind: Kind) -> None:
        """Bring the register up to date with what came and what went."""
        delivery_id = self.delivery.delivery_id
        changed = self._put_in_force(kind)
        register.touch_told(self.connection, kind, [delivery_id])
        agree_on_codes(self.connection, kind, [delivery_id, *changed])
        if kind is DOSSIER:
            register.find_repeated(self.connection, kind, delivery_id)
        register.touch_contested(self.connection, kind, delivery_id)
        register.settle_touched(self.connection, kind)

    def settle_arrivals(self) -> None:
        """Put in force what the arrivals say, where reading them has not done so already."""
        kind = self.export.definition
        with transaction(self.connection):
            register.start_touched(self.connection, self.export.definition)
            start_stated(self.connection, self.delivery.delivery_id)
            if changed := self._put_in_force(kind):
                agree_on_codes(self.connection, kind, changed)
                register.settle_touched(self.connection, kind)

    def _put_in_force(self, kind: Kind) -> list[str]:
        changed = put_in_force(self.connection, self.arrivals, self.export)
        for delivery_id in changed:
            register.touch_delivery(self.connection, kind, delivery_id)
        noted = note_collections(self.connection, self.arrivals)
        register.touch_told(self.connection, kind, noted)
        return [*changed, *noted]

    def _load_part(self, table: TextTable, result: Loaded) -> TextTable:
        """Take in one list of the file; return it without its rows."""
        kind = self.export.definition
        log, rejects = LayoutLog(self.export, table.header_keys), Rejects()
        with reader(self.paths) as reading:
            absent = check_keys(reading, table, self.export)
            if absent:
                result.warnings.append(f"part {table.part_number}: no record has {absent}")
            accepted = self._accepted(reading, table, result, log, rejects)
            if (first := next(accepted, None)) is not None:
                self._insert(Batches(first, accepted), table)
            moves = correct_row_numbers(reading, table, rejects, log)
            result.read += rejects.line_count
        log.finish()
        self._move_rows(kind, table, moves)
        delivery_id = self.delivery.delivery_id
        record_rejects(self.connection, delivery_id, table, rejects)
        record_part(self.connection, delivery_id, table, log, moves)
        result.note_part(rejects, log, table)
        return replace(table, grid=None)

    def _accepted(
        self, reading: duckdb.DuckDBPyConnection, table: TextTable, result: Loaded, log: LayoutLog,
        rejects: Rejects,
    ) -> Iterator[pa.Table]:  # fmt: skip
        """Yield the accepted rows of a list, batch by batch."""
        for typed in typed_batches(reading, table, self.export):
            whole = broken_records(typed, rejects)
            result.read += typed.num_rows - whole.num_rows
            rows = with_units(log.take_out(whole), self.labels)
            result.read += rows.num_rows
            yield judged_rows(rows, self.export, self.circumstances, rejects)

    def _forget(self, kind: Kind) -> None:
        """Take out what this file loaded before, remembering its keys and codes."""
        register.start_touched(self.connection, self.export.definition)
        register.touch_delivery(self.connection, kind, self.delivery.delivery_id)
        start_stated(self.connection, self.delivery.delivery_id)
        for table in (kind.table, *PER_DELIVERY):
            self.connection.execute(
                f"DELETE FROM {table} WHERE delivery_id = ?", [self.delivery.delivery_id]
            )

    def _insert(self, accepted: Batches, table: TextTable) -> None:
        kind = self.export.definition
        columns = ", ".join(
            f"{sql} AS {name}"
            for name, sql in stored_columns(
                _row_columns(kind), self.export, self.delivery.source
            ).items()
        )
        with accepted.registered(self.connection, "accepted_batch"):
            self.connection.execute(
                f"""
                INSERT INTO {kind.table} BY NAME
                SELECT ? AS delivery_id, ? AS part_number, row_number,
                       CAST(? AS DATE) AS delivery_period, true AS is_latest, false AS is_gone,
                       flags, {columns}
                FROM accepted_batch
                """,
                [self.delivery.delivery_id, table.part_number, self.delivery.period],
            )

    def _move_rows(self, kind: Kind, table: TextTable, moves: pd.DataFrame) -> None:
        """Give the accepted rows of a list the numbers they have in the file."""
        if moves.empty:
            return
        self.connection.register("row_move", moves)
        self.connection.execute(
            f"""
            UPDATE {kind.table} AS version SET row_number = moved.row_number
            FROM (SELECT v.rowid AS version_rowid, v.row_number + row_move.lines AS row_number
                  FROM {kind.table} AS v
                  ASOF JOIN row_move ON v.row_number >= row_move.moved_from
                  WHERE v.delivery_id = ? AND v.part_number = ?) AS moved
            WHERE version.rowid = moved.version_rowid
            """,
            [self.delivery.delivery_id, table.part_number],
        )
        self.connection.unregister("row_move")

    def _drop_duplicates(self, kind: Kind) -> int:
        """Delete later copies of rows that are equal in every typed column; return how many."""
        columns = ", ".join(_row_columns(kind))
        deleted = self.connection.execute(
            f"""
            DELETE FROM {kind.table} WHERE rowid IN (
                SELECT rowid FROM {kind.table}
                WHERE delivery_id = $id AND {kind.identity} IN (SELECT key FROM {register.REPEATED})
                QUALIFY row_number() OVER (
                    PARTITION BY {columns} ORDER BY part_number, row_number) > 1)
            """,
            {"id": self.delivery.delivery_id},
        ).fetchall()
        return int(deleted[0][0])

    def _count(self, kind: Kind, condition: str) -> int:
        sql = f"SELECT count(*) FROM {kind.table} WHERE delivery_id = ? AND {condition}"
        count = scalar(self.connection, sql, [self.delivery.delivery_id])
        return int(str(count))

    def _check_share(self, result: Loaded) -> None:
        limit = self.source.refuse_above_share
        if result.read and result.refusable > limit * result.read:
            rules = result.rejected_by_rule.most_common()
            raise FileRefused(
                "Judging its rows",
                f"{result.quarantined:,} of {result.read:,} rows rejected "
                f"({', '.join(f'{rule} {count:,}' for rule, count in rules)})",
                f"at most {limit:.0%} (refuse_above_share)",
                "Compare the file with the columns and values of the source settings.",
            )

    def _record(self, result: Loaded) -> None:
        record_delivery(
            self.connection,
            result,
            self.source,
            self.export,
            version=self.version,
            run_id=self.run_id,
        )

    def _record_refusal(self, result: Loaded) -> None:
        """Record the refusal; what an earlier reading of the same bytes put in force stays."""
        if is_loaded(self.connection, self.delivery):
            self.connection.execute(
                "UPDATE ops.delivery SET reason = ? WHERE delivery_id = ?",
                [result.reason, self.delivery.delivery_id],
            )
        else:
            # Rows of another reading, superseded since, go with it.
            self._forget(self.export.definition)
            self._record(result)
            self._settle(self.export.definition)


def _row_columns(kind: Kind) -> tuple[str, ...]:
    """Return the columns of a version table that say what the row says."""
    return TABLES[kind.table].column_names[len(BOOKKEEPING) :]
