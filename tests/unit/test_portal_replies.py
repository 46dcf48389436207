"""What a portal's reply says beside its rows: an error of its own, or that there is nothing.

Every reply comes from a real server on this machine.
"""

import json
import time
from email.utils import formatdate
from typing import Any

import pytest

from assets.engine.common.errors import SettingsError
from assets.engine.common.paths import PROJECT, Paths
from assets.engine.settings import load_sources
from tests.portal import server
from tests.portal.records import Changed
from tests.portal.server import Portal
from tests.portal.support import (
    PATHS,
    RECORDS,
    TOKEN,
    WITHIN,
    changed,
    code,
    collect,
    delivered,
    deliveries,
    record,
    write_settings,
)

ALL = [code(number) for number in range(1, 36)]
TOTAL = 'total = "total"'
WITH_ERROR = f'{TOTAL}\nerror = "error_code"\nno_error = ["0", "00"]'


def codes(paths: Paths, paging: str = "page") -> list[str]:
    return [item["code"] for item in json.loads(delivered(paths))[RECORDS[paging]]]


@pytest.mark.parametrize("paging", ["offset", "cursor"])
@pytest.mark.parametrize("after", [0, 2])
def test_an_error_of_the_reply_s_own_is_told_at_once_and_empties_nothing(
    after: int, paging: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, paging, old=TOTAL, new=WITH_ERROR)
    portal.faults.switch_on("error_code", after=after)
    (failure,) = collect(paths).failures
    for part in (
        "an error of its own, -3, at error_code",
        "Renew the secret",
        "what the code means",
    ):
        assert part in failure
    for kept in ("Mẫu", "Phiên", TOKEN):
        assert kept not in failure
    assert len(portal.asked) == after + 1
    assert deliveries(paths) == []
    assert collect(paths).failures == []
    assert codes(paths, paging) == ALL
    assert len(portal.asked) == 4 + 1


