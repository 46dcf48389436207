"""Loading: a delivery period's files, read, typed, judged and written, one transaction a file.

Belongs here: the path of one file from its bytes to versions, register, quarantine and
`ops.delivery`, and which files of a period are current. Does not belong here: how text is typed,
rows are judged or the latest version is found.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import duckdb
import pyarrow as pa

from assets.engine import raw_store, register
from assets.engine.batches import Rejects, correct_row_numbers, rejected_rows, typed_batches
from assets.engine.errors import FileRefused
from assets.engine.hash_key import dossier_hash_key
from assets.engine.paths import Paths
from assets.engine.periods import Period, local_now, month_of
from assets.engine.raw_store import Delivery
from assets.engine.text_table import TextTable, open_text_table
from assets.engine.warehouse import reader, scalar, transaction
from schemas.exports import Kind
from schemas.settings import Export, Source
from schemas.tables import TABLES

# Raised when reading or judging changes, so that a re-materialised period is read again.
READING_VERSION = "1"


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


def load_period(
    connection: duckdb.DuckDBPyConnection,
    paths: Paths,
    sources: dict[str, Source],
    *,
    kind: Kind,
    period: Period,
    run_id: str,
    progress: Callable[[str], None],
) -> list[Loaded]:
    """Take in the current files of `period` whose export is of `kind`.

    A file that was loaded before with the same settings is left as it is. A newer file of the
    same name supersedes the older one, unless it is refused. Returns one entry a current file.
    """
    results = []
    deliveries = [d for d in raw_store.read_manifest(paths) if d.period == period.key]
    for delivery, superseded in _current(deliveries):
        source = sources.get(delivery.source)
        export = source.exports.get(delivery.export) if source else None
        if source is None or export is None or export.definition is not kind:
            continue
        version = reading_version(connection, paths, export)
        known = _known(connection, delivery, version)
        if known is not None:
            results.append(known)
            continue
        progress(f"reading {delivery.reference}, {delivery.size:,} bytes")
        job = _Job(connection, paths, source, export, delivery, superseded, version, run_id)
        result = job.run()
        progress(
            f"{result.state}: {result.reason}"
            if result.reason
            else f"loaded {result.accepted:,} of {result.read:,} rows, "
            f"{result.quarantined:,} quarantined, {result.duplicates:,} duplicates"
        )
        results.append(result)
    return results


def reading_version(connection: duckdb.DuckDBPyConnection, paths: Paths, export: Export) -> str:
    """Return a hash of all that decides how a file is read: settings, unit names, hash key."""
    units = connection.execute("SELECT unit_code, unit_name FROM reference.unit ORDER BY ALL")
    parts = (READING_VERSION, export.model_dump_json(), repr(units.fetchall()),
             dossier_hash_key(paths))  # fmt: skip
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def outdated_periods(
    connection: duckdb.DuckDBPyConnection, paths: Paths, sources: dict[str, Source], kind: Kind
) -> list[str]:
    """Return the keys of delivery periods whose files were read with other settings than today."""
    periods: set[str] = set()
    for source, settings in sources.items():
        for name, export in settings.exports.items():
            if export.definition is kind:
                rows = connection.execute(
                    "SELECT DISTINCT delivery_period FROM ops.delivery "
                    "WHERE source = ? AND export = ? AND state = 'loaded' "
                    "AND reading_version <> ?",
                    [source, name, reading_version(connection, paths, export)],
                ).fetchall()
                periods |= {day.isoformat() for (day,) in rows}
    return sorted(periods)


def _current(deliveries: list[Delivery]) -> Iterator[tuple[Delivery, list[Delivery]]]:
    """Yield the newest delivery of each name with the ones it supersedes."""
    by_name: dict[tuple[str, str, str], list[Delivery]] = {}
    for delivery in deliveries:
        by_name.setdefault((delivery.source, delivery.export, delivery.name), []).append(delivery)
    newest = {name: entries[-1] for name, entries in by_name.items()}
    current_ids = {delivery.delivery_id for delivery in newest.values()}
    seen = set()
    for name, delivery in sorted(newest.items()):
        if delivery.delivery_id not in seen:
            seen.add(delivery.delivery_id)
            yield delivery, [d for d in by_name[name] if d.delivery_id not in current_ids]


def _known(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, version: str
) -> Loaded | None:
    row = connection.execute(
        """
        SELECT state, reason, covers_to, read_count, accepted_count, quarantined_count,
               duplicate_count, layout_count, unit_unknown_count
        FROM ops.delivery
        WHERE delivery_id = ? AND reading_version = ? AND state <> 'superseded'
        """,
        [delivery.delivery_id, version],
    ).fetchone()
    return None if row is None else replace(Loaded(delivery, *row), is_new=False)


@dataclass
class _Job:
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
                self._record(result)
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
        self._check_share(result)
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
        columns = ", ".join(TABLES[kind.table].column_names[4:])
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

    def _check_share(self, result: Loaded) -> None:
        limit = self.source.refuse_above_share
        if result.read and result.quarantined > limit * result.read:
            raise FileRefused(
                "Judging its rows",
                f"{result.quarantined:,} of {result.read:,} rows rejected",
                f"at most {limit:.0%} (refuse_above_share)",
                "Compare the file with the columns and values of the source settings.",
            )

    def _write_rejects(self, rejects: Rejects) -> None:
        rows = rejects.frame().assign(delivery_id=self.delivery.delivery_id)
        if len(rows):
            self.connection.execute("INSERT INTO quarantine.rejected_row BY NAME FROM rows")

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
