"""Collect: delivered files, from the inbox into the raw store, and the manifest that lists them.

Belongs here: which files are new, their period and the days they cover, storing and purging bytes.
Asking portals does not belong here (`portal`), nor loading rows (`load`).
"""

from assets.engine.collect.clock import Clock
from assets.engine.collect.covered_days import (
    believed_extraction,
    coverage,
    coverage_since,
    stated_end,
    stated_period,
    widest_coverage,
)
from assets.engine.collect.deliveries import Delivery, newest, read_arrivals, read_manifest
from assets.engine.collect.hashes import Hashes
from assets.engine.collect.inbox import Collected, collect_period, delivery_of, read_inbox
from assets.engine.collect.manifest import Asked, Manifest
from assets.engine.collect.pending import content_keys, listing_key, pending_files, unplaced
from assets.engine.collect.placing import Placing, Unplaced
from assets.engine.collect.raw_store import blob_of, reading_folder
from assets.engine.collect.retention import purge_raw, unclaimed
from assets.engine.collect.walking import unlike_twins, walk_inbox

__all__ = [
    "Asked", "Clock", "Collected", "Delivery", "Hashes", "Manifest", "Placing", "Unplaced",
    "believed_extraction", "blob_of", "collect_period", "content_keys", "coverage",
    "coverage_since", "delivery_of", "listing_key", "newest", "pending_files", "purge_raw",
    "read_arrivals", "read_inbox", "read_manifest", "reading_folder", "stated_end", "stated_period",
    "unclaimed", "unlike_twins", "unplaced", "walk_inbox", "widest_coverage",
]  # fmt: skip
