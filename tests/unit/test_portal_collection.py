"""Collecting a period page by page: nothing is lost or doubled, whatever is cut off or moves."""

import fcntl
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from assets.engine.common.paths import PROJECT, Paths
from assets.engine.portal import checkpoint_file, checkpoints, collection, failures_of_runs
from assets.engine.portal.checkpoint import read_checkpoint
from assets.engine.warehouse import warehouse
from pipelines.commands.demo_portal.portal import Portal
from pipelines.commands.demo_portal.records import Listed
from pipelines.commands.demo_portal.server import served
from schemas.settings import ApiExport, ApiSource
from tests.portal.support import (
    KEY,
    LATER,
    PATHS,
    RECEIVED,
    TOKEN,
    WITHIN,
    code,
    codes,
    collect,
    copy_references,
    deliveries,
    later,
    left_over,
    listed,
    record,
    write_settings,
)
from tests.support import take_in
from tests.unit.deliveries import ask

PAGINGS = ("page", "offset", "cursor")
NEXT_KEY = "2023-01-15"
ALL = [code(number) for number in range(1, 36)]


def cut_off(paths: Paths, portal: Portal, after: int = 2, now: datetime = LATER) -> None:
    """Collect until some pages have come."""
    portal.faults.switch_on("forbidden", after=after)
    assert len(collect(paths, now).failures) == 1
    assert len(left_over(paths.data)) == after
    portal.asked.clear()


@pytest.mark.parametrize("paging", PAGINGS)
def test_every_record_comes_once_and_as_it_was_written(
    paging: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, paging)
    messages: list[str] = []
    result = collect(paths, said=messages.append)
    assert (result.failures, result.page_count, result.row_count) == ([], 4, 35)
    assert codes(paths, paging) == ALL
    (delivery,) = deliveries(paths)
    assert (delivery.name, delivery.period, delivery.scope) == ("api.json", KEY, "whole")
    assert (delivery.asked_at, delivery.covers_to) == (LATER.isoformat(), "2023-01-14")
    assert left_over(paths.data) == []
    assert "4 pages, 35 of 35 rows" in messages[-1]
    again = collect(paths, later(24))
    assert (again.failures, again.page_count, again.new) == ([], 4, [])
    assert len(deliveries(paths)) == 1


@pytest.mark.parametrize("paging", PAGINGS)
def test_a_collection_that_was_cut_off_goes_on_after_its_last_whole_page(
    paging: str, installations: Iterator[Paths], portal: Portal
) -> None:
    for paths, after in zip(installations, (1, 2, 3), strict=False):
        write_settings(paths, portal, paging)
        cut_off(paths, portal, after)
        # The next night begins later; some nights the portal refuses whoever asks.
        portal.faults.switch_on(("expired", "forbidden", "html")[after - 1])
        assert len(collect(paths, later(1)).failures) == 1
        result = collect(paths, later(24.5))
        assert (result.failures, result.page_count) == ([], 4 - after)
        assert codes(paths, paging) == ALL
        assert deliveries(paths)[0].asked_at == LATER.isoformat()
        assert left_over(paths.data) == []


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def spoil(file: Path) -> None:
        file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))

    return spoil


def _page(change: Callable[[Path], object]) -> Callable[[Path], None]:
    def spoil(file: Path) -> None:
        change(file.with_suffix("") / "000001.ndjson")

    return spoil


def _folder(file: Path) -> None:
    file.unlink()
    (file / "within").mkdir(parents=True)


def _unreadable(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)  # a link to itself: nobody can read it, root included


def _file_for_folder(file: Path) -> None:
    for page in file.with_suffix("").iterdir():
        page.unlink()
    file.with_suffix("").rmdir()
    file.with_suffix("").write_bytes(b"x")


