"""Tries: which other settings would read what the settings at hand do not.

Belongs here: texts that no value lists, units nobody knows, marks of amounts and forms of codes,
with the lines to add. Does not belong here: reading the sample (`settings_trial`) and dates
(`settings_dates`).
"""

import re
from collections import Counter

import duckdb
import pyarrow as pa

from assets.engine.common.messages import counted
from assets.engine.common.text import label_key, shape
from assets.engine.settings_dates import try_dates
from assets.engine.settings_draft import NO_TEXT, DraftExport, DraftSource
from assets.engine.settings_findings import (
    NEEDS_A_DECISION,
    Findings,
    described,
    likely,
    shapes_of,
    shown_texts,
    shown_unit_codes,
    shown_units,
    toml_list,
    toml_text,
)
from assets.engine.settings_trial import ColumnSeen, Trial
from schemas.settings import USUAL_MARKS
from schemas.tables import quoted

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
            _try_values(seen, source, export, name, findings)
        elif seen.column.reading == "code":
            _try_pattern(seen, export, name, findings)
        elif seen.column.reading == "procedure_code" and seen.unreadable:
            findings.notes.append(
                f"{seen.place}: no procedure code in {counted(seen.unreadable.total(), 'row')}: "
                + shapes_of(seen.unreadable, seen.rows)
            )
        elif seen.column.reading == "amount":
            _try_marks(reading, seen, export, name, findings)
        elif seen.column.reading == "unit":
            _try_units(seen, trial, name, findings)
    try_dates(reading, trial, source, export, name=name, findings=findings)
    for code in sorted(set(source.unit_names) - trial.unit_codes):
        findings.add(f"unit_names.{code}", "is no unit of reference/unit.csv")


def _try_values(
    seen: ColumnSeen, source: DraftSource, export: DraftExport, name: str, findings: Findings
) -> None:
    """Name texts that no value lists, with the value that a text is like."""
    if not seen.unreadable:
        return
    column = seen.column.name
    table = _table_of_values(column, source, export, name)
    shown = shown_texts(seen.unreadable, seen.header)
    findings.add(
        f"{table}",
        f"no value lists what {seen.unreadable.total():,} of {seen.filled:,} rows have in "
        f"column '{seen.header}': " + described(seen.unreadable, shown, seen.rows),
    )
    allowed = list(seen.column.values or ("true", "false"))
    listed = {
        value: [text for text in texts if text != NO_TEXT]
        for value, texts in export.values.get(column, {}).items()
    }
    guessed: dict[str, list[str]] = {}
    for text in shown:
        value = _value_like(text, allowed)
        if value:
            guessed.setdefault(value, []).append(text)
        else:
            findings.propose(
                table, f"{NEEDS_A_DECISION} = {toml_list([text])}  # one of {', '.join(allowed)}"
            )
    for value, texts in guessed.items():
        line = f"{value} = {toml_list([*listed.get(value, []), *texts])}  {NEEDS_A_DECISION}"
        findings.propose(table, line)


def _table_of_values(column: str, source: DraftSource, export: DraftExport, name: str) -> str:
    """Return where the texts of a column stand; an export's own come instead of the shared."""
    shared = source.values.get(export.kind, {}).get(column)
    own = source.exports[name].values.get(column)
    if own and own != shared:
        return f"exports.{name}.values.{column}"
    return f"values.{export.kind}.{column}"


def _value_like(text: str, allowed: list[str]) -> str | None:
    keys = {value.replace("_", " "): value for value in allowed}
    key = likely(label_key(text), list(keys), 0.75)
    return keys[key] if key else None


def _try_units(seen: ColumnSeen, trial: Trial, name: str, findings: Findings) -> None:
    """Name units that reference.unit lacks, or that another setting of `units` would know."""
    if not seen.unreadable:
        return
    total = seen.unreadable.total()
    other = max(trial.units_known, key=lambda units: trial.units_known[units])
    if known := trial.units_known[other]:
        findings.add(
            f"exports.{name}.units",
            f'{known:,} of {total:,} rows without a unit would have one with units = "{other}"',
        )
        findings.propose(f"exports.{name}", f'units = "{other}"')
    unknown = Counter(trial.unknown_units)
    for text in [text for text in unknown if label_key(text) in trial.unit_owners]:
        owners = " and ".join(sorted(trial.unit_owners[label_key(text)]))
        findings.add(
            "reference/unit.csv",
            f"'{text}' in {counted(unknown.pop(text), 'row')} is the name of {owners}: have the "
            "portal write codes, or give one of them another name, which the portal writes too",
        )
    if unknown:
        names = shown_units(unknown, list(trial.unit_owners))
        codes = shown_unit_codes(unknown, seen.header)
        findings.add(
            "reference/unit.csv",
            f"does not know {counted(len(unknown), 'different unit')} of "
            f"{counted(unknown.total(), 'row')} in column '{seen.header}': "
            f"{described(unknown, {*names, *codes}, seen.rows)}. Add a row for each to that "
            "file of the reference tables named above, or list it under unit_names if it is "
            "another name of a unit there; until then these dossiers count as unassigned",
        )
        for text in names:
            findings.propose("unit_names", f'{NEEDS_A_DECISION} "code" = {toml_list([text])}')


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
            f"{seen.place}: amounts that are no whole numbers "
            f"({seen.unreadable.total():,}): " + shapes_of(seen.unreadable, seen.rows)
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
    said = f"{count:,} of {seen.filled:,} codes are of another form: "
    said += shapes_of(seen.unreadable, seen.rows)
    pattern = _pattern_of(seen.unreadable)
    if pattern is None or count < 2 or export.pattern_problems(column, pattern):
        findings.notes.append(f"{seen.place}: {said}")
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
