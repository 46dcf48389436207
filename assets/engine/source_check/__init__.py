"""The settings checker: a dry run of one sample file with one settings file, in memory.

It says what loading would do with the file, and what in the settings to correct; nothing of the
sample stays. Loading itself and trying other settings do not belong here.
"""

from assets.engine.source_check.check import SourceCheck, check_source
from assets.engine.source_check.printed import report

__all__ = ["SourceCheck", "check_source", "report"]
