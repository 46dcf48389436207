"""What can happen to the bytes of a delivered file: cases made from a seed."""

import gzip
import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sample_lists import zip_bytes

from tests.unit.fuzz_lists import CONTAINERS, LIST, OTHER_LIST, Container, Row, biff_cells

Kind = Literal["cut", "flip", "edit", "noise", "magic", "join", "greedy", "hidden_cut"]
# How often each kind comes, of all cases of a container.
_SHARES: dict[Kind, int] = {
    "cut": 26, "flip": 26, "edit": 14, "noise": 4, "magic": 6, "join": 8, "greedy": 12,
    "hidden_cut": 4,
}  # fmt: skip
_LONGEST_EDIT = 200
_MAGIC_BYTES = (4, 8, 16, 64, 512)
_MOST_ESCAPES = 3
_MOST_FLIPS = 10
_PARTS_WITH_CELLS = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml")

# What a greedy case is made of: its bytes, and the number of rows that may say something else in
# them, where there are any.
Made = bytes | tuple[bytes, int]
Maker = Callable[[bytes, random.Random], Made]


@dataclass(frozen=True)
class Case:
    """A file gone bad.

    Attributes
    ----------
    data
        Its bytes.
    rows
        The rows whose whole texts are among the bytes before they went bad.
    changed
        How many rows may say something else at most; each is there still. Of flipped bits in text,
        also how many letters.
    joined
        How many rows may have become part of another at most.
    span
        Where bytes were edited: the first of them, and the one behind the last.
    """

    container: Container
    kind: Kind
    seed: int
    data: bytes
    rows: Sequence[Row] = tuple(LIST)
    changed: int = 0
    joined: int = 0
    span: tuple[int, int] = (0, 0)
    detail: str = ""

    @property
    def name(self) -> str:
        """What makes it again, and what was done."""
        return f"make_case({self.container.name!r}, {self.seed}): {self.kind} {self.detail}"


def make_case(container_name: str, seed: int) -> Case:
    """Return the case of a seed."""
    chance = random.Random(f"{container_name} {seed}")
    container = CONTAINERS[container_name]
    kinds = [kind for kind in _SHARES if kind != "hidden_cut" or container.nature == "checked"]
    kind = chance.choices(kinds, [_SHARES[kind] for kind in kinds])[0]
    return _MAKERS[kind](container, seed, chance)


def _cut(container: Container, seed: int, chance: random.Random) -> Case:
    data = container.write(LIST)
    places = _borders(container, data)
    if chance.random() < 0.5:
        length = chance.choice(places) + chance.choice((-1, 0, 0, 0, 1))
    else:
        length = chance.randrange(len(data))
    length = min(max(length, 0), len(data) - 1)
    return Case(container, "cut", seed, data[:length], detail=f"at {length} of {len(data)}")


def _flip(container: Container, seed: int, chance: random.Random) -> Case:
    whole = container.write(LIST)
    data = bytearray(whole)
    # Most damage is one bit; the first bytes say what the file is.
    count = chance.choice((1, 1, 1, 2, 3, 5, 10, 20))
    reach = len(data) if chance.random() < 0.8 else min(len(data), 300)
    for _ in range(count):
        data[chance.randrange(reach)] ^= 1 << chance.randrange(8)
    return Case(container, "flip", seed, bytes(data), changed=count,
                joined=_joined(container, whole, bytes(data)) if container.has_text else 0,
                detail=f"{count} bits of {reach} bytes")  # fmt: skip


def _joined(container: Container, before: bytes, after: bytes) -> int:
    """Return how many rows end at a border that flipped bits took away or put into a cell."""
    changed = {place for place, (one, other) in enumerate(zip(before, after, strict=True))
               if one != other}  # fmt: skip
    marks = marks_flipped(before, after)
    # Where one mark closes a cell no more and another one does, all up to the next is a cell.
    cells = [range(mark, after.find(b'"', mark + 1)) for mark in marks] if len(marks) > 1 else []
    return sum(
        any(end - 1 in cell for cell in cells)
        or not changed.isdisjoint(range(end - len(container.border), end))
        for end in _borders(container, before)
    )


