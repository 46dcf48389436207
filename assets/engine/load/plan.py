"""Loading a delivery period: which of its files must be read, and what each came to."""

import time
from collections.abc import Callable
from dataclasses import replace

import duckdb

from assets.engine.collect import Delivery, blob_of, coverage_since, read_manifest
from assets.engine.common.calendar import Period
from assets.engine.common.messages import counted
from assets.engine.common.paths import Paths
from assets.engine.load.file import FileLoad, load_file, settle_arrivals
from assets.engine.load.reading_version import ReadingVersions, version_as_of
from assets.engine.load.report import Loaded, is_loaded
from assets.engine.load.supersession import sequences
from schemas.rows import RULES, Kind, Rule
from schemas.settings import Source

_COVERED_MORE = "covered the days until "


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
    """Load the files of `period` whose export is of `kind`.

    A file that was read before with the same settings is left as it is. A newer file of the same
    name supersedes the older one, unless it is refused. Returns one entry a current file.
    """
    results = []
    versions = ReadingVersions(connection)
    places: dict[tuple[str, str], list[Delivery]] = {}
    for delivery in read_manifest(paths):
        if delivery.period == period.key:
            places.setdefault((delivery.source, delivery.export), []).append(delivery)
    for (source_name, export_name), arrivals in sorted(places.items()):
        source = sources.get(source_name)
        settings = source.exports.get(export_name) if source else None
        if source is None or settings is None or settings.definition is not kind:
            continue
        exports = settings.variants(period.end)
        version = versions.of(source, settings, period)
        job = FileLoad(
            connection, paths, source, exports, period, arrivals[-1], arrivals, version, run_id
        )
        results += _load_arrivals(job, progress)
    return results


def _load_arrivals(job: FileLoad, progress: Callable[[str], None]) -> list[Loaded]:
    """Load all arrivals of an export's period, the superseded ones too.

    A superseded file says when a dossier was first due, and an older snapshot which dossiers are
    gone. Returns what is active, and what was refused and has no successor.
    """
    # Bytes are read as they first arrived, whatever names they got since.
    first = {d.delivery_id: d for d in reversed(job.arrivals)}
    newest, results = set(), []
    for sequence in sequences(job.arrivals, job.exports[0]):
        newest.add(sequence[-1].delivery_id)
    for delivery in dict.fromkeys(first[arrival.delivery_id] for arrival in job.arrivals):
        version = version_as_of(job.version, delivery.arrived_at)
        results.append(_load_one(replace(job, delivery=delivery, version=version), progress))
    settle_arrivals(job)
    return [
        result
        for result in results
        if result.delivery.delivery_id in newest or is_loaded(job.connection, result.delivery)
    ]


def _load_one(job: FileLoad, progress: Callable[[str], None]) -> Loaded:
    result = _known(job)
    if result is None:
        started = time.monotonic()
        result = load_file(job)
        seconds = time.monotonic() - started
        progress(f"{job.delivery.reference}: {_outcome(result)} ({seconds:.1f} s)")
    return result


def _outcome(result: Loaded) -> str:
    if result.reason:
        return result.state  # whoever asked for the load says why
    return (
        f"loaded {result.accepted:,} of {result.read:,} rows, {result.quarantined:,} quarantined, "
        f"{result.flagged:,} flagged, {counted(result.duplicates, 'duplicate')}"
    )


def rejected_by_rule(
    connection: duckdb.DuckDBPyConnection, kind: Kind, period: Period
) -> list[tuple[Rule, int]]:
    """Return the rules that rows of the period's loaded files broke, with their rows, most first.

    A row that broke two rules is there twice.
    """
    rows = connection.execute(
        """
        SELECT rule_id, count(*) FROM quarantine.rejected_row
        SEMI JOIN (FROM ops.delivery
                   WHERE state = 'loaded' AND kind = ? AND delivery_period = ?) USING (delivery_id)
        GROUP BY ALL ORDER BY 2 DESC, 1
        """,
        [kind.name, period.start],
    ).fetchall()
    return [(RULES[rule_id], count) for rule_id, count in rows]


def _known(job: FileLoad) -> Loaded | None:
    """Return what an earlier reading with today's settings said, or None if there was none.

    Where the bytes were purged, what was loaded of them stands, whatever the settings.
    """
    connection, delivery = job.connection, job.delivery
    # A loaded file may carry the refusal of a reading with settings that are no more.
    connection.execute(
        "UPDATE ops.delivery SET reason = NULL, refused_version = NULL "
        "WHERE delivery_id = ? AND reading_version = ? AND state = 'loaded' AND reason IS NOT NULL",
        [delivery.delivery_id, job.version],
    )
    is_purged = not blob_of(job.paths, delivery).exists()
    row = connection.execute(
        """
        SELECT CASE WHEN state <> 'superseded' THEN state
                    WHEN reason IS NULL THEN 'loaded' ELSE 'refused' END,
               reason, covers_to, read_count, accepted_count, quarantined_count,
               flagged_count, duplicate_count, layout_count, unit_unknown_count, warnings,
               extracted_at, is_coverage_stated, stated_to
        FROM ops.delivery
        WHERE delivery_id = ? AND (reading_version = ? OR refused_version = ? OR ?)
        """,
        [delivery.delivery_id, job.version, job.version, is_purged],
    ).fetchone()
    if row is None and is_purged:
        reason = (
            f"Reading {delivery.reference}: found no bytes, they were purged; expected the raw "
            "file. Deliver it again to load it."
        )
        return Loaded(delivery, "refused", reason)
    if row is None:
        return None
    *counts, extracted_at, is_stated, stated_to = row
    known = replace(
        Loaded(delivery, *counts), is_new=False, extracted_at=extracted_at,
        is_coverage_stated=is_stated, stated_to=stated_to,
    )  # fmt: skip
    return _covering(job, known)


def _covering(job: FileLoad, known: Loaded) -> Loaded:
    """Return what is known of a delivery, with the days it covers since it was delivered again."""
    covered = coverage_since(
        job.same_bytes, job.period, known.covers_to, is_stated=known.is_coverage_stated,
        stated_to=known.stated_to, extracted_at=known.extracted_at,
    )  # fmt: skip
    if covered is None:
        return known
    warnings = covered.added_to(known.warnings or [])
    if known.covers_to and covered.day < known.covers_to:
        warnings.append(
            f"{_COVERED_MORE}{known.covers_to:%d/%m/%Y} before: the manifest lists fewer arrivals "
            "than it did"
        )
    elif known.covers_to and covered.day > known.covers_to:
        warnings = [text for text in warnings if not text.startswith(_COVERED_MORE)]
    if (covered.day, warnings) != (known.covers_to, known.warnings):
        job.connection.execute(
            "UPDATE ops.delivery SET covers_to = ?, warnings = ? WHERE delivery_id = ?",
            [covered.day, warnings, known.delivery.delivery_id],
        )
    return replace(known, covers_to=covered.day, warnings=warnings)
