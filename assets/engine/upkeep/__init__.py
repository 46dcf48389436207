"""Upkeep: back-up, restore, and a warehouse rebuilt from the raw store.

Belongs here: what is done to an installation as a whole, while no run works. The commands do not
belong here (`pipelines.commands`), nor the nightly purge (`assets.engine.collect`).
"""

from assets.engine.upkeep.backup import Part, back_up, restore
from assets.engine.upkeep.rebuild import begin_anew

__all__ = ["Part", "back_up", "begin_anew", "restore"]
