"""Where a portal's pages end: a page without rows that comes too early ends nothing.

Every reply comes from a real server on this machine.
"""

import json
from typing import Any

import pytest

from assets.engine.common.paths import Paths
from tests.portal.records import Changed
from tests.portal.server import Portal, served
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
NO_TOTAL = 'total = "totalElements"\n'
CAPPED = {"content": [], "totalElements": 20}


def codes(paths: Paths, paging: str = "page") -> list[str]:
    return [item["code"] for item in json.loads(delivered(paths))[RECORDS[paging]]]


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


@pytest.mark.parametrize(
    ("lines", "said", "found"),
    [
        ("", {"content": None, "message": "Lỗi hệ thống", "last": False}, "a page without rows"),
        ("", {"content": [], "last": False}, "a page without rows"),
        ("", {"content": None, "last": None}, "nothing of the kind at last"),
        (NO_TOTAL, CAPPED | {"last": False}, "a page without rows"),
        (NO_TOTAL, CAPPED | {"content": None, "totalElements": 0}, "a page without rows"),
        (NO_TOTAL, {"content": None, "totalElements": None, "last": True}, "no array of objects"),
    ],
)
def test_a_page_without_rows_ends_nothing_while_the_portal_says_it_is_not_the_last(
    lines: str, said: dict[str, Any], found: str, paths: Paths
) -> None:
    portal = Torn(TOKEN, {PATHS["page"]: changed(35)})
    with served(portal):
        portal.said = said
        write_settings(paths, portal, old=NO_TOTAL, new=lines)
        assert collect(paths).failures == []
        portal.times = 99
        portal.lists[PATHS["page"]][0] = Changed(WITHIN, record(1, "Đã trả kết quả"))
        (failure,) = collect(paths).failures
        assert f"found {found}" in failure
        assert "Lỗi" not in failure
        assert len(deliveries(paths)) == 1
        portal.times = 0
        assert collect(paths).failures == []
        assert len(deliveries(paths)) == 2
        assert codes(paths) == ALL


def test_trouble_that_passes_with_the_next_attempt_is_not_told(paths: Paths) -> None:
    portal = Torn(TOKEN, {PATHS["page"]: changed(35)})
    with served(portal):
        portal.said = {"content": None, "last": False}
        write_settings(paths, portal, old=NO_TOTAL, new="")
        portal.times = 1
        assert collect(paths).failures == []
        assert codes(paths) == ALL
        assert len(portal.asked) == 4 + 1


@pytest.mark.parametrize("nothing", ["null", "[]"])
def test_a_list_left_out_is_the_end_where_last_says_so(
    nothing: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, old=NO_TOTAL, new="")
    portal.lists[PATHS["page"]].clear()
    portal.nothing = f'{{"content": {nothing}, "last": true}}'
    assert collect(paths).failures == []
    assert codes(paths) == []


def test_a_cursor_leads_on_from_a_page_without_rows(paths: Paths) -> None:
    class Thin(Portal):
        def reply(self, path: str, asked: dict[str, str], fault: str | None) -> dict[str, Any]:
            if "cursor" not in asked:
                return {"data": [], "next": "0", "last": False}
            reply = super().reply(path, asked, fault)
            return reply | {"last": reply["next"] is None}

    with served(Thin(TOKEN, {PATHS["cursor"]: changed(35)})) as portal:
        write_settings(paths, portal, "cursor", old='total = "total"', new='last = "last"')
        assert collect(paths).failures == []
    assert codes(paths, "cursor") == ALL
