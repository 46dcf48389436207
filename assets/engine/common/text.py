"""Text as people type it, made comparable."""

import re
import unicodedata
from functools import lru_cache

# Blanks that spreadsheets and web pages leave behind, zero-width ones included.
INVISIBLE = "\u00a0\u200b\u200c\u200d\u2060\ufeff"
_WITHOUT_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_BLANKS = re.compile(rf"[\s{INVISIBLE}]+")
# Text that stands for nothing, as `is_empty_text` of the macros.
EMPTY_TEXTS = ("", "-", "--", "–", "—")
# The tone stands on either vowel of oa, oe, uy: hoà and hòa are one word.
_NEW_TONES = [
    "oà",
    "oá",
    "oả",
    "oã",
    "oạ",
    "oè",
    "oé",
    "oẻ",
    "oẽ",
    "oẹ",
    "uỳ",
    "uý",
    "uỷ",
    "uỹ",
    "uỵ",
]
_OLD_TONES = [
    "òa",
    "óa",
    "ỏa",
    "õa",
    "ọa",
    "òe",
    "óe",
    "ỏe",
    "õe",
    "ọe",
    "ùy",
    "úy",
    "ủy",
    "ũy",
    "ụy",
]
TONES = dict(zip(_NEW_TONES, _OLD_TONES, strict=True))
_TONE = re.compile("|".join(TONES))
_BRACKETED = re.compile(r" ?\([^()]*\)$")


def clean(text: str) -> str:
    """Return `text` in NFC with every run of blanks as one space, none at the ends."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def label_key(text: str) -> str:
    """Return the form in which two spellings of one label are equal.

    Blanks, case, NFC, the place of the tone, and ð for đ make no difference.
    """
    folded = clean(text).lower().replace("ð", "đ")
    return _TONE.sub(lambda match: TONES[match.group()], folded)


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """Return the form in which two names of a file, with its folders, are equal.

    Case makes no difference, as on a share of Windows, nor do NFC and NFD. Blanks do: two files may
    differ in nothing else. Letters of no width make none.
    """
    return unicodedata.normalize("NFC", name).lower().translate(_WITHOUT_WIDTH)


def header_key(text: str) -> str:
    """Return the form in which two spellings of one header are equal: without "(VNĐ)"."""
    return without_brackets(label_key(text))


def without_brackets(key: str) -> str:
    """Return a label key without what stands in brackets at its end."""
    return _BRACKETED.sub("", key)


def shape(text: str) -> str:
    """Return what `text` looks like without saying what it is: `Aaaa 99` for `Lan 42`."""
    upper = re.sub(r"[^\W\d_]", lambda m: "A" if m.group().isupper() else "a", clean(text))
    return re.sub(r"\d", "9", upper)[:60]
