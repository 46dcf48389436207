"""Dates of a sample: which formats would read more of them, or read them otherwise.

Belongs here: day first or month first, by what is readable and by true dates of the same column;
a Z that nobody takes for UTC. Does not belong here: other texts (`settings_tries`).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable

import duckdb
import pyarrow as pa

from assets.engine.common.messages import counted
from assets.engine.settings_draft import DraftExport, DraftSource
from assets.engine.settings_findings import Findings, shapes_of, toml_list
from assets.engine.settings_trial import ColumnSeen, Trial
from schemas.settings import LOCAL_TIME_ZONE, USUAL_DATE_FORMATS, date_order
from schemas.tables import quoted

_MOST_TEXTS = 20_000
# A number of days, which the engine reads whatever the formats are.
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_ORDERS = ("day", "month")

# By format, the month of each text that it reads.
Months = dict[str, dict[str, str]]


def try_dates(
    reading: duckdb.DuckDBPyConnection,
    trial: Trial,
    source: DraftSource,
    export: DraftExport,
    *,
    name: str,
    findings: Findings,
) -> None:
    """Name what the usual formats, day first or month first, make of the dates that are text."""
    dates = [seen for seen in trial.columns.values() if seen.column.reading == "date"]
    unread = _tried(sum((seen.unreadable for seen in dates), Counter[str]()))
    read = _tried(sum((seen.texts for seen in dates), Counter[str]()) - unread)
    # All that is unread, and as much of the rest as tells the order.
    texts = Counter(dict([*unread.items(), *read.items()][:_MOST_TEXTS]))
    unread &= texts
    months = _months(reading, texts, [*export.date_formats, *_usual_formats()])
    orders = {date_order(text) for text in export.date_formats} - {"year"}
    configured, total = texts.total() - unread.total(), texts.total()
    covers = {order: _cover(order, texts, months) for order in _ORDERS}
    agreeing = {order: _agreeing(order, dates, months) for order in _ORDERS}
    best = max(_ORDERS, key=lambda order: (covers[order][1], agreeing[order], order in orders))
    chosen, count = covers[best]
    # What the settings have for other files stays, unless it reads days as months.
    kept = [text for text in export.date_formats if date_order(text) in (best, "year")]
    formats = list(dict.fromkeys([*kept, *chosen]))
    place = f"exports.{name}.date_formats"
    if unread and count > configured:
        findings.add(
            place,
            f"read {configured:,} of {total:,} dates that are text; {best} first, "
            f"{toml_list(formats)} would read {count:,}",
        )
    elif orders == {_other(best)} and agreeing[best] > agreeing[_other(best)]:
        findings.add(
            place,
            f"read {agreeing[_other(best)]:,} dates that are text into a month of the true dates "
            f"of their column; {best} first, {toml_list(formats)} would read {agreeing[best]:,}",
        )
    elif len(orders) < len(_ORDERS):
        _say_unread(dates, unread, months, findings)
        if total and not unread and _say_nothing(covers, agreeing, total) and orders:
            findings.notes.append(
                "every date of the sample is one both day first and month first: check a date "
                "whose day you know"
            )
        formats = export.date_formats
    if formats != export.date_formats:
        findings.propose(f"exports.{name}", f"date_formats = {toml_list(formats)}")
    if any("Z" in text.replace("%Z", "") and months.get(text) for text in formats):
        _ask_for_zone(source.exports[name], name, findings)


def _ask_for_zone(export: DraftExport, name: str, findings: Findings) -> None:
    """Say what a literal Z means, unless the settings name a zone for the times before it."""
    if "time_zone" not in export.model_fields_set:
        findings.add(
            f"exports.{name}.time_zone",
            "the Z behind times means UTC, and is passed over: without time_zone they are times "
            f"of {LOCAL_TIME_ZONE}",
        )
        findings.propose(f"exports.{name}", 'time_zone = "UTC"')


def _other(order: str) -> str:
    return "month" if order == "day" else "day"


def _say_unread(
    dates: list[ColumnSeen], unread: Counter[str], months: Months, findings: Findings
) -> None:
    """Note the texts that no format reads, and those that one of the other order would."""
    readable = {text for read in months.values() for text in read}
    for seen in dates:
        never = _only(seen.unreadable, lambda text: text in unread and text not in readable)
        other = _only(seen.unreadable, lambda text: text in unread and text in readable)
        if never:
            findings.notes.append(
                f"{seen.place}: {counted(never.total(), 'date')} that no usual format reads: "
                + shapes_of(never, seen.rows)
            )
        if other:
            findings.notes.append(
                f"{seen.place}: {counted(other.total(), 'date')} that only formats of another "
                "order than most read: the portal mixes both, have it write one: "
                + shapes_of(other, seen.rows)
            )


def _only(texts: Counter[str], is_meant: Callable[[str], bool]) -> Counter[str]:
    return Counter({text: count for text, count in texts.items() if is_meant(text)})


def _say_nothing(
    covers: dict[str, tuple[list[str], int]], agreeing: dict[str, int], total: int
) -> bool:
    """Say whether neither what is readable nor true dates tell day first from month first."""
    return all(count >= total for _, count in covers.values()) and len(set(agreeing.values())) == 1


def _tried(texts: Counter[str]) -> Counter[str]:
    return _only(texts, lambda text: not _SERIAL.fullmatch(text))


def _usual_formats() -> list[str]:
    return [text for formats in USUAL_DATE_FORMATS.values() for text in formats]


def _agreeing(order: str, dates: list[ColumnSeen], months: Months) -> int:
    """Count the texts that formats of one order read into a month of the column's true dates."""
    return sum(
        count
        for seen in dates
        if seen.true_months
        for text, count in seen.texts.items()
        if _month(order, text, months) in seen.true_months
    )


def _month(order: str, text: str, months: Months) -> str | None:
    return next(
        (read[text] for form, read in months.items()
         if text in read and date_order(form) in (order, "year")),
        None,
    )  # fmt: skip


def _months(reading: duckdb.DuckDBPyConnection, texts: Iterable[str], formats: list[str]) -> Months:
    listed = pa.table({"text": pa.array(list(texts), pa.string())})
    reading.register("tried_text", listed)
    months = {}
    for text in dict.fromkeys(formats):
        rows = reading.execute(
            f"SELECT text, strftime(moment, '%Y-%m') FROM (SELECT text, "
            f"try_strptime(text, {quoted(text)}) AS moment FROM tried_text) "
            "WHERE moment IS NOT NULL"
        ).fetchall()
        months[text] = dict(rows)
    reading.unregister("tried_text")
    return months


def _cover(order: str, texts: Counter[str], months: Months) -> tuple[list[str], int]:
    """Return the fewest formats of one order that read most, and how many dates they read."""
    left = {text: set(months[text]) for text in months if date_order(text) in (order, "year")}
    chosen: list[str] = []
    done: set[str] = set()
    while left:
        gains = {text: sum(texts[t] for t in read - done) for text, read in left.items()}
        best = max(gains, key=lambda text: gains[text])
        if not gains[best]:
            break
        chosen.append(best)
        done |= left.pop(best)
    return chosen, sum(texts[text] for text in done)
