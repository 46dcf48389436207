"""Which moments a collection from a portal believes, and what it lets go of and begins anew."""

import fcntl
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from assets.engine.common.calendar import local_now
from assets.engine.common.paths import Paths
from assets.engine.portal_journal import journal_file, read_journal
from assets.engine.warehouse import warehouse
from tests.portal.records import Changed
from tests.portal.server import Portal, served
from tests.portal.support import (
    CHANGED,
    KEY,
    LATER,
    PATHS,
    TOKEN,
    WITHIN,
    changed,
    code,
    collect,
    delivered,
    deliveries,
    later,
    left_over,
    record,
    write_settings,
)
from tests.support import CALENDAR, SETTINGS, take_in
from tests.unit.deliveries import ask

NEXT_KEY = "2023-01-15"
# A clock whose battery was empty.
FAR_KEY, FAR = "2030-01-15", WITHIN.replace(year=2030, day=20)


def test_a_lock_file_of_an_earlier_version_does_no_harm(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    lock = journal_file(paths, "mau", "hoso", KEY).with_suffix(".lock")
    lock.parent.mkdir(parents=True)
    with lock.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert collect(paths).failures == []
    assert list((paths.raw / "api").rglob("*.lock")) == [lock]


def at_portal(now: datetime) -> str:
    """Return the `Date` of a portal whose clock shows that moment."""
    return format_datetime(now.astimezone(UTC), usegmt=True)


def asked_since(portal: Portal) -> str | None:
    """Return since when changes were asked for last; None where all of the period was."""
    return portal.asked[-1][1].get("updated-from")


def test_a_clock_that_ran_hours_ahead_hides_no_change(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, more="overlap_minutes = 0")
    now = local_now()
    key = CALENDAR.month_of(now.date()).key
    collect(paths, now + timedelta(hours=7), key=key)
    journal = read_journal(paths, "mau", "hoso", key)
    assert journal.completed is not None
    known_to = datetime.fromisoformat(journal.completed.changes_known_to)
    # The portal's clock has seconds only; the first request may take some.
    assert timedelta(seconds=-1) <= known_to - now <= timedelta(minutes=5)
    collect(paths, now + timedelta(hours=24), key=key)
    assert asked_since(portal) is not None
    assert str(asked_since(portal))[:19] <= f"{known_to.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


def test_a_row_that_comes_when_a_clock_that_ran_ahead_is_right_again_stays(
    paths: Paths, portal: Portal
) -> None:
    paths.inbox.mkdir(parents=True)
    shutil.copytree(SETTINGS / "reference", paths.reference)
    columns = "[exports.hoso.columns]\n"
    write_settings(paths, portal, old=columns, new=columns + 'received_date = "received"\n')
    rows = portal.lists[PATHS["page"]] = [
        Changed(CHANGED, record(number) | {"received": "05/01/2023"}) for number in (1, 2)
    ]
    count = "SELECT count(*) FROM core.dossier"
    portal.date = at_portal(WITHIN)
    collect(paths, WITHIN + timedelta(hours=7))
    rows.append(Changed(WITHIN, rows[0].record | {"code": code(3)}))
    for hours in (3, 4):
        collect(paths, WITHIN + timedelta(hours=hours))
        assert asked_since(portal) is not None
        with warehouse(paths) as connection:
            take_in(paths, [KEY], connection)
        assert ask(paths, count) == [(3,)]
    del rows[-1]
    collect(paths, WITHIN.replace(day=11), is_whole_wanted=True)
    with warehouse(paths) as connection:
        take_in(paths, [KEY], connection)
    assert ask(paths, count) == [(2,)]


@pytest.mark.parametrize("is_whole_wanted", [False, True])
def test_a_portal_whose_clock_stands_still_loses_no_row(
    is_whole_wanted: bool, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.date = at_portal(WITHIN - timedelta(hours=2))
    collect(paths, WITHIN)
    for day in (11, 12):
        now = WITHIN.replace(day=day)
        # Of the same size each night.
        portal.lists[PATHS["page"]] = [Changed(now, record(day))]
        assert len(collect(paths, now, is_whole_wanted=is_whole_wanted).new) == 1
        assert json.loads(delivered(paths))["content"] == [record(day)]
    first, *others = deliveries(paths)
    assert len({item.size for item in others}) == 1
    assert len({(item.name, item.asked_at) for item in (first, *others)}) == 3
    assert len({item.name for item in others}) == (1 if is_whole_wanted else 2)


def test_a_portal_whose_clock_is_slow_keeps_no_night_from_its_day(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    said: list[str] = []
    for day, covered, is_whole in ((10, 9, True), (11, 10, False), (15, 14, False), (16, 14, True)):
        now = WITHIN.replace(day=day)
        portal.date = at_portal(now - timedelta(hours=7))
        said.clear()
        assert collect(paths, now, said.append).failures == []
        assert deliveries(paths)[-1].covers_to == f"2023-01-{covered:02}"
        assert (deliveries(paths)[-1].name == "api.json") == is_whole
        (line,) = [line for line in said if "clock" in line]
        for part in ("mau/hoso/2022-12-15", "differ by 420 minutes", "timedatectl", "operator"):
            assert part in line
    # By its own clock it may note when a record changed.
    collect(paths, WITHIN.replace(day=16), key=NEXT_KEY)
    assert asked_since(portal) == "2023-01-14T10:30:00.000Z"


@pytest.mark.parametrize("minutes", [-59, 59])
def test_clocks_that_differ_by_less_than_changes_overlap_are_no_news(
    minutes: int, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.date = at_portal(WITHIN + timedelta(minutes=minutes))
    said: list[str] = []
    collect(paths, WITHIN, said.append)
    assert said
    assert not any("clock" in line for line in said)


@pytest.mark.parametrize(
    "date", ["", "soon", "Tue, 15 Nov 1994 08:12:31 GMT", "Tue, 15 Nov 1994 08:12:31 +9999999999"]
)
def test_a_portal_s_time_that_cannot_be_is_not_believed(
    date: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.date = date
    assert collect(paths, WITHIN).failures == []
    assert deliveries(paths)[0].asked_at == WITHIN.isoformat()


def test_a_moment_that_is_still_to_come_is_not_believed(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    assert collect(paths, FAR, key=FAR_KEY).failures == []
    collect(paths, WITHIN)
    assert asked_since(portal) is None
    collect(paths, WITHIN.replace(day=11))
    assert asked_since(portal) == "2023-01-09T17:30:00.000Z"
    assert collect(paths, FAR + timedelta(days=1), key=FAR_KEY).failures == []
    assert asked_since(portal) == "2030-01-19T17:30:00.000Z"


def test_pages_of_a_time_that_is_still_to_come_are_let_go_of(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("forbidden", after=2)
    assert len(collect(paths, later(7)).failures) == 1
    assert len(left_over(paths.data)) == 2
    collect(paths, LATER, key=NEXT_KEY)
    assert left_over(paths.data) == []
    assert collect(paths, LATER).page_count == 4


def test_a_period_whose_last_night_failed_is_asked_for_whole_once_the_next_began(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    collect(paths, WITHIN.replace(day=14))
    portal.faults.switch_on("expired")
    assert len(collect(paths, WITHIN.replace(day=15)).failures) == 1
    assert collect(paths, WITHIN.replace(day=15, hour=2), key=NEXT_KEY).failures == []
    result = collect(paths, WITHIN.replace(day=16))
    assert (result.failures, result.row_count) == ([], 35)
    assert asked_since(portal) is None
    # What is known of changes stays known.
    collect(paths, WITHIN.replace(day=16), key=NEXT_KEY)
    assert asked_since(portal) == "2023-01-14T18:30:00.000Z"


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_collection_that_the_portal_refuses_to_go_on_with_begins_anew(
    status: int, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, "cursor")
    portal.faults.switch_on("forbidden", after=2)
    collect(paths)
    portal.asked.clear()
    portal.missing_status = status
    portal.faults.switch_on("missing")
    said: list[str] = []
    result = collect(paths, later(1), said.append)
    assert (result.failures, result.page_count, result.row_count) == ([], 4, 35)
    assert [asked.get("cursor") for _, asked in portal.asked] == ["20", None, "10", "20", "30"]
    assert any("it refuses to go on; all pages are asked for anew" in line for line in said)
    assert deliveries(paths)[0].asked_at == later(1).isoformat()


@pytest.mark.parametrize("fault", ["expired", "forbidden", "html"])
def test_who_is_refused_goes_on_behind_the_pages_that_came(
    fault: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("forbidden", after=2)
    collect(paths)
    portal.faults.switch_on(fault)
    assert len(collect(paths, later(1)).failures) == 1
    assert collect(paths, later(2)).page_count == 2


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_portal_that_refuses_any_other_request_is_asked_no_more(
    after: int, paths: Paths, portal: Portal
) -> None:
    """After 0 the first of a collection that is begun anew; else one behind a page that came."""
    write_settings(paths, portal)
    if after == 2:
        portal.faults.switch_on("forbidden", after=1)
        collect(paths)
    portal.asked.clear()
    portal.faults.switch_on("missing", after=1 if after else 0)
    assert len(collect(paths, later(1)).failures) == 1
    assert len(portal.asked) == (2 if after else 1)


def test_a_portal_that_refuses_twice_is_told(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("forbidden", after=2)
    collect(paths)
    portal.faults.switch_on("missing", times=2)
    (failure,) = collect(paths, later(1)).failures
    assert "HTTP status 404" in failure
    assert left_over(paths.data) == []


def test_who_wishes_for_the_whole_period_begins_anew_but_for_the_same_wish(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("forbidden", after=2)
    collect(paths)
    portal.faults.switch_on("forbidden", after=3)
    portal.asked.clear()
    assert len(collect(paths, later(1), is_whole_wanted=True).failures) == 1
    assert len(portal.asked) == 4
    assert collect(paths, later(2), is_whole_wanted=True).page_count == 1


@pytest.mark.parametrize("is_refused", [False, True])
def test_a_wish_for_the_whole_that_was_cut_off_is_finished_by_the_night(
    is_refused: bool, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    collect(paths, WITHIN)
    collect(paths, WITHIN.replace(day=11))
    portal.faults.switch_on("forbidden", after=2)
    assert len(collect(paths, WITHIN.replace(day=11, hour=9), is_whole_wanted=True).failures) == 1
    if is_refused:
        portal.faults.switch_on("missing")
    result = collect(paths, WITHIN.replace(day=12))
    assert (result.failures, result.page_count) == ([], 4 if is_refused else 2)
    assert [item.name for item in deliveries(paths)][1:] == [
        "since-20230111T013000.json", "api.json",
    ]  # fmt: skip
    assert len(json.loads(delivered(paths))["content"]) == 35
    # The changes of the nights that asked for none are asked for by the next one.
    collect(paths, WITHIN.replace(day=13))
    assert asked_since(portal) == "2023-01-10T17:30:00.000Z"
    assert deliveries(paths)[-1].name == "since-20230113T013000.json"


class WithoutEnvelope(Portal):
    """A portal whose reply is the array of its rows and nothing else."""

    def reply(self, path: str, asked: dict[str, str], fault: str | None) -> Any:
        return super().reply(path, asked, fault)["data"]


def write_settings_without_envelope(paths: Paths, portal: Portal, *more: str) -> None:
    """Write settings that have no path in the reply, and no line of `more`."""
    write_settings(paths, portal, "offset")
    settings = paths.sources / "mau.toml"
    text = settings.read_text("utf-8")
    for line in ('records = "data"', 'total = "total"', *more):
        assert line in text
        text = text.replace(line, "")
    settings.write_text(text, "utf-8")


@pytest.mark.parametrize("rows", [0, 35])
def test_rows_that_did_not_change_cover_one_more_day_and_are_read_once(
    rows: int, paths: Paths
) -> None:
    paths.inbox.mkdir(parents=True)
    shutil.copytree(SETTINGS / "reference", paths.reference)
    reach = "SELECT state, covers_to::VARCHAR, accepted_count, collected_at FROM ops.delivery"
    arrived = WITHIN.replace(tzinfo=None)
    with served(WithoutEnvelope(TOKEN, {PATHS["offset"]: changed(rows)})) as portal:
        write_settings_without_envelope(paths, portal, 'since_param = "CapNhatTu"')
        for day in (10, 11, 13, 16):
            assert len(collect(paths, WITHIN.replace(day=day)).new) == 1
            assert collect(paths, WITHIN.replace(day=day, hour=3)).new == []
            with warehouse(paths) as connection:
                (loaded,) = take_in(paths, [KEY], connection)
            assert loaded.is_new == (day == 10)
            covers_to = min(day - 1, 14)
            assert loaded.covers_to == date(2023, 1, covers_to)
            assert ask(paths, reach) == [("loaded", f"2023-01-{covers_to:02}", rows, arrived)]
    assert [item.covers_to for item in deliveries(paths)] == [
        "2023-01-09", "2023-01-10", "2023-01-12", "2023-01-14",
    ]  # fmt: skip
    assert len({item.sha256 for item in deliveries(paths)}) == 1


def test_nights_without_changes_and_without_an_envelope_are_listed_each(paths: Paths) -> None:
    paths.inbox.mkdir(parents=True)
    shutil.copytree(SETTINGS / "reference", paths.reference)
    with served(WithoutEnvelope(TOKEN, {PATHS["offset"]: changed(3)})) as portal:
        write_settings_without_envelope(paths, portal)
        for day in (10, 11, 12):
            assert collect(paths, WITHIN.replace(day=day)).failures == []
    assert [(item.name, item.scope, item.covers_to) for item in deliveries(paths)] == [
        ("api.json", "whole", "2023-01-09"),
        ("since-20230111T013000.json", "changes", "2023-01-10"),
        ("since-20230112T013000.json", "changes", "2023-01-11"),
    ]
    with warehouse(paths) as connection:
        take_in(paths, [KEY], connection)
    known = "SELECT covers_to::VARCHAR, changes_known_at FROM ops.delivery JOIN ops.collection "
    assert ask(paths, known + "USING (delivery_id) ORDER BY ALL") == [
        ("2023-01-09", None),
        ("2023-01-11", WITHIN.replace(day=12, tzinfo=None)),
    ]


@pytest.mark.parametrize("back", ["changes", "the whole period"])
def test_a_change_that_is_taken_back_is_taken_back_though_its_bytes_came_before(
    back: str, paths: Paths, portal: Portal
) -> None:
    paths.inbox.mkdir(parents=True)
    shutil.copytree(SETTINGS / "reference", paths.reference)
    write_settings(paths, portal)
    rows = portal.lists[PATHS["page"]]
    rows[1:] = []
    states = ["Đang xử lý", "Đã trả kết quả", "Đang xử lý"]
    nights = [WITHIN.replace(day=day) for day in (10, 11, 12)]
    for now, state in zip(nights, states, strict=True):
        rows[0] = Changed(now, record(1, state))
        is_whole_wanted = back != "changes" and now is nights[-1]
        assert len(collect(paths, now, is_whole_wanted=is_whole_wanted).new) == 1
        with warehouse(paths) as connection:
            take_in(paths, [KEY], connection)
        expected = "returned" if state == states[1] else "in_process"
        assert ask(paths, "SELECT state FROM core.dossier") == [(expected,)]
    first, _, last = deliveries(paths)
    assert first.delivery_id == last.delivery_id
    anew = Paths(paths.data.parent / "anew", paths.settings)
    anew.inbox.mkdir(parents=True)
    shutil.copytree(paths.raw, anew.raw)
    with warehouse(anew) as connection:
        take_in(anew, [KEY], connection)
    same = "SELECT delivery_id, state, covers_to, collected_at FROM ops.delivery ORDER BY ALL"
    assert ask(anew, same) == ask(paths, same)
    assert ask(anew, "SELECT state FROM core.dossier") == [("in_process",)]