def marks_flipped(before: bytes, after: bytes) -> list[int]:
    """Return where flipped bits made a quotation mark or took one away."""
    pairs = enumerate(zip(before, after, strict=True))
    return [place for place, pair in pairs if pair[0] != pair[1] and ord('"') in pair]


def _edit(container: Container, seed: int, chance: random.Random) -> Case:
    data = container.write(LIST)
    start = chance.choice(_borders(container, data)) if chance.random() < 0.3 else None
    start = chance.randrange(len(data)) if start is None else start
    size = chance.randint(1, _LONGEST_EDIT)
    block, rest = data[start : start + size], data[start + size :]
    how = chance.choice(("insert", "delete", "swap", "repeat", "zero"))
    if how == "swap":
        half = len(block) // 2
        block = block[half:] + block[:half]
    made = {
        "insert": chance.randbytes(size) + block,
        "delete": b"",
        "swap": block,
        "repeat": block + block,
        "zero": bytes(len(block)),
    }[how]
    return Case(container, "edit", seed, data[:start] + made + rest,
                span=(start, start + len(block)), detail=f"{how} {size} at {start}")  # fmt: skip


def _noise(container: Container, seed: int, chance: random.Random) -> Case:
    size = chance.choice((0, 1, 2, 3, 100, 4096, 300_000))
    data = chance.randbytes(size)
    if chance.random() < 0.5:
        data = bytes(
            chance.choice(b' \t\r\n;,"<>{}[]/ab\xc3\xa0\x00') for _ in range(min(size, 4096))
        )
    return Case(container, "noise", seed, data, (), detail=f"{size} bytes")


def _magic(container: Container, seed: int, chance: random.Random) -> Case:
    size = chance.choice(_MAGIC_BYTES)
    head = container.write(LIST)[:size]
    data = head + chance.randbytes(chance.choice((0, 10, 2000)))
    # A list without a header may have its first row within them.
    whole = tuple(LIST[: head.count(b"}\n")]) if container.name == "ndjson" else ()
    return Case(container, "magic", seed, data, whole, detail=f"behind {size} bytes")


def _join(container: Container, seed: int, chance: random.Random) -> Case:
    other = container if chance.random() < 0.5 else chance.choice([*CONTAINERS.values()])
    same = other.export == container.export
    data = container.write(LIST) + chance.choice((b"", b"", b"\n")) + other.write(OTHER_LIST)
    return Case(container, "join", seed, data, (*LIST, *OTHER_LIST) if same else tuple(LIST),
                detail=f"with {other.name}")  # fmt: skip


def _greedy(container: Container, seed: int, chance: random.Random) -> Case:
    makers = _GREEDY[container.name]
    make = makers[chance.randrange(len(makers))]
    made = make(container.write(LIST), chance)
    data, changed = made if isinstance(made, tuple) else (made, 0)
    return Case(container, "greedy", seed, data, changed=changed, detail=make.__name__.strip("_"))


def _hidden_cut(container: Container, seed: int, chance: random.Random) -> Case:
    """Cut what is packed, and pack it again: all checksums fit."""
    data = container.write(LIST)
    if container.name == "gzip":
        inner = gzip.decompress(data)
        cut = gzip.compress(inner[: chance.randrange(len(inner))], mtime=0)
        return Case(container, "hidden_cut", seed, cut)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    place = chance.randrange(len(members))
    name, inner = members[place]
    members[place] = (name, inner[: chance.randrange(len(inner))])
    return Case(container, "hidden_cut", seed, zip_bytes(members), detail=name)


_MAKERS: dict[Kind, Callable[[Container, int, random.Random], Case]] = {
    "cut": _cut, "flip": _flip, "edit": _edit, "noise": _noise, "magic": _magic, "join": _join,
    "greedy": _greedy, "hidden_cut": _hidden_cut,
}  # fmt: skip


def _borders(container: Container, data: bytes) -> list[int]:
    """Return where rows end; sectors where nothing in the bytes shows rows."""
    if container.border:
        return [match.end() for match in re.finditer(re.escape(container.border), data)]
    return list(range(0, len(data), 512))


