"""What a check of settings finds: what is wrong, what to know, and the lines to add.

Belongs here: collecting, and which text of a cell may be shown at all. Does not belong here:
finding (`settings_draft`, `settings_headers`, `settings_trial`, `settings_tries`) and printing
(`settings_report`).
"""

import difflib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assets.engine.text import shape
from schemas.usual_headers import PEOPLE_HEADER

# A text that stands in fewer rows may be about one person.
_ROWS_TO_SHOW = 2
# A list of values is short; more different texts than this are no list, so may be people.
_MOST_VALUES = 40
_MOST_SHOWN = 12
NEEDS_A_DECISION = "# ?"


@dataclass(frozen=True)
class Finding:
    """Something that a change of the settings or reference tables mends, and where it stands."""

    place: str
    said: str


@dataclass
class Findings:
    """What a check found; `lines` are the lines to add, by the TOML table they belong to.

    `tables` are those that the settings have: declared once more, the file would be no TOML.
    """

    wrong: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: dict[str, list[str]] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)

    def note_tables(self, data: dict[str, Any], path: str = "") -> None:
        """Note the tables of settings as they stand in the file."""
        for key, inner in data.items():
            if isinstance(inner, dict):
                self.tables.add(path + key)
                self.note_tables(inner, f"{path}{key}.")

    def add(self, place: str, said: str) -> None:
        """Note something wrong, once."""
        finding = Finding(place, said)
        if finding not in self.wrong:
            self.wrong.append(finding)

    def propose(self, table: str, line: str) -> None:
        """Note a line to add to a table of the settings."""
        lines = self.lines.setdefault(table, [])
        if line not in lines:
            lines.append(line)


def likely(name: str, names: list[str], cutoff: float = 0.6) -> str | None:
    """Return which of `names` is meant by `name`, or None."""
    return next(iter(difflib.get_close_matches(name, names, 1, cutoff)), None)


def toml_text(text: str) -> str:
    """Return `text` as a TOML string."""
    return json.dumps(text, ensure_ascii=False)


def toml_list(texts: Sequence[str]) -> str:
    """Return `texts` as a TOML array."""
    return "[" + ", ".join(map(toml_text, texts)) + "]"


def shown_texts(texts: Counter[str], header: str) -> list[str]:
    """Return the texts of a list of values that may be named: none of a column of people."""
    if PEOPLE_HEADER.search(header) or len(texts) > _MOST_VALUES:
        return []
    return [text for text, count in texts.most_common() if count >= _ROWS_TO_SHOW]


def described(texts: Counter[str], header: str) -> str:
    """Return what texts stand there and how often: named where that is safe, else their shapes."""
    named = set(shown_texts(texts, header))
    said = Counter[str]()
    for text, count in texts.items():
        said[f"'{text}'" if text in named else f"of shape {shape(text)}"] += count
    return _listed(said)


def shapes_of(texts: Counter[str]) -> str:
    """Return the shapes of texts and how often each stands there."""
    said = Counter[str]()
    for text, count in texts.items():
        said[shape(text)] += count
    return _listed(said)


def _listed(said: Counter[str]) -> str:
    parts = [f"{text} ({count:,})" for text, count in said.most_common(_MOST_SHOWN)]
    more = len(said) - len(parts)
    return ", ".join(parts) + (f" and {more:,} more" if more > 0 else "")
