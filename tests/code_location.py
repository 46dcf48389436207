"""The code location that tests run jobs of: the project's own settings, loaded once a process.

Which installation a run works on, its configuration says (`tests.assets.runs`).
"""

from assets.engine.common.paths import PROJECT, Paths
from pipelines.definitions import definitions

defs = definitions(Paths(PROJECT / "data", PROJECT / "data"))