# What a list of text asks for. Each returns the list with something in it, or around it; what is
# put into the texts of rows is theirs.


def _inside(data: bytes, border: bytes, chance: random.Random, added: bytes) -> bytes:
    """Return `data` with something behind one of its first rows."""
    places = [match.end() for match in re.finditer(re.escape(border), data)]
    place = places[chance.randrange(len(places) // 3, len(places) - 2)]
    return data[:place] + added + data[place:]


def _long_cell(data: bytes, chance: random.Random) -> bytes:
    return _inside(data, b"\n", chance, b"1;" + b"x" * chance.choice((200_000, 3 << 20)) + b"\r\n")


def _many_cells(data: bytes, chance: random.Random) -> bytes:
    return _inside(data, b"\n", chance, chance.choice((b";", b"\t", b",")) * 5000 + b"\r\n")


def _quotes(data: bytes, chance: random.Random) -> bytes:
    return _inside(data, b"\n", chance, chance.choice((b'"', b'""', b'";"')) * 5001 + b"\r\n")


def _lone_returns(data: bytes, chance: random.Random) -> bytes:
    return _inside(data, b"\n", chance, b"1;2\r3;4\r\r5\r\n")


def _only_returns(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b"\r\n", b"\r")


def _nul_bytes(data: bytes, chance: random.Random) -> bytes:
    return _inside(data, b"\n", chance, b"\0" * chance.choice((1, 40)) + b"\r\n")


def _control_bytes(data: bytes, chance: random.Random) -> bytes:
    return _inside(data, b"\n", chance, b"\x1a\x01\x02\x03\x04\x0b\x0c\x85\r\n")


def _blank_lines(data: bytes, chance: random.Random) -> bytes:
    return _inside(data, b"\n", chance, chance.choice((b"\r\n", b"\n", b" \r\n")) * 1000)


def _utf_16_surrogates(data: bytes, chance: random.Random) -> bytes:
    return _inside(data, b"\n\0", chance, b"\x00\xd8" * 3 + b"\x00\xdc" + b"\r\0\n\0")


def _second_mark(data: bytes, chance: random.Random) -> bytes:
    return _inside(data, b"\n\0", chance, b"\xff\xfe\xfe\xff")


# JSON.


def _nested(data: bytes, chance: random.Random) -> bytes:
    depth = chance.choice((500, 5000, 200_000))
    added = b'"MaHoSo": ' + chance.choice((b"[", b'{"a":')) * depth + b" "
    return data.replace(b'"MaHoSo": ', added, 1)


def _nested_whole(data: bytes, chance: random.Random) -> bytes:
    depth = chance.choice((100, 5000, 200_000))
    return data.replace(b'"SoDienThoai": ', b'"z": ' + b"[" * depth + b"]" * depth
                        + b', "SoDienThoai": ', 1)  # fmt: skip


def _long_number(data: bytes, chance: random.Random) -> bytes:
    number = chance.choice((b"1e999999", b"9" * 20_000, b"-0." + b"1" * 5000, b"NaN", b"1E+"))
    return data.replace(b'"SoDienThoai": ', b'"z": ' + number + b', "SoDienThoai": ', 1)


def _escapes(data: bytes, chance: random.Random) -> Made:
    escape = chance.choice(
        (rb"\ud800", rb"\u0000", rb"\udc00\ud800", rb"\x", b"\xff", b"\n", b"\0")
    )
    field = chance.choice((b'"ChuHoSo": "', b'"fullname": "', b'"MaHoSo": "', b'"code": "',
                           b'"DonViXuLy": "', b'"name": "'))  # fmt: skip
    count = chance.choice((1, _MOST_ESCAPES))
    return data.replace(field, field + escape, count), min(count, data.count(field))


def _same_key_twice(data: bytes, chance: random.Random) -> bytes:
    key = chance.choice((b"data", b"content", b"MaHoSo", b"code", b"procedure"))
    return data.replace(b'{"', b'{"' + key + b'": [], "', chance.choice((1, 2)))


def _long_text(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b'"SoDienThoai": "', b'"SoDienThoai": "' + b"x" * (3 << 20), 1)


def _other_values(data: bytes, chance: random.Random) -> bytes:
    """Put records among the others that are no objects."""
    value = chance.choice((b"null", b"1", b'"x"', b"[]", b"{}", b"true", b"[[{}]]"))
    border = b"\n" if data.startswith(b"{") and data.endswith(b"}\n") else b"}, "
    return _inside(data, border, chance, value + (border[-1:] if border == b"\n" else b", "))


# Markup.


def _spans(data: bytes, chance: random.Random) -> bytes:
    span = chance.choice((b"1000", b"65534", b"999999999", b"-1", b"1e9", b"0"))
    attribute = chance.choice((b"colspan", b"rowspan"))
    cell = b"<td " + attribute + b'="' + span + b'">'
    return data.replace(b"<td>", cell, chance.choice((1, 5, 300)))


def _swallowed(data: bytes, chance: random.Random) -> bytes:
    """Open what takes the rows behind it for its own text."""
    opening = chance.choice((
        b"<!--", b"<script>", b"<style>", b"<textarea>", b"<title>", b"<![CDATA[", b"<xmp>",
        b'<a title="', b"<plaintext>", b"<noscript>", b"<select>", b"<!", b"<?", b"<iframe>",
    ))  # fmt: skip
    return _inside(data, b"</tr>", chance, opening)


def _nested_tags(data: bytes, chance: random.Random) -> bytes:
    tag = chance.choice((b"<div>", b"<table>", b"<b>", b"<tr><td>", b"<table><tr><td>"))
    return _inside(data, b"<td>", chance, tag * chance.choice((100, 3000)))


def _lost_tags(data: bytes, chance: random.Random) -> bytes:
    tag = chance.choice(
        (b"<tr>", b"</tr>", b"<td>", b"</td>", b"</table>", b"<table border", b"<body>")
    )
    place = [match.start() for match in re.finditer(re.escape(tag), data)]
    start = chance.choice(place)
    return data[:start] + data[start + len(tag) :]


def _entities(data: bytes, chance: random.Random) -> Made:
    entity = chance.choice((b"&#0;", b"&#x110000;", b"&#99999999999;", b"&lol;", b"&", b"&#xD800;"))
    return _inside(data, b"<td>", chance, entity * 100), 1


def _xml_index(data: bytes, chance: random.Random) -> bytes:
    tag = chance.choice((b"<Row>", b"<Cell>"))
    attribute = chance.choice((b"ss:Index", b"ss:MergeAcross", b"ss:MergeDown", b"ss:Span"))
    number = chance.choice((b"0", b"-1", b"255", b"65536", b"1048576", b"999999999", b"x"))
    changed = tag[:-1] + b" " + attribute + b'="' + number + b'">'
    places = [match.start() for match in re.finditer(tag, data)]
    start = chance.choice(places)
    return data[:start] + changed + data[start + len(tag) :]


def _xml_entities(data: bytes, chance: random.Random) -> bytes:
    layers = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 9))
    doctype = f'<!DOCTYPE x [<!ENTITY e0 "lol">{layers}]>'.encode()
    data = data.replace(b"<?mso", doctype + b"<?mso", 1)
    return _inside(data, b'"String">', chance, b"&e8;")


