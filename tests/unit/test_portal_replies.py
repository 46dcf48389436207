"""What a portal's reply says beside its rows: an error, that there is nothing, where pages end.

Every reply comes from a real server on this machine. What is broken in a record, see
`test_broken_records`.
"""

from collections.abc import Iterator
from operator import methodcaller
from typing import Any

import pytest

from assets.engine.common.errors import SettingsError
from assets.engine.common.paths import PROJECT, Paths
from assets.engine.settings import load_sources
from pipelines.commands.demo_portal.portal import EXPIRED, Portal
from pipelines.commands.demo_portal.server import served
from tests.portal.support import (
    PATHS,
    TOKEN,
    code,
    codes,
    collect,
    deliveries,
    later,
    listed,
    write_settings,
)

ALL = [code(number) for number in range(1, 36)]
TOTAL = 'total = "total"'
NO_TOTAL = {"old": 'total = "totalElements"\n', "new": ""}
WITH_ERROR = f'{TOTAL}\nerror = "error_code"\nno_error = ["0", "00"]'


@pytest.mark.parametrize("paging", ["offset", "cursor"])
def test_an_error_in_a_reply_fails_at_once_and_empties_nothing(
    paging: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, paging, old=TOTAL, new=WITH_ERROR)
    for after in (0, 2):
        portal.asked.clear()
        portal.faults.switch_on("error_code", after=after)
        (failure,) = collect(paths).failures
        for part in ("an error of its own, -3, at error_code", "Renew the secret"):
            assert part in failure
        for kept in ("Mẫu", "Phiên", TOKEN):
            assert kept not in failure
        assert len(portal.asked) == after + 1
    assert deliveries(paths) == []
    assert collect(paths).failures == []
    assert codes(paths, paging) == ALL


