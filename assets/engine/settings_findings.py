"""What a check of settings finds: what is wrong, what to know, and the lines to add.

Belongs here: collecting, and which text of a cell may be shown at all. Does not belong here:
finding (`settings_draft`, `settings_headers`, `settings_trial`, `settings_tries`) and printing
(`settings_report`).
"""

import difflib
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assets.engine.common.text import label_key, shape
from schemas.settings import PEOPLE_HEADER

# A text that stands in fewer rows may be about one person.
_ROWS_TO_SHOW = 2
# Of texts that cannot be searched for: the rows where they stand first.
MOST_ROWS = 3
_FEWEST_NAMES = 2
_CLOSE = 0.8
# No name of a person begins so; within a name some of these words are given names.
_UNIT_WORD = re.compile(
    r"(ubnd|hđnd|ủy ban|bộ phận|văn phòng|xã|phường|thị trấn|thị xã|huyện|quận|thành phố|tỉnh|"
    r"sở|phòng|ban (quản|chỉ|tiếp|dân|nội|tổ)|chi cục|cục|trung tâm|công an|chi nhánh|bảo hiểm|"
    r"kho bạc|trạm|thanh tra|department|office|division)\b"
)
# A code of a unit has a digit, and too few of them for a number of a phone, a paper or a dossier.
_UNIT_CODE = re.compile(r"(?=.{1,16}$)(?=.*[0-9])(?!.*[0-9]{6})[A-Z0-9]+([.-][A-Z0-9]+)*")
_MOST_BARE_DIGITS = 6
# A list of values is short; more different texts than this are no list, so may be people.
_MOST_VALUES = 40
_MOST_SHOWN = 12
NEEDS_A_DECISION = "# ?"

# The rows in which a text stands first, as they are called.
Rows = Mapping[str, list[str]]


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
    """Return the texts of a list of values that may be named: none that may be a person."""
    if PEOPLE_HEADER.search(header) or len(texts) > _MOST_VALUES:
        return []
    return [
        text
        for text, count in texts.most_common()
        if count >= _ROWS_TO_SHOW and not is_written_like_a_name(text)
    ]


def shown_units(texts: Counter[str], unit_names: Sequence[str]) -> list[str]:
    """Return the texts of a column of units that may be named: those that must be a unit.

    A wrong column may hold officers, each in many rows.
    """
    known = [label_key(name) for name in unit_names]
    return [
        text
        for text, count in texts.most_common()
        if count >= _ROWS_TO_SHOW
        and (_UNIT_WORD.match(label_key(text)) or likely(label_key(text), known, _CLOSE))
    ]


def shown_unit_codes(texts: Counter[str], header: str) -> list[str]:
    """Return the texts of a column of units that may be named because they are shaped like codes.

    A wrong column may hold names, or numbers of phones and papers: those have no digit, or only
    digits and more of them.
    """
    if PEOPLE_HEADER.search(header):
        return []
    return [
        text
        for text, count in texts.most_common()
        if count >= _ROWS_TO_SHOW and _UNIT_CODE.fullmatch(text) and not _is_a_number(text)
    ]


def _is_a_number(text: str) -> bool:
    digits = re.sub("[.-]", "", text)
    return digits.isdecimal() and len(digits) > _MOST_BARE_DIGITS


def is_written_like_a_name(text: str) -> bool:
    """Say whether every word of several has a capital."""
    words = re.findall(r"[^\W\d_]+", text)
    return len(words) >= _FEWEST_NAMES and all(word[0].isupper() for word in words)


def described(texts: Counter[str], named: Collection[str], rows: Rows) -> str:
    """Return what texts stand there: those of `named` as they are, of others shape and rows."""
    return _listed(texts, rows, {text: f"'{text}'" for text in named}, "of shape ")


def shapes_of(texts: Counter[str], rows: Rows) -> str:
    """Return the shapes of texts, how often each stands there, and in which rows first."""
    return _listed(texts, rows, {}, "")


def _listed(texts: Counter[str], rows: Rows, named: Mapping[str, str], before: str) -> str:
    said = Counter[str]()
    places: dict[str, list[str]] = {}
    for text, count in texts.items():
        label = named.get(text) or before + shape(text)
        said[label] += count
        if text not in named:
            places.setdefault(label, []).extend(rows.get(text, ()))
    parts = [
        f"{label} ({count:,}{_first(places.get(label, []), count)})"
        for label, count in said.most_common(_MOST_SHOWN)
    ]
    more = len(said) - len(parts)
    return ", ".join(parts) + (f" and {more:,} more" if more > 0 else "")


def _first(places: list[str], count: int) -> str:
    if not places:
        return ""
    shown = places[:MOST_ROWS]
    return ": " + ", ".join([*shown, "…"] if count > len(shown) else shown)
