"""Settings: the models that the settings files of an installation must fit.

Belongs here: sources, portal APIs, counting rules, operations, usual headers. Finding and reading
the files does not belong here (`assets.engine.settings`).
"""

from schemas.settings.api import LOOPBACK, ApiExport, ApiSource
from schemas.settings.base import Misfits
from schemas.settings.exports import ANY_TEXT, LOCAL_TIME_ZONE, Change, Export, Marks, date_order
from schemas.settings.operations import Alerts, Mail, Operations
from schemas.settings.sources import Source
from schemas.settings.statistic import Statistic
from schemas.settings.usual_headers import (
    PEOPLE_HEADER,
    USUAL_DATE_FORMATS,
    USUAL_HEADERS,
    USUAL_MARKS,
)

__all__ = [
    "ANY_TEXT", "LOCAL_TIME_ZONE", "LOOPBACK", "PEOPLE_HEADER", "USUAL_DATE_FORMATS",
    "USUAL_HEADERS", "USUAL_MARKS", "Alerts", "ApiExport", "ApiSource", "Change", "Export", "Mail",
    "Marks", "Misfits", "Operations", "Source", "Statistic", "date_order",
]  # fmt: skip
