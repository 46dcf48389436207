"""Encodings in which Vietnamese text still arrives, and their way to UTF-8."""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from assets.engine.common.paths import private_file

HEAD_BYTES = 1 << 18

_CHUNK = 1 << 20
_SAMPLE = 1 << 14
# TCVN 5712 VN3 (.VnTime fonts): letter and byte; capitals with a tone are small ones in a font
# of capitals, so the table has none.
_TCVN3_TABLE = (
    "àB5 ảB6 ãB7 áB8 ạB9 ăA8 ằBB ẳBC ẵBD ắBE ặC6 âA9 ầC7 ẩC8 ẫC9 ấCA ậCB đAE èCC ẻCE ẽCF éD0 ẹD1 "
    "êAA ềD2 ểD3 ễD4 ếD5 ệD6 ìD7 ỉD8 ĩDC íDD ịDE òDF ỏE1 õE2 óE3 ọE4 ôAB ồE5 ổE6 ỗE7 ốE8 ộE9 ơAC "
    "ờEA ởEB ỡEC ớED ợEE ùEF ủF1 ũF2 úF3 ụF4 ưAD ừF5 ửF6 ữF7 ứF8 ựF9 ỳFA ỷFB ỹFC ýFD ỵFE "
    "ĂA1 ÂA2 ÊA3 ÔA4 ƠA5 ƯA6 ĐA7"
)
_TCVN3 = {int(pair[1:], 16): pair[0] for pair in _TCVN3_TABLE.split()}
# VNI-Windows: a base letter, then a mark; the marks as the combining ones they stand for.
_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
_HAT, _BREVE = "\u0302", "\u0306"
_VNI_TONES = {"ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT}
_VNI_HATS = {
    "â": _HAT, "á": _HAT + _ACUTE, "à": _HAT + _GRAVE, "å": _HAT + _HOOK, "ã": _HAT + _TILDE,
    "ä": _HAT + _DOT,
}  # fmt: skip
_VNI_BREVES = {
    "ê": _BREVE, "é": _BREVE + _ACUTE, "è": _BREVE + _GRAVE, "ú": _BREVE + _HOOK,
    "ü": _BREVE + _TILDE, "ë": _BREVE + _DOT,
}  # fmt: skip
_VNI_SINGLES = {
    "ô": "ơ", "ö": "ư", "ñ": "đ", "î": "ỵ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị",
}  # fmt: skip
_VNI_MARKS = {
    "a": _VNI_TONES | _VNI_HATS | _VNI_BREVES,
    "e": _VNI_TONES | _VNI_HATS,
    "o": _VNI_TONES | _VNI_HATS,
} | dict.fromkeys("uyôö", _VNI_TONES)
_VIETNAMESE = frozenset("àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ")
# fmt: off
_WORDS = frozenset((
    "hồ", "sơ", "mã", "ngày", "trạng", "thái", "đơn", "vị", "tiếp", "nhận", "hẹn", "trả", "thủ",
    "tục", "người", "nộp", "chủ", "kết", "quả", "giải", "quyết", "đã", "xã", "huyện", "tỉnh",
    "thị", "thôn", "văn", "nguyễn", "số", "địa", "chỉ", "của", "lệ", "phí", "tên", "lĩnh", "vực",
    "trực", "tuyến", "tổng", "biên", "thời", "hạn", "đúng", "trước", "xử", "lý", "được", "từ",
))
# fmt: on


def _vni_pairs() -> dict[str, str]:
    pairs = dict(_VNI_SINGLES)
    for base, marks in _VNI_MARKS.items():
        letter = _VNI_SINGLES.get(base, base)
        pairs |= {base + mark: _nfc(letter + tone) for mark, tone in marks.items()}
    capitals = {spelt[0].upper() + spelt[1:]: letter.upper() for spelt, letter in pairs.items()}
    # Capital letters take a capital mark; some keyboards left the small one behind them.
    return pairs | capitals | {spelt.upper(): letter.upper() for spelt, letter in pairs.items()}


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


_VNI = _vni_pairs()
_VNI_BASES = frozenset(pair[0] for pair in _VNI if len(pair) > 1)
# Pairs first: the mark of a pair may be a letter of its own.
_VNI_PATTERN = re.compile("|".join(sorted(_VNI, key=len, reverse=True)))
# What cp1252 leaves undefined, Windows reads as the control character of that number.
_CP1252 = {
    bytes([byte]).decode("cp1252", errors="ignore") or chr(byte): byte for byte in range(128, 256)
}


def utf_16_codec(head: bytes) -> str | None:
    """Return "utf-16-le" or "utf-16-be" if `head` is UTF-16 by its mark or its NUL bytes."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if head[:1] == b"\xff" else "utf-16-be"
    sample = head[: min(len(head), _SAMPLE) // 2 * 2]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    codec = "utf-16-le" if odd > even else "utf-16-be"
    # At least a fourth of the letters of any Vietnamese text is ASCII, so has a zero byte.
    if max(even, odd) * 8 < len(sample) or min(even, odd) * 20 > max(even, odd):
        return None
    text = codecs.getincrementaldecoder(codec)(errors="replace").decode(sample)
    controls = sum((char < " " and char not in "\t\r\n\v\f") or char == "\ufffd" for char in text)
    return codec if text and controls == 0 else None


def is_utf_8(file: Path) -> bool:
    """Say whether all of `file` is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as handle:
        try:
            while chunk := handle.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            return False
    return True


def candidate_encodings(head: bytes) -> list[str]:
    """Return the encodings worth trying for a file that begins with `head`, likeliest first."""
    if utf_16_codec(head):
        return ["utf-16"]
    if head.isascii():
        return ["utf-8"]
    if _is_utf_8(head):
        # Old letters saved as UTF-8 without being converted are valid UTF-8 too.
        old = sorted(("tcvn3", "vni"), key=lambda name: -_likeness(head, name))
        return ["utf-8", "mojibake", *old]
    legacy = ("windows-1258", "tcvn3", "vni")
    return ["utf-8", *sorted(legacy, key=lambda name: -_likeness(head, name))]


def decode_head(head: bytes, encoding: str) -> str:
    """Return the text of a file's first bytes: NFC, without its mark, no letter cut in half."""
    decoder = _decoder(head, encoding)
    return _nfc(decoder(head, False)).lstrip("\ufeff")


def transcode(file: Path, encoding: str, target: Path) -> None:
    """Write `file` as UTF-8 (NFC, no mark) to `target`, a new file only its owner can read.

    Bytes that do not decode become U+FFFD; line ends, delimiters and quotes stay what they are.
    """
    with open(target, "xb", opener=private_file) as output:
        first = True
        for text in _whole_letters(_decoded(file, encoding)):
            output.write((text.lstrip("\ufeff") if first else text).encode())
            first = first and not text


def repair(text: str, spelling: str) -> str:
    """Return a cell's `text` whose letters are those of an old font or of UTF-8 misread.

    Parameters
    ----------
    text
        A cell, as a workbook or a web page holds it.
    spelling
        "tcvn3", "vni" or "mojibake"; under any other the text returns unchanged.

    Returns
    -------
    str
        The text in NFC; unchanged where it has letters that the spelling cannot have written.
    """
    if text.isascii() or spelling not in ("tcvn3", "vni", "mojibake"):
        return text
    if any(char > "\x7f" and char not in _CP1252 for char in text):
        return text
    if spelling == "tcvn3":
        return _nfc(text.translate(_TCVN3))
    if spelling == "vni":
        return _nfc(_from_vni(text))
    try:
        return _nfc(_as_bytes(text).decode())
    except UnicodeDecodeError:
        return text


def _is_utf_8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _likeness(head: bytes, encoding: str) -> float:
    """How Vietnamese `head` is under `encoding`: its usual words, and the share of its letters."""
    text = decode_head(head[:_SAMPLE], encoding).casefold()
    marked = [char for char in text if char > "\x7f"]
    known = sum(char in _VIETNAMESE for char in marked) / max(len(marked), 1)
    words = re.findall(r"\w+", text)
    return known + sum(word in _WORDS and not word.isascii() for word in words)


def _decoder(head: bytes, encoding: str) -> Callable[[bytes, bool], str]:
    """Return a function from (chunk, is it the last) to text, which keeps what a chunk cuts."""
    if encoding == "utf-16":
        return _incremental(utf_16_codec(head) or "utf-16-le")
    if encoding == "windows-1258":
        return _incremental("cp1258")
    if encoding == "utf-8":
        return _incremental("utf-8")
    # cp1252 would lose the bytes it leaves undefined; all letters stand above them.
    letters = _incremental("utf-8" if _is_utf_8(head) else "latin-1")
    if encoding == "tcvn3":
        return lambda chunk, last: letters(chunk, last).translate(_TCVN3)
    if encoding == "vni":
        return _vni_decoder(letters)
    if encoding == "mojibake":
        inner = _incremental("utf-8")
        return lambda chunk, last: inner(_as_bytes(letters(chunk, last)), last)
    raise ValueError(encoding)


def _incremental(codec: str) -> Callable[[bytes, bool], str]:
    return codecs.getincrementaldecoder(codec)(errors="replace").decode


def _vni_decoder(letters: Callable[[bytes, bool], str]) -> Callable[[bytes, bool], str]:
    held = ""

    def decode(chunk: bytes, last: bool) -> str:
        nonlocal held
        text = held + letters(chunk, last)
        held = text[-1:] if not last and text[-1:] in _VNI_BASES else ""
        return _from_vni(text[: len(text) - len(held)])

    return decode


def _from_vni(text: str) -> str:
    return _VNI_PATTERN.sub(lambda match: _VNI[match.group()], text)


def _as_bytes(text: str) -> bytes:
    """Return the bytes that were read as cp1252; letters cp1252 lacks were never misread."""
    if text.isascii():
        return text.encode()
    return b"".join(bytes([_CP1252[char]]) if char in _CP1252 else char.encode() for char in text)


def _decoded(file: Path, encoding: str) -> Iterator[str]:
    with file.open("rb") as handle:
        decoder = _decoder(handle.read(HEAD_BYTES), encoding)
        handle.seek(0)
        while chunk := handle.read(_CHUNK):
            yield decoder(chunk, False)
        yield decoder(b"", True)


def _whole_letters(texts: Iterator[str]) -> Iterator[str]:
    """Yield the texts in NFC, holding back a last letter that the next one may mark."""
    held = ""
    for text in texts:
        joined = held + text
        end = len(joined) - 1
        while end > 0 and unicodedata.combining(joined[end]):
            end -= 1
        held = joined[max(end, 0) :]
        yield _nfc(joined[: max(end, 0)])
    yield _nfc(held)
