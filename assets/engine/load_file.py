"""Loading one file: read, typed, judged and written in one transaction, or refused as a whole.

Belongs here: the path of one file from its bytes to versions, register, quarantine and
`ops.delivery`. Does not belong here: which files a period has (`assets.engine.load`), how text is
typed, rows are judged or the latest version is found.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from assets.engine import raw_store, register
from assets.engine.aliases import agree_on_codes, flag_shared, start_stated
from assets.engine.batches import broken_records, check_keys, judged_rows, typed_batches
from assets.engine.errors import FileRefused
from assets.engine.in_force import arrived_at, put_in_force
from assets.engine.layout import LayoutLog
from assets.engine.lines import correct_row_numbers, moved
from assets.engine.loaded import Loaded, is_loaded
from assets.engine.opening import OpenFile
from assets.engine.paths import Paths
from assets.engine.periods import local_now, month_of
from assets.engine.raw_store import Delivery
from assets.engine.rejects import Rejects
from assets.engine.text_table import TextTable
from assets.engine.units import UnitLabels, unit_labels, with_units
from assets.engine.warehouse import reader, scalar, transaction
from schemas.core_tables import BOOKKEEPING
from schemas.exports import DOSSIER, Kind
from schemas.judgement import Circumstances
from schemas.settings import Export, Source
from schemas.tables import TABLES

# What is kept of a delivery beside its rows, and replaced when it is read again.
_PER_DELIVERY = ("quarantine.rejected_row", "ops.delivery_part", "ops.layout", "ops.check_value")


@dataclass
class FileLoad:
    """The loading of one file.

    `arrivals` are all deliveries of its source, export and period, in the order of arrival.
    """

    connection: duckdb.DuckDBPyConnection
    paths: Paths
    source: Source
    export: Export
    delivery: Delivery
    arrivals: list[Delivery]
    version: str
    run_id: str

    @cached_property
    def labels(self) -> UnitLabels:
        """What the unit labels of this export mean."""
        return unit_labels(self.connection, self.source, self.export)

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
            blob = raw_store.blob_of(self.paths, self.delivery)
            opened = OpenFile(blob, self.export, workspace)
            headings = [self._load_part(table, result) for table in opened.tables()]
        result.covers_to = self._covers_to(_stated_period([h.period for h in headings]))
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

    def _settle(self, kind: Kind) -> None:
        """Bring the register up to date with what came and what went."""
        delivery_id = self.delivery.delivery_id
        changed = self._put_in_force(kind)
        agree_on_codes(self.connection, kind, [delivery_id, *changed])
        if kind is DOSSIER:
            register.find_repeated(self.connection, kind, delivery_id)
        register.touch_contested(self.connection, kind, delivery_id)
        register.settle_touched(self.connection, kind)

    def settle_arrivals(self) -> None:
        """Put in force what the arrivals say, where reading them has not done so already."""
        kind = self.export.definition
        with transaction(self.connection):
            register.start_touched(self.connection)
            start_stated(self.connection, self.delivery.delivery_id)
            if changed := self._put_in_force(kind):
                agree_on_codes(self.connection, kind, changed)
                register.settle_touched(self.connection, kind)

    def _put_in_force(self, kind: Kind) -> list[str]:
        changed = put_in_force(self.connection, self.arrivals, self.export)
        for delivery_id in changed:
            register.touch_delivery(self.connection, kind, delivery_id)
        return changed

    def _load_part(self, table: TextTable, result: Loaded) -> TextTable:
        """Take in one list of the file; return it without its rows."""
        kind = self.export.definition
        log, rejects = LayoutLog(self.export, table.header_keys), Rejects()
        with reader(self.paths) as reading:
            absent = check_keys(reading, table, self.export)
            if absent:
                result.warnings.append(f"part {table.part_number}: no record has {absent}")
            for typed in typed_batches(reading, table, self.export):
                whole = broken_records(typed, rejects)
                result.read += typed.num_rows - whole.num_rows
                rows = with_units(log.take_out(whole), self.labels)
                result.read += rows.num_rows
                self._insert(judged_rows(rows, self.export, self.circumstances, rejects), table)
            moves = correct_row_numbers(reading, table, rejects)
            result.read += rejects.line_count
        log.finish()
        self._move_rows(kind, table, moves)
        self._write_rejects(rejects, table)
        self._write_part(log, table, moves)
        result.note_part(rejects, log, table)
        return replace(table, grid=None)

    def _covers_to(self, stated: tuple[date, date] | None) -> date:
        """Return the last day the file covers: stated, else the day before it was written."""
        month = month_of(date.fromisoformat(self.delivery.period))
        if stated is None:
            written = datetime.fromisoformat(self.delivery.modified_at).date()
            if written <= month.start:
                # A copy can carry any time; one before the period began says nothing.
                written = datetime.fromisoformat(self.delivery.collected_at).date()
            return min(month.end, written - timedelta(days=1))
        first, last = stated
        if first > last or month_of(last) != month:
            raise FileRefused(
                "Comparing the file's own period line with its folder",
                f"Từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}",
                "a first day before the last, within " + month.label
                if first > last
                else f"a line that ends within {month.label}",
                "Move the file to its period's folder, or correct the line.",
            )
        return last

    def _forget(self, kind: Kind) -> None:
        """Take out what this file loaded before, remembering its keys and codes."""
        register.start_touched(self.connection)
        register.touch_delivery(self.connection, kind, self.delivery.delivery_id)
        start_stated(self.connection, self.delivery.delivery_id)
        for table in (kind.table, *_PER_DELIVERY):
            self.connection.execute(
                f"DELETE FROM {table} WHERE delivery_id = ?", [self.delivery.delivery_id]
            )

    def _insert(self, accepted: pa.Table, table: TextTable) -> None:
        kind = self.export.definition
        columns = ", ".join(_stored(name) for name in _row_columns(kind))
        self.connection.register("accepted_batch", accepted)
        self.connection.execute(
            f"""
            INSERT INTO {kind.table} BY NAME
            SELECT ? AS delivery_id, ? AS part_number, row_number,
                   CAST(? AS DATE) AS delivery_period, true AS is_latest, false AS is_gone, flags,
                   {columns}
            FROM accepted_batch
            """,
            [self.delivery.delivery_id, table.part_number, self.delivery.period],
        )
        self.connection.unregister("accepted_batch")

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
                WHERE delivery_id = $id AND {kind.key} IN (SELECT key FROM {register.REPEATED})
                QUALIFY row_number() OVER (
                    PARTITION BY {columns} ORDER BY part_number, row_number) > 1)
            """,
            {"id": self.delivery.delivery_id},
        ).fetchone()
        return int(deleted[0]) if deleted else 0

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

    def _write_rejects(self, rejects: Rejects, table: TextTable) -> None:
        rows = rejects.frame().assign(
            delivery_id=self.delivery.delivery_id, part_number=table.part_number
        )
        if len(rows):
            self.connection.execute("INSERT INTO quarantine.rejected_row BY NAME FROM rows")

    def _write_part(self, log: LayoutLog, table: TextTable, moves: pd.DataFrame) -> None:
        """Record where the list stood, its layout rows by kind, and its totals rows."""
        place = [self.delivery.delivery_id, table.part_number]
        self.connection.execute(
            "INSERT INTO ops.delivery_part VALUES (?, ?, ?, ?, ?, ?, ?)",
            [*place, table.member_number, table.sheet_number, table.container, table.encoding,
             table.header_row],
        )  # fmt: skip
        for kind, count in sorted(log.counts.items()):
            self.connection.execute("INSERT INTO ops.layout VALUES (?, ?, ?, ?)",
                                    [*place, kind, count])  # fmt: skip
        for value in log.check_values():
            row_number = int(moved(np.array([value.row_number]), moves)[0])
            self.connection.execute(
                "INSERT INTO ops.check_value VALUES (?, ?, ?, ?, ?, ?)",
                [*place, row_number, value.column_name, value.stated, value.counted],
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
            # The list of repeated keys went with the transaction that was rolled back.
            register.find_repeated(
                self.connection, self.export.definition, self.delivery.delivery_id
            )
            self._record(result)
            self._settle(self.export.definition)

    def _record(self, result: Loaded) -> None:
        delivery = self.delivery
        self.connection.execute(
            "DELETE FROM ops.delivery WHERE delivery_id = ?", [delivery.delivery_id]
        )
        row = {
            "delivery_id": delivery.delivery_id,
            "source": delivery.source,
            "export": delivery.export,
            "kind": self.export.kind,
            "delivery_period": delivery.period,
            "file_sha256": delivery.sha256,
            "file_suffix": delivery.suffix,
            "file_bytes": delivery.size,
            "state": result.state,
            "reason": result.reason,
            "covers_to": result.covers_to,
            "extracted_at": result.extracted_at,
            "origin": self.source.origin,
            "is_snapshot": self.export.is_snapshot,
            "read_count": result.read,
            "accepted_count": result.accepted,
            "quarantined_count": result.quarantined,
            "flagged_count": result.flagged,
            "duplicate_count": result.duplicates,
            "layout_count": result.layout,
            "unit_unknown_count": result.unit_unknown,
            "warnings": result.warnings,
            "reading_version": self.version,
            "collected_at": arrived_at(delivery),
            "loaded_at": local_now().replace(tzinfo=None),
            "run_id": self.run_id,
        }
        self.connection.execute(
            f"INSERT INTO ops.delivery ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
            list(row.values()),
        )


def _row_columns(kind: Kind) -> tuple[str, ...]:
    """Return the columns of a version table that say what the row says."""
    return TABLES[kind.table].column_names[len(BOOKKEEPING) :]


def _stored(name: str) -> str:
    """Return the SQL of a column as it is stored from a typed batch."""
    if name.endswith("_key"):
        return f"keyed_hash({name.removesuffix('_key')}_code) AS {name}"
    # Both change once the register knows the other versions of the dossier.
    if name == "first_due_date":
        return "due_date AS first_due_date"
    if name == "delivered_dossier_code":
        return "CAST(NULL AS VARCHAR) AS delivered_dossier_code"
    return name


def _stated_period(lines: list[tuple[date, date] | None]) -> tuple[date, date] | None:
    """Return the period line of the file; FileRefused if its parts have different ones."""
    stated = sorted({line for line in lines if line})
    if len(stated) > 1:
        raise FileRefused(
            "Reading the period lines of its parts",
            f"{len(stated)} different ones",
            "one period a file",
            "Deliver each period as a file of its own.",
        )
    return stated[0] if stated else None
