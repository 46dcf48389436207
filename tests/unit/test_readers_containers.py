"""What kind of file the bytes are, what heads say, and what archives hold."""

import gzip
import io
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from assets.engine.common.errors import FileRefused
from assets.engine.formats import archive
from assets.engine.formats.archive import UNFIT, Unpacked
from assets.engine.formats.detect import (
    Cells,
    Container,
    delimited_heads,
    find_extracted_at,
    find_period,
    sniff,
)

CSV = "Mã hồ sơ;Chủ hồ sơ\r\n0001;Lò Thị Mẫu\r\n"
SPREADSHEET = (
    '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
)
OFFICE_PAGE = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><body><table></table></body></html>'
)


def xlsx_bytes() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.add_worksheet().write(0, 0, "Mã hồ sơ")
    book.close()
    return buffer.getvalue()


def xls_bytes() -> bytes:
    buffer = io.BytesIO()
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, "Mã hồ sơ")
    book.save(buffer)
    return buffer.getvalue()


def zip_bytes(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            # A time of its own would give tests another name each second.
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def ole_bytes(*streams: str) -> bytes:
    """A compound file with nothing but the names of its streams."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\x00")
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6).ljust(24, b"\x00")
    header = (header + struct.pack("<I", 0)).ljust(512, b"\x00")
    entries = [name.encode("utf-16-le").ljust(128, b"\x00") for name in ("Root Entry", *streams)]
    return header + b"".join(entries).ljust(1024, b"\x00")


def place(folder: Path, data: bytes, name: str = "delivered") -> Path:
    file = folder / name
    file.write_bytes(data)
    return file


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (CSV.encode(), "delimited"),
        (CSV.encode("utf-8-sig"), "delimited"),
        (CSV.encode("utf-16"), "delimited"),
        (CSV.encode("utf-16-le"), "delimited"),
        (CSV.encode("utf-16-be"), "delimited"),
        ("[Mã hồ sơ];[Ngày]\n".encode(), "delimited"),
        ("{Mã hồ sơ};{Ngày}\n".encode(), "delimited"),
        (b'[{"a":1}]', "json"),
        (b"\n [ ]\n", "json"),
        (b'\xef\xbb\xbf{\n  "content": []}', "json"),
        (b"{}", "json"),
        ('[{"a":"ồ"}]'.encode("utf-16"), "json"),
        (b"<table><tr><td>1</td></tr></table>", "web_page"),
        (OFFICE_PAGE.encode(), "web_page"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html></html>", "web_page"),
        (b'<?xml version="1.0"?><html><table></table></html>', "web_page"),
        (b"<!-- x --><html><table></table></html>", "web_page"),
        (OFFICE_PAGE.encode("utf-16"), "web_page"),
        (OFFICE_PAGE.encode("utf-16-le"), "web_page"),
        (SPREADSHEET.encode(), "spreadsheet_xml"),
        (SPREADSHEET.encode("utf-16"), "spreadsheet_xml"),
        (SPREADSHEET.partition("\n")[2].partition("\n")[2].encode(), "spreadsheet_xml"),
        (xlsx_bytes(), "workbook"),
        (xlsx_bytes()[:900], "workbook"),
        (xls_bytes(), "workbook"),
        (ole_bytes("Workbook"), "workbook"),
        (gzip.compress(CSV.encode(), mtime=0), "gzip"),
        (zip_bytes({"a.csv": b"1"}), "zip"),
        (zip_bytes({}), "zip"),
        (zip_bytes({"a.csv": b"1" * 99})[:40], "zip"),
    ],
)
def test_the_container_is_told_by_its_bytes(
    data: bytes, expected: Container, tmp_path: Path
) -> None:
    assert sniff(place(tmp_path, data, "a.pdf")) == expected


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"{\\rtf1 ...", "an RTF document"),
        (b"Rar!\x1a\x07\x01\x00", "a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c\x00", "a 7-Zip archive"),
        (b"\x89PNG\r\n\x1a\n\x00", "an image"),
        (b"\xff\xd8\xff\xe0\x00", "an image"),
        (b"a.csv".ljust(257, b"\x00") + b"ustar\x00", "a tar archive"),
        (zip_bytes({"[Content_Types].xml": b"", "word/document.xml": b""}), "a Word document"),
        (zip_bytes({"[Content_Types].xml": b"", "ppt/p.xml": b""}), "a PowerPoint presentation"),
        (zip_bytes({"META-INF/manifest.xml": b"", "content.xml": b""}), "an OpenDocument file"),
        (ole_bytes("WordDocument"), "a Word document"),
        (ole_bytes("EncryptedPackage"), "a workbook or document with a password"),
        (b"<?xml version='1.0'?><list/>", "an XML document of a kind that is no spreadsheet"),
        (bytes(range(256)), "binary data of no known container"),
        (b"", "no bytes but blanks"),
        (b"\xff\xfe\r\x00\n\x00", "no bytes but blanks"),
        (b"\xef\xbb\xbf \r\n", "no bytes but blanks"),
    ],
)
def test_other_files_are_refused_by_their_kind(data: bytes, kind: str, tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refusal:
        sniff(place(tmp_path, data, "a.xlsx"))
    assert refusal.value.found == kind


def test_the_heads_of_delimited_text_know_the_line_each_row_ends_on() -> None:
    heads = {head.delimiter: head for head in delimited_heads('a;"b\nc"\n\nd;\n')}
    assert heads[";"].rows == [["a", "b\nc"], [], ["d", None]]
    assert heads[";"].last_lines == [2, 3, 4]
    assert heads[","].rows[0] == ['a;"b']


def test_the_period_line_is_a_row_of_its_own() -> None:
    rows: list[Cells] = [["BÁO CÁO"], [None, "(Từ ngày 15/10/2023 đến ngày 14/11/2023)", None]]
    assert find_period(rows) == (date(2023, 10, 15), date(2023, 11, 14))
    assert find_period([["1", "từ ngày 15/10/2023 đến ngày 14/11/2023"]]) is None
    assert find_period([["Từ ngày 32/10/2023 đến ngày 14/11/2023"]]) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Thời điểm xuất: 15/11/2023 08:30", "2023-11-15 08:30:00"),
        ("THỜI ĐIỂM XUẤT : 15/11/2023 08:30:15", "2023-11-15 08:30:15"),
        ("Ngày xuất: 15/11/2023", "2023-11-15 00:00:00"),
        ("Ngày kết xuất 5/1/2023", "2023-01-05 00:00:00"),
        ("Thời gian xuất báo cáo: 08:30 15/11/2023", "2023-11-15 08:30:00"),
        ("(Ngày trích xuất: 8:05:09, ngày 15/11/2023)", "2023-11-15 08:05:09"),
        ("Ngày xuất: 31/02/2023", None),
        ("Ngày xuất: 15/11/2023 25:00", None),
        ("Ngày xuất cảnh: 15/11/2023", None),
        ("Đã trả, ngày xuất: 15/11/2023", None),
        ("Ngày xuất: 11/2023", None),
    ],
)
def test_the_line_of_the_export_says_when(line: str, expected: str | None) -> None:
    moment = expected and datetime.fromisoformat(expected)
    assert find_extracted_at([["DANH SÁCH"], [None, line, None]]) == moment
    assert find_extracted_at([["1", line]]) is None


MOST_BYTES = 16 << 20


def unpack(file: Path, workspace: Path, patterns: Sequence[str] = ("*",)) -> Unpacked:
    return archive.unpack(file, workspace, patterns, most_bytes=MOST_BYTES)


def test_a_file_that_is_no_archive_is_returned_itself(tmp_path: Path) -> None:
    for data in (CSV.encode(), xlsx_bytes(), xls_bytes()):
        file = place(tmp_path, data)
        result = unpack(file, tmp_path)
        assert (result.files, result.skipped) == ([file], {})


def _unpacked(data: bytes, folder: Path) -> tuple[list[bytes], dict[str, int]]:
    workspace = folder / "work"
    workspace.mkdir()
    result = unpack(place(folder, data), workspace)
    assert sorted(workspace.iterdir()) == sorted(result.files)
    assert [file.name for file in result.files] == [
        f"member-{number}" for number in range(1, len(result.files) + 1)
    ]
    assert {stat.S_IMODE(file.stat().st_mode) for file in result.files} <= {0o600}
    return [file.read_bytes() for file in result.files], result.skipped


def _refusal(data: bytes, folder: Path) -> str:
    with pytest.raises(FileRefused) as refusal:
        _unpacked(data, folder)
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
    return refusal.value.found


def test_members_are_taken_in_order_and_others_counted(tmp_path: Path) -> None:
    members = {
        "thư mục/": b"", "b/Lò Thị Mẫu.csv": b"1", "~$b.xlsx": b"lock", "__MACOSX/._b": b"x",
        ".DS_Store": b"x", "Thumbs.db": b"x", "c/empty.csv": b"", "a.xlsx": xlsx_bytes(),
    }  # fmt: skip
    files, skipped = _unpacked(zip_bytes(members), tmp_path)
    assert files == [b"1", members["a.xlsx"]]
    assert skipped == {"lock or system file": 4, "empty member": 1}


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_every_packing_of_the_standard_library_is_read(method: int, tmp_path: Path) -> None:
    assert _unpacked(zip_bytes({"a": CSV.encode()}, method), tmp_path)[0] == [CSV.encode()]


@pytest.mark.parametrize("name", ["../../a.csv", "/etc/a.csv", "..\\a.csv", "C:\\a.csv", "a\nb"])
def test_no_name_of_a_member_becomes_a_path(name: str, tmp_path: Path) -> None:
    files, _ = _unpacked(zip_bytes({name: b"1"}), tmp_path)
    assert files == [b"1"]
    assert {path.name for path in tmp_path.iterdir()} == {"work", "delivered"}


def test_archives_in_an_archive_are_expanded_in_their_place(tmp_path: Path) -> None:
    inner = zip_bytes({"1": b"two", "2": b"three"})
    outer = zip_bytes({"a.csv.gz": gzip.compress(b"one"), "b.zip": inner, "c": b"four"})
    assert _unpacked(outer, tmp_path)[0] == [b"one", b"two", b"three", b"four"]


def test_a_gzip_of_several_parts_is_one_file(tmp_path: Path) -> None:
    data = gzip.compress(b"one") + gzip.compress(b"two")
    assert _unpacked(data, tmp_path)[0] == [b"onetwo"]


def test_three_archives_deep_is_refused(tmp_path: Path) -> None:
    data = gzip.compress(gzip.compress(gzip.compress(b"1")))
    assert _refusal(data, tmp_path) == "archives within archives within an archive"


@pytest.mark.parametrize("members", [{}, {"a/": b""}])
def test_an_archive_without_members_is_refused(members: dict[str, bytes], tmp_path: Path) -> None:
    assert _refusal(zip_bytes(members), tmp_path) == "no file with content in it"


@pytest.mark.parametrize("blanks", [b"", b"\xef\xbb\xbf", b"\xff\xfe\r\n", b" \r\n" * 9])
def test_empty_members_and_locks_are_counted_and_no_errors(blanks: bytes, tmp_path: Path) -> None:
    members = {"a.csv": blanks, "~$b.xlsx": b"lock", "c.csv.gz": gzip.compress(b"")}
    skipped = {"lock or system file": 1, "empty member": 2}
    assert _unpacked(zip_bytes(members), tmp_path) == ([], skipped)


def test_a_gzip_of_nothing_is_refused(tmp_path: Path) -> None:
    assert _refusal(gzip.compress(b""), tmp_path) == "no file with content in it"


def test_members_that_fit_the_patterns_are_taken_alone(tmp_path: Path) -> None:
    members = {"Hồ sơ 1.CSV": b"1", "phí.csv": b"2", "x/hồ sơ 2.csv.gz": gzip.compress(b"3")}
    members = {unicodedata.normalize("NFD", name): data for name, data in members.items()}
    file = place(tmp_path, zip_bytes(members))
    for number, (patterns, expected, unfit) in enumerate(
        [
            (["hồ sơ*.csv"], [b"1", b"3"], 1),
            (["phí*"], [b"2"], 2),
            (["khác"], [b"1", b"2", b"3"], 0),
        ]
    ):
        workspace = tmp_path / str(number)
        workspace.mkdir()
        result = unpack(file, workspace, patterns)
        assert [path.read_bytes() for path in result.files] == expected
        assert result.skipped.get(UNFIT, 0) == unfit
        assert sorted(workspace.iterdir()) == sorted(result.files)


def test_a_place_in_an_archive_tells_known_suffixes_only(tmp_path: Path) -> None:
    members = {"a.csv": b"1", "Lò Thị.Mẫu": b"2", "b.docx": b"3"}
    result = unpack(place(tmp_path, zip_bytes(members)), tmp_path)
    assert result.places == [
        "member 1 of 3 (.csv)", "member 2 of 3 (another suffix)", "member 3 of 3 (.docx)",
    ]  # fmt: skip


@pytest.mark.parametrize("whole", [
    gzip.compress(CSV.encode() * 9, mtime=0), zip_bytes({"a": CSV.encode() * 9, "b": CSV.encode()}),
])  # fmt: skip
def test_an_archive_cut_off_anywhere_is_refused(whole: bytes, tmp_path: Path) -> None:
    for length in range(12, len(whole)):
        folder = tmp_path / str(length)
        folder.mkdir()
        assert "damaged or cut off" in _refusal(whole[:length], folder)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_flipped_byte_is_refused(method: int, tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"a": bytes(range(256))}, method))
    data[120] ^= 0xFF
    assert "damaged or cut off" in _refusal(bytes(data), tmp_path)


def test_a_gzip_with_a_wrong_checksum_or_a_tail_is_refused(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(CSV.encode()))
    data[-6] ^= 1
    for number, broken in enumerate((bytes(data), gzip.compress(b"1") + b"tail")):
        (tmp_path / str(number)).mkdir()
        assert "damaged or cut off" in _refusal(broken, tmp_path / str(number))


def _without_first_member() -> bytes:
    data = bytearray(zip_bytes({"a": b"1", "b": b"2"}))
    end, second = data.rfind(b"PK\x05\x06"), data.rfind(b"PK\x01\x02")
    struct.pack_into("<HHII", data, end + 8, 1, 1, end - second, second)
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        zip_bytes({"a": b"1"}) + zip_bytes({"b": b"2"}),
        zip_bytes({"a": b"1"}) + CSV.encode(),
        b"PK\x03\x04" + zip_bytes({"a": b"1"}),
        _without_first_member(),
    ],
)
def test_a_zip_that_hides_bytes_is_refused(data: bytes, tmp_path: Path) -> None:
    assert "before or behind it" in _refusal(data, tmp_path)


def _with_header_field(data: bytes, offset: int, value: int) -> bytes:
    """Write a field of 2 bytes into the local (30 bytes) and the central header of a zip."""
    changed = bytearray(data)
    central = changed.index(b"PK\x01\x02")
    changed[offset : offset + 2] = struct.pack("<H", value)
    changed[central + offset + 2 : central + offset + 4] = struct.pack("<H", value)
    return bytes(changed)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    data = _with_header_field(zip_bytes({"a": b"1" * 99}), 6, 0x1)
    assert _refusal(data, tmp_path) == "a member with a password"


def test_an_unknown_packing_is_refused(tmp_path: Path) -> None:
    data = _with_header_field(zip_bytes({"a": b"1" * 99}), 8, 97)
    assert _refusal(data, tmp_path) == "a member packed by a method that is not supported"


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zip_bytes({"a": data})])
def test_a_bomb_is_refused_before_it_is_written(pack: object, tmp_path: Path) -> None:
    assert callable(pack)
    data = pack(bytes(64 << 20))
    assert "expands to more than 16 MiB" in _refusal(data, tmp_path)
    written = sum(file.stat().st_size for file in (tmp_path / "work").iterdir())
    assert written <= MOST_BYTES


def test_many_members_together_are_bounded(tmp_path: Path) -> None:
    data = zip_bytes({str(number): bytes(1 << 20) for number in range(40)})
    assert "expands to more than 16 MiB" in _refusal(data, tmp_path)


def test_a_small_repetitive_file_is_no_bomb(tmp_path: Path) -> None:
    assert _unpacked(gzip.compress(b"0" * (8 << 20)), tmp_path)[0] == [b"0" * (8 << 20)]


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    members = {str(number): b"1" for number in range(archive.MAX_MEMBERS + 1)}
    assert _refusal(zip_bytes(members), tmp_path) == "more than 200 files"


def test_a_full_disk_is_not_the_files_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gzip.GzipFile, "read", full)
    with pytest.raises(OSError, match="No space"):
        unpack(place(tmp_path, gzip.compress(b"1")), tmp_path)
