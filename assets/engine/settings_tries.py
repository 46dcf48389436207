"""Tries: which other settings would read what the settings at hand do not.

Belongs here: usual date formats, marks of amounts, forms of codes, with the lines to add. Does not
belong here: reading the sample (`settings_trial`) and what lists lack (`settings_lists`).
"""

import re
from collections import Counter

import duckdb
import pyarrow as pa

from assets.engine.settings_draft import DraftExport, DraftSource
from assets.engine.settings_findings import (
    NEEDS_A_DECISION,
    Findings,
    shapes_of,
    toml_list,
    toml_text,
)
from assets.engine.settings_lists import look_at_night, try_units, try_values
from assets.engine.settings_trial import ColumnSeen, Trial
from assets.engine.text import shape
from schemas.columns import quoted
from schemas.settings import date_order
from schemas.usual_headers import USUAL_DATE_FORMATS, USUAL_MARKS

_MOST_TEXTS = 20_000
_RUNS = re.compile(r"[Aa]+|9+|.")
_LETTERS, _DIGITS = "[A-Z]", r"\d"

Runs = tuple[tuple[str, int], ...]


def try_all(
    reading: duckdb.DuckDBPyConnection,
    trial: Trial,
    source: DraftSource,
    export: DraftExport,
    *,
    name: str,
    findings: Findings,
) -> None:
    """Name what other settings would read, in the order of the columns."""
    for seen in trial.columns.values():
        if seen.column.reading in ("value", "flag"):
            try_values(seen, source, export, name, findings)
        elif seen.column.reading == "code":
            _try_pattern(seen, export, name, findings)
        elif seen.column.reading == "procedure_code" and seen.unreadable:
            findings.notes.append(
                f"{seen.column.name}: no procedure code in {seen.unreadable.total():,} rows: "
                + shapes_of(seen.unreadable)
            )
        elif seen.column.reading == "amount":
            _try_marks(reading, seen, export, name, findings)
        elif seen.column.reading == "unit":
            try_units(seen, trial, name, findings)
    _try_formats(reading, trial, export, name, findings)
    for code in sorted(set(source.unit_names) - trial.unit_codes):
        findings.add(f"unit_names.{code}", "is no unit of reference/unit.csv")
    look_at_night(trial, name, findings)


def _try_formats(
    reading: duckdb.DuckDBPyConnection,
    trial: Trial,
    export: DraftExport,
    name: str,
    findings: Findings,
) -> None:
    """Try the usual formats, day first or month first, on the texts of all date columns."""
    dates = [seen for seen in trial.columns.values() if seen.column.reading == "date"]
    texts = sum((seen.texts for seen in dates), Counter[str]())
    unread = sum((seen.unreadable for seen in dates), Counter[str]())
    readable = _readable(reading, texts, [*export.date_formats, *_usual_formats()])
    covers = {order: _cover(order, texts, readable) for order in ("day", "month")}
    best = max(covers, key=lambda order: covers[order][1])
    chosen, count = covers[best]
    # What the settings have for other files stays, unless it reads days as months.
    kept = [text for text in export.date_formats if date_order(text) in (best, "year")]
    formats = list(dict.fromkeys([*kept, *chosen]))
    configured, total = texts.total() - unread.total(), texts.total()
    if unread and count > configured:
        findings.add(
            f"exports.{name}.date_formats",
            f"read {configured:,} of {total:,} dates; {best} first, {toml_list(formats)} would "
            f"read {count:,}",
        )
        findings.propose(f"exports.{name}", f"date_formats = {toml_list(formats)}")
    elif unread:
        findings.notes.append(
            f"{unread.total():,} of {total:,} dates are read by no usual format: "
            + shapes_of(unread)
        )
    elif total and all(covers[order][1] >= total for order in covers) and _are_ambiguous(export):
        findings.notes.append(
            "every date of the sample is one both day first and month first: check a date whose "
            "day you know"
        )


def _usual_formats() -> list[str]:
    return [text for formats in USUAL_DATE_FORMATS.values() for text in formats]


def _are_ambiguous(export: DraftExport) -> bool:
    return any(not text.startswith("%Y") for text in export.date_formats)


def _readable(
    reading: duckdb.DuckDBPyConnection, texts: Counter[str], formats: list[str]
) -> dict[str, set[str]]:
    """Return the texts that each format reads."""
    listed = pa.table({"text": pa.array(list(texts)[:_MOST_TEXTS], pa.string())})
    reading.register("tried_text", listed)
    readable = {}
    for text in dict.fromkeys(formats):
        rows = reading.execute(
            f"SELECT text FROM tried_text WHERE try_strptime(text, {quoted(text)}) IS NOT NULL"
        ).fetchall()
        readable[text] = {row[0] for row in rows}
    reading.unregister("tried_text")
    return readable


