"""The lists of portals: a period of an export is asked for whole, page by page, and delivered.

Belongs here: asking, paging, going on after a cut, which old periods to ask for once more. Does not
belong here: files of the inbox, and what records mean: the loader reads them as any JSON file.
"""

from assets.engine.portal.checkpoint import checkpoint_file, checkpoints
from assets.engine.portal.run import FromPortals, collect_portals, failures_of_runs
from assets.engine.portal.session import Session
from assets.engine.portal.still_open import periods_still_open

__all__ = [
    "FromPortals",
    "Session",
    "checkpoint_file",
    "checkpoints",
    "collect_portals",
    "failures_of_runs",
    "periods_still_open",
]
