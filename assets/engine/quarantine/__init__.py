"""Quarantine: tables of what was rejected or counts nowhere, one SQL file each.

Belongs here: making these tables from the warehouse. Deciding what is rejected does not belong
here (`assets.engine.validate`), nor the files that units get back (`assets.engine.publish`).
"""

from assets.engine.quarantine.tables import rebuild_quarantine

__all__ = ["rebuild_quarantine"]