def _cover(order: str, texts: Counter[str], readable: dict[str, set[str]]) -> tuple[list[str], int]:
    """Return the fewest formats of one order that read most, and how many dates they read."""
    left = {text: readable[text] for text in readable if date_order(text) in (order, "year")}
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


def _try_marks(
    reading: duckdb.DuckDBPyConnection,
    seen: ColumnSeen,
    export: DraftExport,
    name: str,
    findings: Findings,
) -> None:
    if not seen.unreadable:
        return
    column = seen.column.name
    marks = export.marks_of(column)
    known = seen.texts.total() - seen.unreadable.total()
    read = {pair: _read_with(reading, seen.texts, *pair) for pair in USUAL_MARKS}
    best = max(read, key=lambda pair: read[pair])
    if read[best] > known and best != (marks.grouping, marks.decimal):
        findings.add(
            f"exports.{name}.marks.{column}",
            f"{marks.grouping!r} and {marks.decimal!r} read {known:,} of "
            f"{seen.texts.total():,} amounts; {best[0]!r} between thousands and {best[1]!r} "
            f"before decimals would read {read[best]:,}",
        )
        line = f"{column} = {{ grouping = {toml_text(best[0])}, decimal = {toml_text(best[1])} }}"
        findings.propose(f"exports.{name}.marks", line)
    else:
        findings.notes.append(
            f"{column}: {seen.unreadable.total():,} amounts are no whole numbers: "
            + shapes_of(seen.unreadable)
        )


def _read_with(
    reading: duckdb.DuckDBPyConnection, texts: Counter[str], grouping: str, decimal: str
) -> int:
    listed = pa.table({"text": list(texts), "rows": list(texts.values())})
    reading.register("tried_text", listed)
    rows = reading.execute(
        f"""
        SELECT coalesce(sum(rows), 0)
        FROM (SELECT rows, number_text(text) AS number FROM tried_text)
        WHERE typed_amount(number, {quoted(grouping)}, {quoted(decimal)}) IS NOT NULL
        """
    ).fetchall()
    reading.unregister("tried_text")
    return int(rows[0][0])


def _try_pattern(seen: ColumnSeen, export: DraftExport, name: str, findings: Findings) -> None:
    """Propose the form of codes that could not be read, from their shapes."""
    if not seen.unreadable:
        return
    column, count = seen.column.name, seen.unreadable.total()
    said = f"{count:,} of {seen.filled:,} codes are of another form: " + shapes_of(seen.unreadable)
    pattern = _pattern_of(seen.unreadable)
    if pattern is None or count < 2 or export.code_problems(column, pattern):
        findings.notes.append(f"{column}: {said}")
        return
    findings.add(f"exports.{name}.code_patterns.{column}", said)
    findings.propose(f"exports.{name}.code_patterns", f"{column} = '{pattern}'  {NEEDS_A_DECISION}")


def _pattern_of(codes: Counter[str]) -> str | None:
    """Return the form that most codes have: runs of letters and digits, and marks between."""
    forms: dict[tuple[str, ...], list[Runs]] = {}
    rows = Counter[tuple[str, ...]]()
    for code, count in codes.items():
        runs = _runs(shape(code.replace(" ", "")))
        form = tuple(kind for kind, _ in runs)
        forms.setdefault(form, []).append(runs)
        rows[form] += count
    form, count = rows.most_common(1)[0]
    if 2 * count < rows.total() or _DIGITS not in form:
        return None
    parts = []
    for place, kind in enumerate(form):
        lengths = {runs[place][1] for runs in forms[form]}
        parts.append(kind + _times(min(lengths), max(lengths)) if len(kind) > 1 else kind)
    return "".join(parts)


def _runs(text: str) -> Runs:
    runs: list[tuple[str, int]] = []
    for run in _RUNS.findall(text):
        if run[0] in "Aa":
            runs.append((_LETTERS, len(run)))
        elif run[0] == "9":
            runs.append((_DIGITS, len(run)))
        else:
            runs.append((run if run in "-_/" else f"[{run}]", 1))
    return tuple(runs)


def _times(least: int, most: int) -> str:
    if least != most:
        return f"{{{least},{most}}}"
    return "" if least == 1 else f"{{{least}}}"
