"""Which texts of cells may be shown: those in two rows or more that cannot be a person.

Of all others their shape, and the rows where they stand first.
"""

import re
from collections import Counter
from collections.abc import Collection
from difflib import get_close_matches

from assets.engine.common.text import label_key, shape
from assets.engine.source_check.dry_run import MOST_ROWS, Cells
from assets.engine.source_check.headers import is_written_like_a_name
from schemas.settings import PEOPLE_HEADER

# A text that stands in fewer rows may be about one person.
_ROWS_TO_SHOW = 2
# A list of values is short; more different texts than this are no list, so may be people.
_MOST_VALUES = 40
_MOST_SHOWN = 12
_CLOSE = 0.8
# No name of a person begins so; within a name some of these words are given names.
_UNIT_WORD = re.compile(
    r"(ubnd|hđnd|ủy ban|bộ phận|văn phòng|xã|phường|thị trấn|thị xã|huyện|quận|thành phố|tỉnh|"
    r"sở|phòng|ban (quản|chỉ|tiếp|dân|nội|tổ)|chi cục|cục|trung tâm|công an|chi nhánh|bảo hiểm|"
    r"kho bạc|trạm|thanh tra|department|office|division)\b"
)
# A code of a unit has a digit, and too few of them for a number of a phone, a paper or a dossier.
_UNIT_CODE = re.compile(
    r"(?=.{1,16}$)(?=.*[0-9])(?!.*[0-9]{6})(?!([0-9][.-]?){7,}$)[A-Z0-9]+([.-][A-Z0-9]+)*"
)


def shown_texts(texts: Counter[str], header: str) -> list[str]:
    """Return the texts of a list of values that may be shown: none that may be a person."""
    if PEOPLE_HEADER.search(header) or len(texts) > _MOST_VALUES:
        return []
    return [text for text in _repeated(texts) if not is_written_like_a_name(text)]


def shown_units(texts: Counter[str], unit_names: list[str]) -> list[str]:
    """Return the texts of a column of units that may be shown: those that must be a unit.

    A wrong column may hold officers, each in many rows.
    """
    return [
        text
        for text in _repeated(texts)
        if _UNIT_WORD.match(label_key(text))
        or get_close_matches(label_key(text), unit_names, 1, _CLOSE)
    ]


def shown_unit_codes(texts: Counter[str], header: str) -> list[str]:
    """Return the texts of a column of units that may be shown because they look like codes.

    A wrong column may hold names, or numbers of phones and papers: those have no digit, or only
    digits and more of them.
    """
    if PEOPLE_HEADER.search(header):
        return []
    return [text for text in _repeated(texts) if _UNIT_CODE.fullmatch(text)]


def _repeated(texts: Counter[str]) -> list[str]:
    return [text for text, count in texts.most_common() if count >= _ROWS_TO_SHOW]


def described(cells: Cells, shown: Collection[str] = (), texts: Counter[str] | None = None) -> str:
    """Return the unread texts: those of `shown` as they are, of others shape and first rows."""
    said, places = Counter[str](), dict[str, list[str]]()
    for text, count in (cells.unread if texts is None else texts).items():
        label = f"'{text}'" if text in shown else f"of shape {shape(text)}"
        said[label] += count
        places.setdefault(label, []).extend([] if text in shown else cells.rows.get(text, ()))
    parts = []
    for label, count in said.most_common(_MOST_SHOWN):
        rows = ", ".join([*places[label][:MOST_ROWS], "…"][: min(count, MOST_ROWS + 1)])
        parts.append(f"{label} ({count:,}: {rows})" if places[label] else f"{label} ({count:,})")
    hidden = len(said) - len(parts)
    return ", ".join(parts) + (f" and {hidden:,} more" if hidden else "")
