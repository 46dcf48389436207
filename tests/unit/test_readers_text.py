"""Old encodings of Vietnamese: candidates, heads, whole files, cells."""

import codecs
import stat
import subprocess
import unicodedata
from pathlib import Path

import pytest
from sample_legacy import encode_legacy

from assets.engine.formats import encodings as legacy_text
from assets.engine.formats.encodings import (
    candidate_encodings,
    decode_head,
    repair,
    transcode,
    utf_16_codec,
)

LETTERS = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ"
HEADER = "STT;Mã hồ sơ;Trạng thái;Ngày tiếp nhận;Ngày hẹn trả;Đơn vị xử lý\r\n"
ROW = '1;H22.33-230105-0001;Đã trả kết quả;05/01/2023;"12/01/2023";Thủ tục của người nộp\r\n'
TEXT = HEADER + ROW * 3
LEGACY = ("windows-1258", "tcvn3", "vni", "mojibake")
ENCODINGS = ("utf-8", "utf-16", *LEGACY)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_reads_back_what_another_table_wrote(encoding: str) -> None:
    assert decode_head(encode_legacy(TEXT, encoding), encoding) == TEXT


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_small_letter_and_every_syllable_border_survives(encoding: str) -> None:
    text = "".join(f"{one}n{two}{one} {two}" for one in LETTERS for two in "aeouôơưyđ")
    assert decode_head(encode_legacy(text, encoding), encoding) == text


@pytest.mark.parametrize("encoding", ["windows-1258", "vni", "mojibake"])
def test_every_capital_letter_survives(encoding: str) -> None:
    text = " ".join(LETTERS.upper())
    assert decode_head(encode_legacy(text, encoding), encoding) == text


def test_tcvn3_has_the_capital_letters_without_a_tone() -> None:
    assert decode_head(encode_legacy("ĂÂÊÔƠƯĐ Hồ Sơ", "tcvn3"), "tcvn3") == "ĂÂÊÔƠƯĐ Hồ Sơ"


def test_the_tcvn3_table_is_that_of_iconv() -> None:
    # iconv knows the variant with combining tones; the letters are at the same places.
    try:
        known = subprocess.run(
            ["iconv", "-f", "TCVN-5712", "-t", "UTF-8"],
            input=encode_legacy(LETTERS, "tcvn3"), capture_output=True, check=True,
        ).stdout.decode()  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no iconv that knows TCVN-5712")
    assert unicodedata.normalize("NFC", known) == LETTERS


def test_vni_marks_may_be_small_behind_a_capital_letter() -> None:
    assert decode_head("Hoà Sô Aán ÑÖÔØNG".encode("latin-1"), "vni") == "Hồ Sơ Ấn ĐƯỜNG"


@pytest.mark.parametrize("encoding", LEGACY)
def test_the_right_encoding_is_the_first_after_utf_8(encoding: str) -> None:
    head = encode_legacy(TEXT, encoding)
    assert candidate_encodings(head)[:2] == ["utf-8", encoding]


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_old_letters_saved_as_utf_8_are_read_too(encoding: str, tmp_path: Path) -> None:
    data = encode_legacy(TEXT, encoding).decode("latin-1").encode()
    assert encoding in candidate_encodings(data)
    assert decode_head(data, encoding) == TEXT
    (tmp_path / "a").write_bytes(data)
    transcode(tmp_path / "a", encoding, tmp_path / "b")
    assert (tmp_path / "b").read_bytes().decode() == TEXT


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"STT;Ma ho so\n", ["utf-8"]),
        (TEXT.encode("utf-16"), ["utf-16"]),
        (TEXT.encode("utf-16-le"), ["utf-16"]),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), ["utf-16"]),
        (TEXT.encode("utf-16-be"), ["utf-16"]),
    ],
)
def test_candidates_that_need_no_guess(data: bytes, expected: list[str]) -> None:
    assert candidate_encodings(data) == expected
    assert decode_head(data, expected[0]).startswith("STT;M")


@pytest.mark.parametrize("data", [b"", b"\x00" * 64, bytes(range(256)) * 4, b"\x7fELF\x00\x00\x01"])
def test_binary_data_is_no_utf_16(data: bytes) -> None:
    assert utf_16_codec(data) is None


def test_a_letter_cut_at_the_end_of_the_head_is_dropped() -> None:
    assert decode_head("Mã hồ".encode()[:-1], "utf-8") == "Mã h"
    assert decode_head("\ufeffMã".encode("utf-16-le")[:-1], "utf-16") == "M"
    assert decode_head("\ufeffMã".encode(), "utf-8") == "Mã"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("chunk", [1, 2, 3, 7])
def test_a_file_is_transcoded_whatever_its_chunks_cut(
    encoding: str, chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legacy_text, "_CHUNK", chunk)
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(encode_legacy(TEXT, encoding))
    transcode(source, encoding, target)
    assert target.read_bytes().decode() == TEXT
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_bytes_that_do_not_decode_become_replacements_and_lines_stay(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("\ufeffMã\n".encode() + b"a\xff;b\n" + "Hồ".encode()[:-1])
    transcode(tmp_path / "a", "utf-8", tmp_path / "b")
    assert (tmp_path / "b").read_bytes().decode() == "Mã\na\ufffd;b\nH\ufffd"


def test_a_target_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").write_bytes(b"kept")
    with pytest.raises(FileExistsError):
        transcode(tmp_path / "a", "utf-8", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"kept"


@pytest.mark.parametrize("spelling", ["tcvn3", "vni", "mojibake"])
def test_cells_are_repaired(spelling: str) -> None:
    codec = "utf-8" if spelling == "mojibake" else "latin-1"
    cell = encode_legacy("Lò Thị Mẫu, đã trả kết quả", spelling).decode(codec)
    assert repair(cell, spelling) == "Lò Thị Mẫu, đã trả kết quả"


@pytest.mark.parametrize("spelling", ["tcvn3", "vni", "mojibake", "utf-8"])
@pytest.mark.parametrize("cell", ["Lò Thị Mẫu", "H22.33-230105-0001", "", "Đã hẹn"])
def test_cells_that_are_no_old_spelling_stay(spelling: str, cell: str) -> None:
    assert repair(cell, spelling) == cell


def test_a_cell_that_is_no_misread_utf_8_stays() -> None:
    assert repair("Nà Trì", "mojibake") == "Nà Trì"
