"""Purging the raw store: delivered bytes that their source no longer keeps.

Rows that were loaded stay, so every figure does.
"""

import json
import os
from collections import Counter
from datetime import datetime, timedelta

from assets.engine.collect.deliveries import Delivery, read_manifest
from assets.engine.collect.raw_store import blob_of, remove_left_readings
from assets.engine.common.paths import PRIVATE_FILE, Paths
from schemas.settings import Source


def purge_raw(paths: Paths, sources: dict[str, Source], now: datetime) -> list[Delivery]:
    """Remove the bytes of every delivery older than `keep_raw_days` of its source.

    Bytes that another delivery still keeps stay. Each purge is a line of `raw/purged.jsonl`,
    written before the bytes go. What readings that were killed left behind goes, too. Returns the
    deliveries whose bytes were removed.
    """
    remove_left_readings(paths)
    deliveries = read_manifest(paths)
    expired = [item for item in deliveries if _is_expired(item, sources, now)]
    kept = {item.sha256 for item in deliveries if not _is_expired(item, sources, now)}
    newest = {item.sha256: item for item in expired if item.sha256 not in kept}
    purged = [item for item in newest.values() if blob_of(paths, item).exists()]
    if purged:
        _log(paths, purged, now)
    for item in purged:
        blob_of(paths, item).unlink()
    return purged


def unclaimed(paths: Paths, sources: dict[str, Source]) -> dict[str, int]:
    """Return how many deliveries still have their bytes though their source has no settings.

    Nothing says how long such bytes are kept, so they are never purged.
    """
    return dict(
        Counter(
            item.source
            for item in read_manifest(paths)
            if item.source not in sources and blob_of(paths, item).exists()
        )
    )


def _is_expired(delivery: Delivery, sources: dict[str, Source], now: datetime) -> bool:
    source = sources.get(delivery.source)
    if source is None or source.keep_raw_days is None:
        return False
    collected = datetime.fromisoformat(delivery.collected_at)
    return now - collected > timedelta(days=source.keep_raw_days)


def _log(paths: Paths, purged: list[Delivery], now: datetime) -> None:
    log = paths.raw / "purged.jsonl"
    with log.open("a", encoding="utf-8") as handle:
        for item in purged:
            line = {
                "sha256": item.sha256, "source": item.source, "export": item.export,
                "period": item.period, "size": item.size, "collected_at": item.collected_at,
                "purged_at": now.isoformat(),
            }  # fmt: skip
            handle.write(json.dumps(line) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    log.chmod(PRIVATE_FILE)
