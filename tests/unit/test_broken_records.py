"""A broken record of JSON costs itself only, in whichever layout it comes, and is read in one way.

Where a portal's pages are checked for completeness, its records are read as the loader reads them.
"""

import json

import pytest

from assets.engine import load
from assets.engine.collect import inbox
from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from assets.engine.load import Loaded
from assets.engine.settings import load_sources
from assets.engine.warehouse import warehouse
from pipelines.commands.demo_portal.portal import Portal
from pipelines.commands.demo_portal.records import Listed
from schemas.rows import DOSSIER
from tests.portal.support import KEY, PATHS, RECEIVED, collect, record, write_settings
from tests.support import CALENDAR
from tests.unit.deliveries import rejected

# What a record has in place of one of its texts.
NO_JSON = (
    rb'"\ud800"', rb'"x\udc00"', rb'"\udc00\ud800"', rb'"x", "\ud800": 1', b'"a\tb"', b'"a\x00b"',
    b"01", b"+1", rb'"\q"', b"", b"[}", b"'x'", b'"x" // "x"', b"0x10", b"\xef\xbb\xbf1",
)  # fmt: skip
KEY_TWICE = (b'"x", "code": 1', b'"x", "state": 1', b'"x", "other": 1, "other": 1')
NO_VALUE = (
    b"NaN", b"nan", b"-Infinity", b"-0", b"1" * 10_000, b"1e99999", b"1.5", b"true", b"null",
    b"[" * 20_000 + b"]" * 20_000, b'{"a": ' * 900 + b"1" + b"}" * 900,
    b'"x", "' + b"k" * 100_000 + b'": 1', rb'"a\u0000b"', b'"\xd0"', b'"\xed\xa0\x80"',
    b'"\xc0\xaf"', b'"\xef\xbb\xbf"',
)  # fmt: skip
NO_RECORD = (b"3", b"null", b'"x"', b"true", b"{}")
SOUND = 50


def broken_records(field: str) -> list[bytes]:
    """Return sound records and, every other one, all that may be wrong with one."""
    broken = [
        json.dumps(record(1000 + number) | {field: "HERE"}).encode().replace(b'"HERE"', value)
        for number, value in enumerate((*NO_JSON, *KEY_TWICE, *NO_VALUE))
    ]
    broken += NO_RECORD
    sound = [json.dumps(record(number), ensure_ascii=False).encode() for number in range(SOUND)]
    assert len(broken) < SOUND
    return [item for pair in zip(sound, broken, strict=False) for item in pair]


def written(records: list[bytes], layout: str) -> bytes:
    array = b"[" + b",\n".join(records) + b"]"
    return {
        "array": array,
        "lines": b"\n".join(records),
        "envelope": b'{"x": [1], "content": ' + array + b', "y": [1]}',
        "page": b'{"totalElements": 1, "last": true, "content": ' + array + b"}",
    }[layout]


def delivered(paths: Paths, portal: Portal, text: bytes, *, as_page: bool = False) -> Loaded:
    """Deliver a text as a file, or as the page of a portal, and load what came."""
    write_settings(paths, portal, old="[api]", new="refuse_above_share = 0.9\n[api]")
    if as_page:
        portal.lists[PATHS["page"]] = [Listed(RECEIVED, {"code": "x"})]
        portal.on_the_wire = lambda _: text
        assert collect(paths).failures == []
    else:
        folder = paths.inbox / "mau" / "hoso" / KEY
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "list.json").write_bytes(text)
    sources, period = load_sources(paths.sources), CALENDAR.month_from_key(KEY)
    inbox.collect_period(inbox.read_inbox(paths, sources, local_now()), period)
    with warehouse(paths) as connection:
        (result,) = load.load_period(
            connection, paths, sources, kind=DOSSIER, period=period, run_id="a-run",
            progress=lambda _: None,
        )  # fmt: skip
    return result


@pytest.mark.parametrize("layout", ["page", "array", "envelope", "lines"])
@pytest.mark.parametrize("field", ["code", "state"])
def test_a_broken_record_costs_itself(
    field: str, layout: str, paths: Paths, portal: Portal
) -> None:
    records = broken_records(field)
    if layout != "page":
        records = [item.replace(b"\x00", b"\x01") for item in records]  # a file would be binary
    text = written(records, layout)
    result = delivered(paths, portal, text, as_page=layout == "page")
    assert result.state == "loaded", result.reason
    rows = rejected(paths)
    lost = {number for number, _ in rows}
    expected = set(range(2, len(records) + 1, 2))
    assert [records[number - 1][:80] for number in sorted(expected - lost)] == []
    assert lost == expected
    assert (result.read, result.quarantined) == (len(records), len(lost))
    assert (result.accepted, result.duplicates) == (result.read - result.quarantined, 0)
    unreadable = {number for number, rule in rows if rule == "unreadable_text"}
    assert unreadable >= set(range(2, 2 * len(NO_JSON + KEY_TWICE) + 1, 2))


@pytest.mark.parametrize("between", [b"},,{", b"} {", b"}x,{", b"},]{", b'},"{', b"}, x{"])
@pytest.mark.parametrize("layout", ["array", "envelope"])
def test_of_records_that_cannot_be_told_apart_none_is_read(
    layout: str, between: bytes, paths: Paths, portal: Portal
) -> None:
    text = written(broken_records("state")[:7], layout).replace(b"\x00", b"")
    first, last = text.index(b"},\n{"), text.rindex(b"},\n{")
    for place in (first, last):
        whole = text[:place] + between + text[place + 4 :]
        result = delivered(paths, portal, whole)
        assert (result.state, result.read) == ("refused", 0)
        assert "JSON that does not end as it begins" in str(result.reason)


@pytest.mark.parametrize("between", [b"},,{", b"} {", b"}x,{", b"},]{", b'},"{', b"}, x{"])
def test_a_page_whose_records_cannot_be_told_apart_is_asked_for_again(
    between: bytes, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    breaks = [True, False]
    portal.on_the_wire = lambda body: (
        body.replace(b"},\n  {", between, 1) if breaks and breaks.pop(0) else body
    )
    assert collect(paths).failures == []
    assert len(portal.asked) == 4 + 1


def test_the_first_line_of_lines_may_be_broken(paths: Paths, portal: Portal) -> None:
    lines = [b'{"code": "a\tb"}', *(json.dumps(record(number)).encode() for number in range(9))]
    result = delivered(paths, portal, b"\n".join(lines))
    assert (result.state, result.read, result.quarantined) == ("loaded", 10, 1)
