"""Loading one file: staged, then written in one transaction, or refused as a whole."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from assets.engine import register
from assets.engine.collect import (
    Delivery,
    believed_extraction,
    blob_of,
    coverage,
    reading_folder,
    stated_end,
    stated_period,
    widest_coverage,
)
from assets.engine.common.calendar import Period
from assets.engine.common.errors import FileRefused
from assets.engine.common.paths import Paths
from assets.engine.extract import TextTable, open_file
from assets.engine.load.insert import insert_versions
from assets.engine.load.records import PER_DELIVERY, record_delivery, record_list
from assets.engine.load.report import Loaded, is_loaded
from assets.engine.load.staging import StagedFile, stage_list
from assets.engine.load.supersession import set_active
from assets.engine.register import note_collections
from assets.engine.validate import UnitLabels, unit_labels
from assets.engine.warehouse import reader, scalar, transaction
from schemas.rows import DOSSIER, KINDS, Circumstances, Kind
from schemas.settings import Export, Source


@dataclass(frozen=True)
class FileLoad:
    """The loading of one file.

    `delivery` is the first of its bytes; `exports` is its export under each set of headers, the
    likeliest first; `arrivals` are all deliveries of its source, export and period, in the order of
    arrival.
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

    @property
    def same_bytes(self) -> list[Delivery]:
        """Every arrival of the bytes, under whatever name."""
        return [item for item in self.arrivals if item.delivery_id == self.delivery.delivery_id]

    @property
    def kind(self) -> Kind:
        """What a row of the file is."""
        return self.exports[0].definition


def load_file(job: FileLoad) -> Loaded:
    """Load a file, or record why it is refused; nothing else of a refused file is written."""
    try:
        return _load(job)
    except FileRefused as refusal:
        # The cause's own reference is the file, which the reader does not know.
        reason = (
            f"{refusal.doing} ({job.delivery.reference}): found {refusal.found}; "
            f"expected {refusal.expected}. {refusal.to_do}"
        )
        result = Loaded(job.delivery, "refused", reason)
        with transaction(job.connection):
            _record_refusal(job, result)
        return result


def _load(job: FileLoad) -> Loaded:
    with reading_folder(job.paths) as workspace:
        staged = stage_file(job, workspace)
        result = _staged_result(job, staged)
        with transaction(job.connection):
            _write(job, staged, result)
    return result


def stage_file(job: FileLoad, workspace: Path) -> StagedFile:
    """Read and validate every list of a file; accepted rows are laid aside in `workspace`.

    Raises FileRefused if it cannot be read, or too large a share of its rows is rejected.
    """
    delivery = job.delivery
    opened, tables = open_file(blob_of(job.paths, delivery), job.exports, workspace)
    export = opened.export
    circumstances = Circumstances(
        datetime.fromisoformat(delivery.collected_at).date(),
        job.source.origin == "national",
        frozenset(export.columns),
    )
    with reader(job.paths) as reading:
        lists, line = [], None
        for table in tables:
            line = table.period or line  # that of the first sheet is the others', too
            labels = _labels(job, export, replace(table, period=line))
            lists.append(
                stage_list(
                    reading, table, export, labels, circumstances=circumstances, workspace=workspace
                )
            )
    warnings = [text for item in lists for text in item.warnings]
    staged = StagedFile(export, lists, [*warnings, *opened.warnings])
    _check_share(staged, job.source.refuse_above_share)
    return staged


def _labels(job: FileLoad, export: Export, table: TextTable) -> UnitLabels:
    """Return what the units of a list mean on the last day that it covered when it first came."""
    stated_to = stated_end(stated_period([table.period]), job.period)
    extracted_at, _ = believed_extraction(table.extracted_at, job.delivery, job.period)
    day = coverage(job.delivery, job.period, stated_to, extracted_at).day
    return unit_labels(
        job.connection, job.source, export, day,
        since=min(job.period.start, day), codes_until=job.period.end,
    )  # fmt: skip


def settle_arrivals(job: FileLoad) -> None:
    """Bring the register up to date with arrivals that change which deliveries are active."""
    with transaction(job.connection):
        _refresh_register(job, None, register.Removed())


