"""The words of a settings check: plain text, aligned, short.

Belongs here: what is printed and in which order. Does not belong here: finding it, and which text
of a cell may be shown (`settings_findings`).
"""

import textwrap
from collections.abc import Iterator

from assets.engine.settings_check import SettingsCheck
from assets.engine.settings_findings import NEEDS_A_DECISION, Findings
from assets.engine.settings_trial import Trial
from schemas.rows import RULES, text_rule

WIDTH = 100
_LONGEST_HEADER = 40


def report(check: SettingsCheck) -> str:
    """Return what a check found as text."""
    lines = [f"{check.settings}, export {check.export} ({check.kind or 'unknown'})"]
    if check.period:
        lines[0] += f", period {check.period}"
    lines.append(f"Reference tables: {check.reference}")
    if check.trial:
        lines += [*_lists(check.trial), "", *_columns(check.trial)]
    lines += _spare(check)
    if check.trial:
        lines += ["", *_rows(check, check.trial)]
    lines += [*_notes(check.findings), *_wrong(check.findings), *_to_add(check.findings)]
    return "\n".join(lines) + "\n"


def _lists(trial: Trial) -> Iterator[str]:
    for table in trial.tables:
        header = f"header in row {table.header_row}" if table.header_row else "records"
        sheet = f", sheet {table.sheet_number}" if table.sheet_number > 1 else ""
        yield (
            f"Part {table.part_number}: {table.container or 'delimited'}, {table.encoding}"
            f"{sheet}, {header}"
        )


def _columns(trial: Trial) -> Iterator[str]:
    seen = list(trial.columns.values())
    width = max((len(item.column.name) for item in seen), default=0)
    headers = [_shortened(item.header) for item in seen]
    header_width = max([len(text) for text in headers] + [len("header")])
    title = f"{'column':<{width}}  {'header':<{header_width}}"
    yield f"{title}  {'filled':>9}  {'unreadable':>10}  example"
    for item, header in zip(seen, headers, strict=True):
        yield (
            f"{item.column.name:<{width}}  {header:<{header_width}}  {item.filled:>9,}  "
            f"{item.unreadable.total():>10,}  {item.example}"
        ).rstrip()


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_HEADER else text[: _LONGEST_HEADER - 1] + "…"


def _spare(check: SettingsCheck) -> Iterator[str]:
    if not check.spare:
        return
    mapped = set(check.trial.columns) if check.trial else set()
    yield ""
    yield "Nothing maps:"
    for path, column in check.spare:
        hint = f"  {NEEDS_A_DECISION} {column}" if column and column not in mapped else ""
        yield f"  {path}{hint}"


def _rows(check: SettingsCheck, trial: Trial) -> Iterator[str]:
    loaded = trial.loaded
    yield (
        f"Rows: read {loaded.read:,} = accepted {loaded.accepted:,} + quarantined "
        f"{loaded.quarantined:,} + duplicates {loaded.duplicates:,}"
    )
    if trial.layout:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(trial.layout.items()))
        yield f"Layout rows: {kinds}"
    by_settings = _repaired_by_settings(check, trial)
    broken = {**trial.rejected, **trial.flags}
    for rule_id, count in sorted(broken.items(), key=lambda item: (-item[1], item[0])):
        rule = RULES[rule_id]
        repairer = "settings" if rule_id in by_settings else rule.repairer
        yield f"  {count:>9,}  {rule.severity:<6}  {rule_id}  (repaired by: {repairer})"


def _repaired_by_settings(check: SettingsCheck, trial: Trial) -> set[str]:
    """Return the rules about columns that other settings read better, or of which none is read."""
    wrong = {finding.place for finding in check.findings.wrong}
    start = f"exports.{check.export}"
    rules = set()
    for seen in trial.columns.values():
        name = seen.column.name
        places = {f"{start}.code_patterns.{name}", f"{start}.marks.{name}"}
        if seen.column.reading == "date":
            places = {f"{start}.date_formats"}
        if places & wrong or (seen.unreadable and seen.unreadable.total() == seen.filled):
            rules.add(text_rule(seen.column).rule_id)
    return rules


def _notes(findings: Findings) -> Iterator[str]:
    if findings.notes:
        yield from ("", "To know:")
        for note in findings.notes:
            yield from _wrapped("- ", note)


def _wrong(findings: Findings) -> Iterator[str]:
    yield ""
    if not findings.wrong:
        yield "Nothing wrong."
        return
    yield f"Wrong ({len(findings.wrong)}):"
    for number, finding in enumerate(findings.wrong, start=1):
        yield from _wrapped(f"{number}. ", f"{finding.place}: {finding.said}")


def _wrapped(mark: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent="  " + mark, subsequent_indent="  " + " " * len(mark),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _to_add(findings: Findings) -> Iterator[str]:
    """Yield the lines to add: TOML as it stands, what a person must decide behind a mark."""
    if not findings.lines:
        return
    yield from ("", f"Lines to add, or to put in place of those there; {NEEDS_A_DECISION} is yours "
                    "to decide:", "")  # fmt: skip
    for table, lines in findings.lines.items():
        is_there = table in findings.tables
        yield f"# under the [{table}] you have" if is_there else f"[{table}]"
        yield from lines
        yield ""
