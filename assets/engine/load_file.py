"""Loading one file: read, typed, judged and written in one transaction, or refused as a whole.

Belongs here: the path of one file from its bytes to versions, register, quarantine and
`ops.delivery`. Does not belong here: which files a period has (`assets.engine.load`), how text is
typed, rows are judged or the latest version is found.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb
import pyarrow as pa

from assets.engine import raw_store, register
from assets.engine.batches import Rejects, correct_row_numbers, rejected_rows, typed_batches
from assets.engine.errors import FileRefused
from assets.engine.paths import Paths
from assets.engine.periods import local_now, month_of
from assets.engine.raw_store import Delivery
from assets.engine.text_table import TextTable, open_text_table
from assets.engine.warehouse import reader, scalar, transaction
from schemas.exports import Kind
from schemas.settings import Export, Source
from schemas.tables import TABLES


@dataclass
class Loaded:
    """What became of one delivered file."""

    delivery: Delivery
    state: str
    reason: str | None = None
    covers_to: date | None = None
    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    layout: int = 0
    unit_unknown: int = 0
    is_new: bool = True

    def check_conservation(self) -> None:
        """Assert that every row read is accounted for exactly once."""
        if self.read != self.accepted + self.quarantined + self.duplicates:
            raise AssertionError(
                f"Loading {self.delivery.reference}: read {self.read} rows but accepted "
                f"{self.accepted} + quarantined {self.quarantined} + duplicates "
                f"{self.duplicates}: a defect of Motcua, nothing of this file was loaded"
            )


def is_loaded(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> bool:
    """Say whether the rows of a delivery are in force."""
    sql = "SELECT state = 'loaded' FROM ops.delivery WHERE delivery_id = ?"
    return scalar(connection, sql, [delivery.delivery_id]) is True


@dataclass
class FileLoad:
    """The loading of one file."""

    connection: duckdb.DuckDBPyConnection
    paths: Paths
    source: Source
    export: Export
    delivery: Delivery
    superseded: list[Delivery]
    version: str
    run_id: str

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
        blob = raw_store.blob_of(self.paths, self.delivery)
        table = open_text_table(blob, self.export)
        result = Loaded(self.delivery, "loaded", covers_to=self._covers_to(table.period))
        self._forget(kind)
        rejects = self._write_accepted(table, result)
        register.find_repeated(self.connection, kind, self.delivery.delivery_id)
        result.duplicates = self._drop_duplicates(kind)
        result.quarantined = rejects.count
        result.accepted = self._count(kind, "true")
        result.unit_unknown = (
            self._count(kind, "unit_code IS NULL") if "unit_code" in self.export.columns else 0
        )
        result.check_conservation()
        self._check_share(result, rejects)
        self._write_rejects(rejects)
        self._record(result)
        register.touch_contested(self.connection, kind, self.delivery.delivery_id)
        register.settle_touched(self.connection, kind)
        return result

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
                f"a line that ends within {month.label}",
                "Move the file to its period's folder, or correct the line.",
            )
        return last

    def _forget(self, kind: Kind) -> None:
        """Take out what this file loaded before, and what it supersedes, remembering the keys."""
        register.start_touched(self.connection)
        for delivery in (self.delivery, *self.superseded):
            register.touch_delivery(self.connection, kind, delivery.delivery_id)
        for table in (kind.table, "quarantine.rejected_row"):
            self.connection.execute(
                f"DELETE FROM {table} WHERE delivery_id = ?", [self.delivery.delivery_id]
            )
        for delivery in self.superseded:
            self.connection.execute(
                "UPDATE ops.delivery SET state = 'superseded' WHERE delivery_id = ?",
                [delivery.delivery_id],
            )

    def _write_accepted(self, table: TextTable, result: Loaded) -> Rejects:
        """Stream the file through typing and judging; insert what is accepted."""
        rejects = Rejects()
        kind = self.export.definition
        columns = ", ".join(
            f"keyed_hash({name.removesuffix('_key')}_code) AS {name}"
            if name.endswith("_key")
            else name
            for name in TABLES[kind.table].column_names[4:]
        )
        with reader(self.paths) as reading:
            for batch, blank in typed_batches(reading, self.connection, table, self.export):
                result.layout += blank
                result.read += batch.num_rows
                rejected = pa.table({"row_number": rejected_rows(batch, kind, rejects)})
                self.connection.register("rejected_row_number", rejected)
                self.connection.register("typed_batch", batch)
                self.connection.execute(
                    f"""
                    INSERT INTO {kind.table} BY NAME
                    SELECT ? AS delivery_id, row_number, CAST(? AS DATE) AS delivery_period,
                           true AS is_latest, {columns}
                    FROM typed_batch ANTI JOIN rejected_row_number USING (row_number)
                    """,
                    [self.delivery.delivery_id, self.delivery.period],
                )
                self.connection.unregister("typed_batch")
            result.layout += table.layout_count
            result.read += correct_row_numbers(
                reading,
                self.connection,
                table=table,
                kind=kind,
                delivery_id=self.delivery.delivery_id,
                rejects=rejects,
            )
        return rejects

    def _drop_duplicates(self, kind: Kind) -> int:
        """Delete later copies of rows that are equal in every typed column; return how many."""
        columns = ", ".join(TABLES[kind.table].column_names[4:])
        deleted = self.connection.execute(
            f"""
            DELETE FROM {kind.table} WHERE delivery_id = $id AND row_number IN (
                SELECT row_number FROM {kind.table}
                WHERE delivery_id = $id AND {kind.key} IN (SELECT key FROM {register.REPEATED})
                QUALIFY row_number() OVER (PARTITION BY {columns} ORDER BY row_number) > 1)
            """,
            {"id": self.delivery.delivery_id},
        ).fetchone()
        return int(deleted[0]) if deleted else 0

    def _count(self, kind: Kind, condition: str) -> int:
        sql = f"SELECT count(*) FROM {kind.table} WHERE delivery_id = ? AND {condition}"
        count = scalar(self.connection, sql, [self.delivery.delivery_id])
        return int(str(count))

    def _check_share(self, result: Loaded, rejects: Rejects) -> None:
        limit = self.source.refuse_above_share
        if result.read and result.quarantined > limit * result.read:
            rules = rejects.frame()["rule_id"].value_counts()
            raise FileRefused(
                "Judging its rows",
                f"{result.quarantined:,} of {result.read:,} rows rejected "
                f"({', '.join(f'{rule} {count:,}' for rule, count in rules.items())})",
                f"at most {limit:.0%} (refuse_above_share)",
                "Compare the file with the columns and values of the source settings.",
            )

    def _write_rejects(self, rejects: Rejects) -> None:
        rows = rejects.frame().assign(delivery_id=self.delivery.delivery_id)
        if len(rows):
            self.connection.execute("INSERT INTO quarantine.rejected_row BY NAME FROM rows")

    def _record_refusal(self, result: Loaded) -> None:
        """Record the refusal; what an earlier reading of the same bytes loaded stays in force."""
        if is_loaded(self.connection, self.delivery):
            self.connection.execute(
                "UPDATE ops.delivery SET reason = ? WHERE delivery_id = ?",
                [result.reason, self.delivery.delivery_id],
            )
        else:
            self._record(result)

    def _record(self, result: Loaded) -> None:
        delivery = self.delivery
        self.connection.execute(
            "DELETE FROM ops.delivery WHERE delivery_id = ?", [delivery.delivery_id]
        )
        self.connection.execute(
            f"INSERT INTO ops.delivery VALUES ({', '.join('?' * 20)})",
            [
                delivery.delivery_id, delivery.source, delivery.export, delivery.period,
                delivery.sha256, delivery.suffix, delivery.size, result.state, result.reason,
                result.covers_to, result.read, result.accepted, result.quarantined,
                result.duplicates, result.layout, result.unit_unknown, self.version,
                _local(delivery.collected_at), local_now().replace(tzinfo=None), self.run_id,
            ],
        )  # fmt: skip


def _local(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=None)
