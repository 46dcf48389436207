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
from assets.engine.load_file import FileLoad, Loaded, is_loaded
from assets.engine.paths import Paths
from assets.engine.periods import Period
from assets.engine.raw_store import Delivery
from schemas.exports import Kind
from schemas.settings import Export, Source

# Raised when reading or judging changes, so that a re-materialised period is read again.
READING_VERSION = "1"


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
        version = reading_version(connection, paths, source, export)
        for candidate, older in ((delivery, superseded), *((d, []) for d in superseded[::-1])):
            # A refused file leaves the one before it in force, which then is read if need be.
            if candidate is not delivery and not is_loaded(connection, candidate):
                continue
            result = _known(connection, candidate, version)
            if result is None:
                progress(f"reading {candidate.reference}, {candidate.size:,} bytes")
                job = FileLoad(connection, paths, source, export, candidate, older, version, run_id)
                result = job.run()
                progress(_said(result))
            results.append(result)
            if result.state != "refused":
                break
    return results


def _said(result: Loaded) -> str:
    if result.reason:
        return f"{result.state}: {result.reason}"
    return (
        f"loaded {result.accepted:,} of {result.read:,} rows, {result.quarantined:,} quarantined, "
        f"{result.duplicates:,} duplicates"
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
        repr(units.fetchall()),
        dossier_hash_key(paths),
    )
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
                    [source, name, reading_version(connection, paths, settings, export)],
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
    """Return what an earlier reading with today's settings said, or None if there was none."""
    # A loaded file may carry the refusal of a reading with settings that are no more.
    connection.execute(
        "UPDATE ops.delivery SET reason = NULL "
        "WHERE delivery_id = ? AND reading_version = ? AND state = 'loaded' AND reason IS NOT NULL",
        [delivery.delivery_id, version],
    )
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
