"""Publish: the files that readers open, and the files that units get back.

Belongs here: the guard before readers, the files, their macros, the returns. No figure is made
here (`assets.engine.indicators`).
"""

from assets.engine.publish.files import publish_by_unit_csv, publish_dossiers, publish_motcua
from assets.engine.publish.guard import check_not_fewer
from assets.engine.publish.returns import write_return_files

__all__ = [
    "check_not_fewer", "publish_by_unit_csv", "publish_dossiers", "publish_motcua",
    "write_return_files",
]  # fmt: skip