def _staged_result(job: FileLoad, staged: StagedFile) -> Loaded:
    stated_to = stated_end(stated_period(staged.period_lines), job.period)
    extracted_at, warning = believed_extraction(staged.extracted_at, job.delivery, job.period)
    covered = widest_coverage(job.same_bytes, job.period, stated_to, extracted_at)
    return Loaded(
        job.delivery, "loaded",
        covers_to=covered.day,
        is_coverage_stated=stated_to is not None or job.delivery.covers_to is not None,
        stated_to=stated_to,
        read=staged.read_count,
        quarantined=staged.rejected_count,
        layout=sum(item.layout.counts.total() for item in staged.lists),
        warnings=covered.added_to([*staged.warnings, *([warning] if warning else [])]),
        extracted_at=extracted_at,
    )  # fmt: skip


def _check_share(staged: StagedFile, limit: float) -> None:
    if staged.refusable_count > limit * staged.read_count:
        rules: Counter[str] = Counter()
        for item in staged.lists:
            rules.update(item.rejects["rule_id"])
        raise FileRefused(
            "Validating its rows",
            f"{staged.rejected_count:,} of {staged.read_count:,} rows rejected "
            f"({', '.join(f'{rule} {count:,}' for rule, count in rules.most_common())})",
            f"at most {limit:.0%} (refuse_above_share)",
            "Compare the file with the columns and values of the source settings.",
        )


def _write(job: FileLoad, staged: StagedFile, result: Loaded) -> None:
    """Write a staged file in place of an earlier reading of it, and complete its counts."""
    connection, kind, delivery_id = job.connection, job.kind, job.delivery.delivery_id
    removed = _remove(job)
    if staged.rows:
        inserted = insert_versions(connection, job.delivery, kind, staged)
        result.duplicates = inserted.duplicates
        if inserted.repeated_keys is not None:
            removed = removed.with_keys(inserted.repeated_keys)
    unit_unknown = "count(*) FILTER (unit_code IS NULL)" if kind is DOSSIER else "0"
    result.accepted, result.flagged, result.unit_unknown = connection.execute(
        f"SELECT count(*), count(flags), {unit_unknown} FROM {kind.table} WHERE delivery_id = ?",
        [delivery_id],
    ).fetchall()[0]
    if "unit_code" not in staged.export.columns:
        result.unit_unknown = 0
    result.check_conservation()
    for item in staged.lists:
        record_list(connection, delivery_id, item)
    _record(job, staged.export, result)
    _refresh_register(job, delivery_id, removed)


def _remove(job: FileLoad) -> register.Removed:
    """Delete what an earlier reading of the file wrote, as rows of whatever kind."""
    delivery_id = job.delivery.delivery_id
    former = scalar(
        job.connection, "SELECT kind FROM ops.delivery WHERE delivery_id = ?", [delivery_id]
    )
    if former not in (None, job.kind.name):
        gone = register.remove_delivery(job.connection, KINDS[str(former)], delivery_id)
        register.refresh(job.connection, KINDS[str(former)], removed=gone)
    for table in PER_DELIVERY:
        job.connection.execute(f"DELETE FROM {table} WHERE delivery_id = ?", [delivery_id])
    return register.remove_delivery(job.connection, job.kind, delivery_id)


def _refresh_register(job: FileLoad, loaded: str | None, removed: register.Removed) -> None:
    """Settle which deliveries are active, and let the register follow."""
    changed = set_active(job.connection, job.arrivals, job.exports[0])
    noted = note_collections(job.connection, job.arrivals)
    if loaded or changed or noted or removed.keys:
        register.refresh(
            job.connection, job.kind, loaded=loaded, changed=changed, noted=noted, removed=removed
        )


def _record(job: FileLoad, export: Export, result: Loaded) -> None:
    record_delivery(
        job.connection,
        result,
        kind=export.kind,
        origin=job.source.origin,
        is_snapshot=export.is_snapshot,
        version=job.version,
        run_id=job.run_id,
    )


def _record_refusal(job: FileLoad, result: Loaded) -> None:
    """Record the refusal; what an earlier reading of the same bytes made active stays."""
    if is_loaded(job.connection, job.delivery):
        job.connection.execute(
            "UPDATE ops.delivery SET reason = ?, refused_version = ? WHERE delivery_id = ?",
            [result.reason, job.version, job.delivery.delivery_id],
        )
    else:
        # Rows of another reading, superseded since, go with it.
        removed = _remove(job)
        _record(job, job.exports[0], result)
        _refresh_register(job, None, removed)