def test_no_change_is_lost_to_an_error_of_the_reply_s_own(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, "offset", old=TOTAL, new=WITH_ERROR)
    collect(paths, WITHIN)
    portal.lists[PATHS["offset"]][4] = Changed(WITHIN, record(5, "Đã trả kết quả"))
    portal.faults.switch_on("error_code")
    assert len(collect(paths, WITHIN.replace(day=11)).failures) == 1
    assert collect(paths, WITHIN.replace(day=12)).failures == []
    assert codes(paths, "offset") == [code(5)]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("ERR_401", "ERR_401"),
        (3, "3"),
        ("Lò Thị Mẫu", "(a code that is not quoted)"),
        ("MAU", "(a code that is not quoted)"),
        ("012345678901", "(a code that is not quoted)"),
        ({"Mẫu": 1}, "(a code that is not quoted)"),
        (True, "(a code that is not quoted)"),
    ],
)
def test_of_an_error_only_what_looks_like_a_code_is_told(
    said: Any, told: str, paths: Paths, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(server.EXPIRED, "error_code", said)
    write_settings(paths, portal, "offset", old=TOTAL, new=WITH_ERROR)
    portal.faults.switch_on("error_code")
    (failure,) = collect(paths).failures
    assert f"an error of its own, {told}, at error_code" in failure
    assert "Mẫu" not in failure


@pytest.mark.parametrize("said", [0, "00", " 0 "])
def test_what_means_no_error_is_none_however_it_is_written(
    said: Any, paths: Paths, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(server.EXPIRED, "error_code", said)
    write_settings(paths, portal, "offset", old=TOTAL, new=WITH_ERROR)
    portal.lists[PATHS["offset"]].clear()
    portal.faults.switch_on("error_code")
    assert collect(paths).failures == []
    assert codes(paths, "offset") == []


@pytest.mark.parametrize("allowed", ["", ', ""'])
@pytest.mark.parametrize("said", ["null", "empty", "missing"])
def test_an_error_that_the_reply_leaves_out_is_told_unless_the_settings_allow_it(
    said: str, allowed: str, paths: Paths, portal: Portal
) -> None:
    path = {"null": "session", "empty": "message", "missing": "khac"}[said]
    new = f'{TOTAL}\nerror = "{path}"\nno_error = ["0"{allowed}]'
    write_settings(paths, portal, "offset", old=TOTAL, new=new)
    if allowed:
        assert collect(paths).failures == []
        assert codes(paths, "offset") == ALL
        return
    (failure,) = collect(paths).failures
    for part in (f"nothing of the kind at {path} of the reply", "error_code", "Look at error of"):
        assert part in failure


@pytest.mark.parametrize("lines", ['error = "error_code"', 'no_error = ["0"]'])
def test_an_error_and_what_is_none_go_together(lines: str, paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, "offset", old=TOTAL, new=f"{TOTAL}\n{lines}")
    with pytest.raises(SettingsError, match="error and no_error go together"):
        load_sources(paths.sources)


def test_the_national_settings_know_the_contract_s_error() -> None:
    for folder in (
        PROJECT / "data" / "sources",
        PROJECT / "data" / "sample" / "portals" / "national",
    ):
        for export in load_sources(folder)["national"].exports.values():
            if export.api is not None:
                assert (export.api.error, export.api.no_error) == ("error_code", ["0", "00"])


def test_a_total_that_the_portal_caps_does_not_end_the_pages(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("capped", times=99)
    result = collect(paths)
    assert (result.failures, result.page_count, result.row_count) == ([], 4, 35)
    assert codes(paths) == ALL


def test_rows_that_a_capped_total_owes_are_still_missed(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.lists[PATHS["page"]][:] = changed(20)
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
    assert len(portal.asked) == 3


@pytest.mark.parametrize(
    "nothing",
    [
        '{"error_code": "0", "total": "0", "data": []}',
        '{"error_code": "0", "total": "0", "data": null}',
        '{"error_code": "0", "total": 0, "data": ""}',
        '{"error_code": "0", "total": "", "data": ""}',
        '{"error_code": "0", "data": null}',
        "",
    ],
)
@pytest.mark.parametrize("paging", ["offset", "cursor"])
def test_a_portal_says_in_its_own_way_that_there_is_nothing(
    paging: str, nothing: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, paging, old=TOTAL, new=WITH_ERROR)
    portal.lists[PATHS[paging]].clear()
    portal.nothing = nothing
    result = collect(paths)
    assert (result.failures, result.page_count, result.row_count) == ([], 1, 0)
    assert codes(paths, paging) == []


@pytest.mark.parametrize(
    ("lines", "nothing", "found"),
    [
        (WITH_ERROR, '{"error_code": "0", "total": "3", "data": null}', "no array of objects"),
        (WITH_ERROR, '{"error_code": "0", "total": "0"}', "no array of objects"),
        (WITH_ERROR, '{"error_code": "0", "total": "0", "data": "x"}', "no array of objects"),
        (WITH_ERROR, '{"error_code": "3", "total": "0", "data": null}', "an error of its own, 3"),
        # Without an error that is said to be none, a list that is left out may be one.
        (TOTAL, '{"error_code": "-3", "data": null}', "no array of objects"),
    ],
)
def test_rows_that_are_left_out_are_told_where_more_is_said_than_that_there_is_nothing(
    lines: str, nothing: str, found: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, "offset", old=TOTAL, new=lines)
    portal.lists[PATHS["offset"]].clear()
    portal.nothing = nothing
    (failure,) = collect(paths).failures
    assert f"found {found}" in failure or f"says {found}" in failure
    assert deliveries(paths) == []


@pytest.mark.parametrize(
    ("lines", "nothing"),
    [
        ("", ""),
        ("", '{"data": []}'),
        ('error = "error_code"\nno_error = ["0"]', '{"error_code": "0", "data": null}'),
    ],
)
def test_where_an_empty_page_is_the_end_it_may_say_so_in_its_own_way(
    lines: str, nothing: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, "offset", old=TOTAL, new=lines)
    portal.nothing = nothing
    result = collect(paths)
    assert (result.failures, result.page_count, result.row_count) == ([], 5, 35)
    assert codes(paths, "offset") == ALL


def test_a_list_left_out_for_which_nothing_vouches_does_not_end_the_pages(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, "offset", old=TOTAL, new="")
    portal.nothing = '{"data": null, "message": "Lỗi hệ thống"}'
    (failure,) = collect(paths).failures
    assert "no array of objects at data" in failure
    assert deliveries(paths) == []


def test_no_content_on_a_later_page_does_not_end_a_list_that_owes_rows(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, "offset")
    portal.nothing = ""
    portal.faults.switch_on("gap", times=99)
    (failure,) = collect(paths).failures
    assert "34 different rows, though the portal says 35" in failure


@pytest.mark.parametrize("times", [1, 99])
def test_an_empty_reply_of_any_other_status_is_asked_for_again(
    times: int, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("empty", times=times, after=1)
    failures = collect(paths).failures
    assert len(portal.asked) == (4 + 1 if times == 1 else 1 + 3)
    assert [failure.split("found ")[1].split(" (")[0] for failure in failures] == (
        [] if times == 1 else ["an empty reply"]
    )


def test_a_wish_may_name_a_time(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.retry_after = formatdate(time.time() + 3600, usegmt=True)
    portal.faults.switch_on("storm", times=99)
    (failure,) = collect(paths).failures
    assert "found HTTP status 429 (attempts: 1," in failure
    assert len(portal.asked) == 1
