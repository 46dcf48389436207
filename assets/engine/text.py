"""Text as people type it, made comparable.

Belongs here: normal forms of labels for matching. Does not belong here: typing of cell values,
which SQL does (`assets.engine.typing_sql`).
"""

import re
import unicodedata

# Blanks that spreadsheets and web pages leave behind, zero-width ones included.
INVISIBLE = "\u00a0\u200b\u200c\u200d\u2060\ufeff"
_BLANKS = re.compile(rf"[\s{INVISIBLE}]+")


def clean(text: str) -> str:
    """Return `text` in NFC with every run of blanks as one space, none at the ends."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def label_key(text: str) -> str:
    """Return the form in which two spellings of one label are equal (blanks, case, NFC)."""
    return clean(text).casefold()


def shape(text: str) -> str:
    """Return what `text` looks like without saying what it is: `Aaaa 99` for `Lan 42`."""
    upper = re.sub(r"[^\W\d_]", lambda m: "A" if m.group().isupper() else "a", clean(text))
    return re.sub(r"\d", "9", upper)[:60]
