"""What a dry run says of the settings: mistakes to correct, and notes.

A line to paste is given only where loading, run with it, reads every value.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator

from assets.engine.common.messages import counted
from assets.engine.common.text import label_key, shape
from assets.engine.settings import Mistake
from assets.engine.source_check.dry_run import Cells, DryRun, Typed
from assets.engine.source_check.shown import (
    described,
    shown_texts,
    shown_unit_codes,
    shown_units,
)
from assets.engine.validate import bearers_of_names
from schemas.rows import ExportColumn
from schemas.settings import USUAL_DATE_FORMATS, USUAL_MARKS, Marks, date_order
from schemas.tables import RATE_NEEDS

# Codes with few letters in a row: more may be a name.
FEWEST_CODES, MOST_FORMS = 2, 3
_CODE_SHAPE = re.compile(r"(?=.*9)(A{0,2}[-_/.9])*A{0,2}")
_RUN = re.compile(r"A+|9+|[.]")
# A number of days, which is read whatever the formats are.
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_SWAPPED = ("columns", "Look whether two columns are swapped.")
# Flags on half of the rows that a mistake of the settings puts there: where, and what to do.
_ASKED = {
    "due_before_received": _SWAPPED,
    "end_before_received": _SWAPPED,
    "collected_before_requested": _SWAPPED,
    "parts_differ_from_amount": _SWAPPED,
    "date_in_future": ("date_formats", "Look whether they read another day than is meant."),
    "day_month_swapped": ("date_formats", "Look whether they read days as months."),
}
# Without these a dossier is read and never counted.
_COUNTED = {
    "unit_code": "every dossier counts as unassigned",
    "channel": "no dossier counts as filed online",
    "received_date": "no dossier counts in any period",
}
_NIGHT_SHARE = 0.25


def look_at(run: DryRun, name: str) -> Iterator[Mistake | str]:
    """Yield what a dry run whose rows were read says of the export `name`; notes are texts."""
    start = f"exports.{name}"
    for cells in run.cells.values():
        if not cells.filled and run.loaded.read:
            yield f"{cells.column.name}: no row has a text in '{cells.header}'"
        if cells.unread and cells.column.reading in _BY_READING:
            yield from _BY_READING[cells.column.reading](run, cells, start)
    yield from _of_dates(run, name)
    accepted = max(run.loaded.accepted, 1)
    for flag, (place, to_do) in _ASKED.items():
        if (count := run.flags.get(flag, 0)) * 2 >= accepted:
            found = f"{flag} on {count:,} of {accepted:,} rows"
            yield Mistake(f"{start}.{place}", found, "few rows with such a fault", to_do)
    if (night := run.flags.get("received_at_night", 0)) > _NIGHT_SHARE * accepted:
        yield (f"{start}.time_zone: {counted(night, 'dossier')} received between 0 and 5 o'clock: "
               "are the times of another zone?")  # fmt: skip
    rows = run.connection.execute("SELECT DISTINCT unit_code FROM reference.unit").fetchall()
    for code in sorted(set(run.source.unit_names) - {code for (code,) in rows}):
        yield Mistake(
            f"unit_names.{code}", "no unit of that code", "a unit_code of reference/unit.csv",
            "Correct the code, or add the unit there.",
        )  # fmt: skip
    owners: dict[tuple[str, str], str] = {}
    for cells in run.cells.values():
        owner = owners.setdefault((cells.column.reading, cells.header), cells.column.name)
        if owner != cells.column.name:
            yield f"{owner} and {cells.column.name} are both read of '{cells.header}'"
    yield from run.loaded.warnings


def of_unmapped(mapped: Collection[str], kind: str, name: str) -> Iterator[Mistake | str]:
    """Yield which figures cannot be had of an export that maps these columns only."""
    for column, without in _COUNTED.items() if kind == "dossier" else ():
        if column not in mapped:
            place = f"exports.{name}.columns.{column}"
            yield Mistake(place, "nothing", f"its header: without it {without}", "Map it.")
    counted_by = {"dossier": ("received_date",), "payment": ("collected_date",)}.get(kind)
    lacking: dict[str, list[str]] = {}
    for rate, needs in RATE_NEEDS.items():
        for need in needs if needs[0] == counted_by else ():
            if not set(need) & set(mapped):
                lacking.setdefault(" or ".join(need), []).append(rate)
    if lacking:
        yield "rates that this export cannot give: " + "; ".join(
            f"{', '.join(rates)} ({need} is not mapped)" for need, rates in lacking.items()
        )
    if kind == "dossier" and "procedure_code" not in mapped:
        yield ("procedure_code is not mapped: the list has no procedure and no field, so it gives "
               "no figures by procedure or by field")  # fmt: skip


def _of_values(run: DryRun, cells: Cells, start: str) -> Iterator[Mistake]:
    column, kind = cells.column, run.export.kind
    shared = run.source.values.get(kind, {}).get(column.name)
    table = f"values.{kind}" if run.export.values[column.name] == shared else f"{start}.values"
    yield Mistake(
        f"{table}.{column.name}",
        f"{cells.unread.total():,} of {cells.filled:,} rows whose text in column '{cells.header}' "
        f"no value lists: {described(cells, shown_texts(cells.unread, cells.header))}",
        f"every text under one of {', '.join(column.values or ('true', 'false'))}",
        "Add each to the list of the value that it means.",
    )


def _of_codes(run: DryRun, cells: Cells, start: str) -> Iterator[Mistake | str]:
    column, name = cells.column, cells.column.name
    found = (f"{cells.unread.total():,} of {cells.filled:,} codes in column '{cells.header}' of "
             f"another form: {described(cells)}")  # fmt: skip
    form = run.export.code_patterns.get(name)
    if column.reading == "code" and (more := _pattern_of(cells.unread)):
        pattern = f"{form}|{more}" if form else more
        patterns = {"code_patterns": {**run.export.code_patterns, name: pattern}}
        changed = run.export.model_copy(update=patterns)
        if not changed.misfits() and not run.typed(cells.unread, column, **patterns).unread:
            to_do = f"If these are its codes, write {name} = '{pattern}': all are read then."
            place = f"{start}.code_patterns.{name}"
            yield Mistake(place, found, f"the form {form or column.pattern}", to_do)
            return
    yield f"{name}: {found}" + (f"; expected the form {form}" if form else "")


def _pattern_of(codes: Counter[str]) -> str | None:
    """Return the forms of codes, a few that stand in several rows; None if one may be a name."""
    forms = Counter[str]()
    for code, count in codes.items():
        forms[shape(code)] += count
    if len(forms) > MOST_FORMS or min(forms.values()) < FEWEST_CODES:
        return None
    if not all(map(_CODE_SHAPE.fullmatch, forms)):
        return None
    return "|".join(_RUN.sub(_run_pattern, form) for form in sorted(forms))


def _run_pattern(run: re.Match[str]) -> str:
    kinds, length = {"A": "[A-Z]", "9": r"\d", ".": r"\."}, len(run[0])
    return kinds[run[0][0]] + (f"{{{length}}}" if length > 1 else "")


def _of_amounts(run: DryRun, cells: Cells, start: str) -> Iterator[Mistake | str]:
    name, count = cells.column.name, cells.unread.total()
    for grouping, decimal in USUAL_MARKS:
        marks = {
            **run.export.marks,
            name: Marks.model_validate({"grouping": grouping, "decimal": decimal}),
        }
        if not run.typed(cells.texts, cells.column, marks=marks).unread:
            line = f"{name} = {{ grouping = {_toml(grouping)}, decimal = {_toml(decimal)} }}"
            found = f"separators that cannot read {count:,} of {cells.texts.total():,} amounts"
            expected, to_do = "those that the portal writes", f"Write {line}: all are read then."
            yield Mistake(f"{start}.marks.{name}", found, expected, to_do)
            return
    yield f"{name}: {counted(count, 'amount')} that are no whole numbers: {described(cells)}"


def _of_dates(run: DryRun, name: str) -> Iterator[Mistake | str]:
    """Yield what the usual formats, day first or month first, make of the dates as text."""
    dates = [cells for cells in run.cells.values() if cells.column.reading == "date"]
    place, formats = f"exports.{name}.date_formats", run.export.date_formats
    if (
        any("Z" in form.replace("%Z", "") for form in formats)
        and "time_zone" not in run.source.exports[name].model_fields_set
    ):
        found, to_do = "a Z after times, which means UTC, and no zone", 'Write time_zone = "UTC".'
        yield Mistake(f"exports.{name}.time_zone", found, "the zone of the times", to_do)
    whole: list[str] = []
    texts = sum((cells.texts for cells in dates), Counter[str]())
    texts = Counter({text: texts[text] for text in texts if not _SERIAL.fullmatch(text)})
    if texts:
        column, total = dates[0].column, texts.total()
        unread = run.typed(texts, column, date_formats=formats).unread
        tried = {order: _usual(run, order, texts, column) for order in ("day", "month")}
        whole = [_toml(listed) for listed, typed in tried.values() if not typed.unread]
        said = "; ".join(
            f"{order} first, {_toml(listed)} read {total - typed.unread:,}"
            + (f", {typed.first:%Y-%m-%d} to {typed.last:%Y-%m-%d}" if typed.first else "")
            for order, (listed, typed) in tried.items()
        )
        if unread > min(typed.unread for _, typed in tried.values()):
            to_do = "Have the portal write dates in one form, or add the formats that are missing."
            if whole:
                to_do = f"Write date_formats = {whole[0]}: every date is read then."
            if len(whole) > 1:
                to_do = "Choose by a date whose day you know."
            found = f"formats that read {total - unread:,} of {total:,} dates that are text"
            yield Mistake(place, found, f"formats that read all: {said}", to_do)
        elif len(whole) > 1 and len({(typed.first, typed.last) for _, typed in tried.values()}) > 1:
            yield (f"{place}: every date can be read day first and month first ({said}): check a "
                   "date whose day you know")  # fmt: skip
    for cells in dates:
        if (count := cells.unread.total()) and not whole:
            yield (f"{cells.column.name}: {counted(count, 'date')} in column '{cells.header}' "
                   f"that {', '.join(formats)} cannot read: {described(cells)}")  # fmt: skip


def _usual(
    run: DryRun, order: str, texts: Counter[str], column: ExportColumn
) -> tuple[list[str], Typed]:
    """Return the fewest formats of an order, configured ones first, that read most, and what."""
    kept = [form for form in run.export.date_formats if date_order(form) in (order, "year")]
    listed = [*dict.fromkeys([*kept, *USUAL_DATE_FORMATS[order], *USUAL_DATE_FORMATS["year"]])]
    most = run.typed(texts, column, date_formats=listed)
    for form in [form for form in reversed(listed) if form not in kept]:
        fewer = [other for other in listed if other != form]
        if fewer and run.typed(texts, column, date_formats=fewer) == most:
            listed = fewer
    return listed, most


def _of_units(run: DryRun, cells: Cells, start: str) -> Iterator[Mistake]:
    unknown, file = Counter(cells.unread), "reference/unit.csv"
    for units in ("code", "name"):
        labels = run.labels(units)
        known = [text for text in unknown if labels.code_of(text)[0]]
        if count := sum(unknown.pop(text) for text in known):
            found = f"{count:,} of {cells.unread.total():,} unknown units that are a {units}"
            yield Mistake(f"{start}.units", found, f'units = "{units}"', "Correct this line.")
    owners = bearers_of_names(run.connection, run.source, run.loaded.covers_to or run.period.end)
    for text in [text for text in unknown if label_key(text) in owners]:
        codes = " and ".join(sorted(owners[label_key(text)]))
        found = f"'{text}' in {counted(unknown.pop(text), 'row')}, the name of {codes}"
        to_do = "Have the portal write codes, or give one of them another name."
        yield Mistake(file, found, "the name of one unit", to_do)
    if unknown:
        shown = {*shown_units(unknown, [*owners]), *shown_unit_codes(unknown, cells.header)}
        yield Mistake(
            file,
            f"{counted(len(unknown), 'different unit')} of {counted(unknown.total(), 'row')} in "
            f"column '{cells.header}' that it does not know: {described(cells, shown, unknown)}",
            "every unit of the list",
            "Add a row for each to that file of the reference tables named above, or list it under "
            "unit_names if it is another name of a unit there; until then these dossiers count as "
            "unassigned.",
        )


def _toml(value: str | list[str]) -> str:
    return json.dumps(value, ensure_ascii=False)


_BY_READING: dict[str, Callable[[DryRun, Cells, str], Iterator[Mistake | str]]] = {
    "value": _of_values,
    "flag": _of_values,
    "code": _of_codes,
    "procedure_code": _of_codes,
    "amount": _of_amounts,
    "unit": _of_units,
}
