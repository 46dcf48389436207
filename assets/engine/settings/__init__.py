"""Settings: one loader for sources, counting rules and operations.

Belongs here: finding a settings file and fitting it to its model. The models do not belong here
(`schemas.settings`), nor trying a new source on a sample (`assets.engine.source_check`).
"""

from assets.engine.settings.file import read_settings
from assets.engine.settings.operations import load_operations, operations_or_defaults
from assets.engine.settings.sources import Mistake, load_sources, mistakes
from assets.engine.settings.statistic import load_calendar, load_statistic

__all__ = [
    "Mistake", "load_calendar", "load_operations", "load_sources", "load_statistic", "mistakes",
    "operations_or_defaults", "read_settings",
]  # fmt: skip
