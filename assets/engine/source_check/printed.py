"""The words of a check: plain text, aligned, short."""

import textwrap
from collections.abc import Iterator

from assets.engine.source_check.check import SourceCheck
from assets.engine.source_check.dry_run import DryRun
from schemas.rows import RULES, text_rule

WIDTH = 100
_LONGEST_HEADER = 40


def report(check: SourceCheck) -> str:
    """Return what a check found as text."""
    period = f", period {check.period}" if check.period else ""
    lines = [
        f"{check.settings}, export {check.export} ({check.kind}){period}",
        f"Reference tables: {check.reference}",
    ]
    run = check.run if check.run and check.run.is_read else None
    if run:
        lines += [*_lists(run), "", *_columns(run)]
    if check.spare:
        lines += ["", "Headers that no column reads:"]
        lines += [f"  {path}" + (f"  (usually {column})" if column else "")
                  for path, column in check.spare]  # fmt: skip
    if run:
        lines += ["", *_rows(run)]
    if check.notes:
        lines += ["", "To know:"]
        lines += [line for note in check.notes for line in _wrapped("- ", note)]
    lines += ["", f"Wrong ({len(check.mistakes)}):" if check.mistakes else "Nothing wrong."]
    for number, sentence in enumerate(check.mistakes, start=1):
        lines += _wrapped(f"{number}. ", sentence)
    return "\n".join(lines) + "\n"


def _lists(run: DryRun) -> Iterator[str]:
    for table in run.tables:
        header = f"header in row {table.header_row}" if table.header_row else "records"
        sheet = f", sheet {table.sheet_number}" if table.sheet_number > 1 else ""
        yield f"Part {table.part_number}: {table.container}, {table.encoding}{sheet}, {header}"


def _columns(run: DryRun) -> Iterator[str]:
    headers = [textwrap.shorten(cells.header, _LONGEST_HEADER) for cells in run.cells.values()]
    width = max(map(len, run.cells))
    header_width = max(map(len, [*headers, "header"]))
    yield f"{'column':<{width}}  {'header':<{header_width}}     filled  unreadable  example"
    for cells, header in zip(run.cells.values(), headers, strict=True):
        counts = f"{cells.filled:>9,}  {cells.unread.total():>10,}"
        line = f"{cells.column.name:<{width}}  {header:<{header_width}}  {counts}  {cells.example}"
        yield line.rstrip()


def _rows(run: DryRun) -> Iterator[str]:
    loaded = run.loaded
    yield (
        f"Rows: read {loaded.read:,} = accepted {loaded.accepted:,} + quarantined "
        f"{loaded.quarantined:,} + duplicates {loaded.duplicates:,}; flagged {loaded.flagged:,}"
    )
    if run.layout:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(run.layout.items()))
        yield f"Layout rows: {kinds}"
    # A column of which nothing can be read is not the units' fault.
    unread = {
        text_rule(cells.column).rule_id
        for cells in run.cells.values()
        if cells.column.rejects_text and 0 < cells.filled == cells.unread.total()
    }
    rules = {**run.rejects, **run.flags}
    for rule_id, count in sorted(rules.items(), key=lambda item: (-item[1], item[0])):
        repairer = "settings" if rule_id in unread else RULES[rule_id].repairer
        severity = RULES[rule_id].severity
        yield f"  {count:>9,}  {severity:<6}  {rule_id}  (repaired by: {repairer})"


def _wrapped(mark: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=f"  {mark}", subsequent_indent=" " * (2 + len(mark)),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