LOST: dict[str, Callable[[Path], None]] = {
    "not UTF-8": _lines(lambda lines: [*lines[:1], b"\xd0\n", *lines[1:]]),
    "cut in the middle": _lines(lambda lines: [lines[0][:40] + b"\n", *lines[1:]]),
    "zeros": _lines(lambda lines: [*lines[:1], bytes(4096) + b"\n"]),
    "another version": _lines(lambda lines: [line.replace(b"way", b"no") for line in lines]),
    "no object": _lines(lambda lines: [*lines, b"[]\n"]),
    "a moment that is none": _lines(
        lambda lines: [line.replace(b'"started_at": "2023', b'"started_at": "x') for line in lines]
    ),
    "a moment without zone": _lines(lambda lines: [line.replace(b"+07:00", b"") for line in lines]),
    "deep nesting": _lines(lambda lines: [*lines, b"[" * 100_000 + b"\n"]),
    "a folder": _folder,
    "unreadable": _unreadable,
}
PAGES_LOST: dict[str, Callable[[Path], None]] = {
    "half a surrogate": _lines(
        lambda lines: [line.replace(b'"way": "', b'"way": "\\ud800') for line in lines]
    ),
    "a page that was lost": _page(Path.unlink),
    "a page of other bytes": _page(lambda page: page.write_bytes(b"{")),
    "other records": _page(
        lambda page: page.write_bytes(page.read_bytes().replace(b"state", b"x"))
    ),
    "fewer records": _page(
        lambda page: page.write_bytes(b"".join(page.read_bytes().splitlines(keepends=True)[:-1]))
    ),
    "a folder for a page": _page(_folder),
    "a file for the pages": _file_for_folder,
}


def test_a_checkpoint_that_cannot_be_read_is_dropped(
    installations: Iterator[Paths], portal: Portal
) -> None:
    for paths, (how, spoil) in zip(installations, (LOST | PAGES_LOST).items(), strict=False):
        write_settings(paths, portal)
        cut_off(paths, portal, now=WITHIN)
        spoil(checkpoint_file(paths, "mau", "hoso", KEY))
        messages: list[str] = []
        result = collect(paths, WITHIN.replace(day=11), said=messages.append)
        assert (result.failures, result.page_count, codes(paths)) == ([], 4, ALL), how
        told = [line for line in messages if "checkpoint cannot be read" in line]
        assert len(told) == (how in LOST), how
        assert left_over(paths.data) == [], how


def test_a_collection_begins_anew_where_it_cannot_go_on(
    installations: Iterator[Paths], portal: Portal
) -> None:
    cases: tuple[tuple[str, str, float, bool], ...] = (
        ("", "", 48, False),  # two nights later
        ("", "", -7, False),  # the clock ran ahead then
        ("", "", 1, True),  # somebody wishes so
        ("127.0.0.1", "localhost", 1, False),
        ("page_size = 10", "page_size = 5", 1, False),
    )
    for paths, (old, new, hours, is_anew) in zip(installations, cases, strict=False):
        write_settings(paths, portal)
        cut_off(paths, portal)
        write_settings(paths, portal, old=old, new=new)
        result = collect(paths, later(hours), is_anew=is_anew)
        assert (result.failures, result.row_count, codes(paths)) == ([], 35, ALL), (old, hours)


def test_a_column_of_codes_that_was_wrong_begins_anew_once_it_is_right(
    paths: Paths, portal: Portal
) -> None:
    portal.lists[PATHS["page"]] = [
        Listed(RECEIVED, {"ma": item.record["code"], "state": "Đang xử lý"})
        for item in portal.lists[PATHS["page"]]
    ]
    right = {"old": 'dossier_code = "code"', "new": 'dossier_code = "ma"'}
    write_settings(paths, portal, **right)
    cut_off(paths, portal)
    write_settings(paths, portal, old='dossier_code = "code"', new='dossier_code = "ma_khac"')
    assert "no record with a code" in collect(paths, later(1)).failures[0]
    write_settings(paths, portal, **right)
    assert collect(paths, later(2)).failures == []


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_collection_that_the_portal_refuses_to_go_on_with_begins_anew(
    status: int, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, "cursor")
    cut_off(paths, portal)
    portal.missing_status = status
    portal.faults.switch_on("missing")
    messages: list[str] = []
    result = collect(paths, later(1), messages.append)
    assert (result.failures, result.page_count, result.row_count) == ([], 4, 35)
    assert [asked.get("cursor") for _, asked in portal.asked] == ["20", None, "10", "20", "30"]
    assert any("it refuses to go on; all pages are asked for anew" in line for line in messages)
    assert deliveries(paths)[0].asked_at == later(1).isoformat()


def test_a_portal_that_refuses_any_other_request_is_asked_no_more(
    installations: Iterator[Paths], portal: Portal
) -> None:
    """The first of all, one after a page that came now or before, or the first anew."""
    for already, after, times, asked in ((0, 0, 1, 1), (0, 1, 1, 2), (1, 1, 1, 2), (2, 0, 2, 2)):
        paths = next(installations)
        write_settings(paths, portal)
        if already:
            cut_off(paths, portal, already)
        portal.asked.clear()
        portal.faults.switch_on("missing", after=after, times=times)
        (failure,) = collect(paths, later(1)).failures
        assert "HTTP status 404" in failure
        assert len(portal.asked) == asked, (already, after, times)