def _xml_nested(data: bytes, chance: random.Random) -> bytes:
    depth = chance.choice((200, 100_000))
    return _inside(data, b'"String">', chance, b"<b>" * depth + b"</b>" * depth)


def _xml_comment(data: bytes, chance: random.Random) -> bytes:
    added = chance.choice((b"<!-- x -->", b"<?x y?>", b"<![CDATA[x]]>", b"<Row/>", b"<Row></Row>"))
    return _inside(data, b"</Row>", chance, added)


# Archives and workbooks.


def _sizes(data: bytes, chance: random.Random) -> bytes:
    """State other sizes in the headers of a zip file."""
    changed = bytearray(data)
    size = chance.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF))
    fields = {b"PK\x01\x02": (20, 24, 42), b"PK\x03\x04": (18, 22), b"PK\x05\x06": (12, 16)}
    magic = chance.choice(list(fields))
    for match in re.finditer(re.escape(magic), data):
        for place in fields[magic]:
            if chance.random() < 0.5 and match.start() + place + 4 <= len(data):
                struct.pack_into("<I", changed, match.start() + place, size)
    return bytes(changed)


def _member_count(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    end = data.rfind(b"PK\x05\x06")
    count = chance.choice((0, 1, 2, 0xFFFF))
    struct.pack_into("<HH", changed, end + 8, count, count)
    return bytes(changed)


def _shorter_directory(data: bytes, chance: random.Random) -> bytes:
    """Leave the first members out of the directory, whose end says so."""
    end = data.rfind(b"PK\x05\x06")
    entries = [match.start() for match in re.finditer(b"PK\x01\x02", data)]
    left_out = chance.randrange(1, len(entries))
    changed = bytearray(data)
    struct.pack_into("<HHII", changed, end + 8, len(entries) - left_out, len(entries) - left_out,
                     end - entries[left_out], entries[left_out])  # fmt: skip
    return bytes(changed)


def _before_and_behind(data: bytes, chance: random.Random) -> bytes:
    other = _csv_of_others()
    return other + data if chance.random() < 0.5 else data + other


def _csv_of_others() -> bytes:
    return CONTAINERS["csv"].write(OTHER_LIST)


def _zip_bomb(data: bytes, chance: random.Random) -> bytes:
    return zip_bytes([("a.csv", CONTAINERS["csv"].write(LIST)), ("b.csv", bytes(20 << 20))])


def _many_members(data: bytes, chance: random.Random) -> bytes:
    return zip_bytes([(f"{number}.csv", b"") for number in range(chance.choice((150, 250)))]
                     + [("a.csv", CONTAINERS["csv"].write(LIST))])  # fmt: skip


def _member_names(data: bytes, chance: random.Random) -> bytes:
    name = chance.choice(("../../x.csv", "/etc/x.csv", "C:\\x.csv", "Lò Thị Mẫu.csv", "x" * 3000,
                          "x.csv/", "~$x.csv", "a\0b.csv"))  # fmt: skip
    halves = LIST[: len(LIST) // 2], LIST[len(LIST) // 2 :]
    members = [CONTAINERS["csv"].write(half) for half in halves]
    return zip_bytes([("a.csv", members[0]), (name, members[1])])


def _nested_archives(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 2, 10))):
        data = (
            zip_bytes([("a.zip", data)]) if chance.random() < 0.5 else gzip.compress(data, mtime=0)
        )
    return data


