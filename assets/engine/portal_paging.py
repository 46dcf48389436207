"""Which page of a portal is asked for next, and with which parameters.

Belongs here: the three ways of paging and how moments are written. Does not belong here: asking.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from assets.engine.common.calendar import TIMEZONE, Period
from assets.engine.portal_reply import Reply
from schemas.settings import ApiExport

START = ""
ZONE = ZoneInfo(TIMEZONE)


def first_position(api: ApiExport) -> str:
    """Return what stands for the first page: its number, no rows before it, no cursor."""
    return {"page": str(api.first_page), "offset": "0", "cursor": START}[api.paging]


def next_position(api: ApiExport, position: str, reply: Reply, row_count: int) -> str | None:
    """Return the position behind a page, or None if it is the last.

    A page with fewer rows than asked for need not be the last, as portals cap pages: the end is
    what the portal says it is, else an empty page. Whether a page is the last counts for more than
    the total: portals cap that, too.

    Parameters
    ----------
    row_count
        Rows of this walk, those of this page included.
    """
    if api.paging == "cursor":
        return reply.next_cursor
    if not reply.records or reply.is_last:
        return None
    if reply.is_last is None and reply.total is not None and row_count >= reply.total:
        return None
    return str(int(position) + (1 if api.paging == "page" else len(reply.records)))


def page_params(api: ApiExport, asked: dict[str, str], position: str) -> dict[str, str]:
    """Return the parameters that ask for the page at `position` of what is asked for."""
    params = api.params | asked | {api.size_param: str(api.page_size)}
    if api.paging == "page":
        params[api.page_param] = position
    elif api.paging == "offset":
        params[api.offset_param] = position
    elif position != START:
        params[api.cursor_param] = position
    return params


def asked_for(api: ApiExport, period: Period, since: datetime | None) -> dict[str, str]:
    """Return the parameters that ask for a period, or for what changed since a moment."""
    start = period.start
    begin = {api.from_param: datetime(start.year, start.month, start.day, tzinfo=ZONE)}
    if since is not None and api.since_param is not None:
        begin = {api.since_param: since}
    end = end_of(period)
    if "%S" in api.date_format:  # else the next period's first day would be asked for, too
        end += timedelta(seconds=1)
    moments = begin | {api.to_param: end}
    return {name: _written(api, moment) for name, moment in moments.items()}


def end_of(period: Period) -> datetime:
    """Return the last second of a period."""
    return datetime(period.end.year, period.end.month, period.end.day, 23, 59, 59, tzinfo=ZONE)


def _written(api: ApiExport, moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(api.date_zone)).strftime(api.date_format)