def test_of_an_error_only_what_looks_like_a_code_is_quoted(
    installations: Iterator[Paths], portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    values: tuple[Any, ...] = (
        "ERR_401", 3, "Lò Thị Mẫu", "MAU", "012345678901", {"Mẫu": 1}, True,
    )  # fmt: skip
    for paths, value in zip(installations, values, strict=False):
        monkeypatch.setitem(EXPIRED, "error_code", value)
        write_settings(paths, portal, "offset", old=TOTAL, new=WITH_ERROR)
        portal.faults.switch_on("error_code")
        (failure,) = collect(paths).failures
        quoted = str(value) if value in ("ERR_401", 3) else "(a code that is not quoted)"
        assert f"an error of its own, {quoted}, at error_code" in failure


def test_what_means_no_error_is_none_however_it_is_written(
    installations: Iterator[Paths], portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.lists[PATHS["offset"]].clear()
    for paths, value in zip(installations, (0, "00", " 0 "), strict=False):
        monkeypatch.setitem(EXPIRED, "error_code", value)
        write_settings(paths, portal, "offset", old=TOTAL, new=WITH_ERROR)
        portal.faults.switch_on("error_code")
        assert collect(paths).failures == [], value
        assert codes(paths, "offset") == []


def test_an_error_may_be_left_out_only_where_the_settings_allow_it(
    installations: Iterator[Paths], portal: Portal
) -> None:
    """It is null, empty or missing."""
    for path in ("session", "message", "khac"):
        for allowed in ("", ', ""'):
            paths = next(installations)
            new = f'{TOTAL}\nerror = "{path}"\nno_error = ["0"{allowed}]'
            write_settings(paths, portal, "offset", old=TOTAL, new=new)
            failures = collect(paths).failures
            assert len(failures) == (0 if allowed else 1)
            for failure in failures:
                assert f"nothing of the kind at {path} of the reply" in failure
                assert "Look at error of" in failure


def test_the_national_settings_know_the_contract_s_error() -> None:
    for folder in ("sources", "sample/portals/national"):
        for export in load_sources(PROJECT / "data" / folder)["national"].exports.values():
            if export.api is not None:
                assert (export.api.error, export.api.no_error) == ("error_code", ["0", "00"])


def test_a_total_that_the_portal_caps_does_not_end_the_pages_and_is_owed(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("capped", times=4)
    result = collect(paths)
    assert (result.failures, result.page_count, codes(paths)) == ([], 4, ALL)
    portal.lists[PATHS["page"]][:] = listed(20)
    portal.faults.switch_on("gap", times=99)
    (failure,) = collect(paths).failures
    assert "18 different rows, though the portal says 20" in failure


def test_where_no_page_says_that_it_is_the_last_the_total_does(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, old='last = "last"\n', new="")
    del portal.lists[PATHS["page"]][30:]
    result = collect(paths)
    assert (result.failures, result.page_count, result.row_count) == ([], 3, 30)


def test_a_portal_may_say_in_its_own_way_that_there_is_nothing(
    installations: Iterator[Paths], portal: Portal
) -> None:
    ways = (
        ("offset", TOTAL, WITH_ERROR, '{"error_code": "0", "total": "0", "data": []}'),
        ("cursor", TOTAL, WITH_ERROR, '{"error_code": "0", "total": "0", "data": null}'),
        ("offset", TOTAL, WITH_ERROR, '{"error_code": "0", "total": 0, "data": ""}'),
        ("cursor", TOTAL, WITH_ERROR, '{"error_code": "0", "total": "", "data": ""}'),
        ("offset", TOTAL, WITH_ERROR, '{"error_code": "0", "data": null}'),
        ("cursor", TOTAL, WITH_ERROR, ""),
        ("page", *NO_TOTAL.values(), '{"content": null, "last": true}'),
        ("page", *NO_TOTAL.values(), '{"content": [], "last": true}'),
    )
    for paths, (paging, old, new, nothing) in zip(installations, ways, strict=False):
        write_settings(paths, portal, paging, old=old, new=new)
        portal.lists[PATHS[paging]].clear()
        portal.nothing = nothing
        result = collect(paths)
        assert (result.failures, result.page_count, result.row_count) == ([], 1, 0), nothing
        assert codes(paths, paging) == []


def test_rows_are_not_left_out_where_the_reply_says_more_than_that_there_is_nothing(
    installations: Iterator[Paths], portal: Portal
) -> None:
    portal.lists[PATHS["offset"]].clear()
    no_array = "found no array of objects"
    cases = (
        (WITH_ERROR, '{"error_code": "0", "total": "3", "data": null}', no_array),
        (WITH_ERROR, '{"error_code": "0", "total": "0"}', no_array),
        (WITH_ERROR, '{"error_code": "0", "total": "0", "data": "x"}', no_array),
        (WITH_ERROR, '{"error_code": "3", "total": "0", "data": null}', "an error of its own, 3"),
        # Without an error that is said to be none, a list that is left out may be one.
        (TOTAL, '{"error_code": "-3", "data": null}', no_array),
        ("", '{"data": null, "message": "Lỗi hệ thống"}', no_array),
    )
    for paths, (lines, nothing, found) in zip(installations, cases, strict=False):
        write_settings(paths, portal, "offset", old=TOTAL, new=lines)
        portal.nothing = nothing
        (failure,) = collect(paths).failures
        assert found in failure, nothing
        assert deliveries(paths) == []


def test_where_an_empty_page_is_the_end_it_may_say_so_in_its_own_way(
    installations: Iterator[Paths], portal: Portal
) -> None:
    cases = (
        ("", None), ("", ""), ("", '{"data": []}'),
        ('error = "error_code"\nno_error = ["0"]', '{"error_code": "0", "data": null}'),
    )  # fmt: skip
    for paths, (lines, nothing) in zip(installations, cases, strict=False):
        write_settings(paths, portal, "offset", old=TOTAL, new=lines)
        portal.nothing = nothing
        result = collect(paths)
        assert (result.failures, result.page_count, result.row_count) == ([], 5, 35), nothing
        assert codes(paths, "offset") == ALL


def test_no_content_on_a_later_page_does_not_end_a_list_that_owes_rows(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, "offset")
    portal.nothing = ""
    portal.faults.switch_on("gap", times=99)
    (failure,) = collect(paths).failures
    assert "34 different rows, though the portal says 35" in failure


class Torn(Portal):
    """A portal that says `said` in place of its third page's rows, as often as `times`."""

    said: dict[str, Any]
    times = 0

    def reply(self, path: str, asked: dict[str, str], fault: str | None) -> dict[str, Any]:
        reply = super().reply(path, asked, fault)
        if asked["page"] != "2" or not self.times:
            return reply
        self.times -= 1
        return reply | self.said


def test_a_page_without_rows_ends_nothing_while_the_portal_says_it_is_not_the_last(
    installations: Iterator[Paths],
) -> None:
    capped = {"content": [], "totalElements": 20}
    torn = "a page without rows"
    cases: tuple[tuple[bool, dict[str, Any], str], ...] = (
        (True, {"content": None, "message": "Lỗi hệ thống", "last": False}, torn),
        (True, {"content": [], "last": False}, torn),
        (True, {"content": None, "last": None}, "nothing of the kind at last"),
        (False, capped | {"last": False}, torn),
        (False, capped | {"content": None, "totalElements": 0}, torn),
        (False, {"content": None, "totalElements": None, "last": True}, "no array of objects"),
    )
    with served(Torn(TOKEN, {PATHS["page"]: listed(35)})) as portal:
        assert isinstance(portal, Torn)
        for paths, (is_untold, said, found) in zip(installations, cases, strict=False):
            write_settings(paths, portal, **(NO_TOTAL if is_untold else {}))
            portal.said, portal.times = said, 99
            (failure,) = collect(paths).failures
            assert f"found {found}" in failure, said
            assert "Lỗi" not in failure
            assert deliveries(paths) == []
            portal.times = 1 if found == torn else 0  # it passes with the next attempt
            assert collect(paths).failures == []
            assert codes(paths) == ALL


def test_a_cursor_leads_on_from_a_page_without_rows(paths: Paths) -> None:
    class Thin(Portal):
        def reply(self, path: str, asked: dict[str, str], fault: str | None) -> dict[str, Any]:
            if "cursor" not in asked:
                return {"data": [], "next": "0", "last": False}
            reply = super().reply(path, asked, fault)
            return reply | {"last": reply["next"] is None}

    with served(Thin(TOKEN, {PATHS["cursor"]: listed(35)})) as portal:
        write_settings(paths, portal, "cursor", old=TOTAL, new='last = "last"')
        assert collect(paths).failures == []
    assert codes(paths, "cursor") == ALL


def test_codes_of_many_digits_are_told_apart_as_the_loader_tells_them(
    paths: Paths, portal: Portal
) -> None:
    """As floating-point numbers these would be one; the portal owes 35."""
    write_settings(paths, portal)
    portal.on_the_wire = lambda body: body.replace(
        b'"000.06.33.H22-230105-', b"1234567890123456"
    ).replace(b'",\n   "state"', b',\n   "state"')
    assert collect(paths).failures == []


KIND, NEXT = "nothing of the kind", b'"next": "20"'
BROKEN = [
    ("cursor", (NEXT, rb'"next": "\ud800"'), f"{KIND} at next"),
    ("cursor", (NEXT, b'"next": "\xd0"'), f"{KIND} at next"),
    ("cursor", (NEXT, b'"next": "' + b"9" * 5000 + b'"'), KIND),
    ("cursor", (NEXT, b'"next": {"a": 1}'), f"{KIND} at next"),
    ("cursor", (NEXT, b'"next": true'), f"{KIND} at next"),
    ("cursor", (NEXT, b'"next": "20", "next": "10"'), "the key of next twice"),
    ("cursor", (NEXT, b'"next": "10"'), "a next page that was asked for before"),
    ("cursor", (b'"data"', b'"data": [], "data"'), "the key of data twice"),
    ("cursor", (b'"total": "35"', b'"total": "35", "total": 1'), "the key of total twice"),
    ("cursor", (b'"total": "35"', b'"total": NaN'), f"{KIND} at total"),
    ("cursor", (b'"total": "35"', b'"total": 1e400'), f"{KIND} at total"),
    ("cursor", (b'"total": "35"', b'"total": ' + b"3" * 10_000), KIND),
    ("cursor", (b'"total"', b'"moi"'), f"{KIND} at total"),
    ("cursor", (b'"message": ""', b'"message": ' + b"[" * 20_000), "not whole JSON"),
    ("cursor", (b'"message": ""', b'"message": "a\tb"'), "not whole JSON"),
    ("page", (b'"last": false', b'"last": false, "last": true'), "the key of last twice"),
    ("page", (b'"last"', b'"moi"'), f"{KIND} at last"),
    ("page", (b'"content"', b'"content": [[]], "x"'), "no array of objects"),
    ("page", (b'"content"', b'"content": [1, 2], "x"'), "no array of objects"),
]


def test_what_is_broken_around_the_records_fails_its_portal_until_it_is_mended(
    installations: Iterator[Paths], portal: Portal
) -> None:
    for paths, (paging, change, found) in zip(installations, BROKEN, strict=False):
        write_settings(paths, portal, paging, old="max_attempts = 3", new="max_attempts = 1")
        portal.on_the_wire = methodcaller("replace", *change)
        (failure,) = collect(paths).failures
        assert found in failure, change
        portal.on_the_wire = bytes
        assert collect(paths, later(1)).failures == []
        assert codes(paths, paging) == ALL, change


def test_what_nobody_asks_for_may_be_anything(
    installations: Iterator[Paths], portal: Portal
) -> None:
    more = [b'"x": "\\ud800"', b'"x": "\xd0"', b'"x": 1, "x": 2', b'"x": NaN', b'"\\ud800": 1',
            b'"x": ' + b"1" * 10_000, b'"' + b"k" * 100_000 + b'": 1']  # fmt: skip
    for paths, text in zip(installations, more, strict=False):
        write_settings(paths, portal)
        portal.on_the_wire = methodcaller("replace", b"{", b"{" + text + b",", 1)
        assert collect(paths).failures == [], text[:20]
        assert codes(paths) == ALL


def test_settings_that_do_not_fit_are_named(installations: Iterator[Paths], portal: Portal) -> None:
    cases = (
        ("http://127.0.0.1", "http://portal.example", "api.base_url"),
        ("http://127.0.0.1", "https://ai:khoa@portal.example", "api.base_url"),
        ("http://", "", "api.base_url"),
        ("http://", "ftp://", "api.base_url"),
        ('token_variable = "MOTCUA_TEST_TOKEN"', 'token_variable = "mau token"',
         "api.token_variable"),
        ("max_attempts", "most_attempts", "api.most_attempts: is no setting"),
        ('paging = "page"', 'paging = "pages"', "exports.hoso.api.paging"),
        ('paging = "page"', 'paging = "cursor"', "next_cursor"),
        ('date_zone = "UTC"', 'date_zone = "Vietnam"', "date_zone 'Vietnam' is no zone"),
        ('from_param = "accepted-from"', "", "exports.hoso.api.from_param: is missing"),
        ("page_size = 10", "pagesize = 10", "did you mean page_size?"),
        ("max_attempts = 3", 'user_variable = "A"', "user_variable"),
        ('last = "last"', 'error = "error_code"', "error and no_error go together"),
        ('last = "last"', 'no_error = ["0"]', "error and no_error go together"),
        ('last = "last"', 'since_param = "updated-from"',
         "exports.hoso.api.since_param: a setting by which portals were asked for changes; remove "
         "it: every period is asked for whole now"),
        ("max_attempts = 3", "overlap_minutes = 5", "api.overlap_minutes: a setting by which"),
    )  # fmt: skip
    for paths, (old, new, misfit) in zip(installations, cases, strict=False):
        write_settings(paths, portal, old=old, new=new)
        with pytest.raises(SettingsError) as error:
            load_sources(paths.sources)
        assert misfit in str(error.value), new
        assert "khoa" not in str(error.value)