def _gzip_bomb(data: bytes, chance: random.Random) -> bytes:
    return data + gzip.compress(bytes(20 << 20), mtime=0)


def _gzip_tail(data: bytes, chance: random.Random) -> bytes:
    return data + chance.choice((bytes(1000), b"x", _csv_of_others(), b"\x1f\x8b", data[:50]))


def _gzip_size(data: bytes, chance: random.Random) -> bytes:
    return data[:-4] + struct.pack("<I", chance.choice((0, 1, 0xFFFFFFFF)))


def _with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(part, archive.read(part)) for part in archive.namelist()]
    return zip_bytes([(part, change(inner) if part == name else inner) for part, inner in members])


def _far_cell(data: bytes, chance: random.Random) -> bytes:
    column, line = chance.choice(("A", "IV", "IW", "XFD", "AAAAAAA")), chance.choice((
        0, 25, 99_999, 1_048_576, 1_048_577, 4_294_967_295, 99_999_999_999))  # fmt: skip
    cell = f'<row r="{line}"><c r="{column}{line}"><v>1</v></c></row>'.encode()
    return _with_part(data, "xl/worksheets/sheet1.xml",
                      lambda part: part.replace(b"</sheetData>",
                                                cell + b"</sheetData>"))  # fmt: skip


def _sheet_flip(data: bytes, chance: random.Random) -> Made:
    """Flip bits of a part whose checksum then fits."""
    part = chance.choice((*_PARTS_WITH_CELLS, "xl/workbook.xml", "xl/styles.xml",
                          "xl/_rels/workbook.xml.rels"))  # fmt: skip
    count = chance.choice((1, 2, _MOST_FLIPS))

    def change(inner: bytes) -> bytes:
        changed = bytearray(inner)
        for _ in range(count):
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        return bytes(changed)

    # A cell that a bit moves leaves its row and stands for another's; two rows share a unit's name.
    rows = min(2 * count, _MOST_FLIPS) if part in _PARTS_WITH_CELLS else 0
    return _with_part(data, part, change), rows


