"""Loading a delivery period: which of its files are current, and taking each in.

Belongs here: superseding, what was read before and need not be read again. Does not belong here:
the path of one file (`assets.engine.load_file`).
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import duckdb

from assets.engine import raw_store
from assets.engine.hash_key import dossier_hash_key
from assets.engine.load_file import FileLoad
from assets.engine.loaded import Loaded, is_loaded, is_recorded
from assets.engine.paths import Paths
from assets.engine.periods import Period
from assets.engine.raw_store import Delivery
from schemas.exports import Kind
from schemas.settings import Export, Source

# Raised when reading or judging changes, so that a re-materialised period is read again.
READING_VERSION = "2"


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
    for group in _groups(deliveries, sources, kind):
        source = sources[group[-1].source]
        export = source.exports[group[-1].export].on(period.start)
        version = reading_version(connection, paths, source, export)
        job = FileLoad(connection, paths, source, export, group[-1], [], version, run_id)
        results += _load_group(job, group[:-1], progress)
    return results


def _load_group(
    newest: FileLoad, older: list[Delivery], progress: Callable[[str], None]
) -> list[Loaded]:
    """Take in the newest delivery of a group, which supersedes the older ones unless refused.

    The older ones of a snapshot are loaded too if they never were: a dossier that only they hold
    is gone, whatever was loaded first. Returns the newest, and the one in force if it is another.
    """
    if newest.export.is_snapshot:
        for number, delivery in enumerate(older):
            if not is_recorded(newest.connection, delivery):
                _load_one(replace(newest, delivery=delivery, superseded=older[:number]), progress)
    results = [_load_one(replace(newest, superseded=older), progress)]
    for delivery in older[::-1]:
        if results[-1].state != "refused":
            break
        # A refused file leaves the one before it in force, which then is read if need be.
        if is_loaded(newest.connection, delivery):
            results.append(_load_one(replace(newest, delivery=delivery), progress))
    return results


def _load_one(job: FileLoad, progress: Callable[[str], None]) -> Loaded:
    result = _known(job)
    if result is None:
        progress(f"reading {job.delivery.reference}, {job.delivery.size:,} bytes")
        result = job.run()
        progress(_said(result))
    return result


def _said(result: Loaded) -> str:
    if result.reason:
        return f"{result.state}: {result.reason}"
    return (
        f"loaded {result.accepted:,} of {result.read:,} rows, {result.quarantined:,} quarantined, "
        f"{result.flagged:,} flagged, {result.duplicates:,} duplicates"
    )


def reading_version(
    connection: duckdb.DuckDBPyConnection, paths: Paths, source: Source, export: Export
) -> str:
    """Return a hash of all that decides how a file is read: settings, unit names, hash key."""
    units = connection.execute("SELECT unit_code, unit_name FROM reference.unit ORDER BY ALL")
    parts = (
        READING_VERSION,
        export.model_dump_json(),
        str(source.refuse_above_share),
        source.origin,
        repr(sorted(source.unit_names.items())),
        repr(units.fetchall()),
        dossier_hash_key(paths),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def outdated_periods(
    connection: duckdb.DuckDBPyConnection, paths: Paths, sources: dict[str, Source], kind: Kind
) -> list[str]:
    """Return the keys of delivery periods whose files were read with other settings than today."""
    periods: set[str] = set()
    loaded = connection.execute(
        "SELECT DISTINCT source, export, delivery_period, reading_version FROM ops.delivery "
        "WHERE state = 'loaded'"
    ).fetchall()
    for source, name, period, version in loaded:
        settings = sources.get(source)
        export = settings.exports.get(name) if settings else None
        if settings is None or export is None or export.definition is not kind:
            continue
        if version != reading_version(connection, paths, settings, export.on(period)):
            periods.add(period.isoformat())
    return sorted(periods)


def _groups(
    deliveries: list[Delivery], sources: dict[str, Source], kind: Kind
) -> Iterator[list[Delivery]]:
    """Yield the deliveries of which the last supersedes the others, in the order of arrival.

    They are those of one name; where an export's deliveries are snapshots, all of its period.
    """
    groups: dict[tuple[str, ...], list[Delivery]] = {}
    for delivery in deliveries:
        source = sources.get(delivery.source)
        export = source.exports.get(delivery.export) if source else None
        if export is None or export.definition is not kind:
            continue
        name = "" if export.is_snapshot else delivery.name
        groups.setdefault((delivery.source, delivery.export, name), []).append(delivery)
    current_ids = {group[-1].delivery_id for group in groups.values()}
    seen = set()
    for _, group in sorted(groups.items()):
        newest = group[-1]
        if newest.delivery_id not in seen:
            seen.add(newest.delivery_id)
            yield [*(d for d in group if d.delivery_id not in current_ids), newest]


def _known(job: FileLoad) -> Loaded | None:
    """Return what an earlier reading with today's settings said, or None if there was none.

    Where the bytes were purged, what was loaded of them stands, whatever the settings.
    """
    connection, delivery = job.connection, job.delivery
    # A loaded file may carry the refusal of a reading with settings that are no more.
    connection.execute(
        "UPDATE ops.delivery SET reason = NULL "
        "WHERE delivery_id = ? AND reading_version = ? AND state = 'loaded' AND reason IS NOT NULL",
        [delivery.delivery_id, job.version],
    )
    is_purged = not raw_store.blob_of(job.paths, delivery).exists()
    row = connection.execute(
        """
        SELECT state, reason, covers_to, read_count, accepted_count, quarantined_count,
               flagged_count, duplicate_count, layout_count, unit_unknown_count
        FROM ops.delivery
        WHERE delivery_id = ? AND (reading_version = ? OR ?) AND state <> 'superseded'
        """,
        [delivery.delivery_id, job.version, is_purged],
    ).fetchone()
    if row is None and is_purged:
        reason = (
            f"Reading {delivery.reference}: found no bytes, they were purged; expected the raw "
            "file. Deliver it again to load it."
        )
        return Loaded(delivery, "refused", reason)
    return None if row is None else replace(Loaded(delivery, *row), is_new=False)
