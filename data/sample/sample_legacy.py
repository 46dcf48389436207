"""Old spellings of Vietnamese for the sample: what .VnTime, VNI and misread UTF-8 look like.

Belongs here: encoding only. It shares nothing with the pipeline, which reads these spellings from
tables of its own, so that either finds a slip of the other.
"""

import unicodedata

_LETTERS = (
    "áàảãạăắằẳẵặâấầẩẫậéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵđ"  # as dictionaries sort
)
# What a .VnTime text looks like in any other font; ư is the soft hyphen.
_TCVN3 = "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉËÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\u00adøõö÷ùýúûüþ®"
_TCVN3_CAPITALS = dict(zip("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§", strict=True))
# fmt: off
_VNI = [
    "aù", "aø", "aû", "aõ", "aï", "aê", "aé", "aè", "aú", "aü", "aë",
    "aâ", "aá", "aà", "aå", "aã", "aä",
    "eù", "eø", "eû", "eõ", "eï", "eâ", "eá", "eà", "eå", "eã", "eä",
    "í", "ì", "æ", "ó", "ò",
    "où", "oø", "oû", "oõ", "oï", "oâ", "oá", "oà", "oå", "oã", "oä",
    "ô", "ôù", "ôø", "ôû", "ôõ", "ôï",
    "uù", "uø", "uû", "uõ", "uï",
    "ö", "öù", "öø", "öû", "öõ", "öï",
    "yù", "yø", "yû", "yõ", "î", "ñ",
]
# fmt: on
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def encode_legacy(text: str, encoding: str) -> bytes:
    """Return `text` as the bytes of "tcvn3", "vni", "mojibake", "windows-1258" or a usual name.

    TCVN3 has no capital letters with a tone: its fonts of capitals show the small ones.
    """
    text = unicodedata.normalize("NFC", text)
    if encoding == "tcvn3":
        table = dict(zip(_LETTERS, _TCVN3, strict=True)) | _TCVN3_CAPITALS
        return "".join(table.get(c) or table.get(c.lower(), c) for c in text).encode("latin-1")
    if encoding == "vni":
        table = dict(zip(_LETTERS, _VNI, strict=True))
        table |= {letter.upper(): pair.upper() for letter, pair in table.items()}
        return "".join(table.get(c, c) for c in text).encode("latin-1")
    if encoding == "mojibake":
        return "".join(_as_windows_shows(byte) for byte in text.encode()).encode()
    if encoding == "windows-1258":
        return b"".join(_windows_1258(letter) for letter in text)
    return text.encode(encoding)


def _as_windows_shows(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def _windows_1258(letter: str) -> bytes:
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(part for part in parts if part in _TONES)
        base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES))
        return (base + tones).encode("cp1258")
