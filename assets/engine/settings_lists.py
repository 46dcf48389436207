"""Lists and counts: texts that no value lists, units nobody knows, what a loading would refuse.

Belongs here: what the authority's own lists lack, with the lines to add. Does not belong here:
formats, marks and forms of codes (`settings_tries`).
"""

import re

from assets.engine.settings_draft import NO_TEXT, DraftExport, DraftSource
from assets.engine.settings_findings import (
    NEEDS_A_DECISION,
    Findings,
    described,
    likely,
    shown_texts,
    toml_list,
)
from assets.engine.settings_trial import ColumnSeen, Trial
from assets.engine.text import label_key

# A share of receptions at night that says something about the zone, not about the clerks.
_NIGHT_SHARE = 0.25
_UNIT_CODE = re.compile(r"[0-9A-Z.]+")


def try_values(
    seen: ColumnSeen, source: DraftSource, export: DraftExport, name: str, findings: Findings
) -> None:
    """Name texts that no value lists, with the value that a text is like."""
    if not seen.unreadable:
        return
    column = seen.column.name
    table = _table_of_values(column, source, export, name)
    findings.add(
        f"{table}",
        f"no value lists what {seen.unreadable.total():,} of {seen.filled:,} rows have: "
        + described(seen.unreadable, seen.header),
    )
    allowed = list(seen.column.values or ("true", "false"))
    listed = {
        value: [text for text in texts if text != NO_TEXT]
        for value, texts in export.values.get(column, {}).items()
    }
    guessed: dict[str, list[str]] = {}
    for text in shown_texts(seen.unreadable, seen.header):
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


def try_units(seen: ColumnSeen, trial: Trial, name: str, findings: Findings) -> None:
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
    if known < total:
        findings.add(
            "reference/unit.csv",
            f"does not know the unit of {total - known:,} rows: "
            + described(seen.unreadable, seen.header),
        )
        names = [
            text
            for text in shown_texts(seen.unreadable, seen.header)
            if not _UNIT_CODE.fullmatch(text)  # A row of the reference table, not another name.
        ]
        for text in names:
            findings.propose("unit_names", f'{NEEDS_A_DECISION} "code" = {toml_list([text])}')


def look_at_night(trial: Trial, name: str, findings: Findings) -> None:
    """Note that times look like those of another zone."""
    night = trial.flags.get("received_at_night", 0)
    if trial.loaded.accepted and night > _NIGHT_SHARE * trial.loaded.accepted:
        findings.notes.append(
            f"exports.{name}.time_zone: {night:,} dossiers were received between 0 and 5 o'clock: "
            "are the times of another zone?"
        )


def say_counts(trial: Trial, source: DraftSource, findings: Findings) -> None:
    """Name what the loading itself says: a file refused, too many rows rejected."""
    loaded = trial.loaded
    if loaded.reason:
        reason = loaded.reason.replace(f" ({loaded.delivery.reference})", "")
        findings.add("the file", f"would be refused: {reason}")
    elif loaded.read and loaded.refusable > source.refuse_above_share * loaded.read:
        findings.add(
            "refuse_above_share",
            f"the file would be refused: {loaded.refusable:,} of {loaded.read:,} rows rejected, "
            f"more than {source.refuse_above_share:.0%}",
        )
    findings.notes.extend(loaded.warnings)
