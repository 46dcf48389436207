"""What is broken around a portal's records fails that portal until it is mended, never the run.

Every reply comes from a real server on this machine. What is broken in a record, see
`test_broken_records`.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assets.engine.common.paths import Paths
from assets.engine.portal_journal import journal_file
from tests.portal.server import Portal
from tests.portal.support import (
    KEY,
    PATHS,
    WITHIN,
    code,
    collect,
    delivered,
    later,
    left_over,
    write_settings,
)

ALL = [code(number) for number in range(1, 36)]


def test_codes_of_many_digits_are_told_apart_as_the_loader_tells_them(
    paths: Paths, portal: Portal
) -> None:
    """As floating-point numbers these would be one; the portal owes 35."""
    write_settings(paths, portal)
    portal.on_the_wire = lambda body: body.replace(
        b'"000.06.33.H22-230105-', b"1234567890123456"
    ).replace(b'",\n   "state"', b',\n   "state"')
    assert collect(paths).failures == []


@pytest.mark.parametrize(
    ("paging", "change", "found"),
    [
        ("cursor", (b'"next": "20"', rb'"next": "\ud800"'), "nothing of the kind at next"),
        ("cursor", (b'"next": "20"', b'"next": "\xd0"'), "nothing of the kind at next"),
        ("cursor", (b'"next": "20"', b'"next": "' + b"9" * 5000 + b'"'), "nothing of the kind"),
        ("cursor", (b'"next": "20"', b'"next": {"a": 1}'), "nothing of the kind at next"),
        ("cursor", (b'"next": "20"', b'"next": true'), "nothing of the kind at next"),
        ("cursor", (b'"next": "20"', b'"next": "20", "next": "10"'), "the key of next twice"),
        ("cursor", (b'"next": "20"', b'"next": "10"'), "a next page that was asked for before"),
        ("cursor", (b'"data"', b'"data": [], "data"'), "the key of data twice"),
        ("cursor", (b'"total": "35"', b'"total": "35", "total": 1'), "the key of total twice"),
        ("cursor", (b'"total": "35"', b'"total": NaN'), "nothing of the kind at total"),
        ("cursor", (b'"total": "35"', b'"total": 1e400'), "nothing of the kind at total"),
        ("cursor", (b'"total": "35"', b'"total": ' + b"3" * 10_000), "nothing of the kind"),
        ("cursor", (b'"message": ""', b'"message": ' + b"[" * 20_000), "no whole JSON"),
        ("cursor", (b'"message": ""', b'"message": "a\tb"'), "no whole JSON"),
        ("page", (b'"last": false', b'"last": false, "last": true'), "the key of last twice"),
        ("page", (b'"content"', b'"content": [[]], "x"'), "no array of objects"),
        ("page", (b'"content"', b'"content": [1, 2], "x"'), "no array of objects"),
    ],
)  # fmt: skip
def test_what_is_broken_around_the_records_fails_its_portal_until_it_is_mended(
    paging: str, change: tuple[bytes, bytes], found: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, paging, old="max_attempts = 3", new="max_attempts = 1")
    portal.on_the_wire = lambda body: body.replace(*change)
    (failure,) = collect(paths).failures
    assert found in failure
    portal.on_the_wire = bytes
    assert collect(paths, later(1)).failures == []
    records = json.loads(delivered(paths))["content" if paging == "page" else "data"]
    assert [item["code"] for item in records] == ALL


@pytest.mark.parametrize(
    "more", [b'"x": "\\ud800"', b'"x": "\xd0"', b'"x": 1, "x": 2', b'"x": NaN', b'"\\ud800": 1',
             b'"x": ' + b"1" * 10_000, b'"' + b"k" * 100_000 + b'": 1']
)  # fmt: skip
def test_what_nobody_asks_for_may_be_anything(more: bytes, paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.on_the_wire = lambda body: b"{" + more + b"," + body[1:]
    assert collect(paths).failures == []
    assert len(json.loads(delivered(paths))["content"]) == 35


def test_a_code_that_broke_the_reading_of_its_page_does_so_no_more(
    paths: Paths, portal: Portal
) -> None:
    """Pages that a version kept that could not read them do not stop the next one."""
    write_settings(paths, portal)
    portal.faults.switch_on("forbidden", after=2)
    assert len(collect(paths).failures) == 1
    write_settings(paths, portal, old='dossier_code = "code"', new='dossier_code = "owner"')
    assert collect(paths, later(1)).failures == []
    assert len(portal.asked) == 3 + 2
    portal.lists[PATHS["page"]] = [
        replace(item, record={"ma": item.record["code"], "state": "Đang xử lý"})
        for item in portal.lists[PATHS["page"]]
    ]
    portal.faults.switch_on("forbidden", after=2)
    write_settings(paths, portal, old='dossier_code = "code"', new='dossier_code = "ma"')
    assert len(collect(paths, later(48)).failures) == 1
    write_settings(paths, portal, old='dossier_code = "code"', new='dossier_code = "ma_khac"')
    (failure,) = collect(paths, later(49)).failures
    assert "no record with a code" in failure
    write_settings(paths, portal, old='dossier_code = "code"', new='dossier_code = "ma"')
    assert collect(paths, later(50)).failures == []


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def spoil(file: Path) -> None:
        file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))

    return spoil


def _folder(file: Path) -> None:
    file.unlink()
    (file / "within").mkdir(parents=True)


def _unreadable(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)  # a link to itself: nobody can read it, root included


SPOILT = {
    "not UTF-8": _lines(lambda lines: [*lines[:1], b"\xd0\n", *lines[1:]]),
    "half a surrogate": _lines(
        lambda lines: [line.replace(b'"way": "', b'"way": "\\ud800') for line in lines]
    ),
    "cut in the middle": _lines(lambda lines: [lines[0][:40] + b"\n", *lines[1:]]),
    "zeros": _lines(lambda lines: [*lines[:1], bytes(4096) + b"\n"]),
    "another version": _lines(lambda lines: [line.replace(b"number", b"no") for line in lines]),
    "another kind of line": _lines(lambda lines: [*lines, b'{"what": "paused"}\n']),
    "no object": _lines(lambda lines: [*lines, b"[]\n"]),
    "a moment that is none": _lines(
        lambda lines: [line.replace(b'"started_at": "2023', b'"started_at": "x') for line in lines]
    ),
    "a moment without zone": _lines(lambda lines: [line.replace(b"+07:00", b"") for line in lines]),
    "deep nesting": _lines(lambda lines: [*lines, b"[" * 100_000 + b"\n"]),
    "a folder": _folder,
    "unreadable": _unreadable,
}


@pytest.mark.parametrize("how", sorted(SPOILT))
def test_a_journal_that_cannot_be_read_is_dropped_and_all_asked_for(
    how: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("forbidden", after=2)
    assert len(collect(paths, WITHIN).failures) == 1
    SPOILT[how](journal_file(paths, "mau", "hoso", KEY))
    said: list[str] = []
    result = collect(paths, WITHIN.replace(day=11), said=said.append)
    assert (result.failures, result.page_count, result.row_count) == ([], 4, 35)
    assert [line for line in said if "journal cannot be read" in line]
    assert left_over(paths.data) == []
    # It is a journal again: the next night goes on from it.
    assert collect(paths, WITHIN.replace(day=12)).row_count == 0


def test_a_lost_journal_of_one_export_leaves_the_others_theirs(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    write_settings(paths, portal, name="khac")
    collect(paths, WITHIN)
    journal_file(paths, "khac", "hoso", KEY).write_bytes(b"\xd0\n")
    assert collect(paths, WITHIN.replace(day=11)).row_count == 35


@pytest.mark.parametrize("where", ["page", "pages"])
def test_what_lies_where_pages_should_is_put_away(where: str, paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    folder = journal_file(paths, "mau", "hoso", KEY).with_suffix("")
    portal.faults.switch_on("forbidden", after=2)
    assert len(collect(paths).failures) == 1
    if where == "page":
        (folder / "000001.json").unlink()
        (folder / "000001.json").mkdir()
    else:
        for page in folder.iterdir():
            page.unlink()
        folder.rmdir()
        folder.write_bytes(b"x")
    assert collect(paths, later(1)).failures == []
    assert left_over(paths.data) == []


@pytest.mark.parametrize(
    "date", ["Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", ",", "9" * 5000]
)
def test_a_clock_that_says_anything_fails_nothing(date: str, paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.date = date
    assert collect(paths, WITHIN).row_count == 35
    assert collect(paths, WITHIN.replace(day=11)).failures == []