def _string_count(data: bytes, chance: random.Random) -> bytes:
    count = chance.choice((b"0", b"4294967295", b"99999999999999999999", b"-1"))
    return _with_part(data, "xl/sharedStrings.xml", lambda part: re.sub(
        rb'(unique[cC]ount|count)="\d+"', rb'\1="' + count + b'"', part))  # fmt: skip


def _biff_place(data: bytes, chance: random.Random) -> Made:
    """Move cells to any row and column, none of them a row of the list."""
    changed = bytearray(data)
    places = chance.sample(biff_cells(data), chance.choice((1, 1, 3)))
    for place in places:
        row, column = (
            chance.choice((0, 50, 32_768, 65_535)),
            chance.choice((0, 8, 255, 256, 65_535)),
        )
        struct.pack_into("<HH", changed, place + 4, row, column)
    return bytes(changed), len(places)


def _biff_length(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    place = chance.choice(biff_cells(data))
    struct.pack_into("<H", changed, place + 2, chance.choice((0, 1, 5, 8224, 65_535)))
    return bytes(changed)


def _biff_flip(data: bytes, chance: random.Random) -> bytes:
    """Flip bits where the workbook says how long and how many its parts are."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 5))):
        changed[chance.randrange(1024)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _ole_tables(data: bytes, chance: random.Random) -> bytes:
    """Change the chain of sectors: loops and ends."""
    changed = bytearray(data)
    number = chance.choice((0, 1, 0xFFFFFFFE, 0xFFFFFFFD, 0x7FFFFFFF))
    fat = (int.from_bytes(data[76:80], "little") + 1) * 512
    place = chance.choice((44, 48, 56, 60, 64, 68, 72, 76, fat, fat + 4, fat + 40))
    struct.pack_into("<I", changed, min(place, len(data) - 4), number)
    return bytes(changed)


_TEXT_GREEDY: tuple[Maker, ...] = (
    _long_cell, _many_cells, _quotes, _lone_returns, _nul_bytes, _control_bytes, _blank_lines,
    _only_returns,
)  # fmt: skip
_JSON_GREEDY: tuple[Maker, ...] = (
    _nested, _nested_whole, _long_number, _escapes, _escapes, _same_key_twice, _long_text,
    _other_values,
)  # fmt: skip
_GREEDY: dict[str, tuple[Maker, ...]] = {
    "csv": _TEXT_GREEDY,
    "tsv": _TEXT_GREEDY,
    "windows_1258": _TEXT_GREEDY,
    "tcvn3": _TEXT_GREEDY,
    "utf_16": (_utf_16_surrogates, _second_mark),
    "ndjson": (*_JSON_GREEDY, _blank_lines, _nul_bytes),
    "array": _JSON_GREEDY,
    "envelope": _JSON_GREEDY,
    "igate2": _JSON_GREEDY,
    "html": (_spans, _swallowed, _nested_tags, _lost_tags, _entities),
    "spreadsheet_xml": (_xml_index, _xml_entities, _xml_nested, _xml_comment),
    "xlsx": (_sizes, _member_count, _shorter_directory, _before_and_behind, _far_cell, _sheet_flip,
             _string_count),
    "gzip": (_gzip_bomb, _gzip_tail, _gzip_size, _nested_archives),
    "zip": (_sizes, _member_count, _shorter_directory, _before_and_behind, _zip_bomb,
            _many_members, _member_names, _nested_archives),
    "xls": (_biff_place, _biff_length, _biff_flip, _ole_tables),
}  # fmt: skip
