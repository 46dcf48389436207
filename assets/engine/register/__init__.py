"""Register: the latest version of each record, and which codes are one dossier.

Load writes versions and then calls `refresh`; nothing else changes `is_latest`, `is_gone`,
`first_due_date` or an agreed code. Counting does not belong here (`assets.engine.indicators`).
"""

from assets.engine.register.codes import SHARED_CODE
from assets.engine.register.latest import Removed, refresh, remove_delivery
from assets.engine.register.old_changes import note_collections
from assets.engine.register.remembered import remember

__all__ = ["SHARED_CODE", "Removed", "note_collections", "refresh", "remember", "remove_delivery"]
