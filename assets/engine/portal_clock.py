"""A portal's clock beside this machine's: either may be wrong, and nobody knows which.

Belongs here: what the `Date` of a portal's replies says, and what is believed of it. Does not
belong here: reading it (`portal_client`), and which moments hang on it (`portal_collection`).
"""

from datetime import datetime

from assets.engine.common.calendar import Period
from assets.engine.common.messages import counted
from assets.engine.portal_journal import Journal


def told_start(journal: Journal, period: Period, started: datetime) -> datetime:
    """Return when asking began by the portal's clock, or `started` if it tells none to believe.

    Where this machine's clock ran ahead, what changes until then would not be asked for. To ask
    from an earlier moment than needed does no harm. A portal whose clock stands before the period
    began is not believed.
    """
    told_at = journal.pages[0].told_at
    told = datetime.fromisoformat(told_at) if told_at else started
    return told if told.date() >= period.start else started


def clocks_differ(told: datetime | None, here: datetime, bound_minutes: float) -> str | None:
    """Return what to say where the two clocks differ by more minutes than `bound_minutes`."""
    minutes = round(abs(told - here).total_seconds() / 60) if told else 0
    if minutes <= bound_minutes:
        return None
    return (
        f"the portal's clock and this machine's differ by {counted(minutes, 'minute')}; look at "
        "this machine's (timedatectl), or tell the portal's operator"
    )