def test_a_kill_between_delivery_and_checkpoint_delivers_once(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    file = checkpoint_file(paths, "mau", "hoso", KEY)
    cut_off(paths, portal, 3)
    pages = {page: page.read_bytes() for page in file.with_suffix("").iterdir()}
    begun = file.read_bytes()
    collect(paths)
    # As it was before the last page came, with the delivery listed already.
    file.write_bytes(begun)
    file.with_suffix("").mkdir()
    for page, content in pages.items():
        page.write_bytes(content)
    result = collect(paths)
    assert (result.failures, result.page_count, result.new) == ([], 1, [])
    assert len(deliveries(paths)) == 1


@pytest.mark.parametrize("paging", PAGINGS)
def test_rows_that_move_or_leave_between_pages_are_neither_lost_nor_doubled(
    paging: str, installations: Iterator[Paths]
) -> None:
    cases = (("drift", 1, 0), ("drift", 3, 0), ("gap", 2, 1), ("leave", 1, 0), ("leave", 1, 2))
    for paths, (fault, times, after) in zip(installations, cases, strict=False):
        with served(Portal(TOKEN, {path: listed(35) for path in PATHS.values()})) as portal:
            write_settings(paths, portal, paging)
            portal.faults.switch_on(fault, times, after)
            result = collect(paths)
            held = [item.record["code"] for item in portal.lists[PATHS[paging]]]
        assert (result.failures, codes(paths, paging)) == ([], held), (fault, times)
        assert result.page_count > 4 or (fault, after) == ("leave", 2)


def test_rows_that_come_or_leave_while_a_collection_is_cut_off_are_seen(
    installations: Iterator[Paths], portal: Portal
) -> None:
    rows = portal.lists[PATHS["page"]]
    for paths, change in zip(installations, ("come", "leave"), strict=False):
        write_settings(paths, portal)
        cut_off(paths, portal)
        if change == "come":
            rows[:0] = [Listed(RECEIVED, record(number)) for number in (36, 37)]
        else:
            del rows[:2]
        # The second pass is cut off, too.
        portal.faults.switch_on("forbidden", after=4)
        assert len(collect(paths, later(1)).failures) == 1
        assert collect(paths, later(2)).failures == []
        assert codes(paths) == [item.record["code"] for item in rows], change


@pytest.mark.parametrize("paging", PAGINGS)
def test_rows_that_the_portal_counts_and_never_lists_fail_the_collection(
    paging: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, paging)
    portal.faults.switch_on("gap", times=999)
    (failure,) = collect(paths).failures
    # By offset, the next page begins after what came.
    count = 34 if paging == "offset" else 31
    counts = f"{count} different rows, though the portal says 35"
    for part in (counts, "asking for all pages 3 times", "params", "page_size"):
        assert part in failure
    assert (deliveries(paths), left_over(paths.data)) == ([], [])


def test_rows_that_the_portal_itself_lists_twice_are_accepted_as_they_are(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    rows = portal.lists[PATHS["page"]]
    rows.insert(20, rows[3])
    result = collect(paths)
    assert (result.failures, result.page_count) == ([], 8)
    assert Counter(codes(paths)) == Counter([*ALL, code(4)])


def test_a_page_that_comes_twice_is_asked_for_again(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("repeat", times=3, after=1)
    (failure,) = collect(paths).failures
    assert "the same page as the one before" in failure
    assert "page_param of [exports.hoso.api]" in failure
    portal.faults.switch_on("repeat")
    assert collect(paths).failures == []
    assert codes(paths) == ALL


def test_pages_without_end_fail_the_collection(
    installations: Iterator[Paths], portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = next(installations)
    write_settings(paths, portal, "cursor")
    portal.faults.switch_on("loop", after=2)
    assert "a next page that was asked for before" in collect(paths).failures[0]
    monkeypatch.setattr(collection, "MOST_PAGES", 2)
    paths = next(installations)
    write_settings(paths, portal)
    (failure,) = collect(paths).failures
    assert "found more than 2 pages; expected a way to the last page. Look at last" in failure
    assert left_over(paths.data) == []


def test_a_portal_that_caps_its_pages_is_read_to_the_end(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, "offset", old="page_size = 10", new="page_size = 1000")
    portal.lists[PATHS["offset"]] = listed(1234)
    result = collect(paths)
    assert (result.failures, result.page_count, result.row_count) == ([], 3, 1234)


def test_where_days_are_asked_for_the_next_period_s_first_is_not(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, "offset", old="%Y%m%d%H%M%S", new="%Y%m%d")
    collect(paths)
    assert [portal.asked[0][1][name] for name in ("TuNgay", "DenNgay")] == ["20221215", "20230114"]


def test_a_running_period_is_asked_for_whole_each_night(paths: Paths, portal: Portal) -> None:
    """A change of a row, a new row and a row that was deleted come with the next night."""
    write_settings(paths, portal)
    collect(paths, WITHIN)
    rows = portal.lists[PATHS["page"]]
    rows[4] = Listed(RECEIVED, record(5, "Đã trả kết quả"))
    rows.append(Listed(RECEIVED, record(36)))
    del rows[0]
    assert collect(paths, WITHIN.replace(day=11)).row_count == 35
    asked = portal.asked[-1][1]
    assert asked["accepted-from"] == "2022-12-14T17:00:00.000Z"
    assert asked["accepted-to"] == "2023-01-14T17:00:00.000Z"
    assert codes(paths) == [*ALL[1:], code(36)]
    assert [item.covers_to for item in deliveries(paths)] == ["2023-01-09", "2023-01-10"]


def test_one_portal_that_fails_stops_no_other(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, name="a", old="/pa/dossier/search", new="/khong-co")
    write_settings(paths, portal, name="b")
    write_settings(paths, portal, name="c")
    file = paths.sources / "c.toml"
    text = file.read_text("utf-8")
    begin, end = text.index("[api]"), text.index("[values.dossier.state]")
    file.write_text(text[:begin] + text[end:], "utf-8")  # without an API of its own
    result = collect(paths)
    assert len(result.failures) == 1
    assert "Asking the portal of a for hoso:" in result.failures[0]
    assert [item.source for item in deliveries(paths)] == ["b"]


def test_a_period_that_is_suddenly_empty_keeps_its_rows_until_somebody_wants_it_so(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    rows = portal.lists[PATHS["page"]]
    rows.clear()
    assert collect(paths).failures == []  # it never had rows
    assert codes(paths) == []
    rows.extend(listed(35))
    assert collect(paths).row_count == 35
    rows.clear()
    before = len(deliveries(paths))
    for _ in range(2):
        portal.asked.clear()
        (failure,) = collect(paths).failures
        for part in ("no row at all", "had 35 rows when last asked for whole", "{api: anew}"):
            assert part in failure
        # Each night asks anew: the portal may have its rows again.
        assert len(portal.asked) == 1
    assert (len(deliveries(paths)), left_over(paths.data)) == (before, [])
    assert collect(paths, is_anew=True).failures == []
    assert codes(paths) == []
    assert collect(paths).failures == []


@pytest.mark.parametrize(
    ("noted", "is_kept"),
    [
        ({"is_whole_period": True, "row_count": 35}, True),
        ({"is_whole_period": False, "row_count": 5, "whole_row_count": 35}, True),
        # Whether these 40 rows were of the period, an older journal does not say.
        ({"is_whole_period": False, "row_count": 5, "given_row_count": 40}, False),
    ],
)
def test_a_journal_of_an_older_version_is_read(
    noted: dict[str, Any], is_kept: bool, paths: Paths, portal: Portal
) -> None:
    """Its rows are remembered; the pages that it kept were replies, and are asked for anew."""
    write_settings(paths, portal)
    file = checkpoint_file(paths, "mau", "hoso", KEY)
    moment, way = LATER.isoformat(), "0123456789abcdef"
    lines = [
        {"started_at": moment, "page_count": 4, "changes_known_to": moment, "way": way} | noted
        | {"what": "completed"},
        {"started_at": moment, "asked": {"page": "0"}, "way": way, "is_whole_period": False,
         "is_whole_wanted": False, "what": "begun"},
        {"walk": 1, "number": 1, "next_position": "1", "sha256": way, "row_count": 10,
         "total": 35, "told_at": None, "what": "page"},
        {"run_id": "a-run", "said": "Nobody is there.", "what": "failed"},
    ]  # fmt: skip
    file.with_suffix("").mkdir(parents=True)
    (file.with_suffix("") / "000001.json").write_text("{}", "utf-8")
    file.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"walk": 1', "utf-8")
    assert failures_of_runs(paths, {}, ["a-run"]) == ["mau: Nobody is there."]
    rows = portal.lists[PATHS["page"]].copy()
    portal.lists[PATHS["page"]].clear()
    failures = collect(paths, later(1)).failures
    assert len(failures) == is_kept
    assert all("had 35 rows when last asked for whole" in failure for failure in failures)
    portal.lists[PATHS["page"]][:] = rows
    assert collect(paths, later(2)).failures == []
    assert (codes(paths), left_over(paths.data)) == (ALL, [])


def test_a_lock_file_of_an_older_version_does_no_harm(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    lock = checkpoint_file(paths, "mau", "hoso", KEY).with_suffix(".lock")
    lock.parent.mkdir(parents=True)
    with lock.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert collect(paths).failures == []


def test_why_a_period_could_not_be_collected_is_known_until_it_is(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    cut_off(paths, portal)
    (message,) = failures_of_runs(paths, {}, ["a-run"])
    assert "HTTP status 403" in message
    # Its pages are too old to go on from by now.
    collect(paths, later(72), key=NEXT_KEY)
    checkpoint = read_checkpoint(paths, "mau", "hoso", KEY)
    assert checkpoint.begun is None
    assert checkpoint.failed is not None
    assert left_over(paths.data) == []
    collect(paths)
    assert read_checkpoint(paths, "mau", "hoso", KEY).failed is None
    assert all(item.failed is None for *_, item in checkpoints(paths))


def test_what_is_kept_of_an_export_that_is_asked_no_more_is_removed(
    installations: Iterator[Paths], portal: Portal
) -> None:
    for paths, is_killed in zip(installations, (False, True), strict=False):
        write_settings(paths, portal)
        collect(paths)
        folder = checkpoint_file(paths, "mau", "hoso", KEY).with_suffix("")
        if is_killed:  # between the delivery and the removal of its pages
            folder.mkdir()
            (folder / "000001.ndjson").write_bytes(b"{}")
        else:
            cut_off(paths, portal, now=later(24))
        (paths.sources / "mau.toml").unlink()
        write_settings(paths, portal, name="khac")
        collect(paths, later(26))
        checkpoint = read_checkpoint(paths, "mau", "hoso", KEY)
        assert (checkpoint.failed, checkpoint.begun) == (None, None)
        assert checkpoint.completed is not None
        assert left_over(paths.data) == []


def test_what_the_raw_store_holds_of_a_portal_is_private_and_without_its_secret(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    cut_off(paths, portal)
    files = [file for file in (paths.data / "raw").rglob("*") if file.is_file()]
    assert len(files) == 3  # two pages, checkpoint
    for file in (paths.data / "raw").rglob("*"):
        assert file.stat().st_mode & 0o777 == (0o600 if file.is_file() else 0o700), file
    collect(paths)
    for file in (*paths.data.rglob("*"), *paths.settings.rglob("*")):
        if file.is_file():
            assert TOKEN.encode() not in file.read_bytes()


def test_a_collection_that_takes_too_long_makes_room_and_goes_on_with_the_next_run(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, more="max_collection_minutes = 1e-9")
    for _ in range(3):
        (failure,) = collect(paths).failures
        assert "found no end after 1e-09 minutes, " in failure
        assert "The next run goes on after the last page. Raise page_size" in failure
    assert collect(paths).failures == []
    assert len(portal.asked) == 4
    assert codes(paths) == ALL


def test_the_time_of_a_run_is_shared_and_who_had_no_turn_is_first_in_the_next(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, name="a", old="requests_per_second = 1000",
                   new="requests_per_second = 2")  # fmt: skip
    write_settings(paths, portal, "offset", name="b")
    slow, left_out = collect(paths, give_up_at=time.monotonic() + 0.7).failures
    assert f"Collecting a/hoso/{KEY} from its portal: found no end when half of " in slow
    assert "or max_run_minutes of operations.toml if this comes often." in slow
    assert f"Collecting b/hoso/{KEY} from its portal: found no time left" in left_out
    assert "The next run asks for this export first." in left_out
    assert failures_of_runs(paths, {}, ["a-run"]) == [f"a: {slow}", f"b: {left_out}"]
    asked = len(portal.asked)
    assert 1 <= asked < 4
    assert {path for path, _ in portal.asked} == {PATHS["page"]}
    assert collect(paths, later(24)).failures == []
    assert portal.asked[asked][0] == PATHS["offset"]
    assert [path for path, _ in portal.asked].count(PATHS["page"]) == 4


def test_the_portal_s_clock_is_compared_and_never_believed(
    installations: Iterator[Paths], portal: Portal
) -> None:
    """It may be slow, ahead or stand still; the days that are covered are this machine's."""
    for hours in (-7, -0.9, 0.9, 7):
        paths = next(installations)
        write_settings(paths, portal)
        for day in (10, 11, 16):
            now = WITHIN.replace(day=day)
            shown = now + timedelta(hours=hours)
            portal.date = format_datetime(shown.astimezone(UTC), usegmt=True)
            messages: list[str] = []
            assert collect(paths, now, messages.append).failures == []
            assert deliveries(paths)[-1].covers_to == f"2023-01-{min(day - 1, 14):02}"
            told = [line for line in messages if "clock" in line]
            assert len(told) == (abs(hours) > 1), hours
            for line in told:
                for part in ("mau/hoso/2022-12-15", "differ by 420 minutes", "timedatectl"):
                    assert part in line


def test_a_portal_s_time_that_cannot_be_fails_nothing(
    installations: Iterator[Paths], portal: Portal
) -> None:
    dates = ["", "soon", "Tue, 15 Nov 1994 08:12:31 GMT", ",", "9" * 5000,
             "Tue, 15 Nov 1994 08:12:31 +9999999999", "Fri, 31 Dec 9999 23:59:59 GMT",
             "Mon, 01 Jan 0001 00:00:00 GMT"]  # fmt: skip
    for paths, portal.date in zip(installations, dates, strict=False):
        write_settings(paths, portal)
        assert collect(paths, WITHIN).row_count == 35
        assert deliveries(paths)[0].asked_at == WITHIN.isoformat()


class WithoutEnvelope(Portal):
    """A portal whose reply is the array of its rows and nothing else."""

    def reply(self, path: str, asked: dict[str, str], fault: str | None) -> Any:
        return super().reply(path, asked, fault)["data"]


@pytest.mark.parametrize("rows", [0, 35])
def test_rows_that_did_not_change_cover_one_more_day_and_are_read_once(
    rows: int, paths: Paths
) -> None:
    copy_references(paths)
    reach = "SELECT state, covers_to::VARCHAR, accepted_count, collected_at FROM ops.delivery"
    arrived = WITHIN.replace(tzinfo=None)
    with served(WithoutEnvelope(TOKEN, {PATHS["offset"]: listed(rows)})) as portal:
        write_settings(paths, portal, "offset", old='total = "total"', new="")
        settings = paths.sources / "mau.toml"
        text = settings.read_text("utf-8").replace('records = "data"', "")
        settings.write_text(text, "utf-8")
        for day in (10, 11, 13, 16):
            assert len(collect(paths, WITHIN.replace(day=day)).new) == 1
            assert collect(paths, WITHIN.replace(day=day, hour=3)).new == []
            with warehouse(paths) as connection:
                (loaded,) = take_in(paths, [KEY], connection)
            assert loaded.is_new == (day == 10)
            covers_to = f"2023-01-{min(day - 1, 14):02}"
            assert str(loaded.covers_to) == covers_to
            assert ask(paths, reach) == [("loaded", covers_to, rows, arrived)]
    assert len({item.sha256 for item in deliveries(paths)}) == 1


def test_a_change_that_is_taken_back_is_taken_back_though_its_bytes_came_before(
    paths: Paths, portal: Portal
) -> None:
    copy_references(paths)
    write_settings(paths, portal)
    states = {10: "Đang xử lý", 11: "Đã trả kết quả", 12: "Đang xử lý"}
    for day, state in states.items():
        portal.lists[PATHS["page"]] = [Listed(RECEIVED, record(1, state))]
        assert len(collect(paths, WITHIN.replace(day=day)).new) == 1
        with warehouse(paths) as connection:
            take_in(paths, [KEY], connection)
        expected = "returned" if day == 11 else "in_process"
        assert ask(paths, "SELECT state FROM core.dossier") == [(expected,)]
    first, _, last = deliveries(paths)
    assert first.delivery_id == last.delivery_id


def test_the_page_names_every_setting_of_an_api() -> None:
    text = (PROJECT / "docs" / "portals.md").read_text("utf-8")
    page = text[text.index("## Collecting from a portal's API") :]
    for name in (*ApiSource.model_fields, *ApiExport.model_fields):
        assert f"`{name}`" in page, name
