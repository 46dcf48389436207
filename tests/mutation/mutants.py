"""Mutants: the counting SQL with one thing changed, made from the files as they stand."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from assets.engine.common.paths import PROJECT
from assets.engine.indicators.indicator_sql import INDICATOR_SQL
from tests.mutation.operators import OPERATORS, Edit
from tests.mutation.tokens import tokens

# What the counting SQL builds on: the calendar and its macros, working days, what is not counted.
_BESIDE = ("warehouse/calendar.sql", "quarantine/outside.sql", "reference/working_day.sql")


@dataclass(frozen=True)
class Mutant:
    """A file with one edit. `occurrence`: of several lines that read alike, which one."""

    file: str
    operator: str
    edit: Edit
    sql: str

    @property
    def mutated(self) -> str:
        """The whole file with the edit made."""
        return self.sql[: self.edit.start] + self.edit.text + self.sql[self.edit.end :]

    @property
    def line(self) -> int:
        """Number of the line where the edit begins, from 1."""
        return self.sql.count("\n", 0, self._place) + 1

    @property
    def line_text(self) -> str:
        """The line where the edit begins."""
        return self.sql.splitlines()[self.line - 1].strip()

    @property
    def occurrence(self) -> int:
        """Among the lines of the file that read the same, which one this is, from 1."""
        before = self.sql.splitlines()[: self.line]
        return sum(text.strip() == self.line_text for text in before)

    @property
    def change(self) -> str:
        """Operator, column, and what became of the text, in one line."""
        column = self._place - self.sql.rfind("\n", 0, self._place)
        old, new = (
            re.sub(r"\s+", " ", text).strip() or "nothing"
            for text in (self.sql[self.edit.start : self.edit.end], self.edit.text)
        )
        return f"{self.operator} at {column}: {old} -> {new}"

    @property
    def _place(self) -> int:
        """Where the change shows: a part that is left out begins behind the blanks before it."""
        cut = self.sql[self.edit.start : self.edit.end]
        return self.edit.start + len(cut) - len(cut.lstrip())


def mutants() -> list[Mutant]:
    """Return every mutant of the counting SQL, file by file."""
    files = [
        *sorted(INDICATOR_SQL.glob("*.sql")),
        *(INDICATOR_SQL.parent / name for name in _BESIDE),
    ]
    return [mutant for path in files for mutant in _mutants_of(path)]


def _mutants_of(path: Path) -> Iterator[Mutant]:
    sql = path.read_text(encoding="utf-8")
    found = tokens(sql)
    file = path.relative_to(PROJECT).as_posix()
    for name, operator in OPERATORS.items():
        for edit in operator(found):
            yield Mutant(file, name, edit, sql)


def chosen(found: list[Mutant], at_most: int) -> list[Mutant]:
    """Return at most so many mutants a file: operators in turn, lines mixed, always the same."""
    by_file: dict[str, dict[str, list[Mutant]]] = defaultdict(lambda: defaultdict(list))
    for mutant in found:
        by_file[mutant.file][mutant.operator].append(mutant)
    picked = []
    for by_operator in by_file.values():
        mixed = (sorted(group, key=_mixed) for group in by_operator.values())
        turns = [mutant for turn in zip_longest(*mixed) for mutant in turn if mutant]
        picked += sorted(turns[:at_most], key=lambda mutant: mutant.line)
    return picked


def _mixed(mutant: Mutant) -> str:
    """Return a key that spreads over the lines, and stays when other lines change."""
    text = f"{mutant.line_text} {mutant.occurrence} {mutant.change}"
    return hashlib.sha256(text.encode()).hexdigest()
