"""Load: from a collected delivery to versions in the warehouse.

One file passes each stage once: stage (read, extract, validate), number and deduplicate, one
INSERT, `register.refresh`. A delivery that is refused writes nothing but its refusal.
"""

from assets.engine.load.lacking import accept_loss, load_lacking
from assets.engine.load.plan import load_period, rejected_by_rule
from assets.engine.load.report import Loaded
from assets.engine.load.supersession import refused_with_active_predecessor

__all__ = [
    "Loaded",
    "accept_loss",
    "load_lacking",
    "load_period",
    "refused_with_active_predecessor",
    "rejected_by_rule",
]
