"""JSON files: layouts, envelopes, and that nothing half read passes for whole."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.engine.common.errors import FileRefused
from assets.engine.formats import json_file, json_scan
from assets.engine.formats.json_file import JsonRecords, json_objects_sql, json_records

RECORDS: list[dict[str, Any]] = [
    {"MaHoSo": "H22.33-0001", "ChuHoSo": "Lò Thị Mẫu", "TaiLieuNop": [{"a": [1]}], "x": "]}"},
    {"MaHoSo": "H22.33-0002", "GhiChu": 'a],"b":["\\', "TaiLieuNop": []},
    {"MaHoSo": "H22.33-0003", "o": {"l": [[], {}]}, "n": None},
]
TRAILING: dict[str, Any] = {
    "isUpdating": "False",
    "l": [1, [2], {"a": []}],
    "page": {"n": 1, "s": ["]", "}"]},
}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as opened:
        yield opened


def _place(folder: Path, text: str | bytes) -> Path:
    file = folder / "delivered"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def _open(folder: Path, text: str | bytes, records: str = "") -> JsonRecords:
    workspace = folder / "work"
    workspace.mkdir(exist_ok=True)
    return json_records(_place(folder, text), records, workspace)


def _texts(connection: duckdb.DuckDBPyConnection, records: JsonRecords) -> list[Any]:
    result = connection.sql(f"FROM {json_objects_sql(records)}")
    assert result.columns == ["json"]
    return [row[0] for row in result.fetchall()]


def _read(
    connection: duckdb.DuckDBPyConnection, folder: Path, text: str | bytes, records: str = ""
) -> list[Any]:
    return [json.loads(text) for text in _texts(connection, _open(folder, text, records))]


def _written(records: Any, style: str) -> str:
    if style == "compact":
        return json.dumps(records, ensure_ascii=False, separators=(",", ":"))
    if style == "escaped":
        return json.dumps(records)
    return json.dumps(records, ensure_ascii=False, indent=2).replace("\n", "\r\n") + "\r\n"


@pytest.mark.parametrize("style", ["compact", "escaped", "indented"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(
    ("path", "whole"),
    [
        ("", RECORDS),
        ("data", {"session": "x]", "keys": ["data"], "data": RECORDS}),
        ("data", {"data": RECORDS, **TRAILING}),
        ("result.items", {"a": {"items": 1}, "result": {"items": RECORDS}}),
        ("result.items", {"result": {"n": [], "items": RECORDS, **TRAILING}, **TRAILING}),
        ("a.b.c", {"a": {"b": {"c": RECORDS, **TRAILING}}, **TRAILING}),
    ],
)
def test_records_are_read_whole_and_in_order(
    connection: duckdb.DuckDBPyConnection, *,
    style: str, encoding: str, path: str, whole: Any, tmp_path: Path,
) -> None:  # fmt: skip
    text = _written(whole, style).encode(encoding)
    assert _read(connection, tmp_path, text, path) == RECORDS


@pytest.mark.parametrize(("path", "text"), [("", "[]"), ("", " [\n] "), ("a", '{"a":[ ]}')])
def test_no_records_are_none(
    connection: duckdb.DuckDBPyConnection, path: str, text: str, tmp_path: Path
) -> None:
    assert _read(connection, tmp_path, text, path) == []


_values = st.recursive(
    st.none() | st.integers() | st.text('[]{},:"\\ aồ', max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('[]{},"a', max_size=3), inner)
    ),
    max_leaves=12,
)


@given(
    records=st.lists(st.dictionaries(st.text('[]},:"', max_size=3), _values), max_size=3),
    before=st.dictionaries(st.sampled_from(["a", "]", '"', "b,"]), _values),
    behind=st.dictionaries(st.sampled_from(["c", "[", "]}", '\\"]']), _values),
)
def test_whatever_stands_around_the_records_they_are_cut_out_exactly(
    records: list[Any], before: dict[str, Any], behind: dict[str, Any]
) -> None:
    inner = {**before, "x": records, **behind}
    text = json.dumps({**before, "r": inner, **behind}, ensure_ascii=False)
    _, _, rest = text.encode().decode("latin-1").partition('"x": [')  # no other key has an x
    end = json_scan.end_of_array(rest, ["r", "x"])
    assert json.loads(("[" + rest[:end]).encode("latin-1")) == records


@pytest.mark.parametrize(
    ("path", "whole"),
    [
        ("", RECORDS),
        ("data", {"data": RECORDS}),
        ("data", {"a": [], "data": RECORDS, **TRAILING}),
        ("r.data", {"r": {"data": RECORDS, **TRAILING}, **TRAILING}),
    ],
)
@pytest.mark.parametrize("style", ["compact", "indented"])
def test_a_file_cut_off_anywhere_is_never_read_wholly(
    connection: duckdb.DuckDBPyConnection, path: str, whole: Any, style: str, tmp_path: Path
) -> None:
    text = _written(whole, style).rstrip().encode()
    for length in range(1, len(text)):
        with pytest.raises((FileRefused, duckdb.Error)) as refusal:
            _read(connection, tmp_path, text[:length], path)
        if isinstance(refusal.value, FileRefused):
            assert "Mẫu" not in str(refusal.value)


@pytest.mark.parametrize("tail", ["x", "]", "[]", '{"a":1}', ",", "\x00", "\n[1]", '"'])
@pytest.mark.parametrize(("path", "whole"), [("", RECORDS), ("data", {"data": RECORDS})])
def test_garbage_behind_the_end_is_refused(
    connection: duckdb.DuckDBPyConnection, tail: str, path: str, whole: Any, tmp_path: Path
) -> None:
    with pytest.raises((FileRefused, duckdb.Error)):
        _read(connection, tmp_path, json.dumps(whole) + tail, path)


def _large() -> str:
    rows = (f'{{"n":{number},"t":"{"ồ" * 550}","l":[{number}]}}' for number in range(50_000))
    return "[" + ",\n".join(rows) + "]"


@pytest.fixture(scope="module")
def large() -> bytes:
    return _large().encode()


def _numbers(connection: duckdb.DuckDBPyConnection, records: JsonRecords) -> list[tuple[int]]:
    return connection.sql(
        f"SELECT json_extract_string(json, '$.n')::INTEGER FROM {json_objects_sql(records)}"
    ).fetchall()


@pytest.mark.parametrize("path", ["", "data"])
def test_a_large_array_keeps_the_order_of_the_file(
    connection: duckdb.DuckDBPyConnection, path: str, large: bytes, tmp_path: Path
) -> None:
    assert len(large) > 50 << 20
    text = b'{"a":1,"data":' + large + b',"b":[2]}' if path else large
    records = _open(tmp_path, text, path)
    assert _numbers(connection, records) == [(number,) for number in range(50_000)]


def _broken(large: bytes, how: str) -> bytes:
    middle = large.index(b",\n", len(large) // 2)
    return {
        "cut behind a comma": large[: middle + 2],
        "cut behind a record": large[:middle],
        "cut within a record": large[: middle - 9],
        "garbage": large[:middle] + b"x" + large[middle:],
        "two commas": large[:middle] + b"," + large[middle:],
        "garbage behind it": large + b"x",
        "an array behind it": large + b',"more":[1]',
        "a bracket behind it": large + b"]",
    }[how]


@pytest.mark.parametrize(
    "how",
    [
        "cut behind a comma", "cut behind a record", "cut within a record", "garbage",
        "two commas", "garbage behind it", "an array behind it", "a bracket behind it",
    ],
)  # fmt: skip
def test_a_large_array_that_is_broken_is_never_read_wholly(
    connection: duckdb.DuckDBPyConnection, how: str, large: bytes, tmp_path: Path
) -> None:
    with pytest.raises((FileRefused, duckdb.Error)):
        _numbers(connection, _open(tmp_path, _broken(large, how)))


def test_keys_behind_the_records_that_are_longer_than_the_tail_are_no_records(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_file, "_EDGE", 64)
    text = json.dumps({"data": RECORDS, "more": ["x" * 20] * 9})
    with pytest.raises((FileRefused, duckdb.Error)):
        _read(connection, tmp_path, text, "data")


def test_the_search_for_the_end_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_scan, "_SEARCH_CHARS", 1000)
    text = json.dumps({"data": [{"a": [], **{str(n): [] for n in range(900)}}]})
    with pytest.raises(FileRefused, match="does not end as it begins"):
        _open(tmp_path, text, "data")


def test_the_same_key_twice_is_refused(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises((FileRefused, duckdb.Error)):
        _read(connection, tmp_path, '{"data":[{"a":1}],"data":[{"a":2}]}', "data")


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("data", '{"session": "Mẫu", "content": [], "Lò Thị Mẫu": 1}', "session, content, (anoth"),
        ("data", '{"a":1}', "the keys: a"),
        ("data", '{"data": null}', "no array"),
        ("data", '{"data": {"Mẫu": []}}', "no array"),
        ("a.b", '{"a": {"c": "Mẫu"}}', "the keys: c"),
        ("a.b", '{"a": "Mẫu"}', "no object"),
        ("a.b", '{"a": ["Mẫu"]}', "no object"),
        ("", '{\n"content": [{"Mẫu": 1}],\n"n": 1}', "the arrays: content"),
        ("", '{\n"content": [{"Mẫu": 1},\n{"', "the arrays: content"),
        ("", '{"n": "Mẫu"} x', "the arrays: none"),
        ("", '{"n": Mẫu}', "the arrays: none"),
    ],
)
def test_an_envelope_that_is_not_what_the_settings_say_names_its_keys(
    path: str, text: str, found: str, tmp_path: Path
) -> None:
    with pytest.raises(FileRefused) as refusal:
        _open(tmp_path, text, path)
    assert found in refusal.value.found
    assert "Mẫu" not in str(refusal.value)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_objects_line_by_line_are_records(
    connection: duckdb.DuckDBPyConnection, end: str, encoding: str, tmp_path: Path
) -> None:
    text = end.join(json.dumps(record, ensure_ascii=False) for record in RECORDS)
    records = _open(tmp_path, text.encode(encoding))
    assert records.layout == "newline_delimited"
    assert [json.loads(line) for line in _texts(connection, records)] == RECORDS


@pytest.mark.parametrize("path", ["data", "result.items", "hồ sơ"])
def test_without_an_envelope_the_records_are_the_file(
    connection: duckdb.DuckDBPyConnection, path: str, tmp_path: Path
) -> None:
    """`records` says where the array stands if there is an envelope; the content decides."""
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in RECORDS)
    for text in (json.dumps(RECORDS, ensure_ascii=False), lines):
        assert _read(connection, tmp_path, text, path) == RECORDS


def test_an_envelope_a_line_is_no_list_of_records(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    envelope = json.dumps({"data": RECORDS})
    with pytest.raises((FileRefused, duckdb.Error)):
        _read(connection, tmp_path, f"{envelope}\n{envelope}\n", "data")


def test_one_object_on_one_line_is_one_record(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert _read(connection, tmp_path, '{"a": [1]}') == [{"a": [1]}]


def test_broken_and_blank_lines_keep_their_places(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    lines = ['{"a":1}', '{"a":"x;,\t|\'"}', '{"a":', "", "x", '{"a":"\x00"}', "\ufeff", '{"a":9}']
    texts = _texts(connection, _open(tmp_path, "\n".join(lines) + "\n"))
    assert texts == [line or None for line in lines]


def test_a_broken_byte_costs_its_own_record_only(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for data in (b'{"a":1}\n{"a":"\xff"}\n{"a":3}', b'[{"a":1},{"a":"\xff"},{"a":3}]'):
        assert _read(connection, tmp_path, data) == [{"a": 1}, {"a": "\ufffd"}, {"a": 3}]


def test_a_line_of_some_megabytes_is_one_record_and_a_longer_one_is_refused(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    long = json.dumps({"a": "x" * (10 << 20)})
    assert len(_texts(connection, _open(tmp_path, '{"a":1}\n' + long + '\n{"a":2}'))) == 3
    too_long = json.dumps({"a": "x" * (17 << 20)})
    with pytest.raises(duckdb.Error):
        _texts(connection, _open(tmp_path, '{"a":1}\n' + too_long + '\n{"a":2}'))


def test_lines_of_a_large_file_keep_their_order(
    connection: duckdb.DuckDBPyConnection, large: bytes, tmp_path: Path
) -> None:
    records = _open(tmp_path, large[1:-1].replace(b",\n", b"\n"))
    assert _numbers(connection, records) == [(number,) for number in range(50_000)]


def test_copies_are_private_and_never_overwrite(tmp_path: Path) -> None:
    first = _open(tmp_path, '{"a":[1]}', "a")
    second = _open(tmp_path, '{"a":[2]}', "a")
    assert (first.file.read_text(), second.file.read_text()) == ("[1]", "[2]")
    assert first.file.stat().st_mode & 0o077 == 0


def test_a_path_with_a_quote_or_an_equals_sign_is_a_path(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    folder = tmp_path / "it's" / "period=2023-10-15"
    folder.mkdir(parents=True)
    for text in ('[{"a":1}]', '{"a":1}'):
        assert _read(connection, folder, text) == [{"a": 1}]
