"""Load: from a collected delivery to versions in the warehouse.

One file passes each stage once: stage (read, extract, validate), number and deduplicate, one
INSERT, `register.refresh`. A delivery that is refused writes nothing but its refusal.
"""

from assets.engine.load.catch_up import accept_loss, load_lacking
from assets.engine.load.delivered import (
    check_can_be_loaded,
    check_is_listed,
    check_is_loaded,
    check_nothing_lacks,
    lacking,
    lacking_beside,
    stays_as_it_was,
    summary_of,
)
from assets.engine.load.file import FileLoad, load_file
from assets.engine.load.plan import load_period, rejected_by_rule
from assets.engine.load.reading_version import LOST
from assets.engine.load.report import Loaded
from assets.engine.load.supersession import refused_with_active_predecessor

__all__ = [
    "LOST", "FileLoad", "Loaded", "accept_loss", "check_can_be_loaded", "check_is_listed",
    "check_is_loaded", "check_nothing_lacks", "lacking", "lacking_beside", "load_file",
    "load_lacking", "load_period", "refused_with_active_predecessor", "rejected_by_rule",
    "stays_as_it_was", "summary_of",
]  # fmt: skip
