"""Collecting a period page by page: nothing is lost or doubled, whatever is cut off or moves."""

import json
import time
from collections import Counter

import pytest

from assets.engine import portal_collection
from assets.engine.collecting import failures_of_runs
from assets.engine.common.errors import SettingsError
from assets.engine.common.paths import PROJECT, Paths
from assets.engine.portal_journal import journal_file, journals, read_journal
from assets.engine.settings import load_sources
from schemas.settings import ApiExport, ApiSource
from tests.portal.records import Changed
from tests.portal.server import Portal
from tests.portal.support import (
    CHANGED,
    KEY,
    LATER,
    PATHS,
    RECORDS,
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

each_paging = pytest.mark.parametrize("paging", ["page", "offset", "cursor"])
NEXT_KEY = "2023-01-15"
ALL = [code(number) for number in range(1, 36)]


def records(paths: Paths, paging: str = "page", number: int = -1) -> list[dict[str, str]]:
    return list(json.loads(delivered(paths, number))[RECORDS[paging]])


def codes(paths: Paths, paging: str = "page", number: int = -1) -> list[str]:
    return [item["code"] for item in records(paths, paging, number)]


@each_paging
def test_every_record_comes_once_and_as_it_was_written(
    paging: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, paging)
    said: list[str] = []
    result = collect(paths, said=said.append)
    assert (result.failures, result.page_count, result.row_count) == ([], 4, 35)
    assert codes(paths, paging) == ALL
    assert deliveries(paths)[-1].covers_to == "2023-01-14"
    (delivery,) = deliveries(paths)
    assert (delivery.name, delivery.period) == ("api.json", KEY)
    assert left_over(paths.data) == []
    assert "4 pages, 35 of 35 rows" in said[-1]


@each_paging
def test_the_same_rows_once_more_are_nothing_new(paging: str, paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, paging)
    assert len(collect(paths).new) == 1
    again = collect(paths, later(24))
    assert (again.failures, again.page_count, again.new) == ([], 4, [])
    assert len(deliveries(paths)) == 1


def test_rows_that_did_not_change_cover_one_more_day(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, old='since_param = "updated-from"', new="")
    collect(paths, WITHIN)
    collect(paths, WITHIN.replace(day=11))
    assert [item.covers_to for item in deliveries(paths)] == [
        "2023-01-09", "2023-01-10",
    ]  # fmt: skip


@each_paging
@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_collection_that_was_cut_off_goes_on_behind_its_last_whole_page(
    after: int, paging: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, paging)
    portal.faults.switch_on("forbidden", after=after)
    assert len(collect(paths).failures) == 1
    result = collect(paths, later(24.5))  # the next night, which began later than this one
    assert (result.failures, result.page_count) == ([], 4 - after)
    assert codes(paths, paging) == ALL
    assert deliveries(paths)[0].asked_at == LATER.isoformat()


@pytest.mark.parametrize(
    "change",
    ["two nights later", "another address", "a page that was lost", "a page of other bytes"],
)
def test_a_collection_begins_anew_where_it_cannot_go_on(
    change: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("forbidden", after=2)
    collect(paths)
    page = paths.data / "raw" / "api" / "mau" / "hoso" / KEY / "000001.json"
    if change == "another address":
        write_settings(paths, portal, old="127.0.0.1", new="localhost")
    elif change == "a page that was lost":
        page.unlink()
    elif change == "a page of other bytes":
        page.write_bytes(b"{")
    result = collect(paths, later(48 if change == "two nights later" else 1))
    assert (result.failures, result.page_count) == ([], 4)
    assert codes(paths) == ALL


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_line_that_a_power_cut_left_is_no_page(cut: int, paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("forbidden", after=2)
    collect(paths)
    file = paths.data / "raw" / "api" / "mau" / "hoso" / f"{KEY}.jsonl"
    *whole, _ = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(whole)[:-cut])
    portal.faults.switch_on("forbidden", after=1)
    assert len(collect(paths).failures) == 1
    result = collect(paths)
    assert (result.failures, result.page_count) == ([], 2)
    assert codes(paths) == ALL


def test_a_cut_between_delivery_and_journal_delivers_once(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    file = paths.data / "raw" / "api" / "mau" / "hoso" / f"{KEY}.jsonl"
    portal.faults.switch_on("forbidden", after=3)
    collect(paths)
    pages = {page: page.read_bytes() for page in file.with_suffix("").iterdir()}
    begun = file.read_bytes().rsplit(b'{"what": "failed"', 1)[0]
    collect(paths)
    # As it was before the last page came, with the delivery listed already.
    file.write_bytes(begun)
    file.with_suffix("").mkdir()
    for page, body in pages.items():
        page.write_bytes(body)
    result = collect(paths)
    assert (result.failures, result.new) == ([], [])
    assert len(deliveries(paths)) == 1


@each_paging
@pytest.mark.parametrize("times", [1, 2, 3])
def test_rows_that_move_between_pages_are_neither_lost_nor_doubled(
    times: int, paging: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, paging)
    portal.faults.switch_on("drift", times=times)
    assert collect(paths).failures == []
    found = Counter(codes(paths, paging))
    assert set(found) == set(ALL)
    # Doubled within the portal's own pages, at most; a later walk adds only what is new.
    assert sum(found.values()) <= len(ALL) + times


@each_paging
def test_rows_that_the_portal_counts_and_never_lists_are_told(
    paging: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, paging)
    portal.faults.switch_on("gap", times=999)
    (failure,) = collect(paths).failures
    # By offset, the next page begins behind what came.
    count = 34 if paging == "offset" else 31
    said = f"{count} different rows, though the portal says 35"
    for part in (said, "asking for all pages 3 times", "params", "page_size"):
        assert part in failure
    assert deliveries(paths) == []
    assert left_over(paths.data) == []


@each_paging
def test_rows_that_a_portal_left_out_once_come_with_the_next_walk(
    paging: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, paging)
    portal.faults.switch_on("gap", times=2, after=1)
    assert collect(paths).failures == []
    assert set(codes(paths, paging)) == set(ALL)


def test_a_page_that_comes_twice_is_asked_for_again(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("repeat", after=1)
    assert collect(paths).failures == []
    assert codes(paths) == ALL


def test_a_parameter_that_the_portal_does_not_know_is_told(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("repeat", times=3, after=1)
    (failure,) = collect(paths).failures
    assert "the same page as the one before" in failure
    assert "page_param of [exports.hoso.api]" in failure


def test_pages_without_end_are_told(
    paths: Paths, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal_collection, "MOST_PAGES", 2)
    write_settings(paths, portal)
    (failure,) = collect(paths).failures
    assert "found more than 2 pages; expected a way to the last page. Look at last" in failure
    assert left_over(paths.data) == []


def test_a_cursor_that_leads_back_is_told(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, "cursor")
    portal.faults.switch_on("loop", after=2)
    (failure,) = collect(paths).failures
    assert "a next page that was asked for before" in failure


@each_paging
@pytest.mark.parametrize("is_cut_off", [False, True])
def test_a_row_that_leaves_between_pages_takes_no_other_with_it(
    is_cut_off: bool, paging: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, paging)
    portal.faults.switch_on("leave")
    if is_cut_off:
        portal.faults.switch_on("forbidden", after=2)
        assert len(collect(paths).failures) == 1
    result = collect(paths, later(20))
    assert result.failures == []
    assert codes(paths, paging) == ALL[1:]


@each_paging
def test_rows_that_come_in_before_the_others_push_none_out_of_sight(
    paging: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, paging)
    portal.faults.switch_on("forbidden", after=2)
    collect(paths)
    portal.lists[PATHS[paging]][:0] = [Changed(CHANGED, record(number)) for number in (36, 37)]
    assert collect(paths, later(1)).failures == []
    assert sorted(set(codes(paths, paging))) == [*ALL, code(36), code(37)]


def test_rows_that_the_portal_itself_lists_twice_are_taken_as_they_are(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    rows = portal.lists[PATHS["page"]]
    rows.insert(20, rows[3])
    result = collect(paths)
    assert (result.failures, result.page_count) == ([], 8)
    assert Counter(codes(paths)) == Counter([*ALL, code(4)])


def test_a_portal_that_caps_its_pages_is_read_to_the_end(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, "offset", old="page_size = 10", new="page_size = 1000")
    portal.lists[PATHS["offset"]] = changed(1234)
    result = collect(paths)
    assert (result.failures, result.page_count, result.row_count) == ([], 3, 1234)


def test_without_a_total_an_empty_page_is_the_end(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, "offset", old='total = "total"', new="")
    result = collect(paths)
    assert (result.failures, result.page_count, result.row_count) == ([], 5, 35)


def test_where_days_are_asked_for_the_next_period_s_first_is_not(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, "offset", old="%Y%m%d%H%M%S", new="%Y%m%d")
    collect(paths)
    assert portal.asked[0][1]["DenNgay"] == "20230114"


def test_no_rows_are_a_delivery_too(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.lists[PATHS["page"]].clear()
    assert collect(paths).failures == []
    assert records(paths) == []


@pytest.mark.parametrize("setting", ["total", "last"])
def test_what_the_reply_no_longer_says_is_told(setting: str, paths: Paths, portal: Portal) -> None:
    old = {"total": 'total = "totalElements"', "last": 'last = "last"'}[setting]
    write_settings(paths, portal, old=old, new=f'{setting} = "moi"')
    (failure,) = collect(paths).failures
    assert "nothing of the kind at moi" in failure
    assert f"Look at {setting} of" in failure


def test_later_only_changes_are_asked_for(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, more="overlap_minutes = 30")
    collect(paths, WITHIN)
    rows = portal.lists[PATHS["page"]]
    rows[4] = Changed(WITHIN, record(5, "Đã trả kết quả"))
    rows[7] = Changed(WITHIN.replace(hour=0, minute=59), record(8, "Đã trả kết quả"))
    rows[8] = Changed(WITHIN.replace(hour=1, minute=1), record(9, "Đã trả kết quả"))
    portal.asked.clear()
    result = collect(paths, WITHIN.replace(day=11))
    assert (result.failures, result.row_count) == ([], 2)
    ((_, asked),) = portal.asked
    assert asked["updated-from"] == "2023-01-09T18:00:00.000Z"
    assert asked["accepted-to"] == "2023-01-14T17:00:00.000Z"
    assert "accepted-from" not in asked
    assert [item.name for item in deliveries(paths)] == ["api.json", "since-20230111T013000.json"]
    assert records(paths) == [record(5, "Đã trả kết quả"), record(9, "Đã trả kết quả")]


def test_a_period_that_is_over_is_asked_for_whole_once_its_last_day_was(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    for now in (WITHIN, WITHIN.replace(day=15), WITHIN.replace(day=16)):
        portal.asked.clear()
        assert collect(paths, now).failures == []
        asked = portal.asked[0][1]
        assert ("updated-from" in asked) == (now.day == 15), now.day
    assert [item.name for item in deliveries(paths)] == [
        "api.json", "since-20230115T013000.json", "api.json",
    ]  # fmt: skip


def test_no_change_is_lost_where_the_closing_night_was_missed(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    collect(paths, WITHIN.replace(day=14))
    changed_at = WITHIN.replace(day=14, hour=8)
    portal.lists[PATHS["page"]][4] = Changed(changed_at, record(5, "Đã trả kết quả"), CHANGED)
    assert collect(paths, WITHIN.replace(day=25), key=NEXT_KEY).failures == []
    assert records(paths) == [record(5, "Đã trả kết quả")]


def test_no_dossier_is_lost_that_came_in_before_its_periods_first_night(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    collect(paths, WITHIN.replace(day=14))
    portal.lists[PATHS["page"]].append(
        Changed(WITHIN.replace(day=15, hour=0, minute=10), record(36))
    )
    for key in (KEY, NEXT_KEY):
        assert collect(paths, WITHIN.replace(day=15), key=key).failures == []
    assert records(paths) == [record(36)]


def test_an_old_period_that_was_never_collected_is_asked_for_whole(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    collect(paths, LATER, key=NEXT_KEY)
    portal.asked.clear()
    assert collect(paths, LATER).row_count == 35
    assert "accepted-from" in portal.asked[0][1]


def test_one_portal_that_fails_stops_no_other(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal, name="a", old="/pa/dossier/search", new="/khong-co")
    write_settings(paths, portal, name="b")
    result = collect(paths)
    assert len(result.failures) == 1
    assert "Asking the portal of a for hoso:" in result.failures[0]
    assert [item.source for item in deliveries(paths)] == ["b"]


def test_a_source_without_an_api_of_its_own_is_not_asked(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    file = paths.sources / "mau.toml"
    text = file.read_text("utf-8")
    begin, end = text.index("[api]"), text.index("[values.dossier.state]")
    file.write_text(text[:begin] + text[end:], "utf-8")
    assert collect(paths).page_count == 0
    assert portal.asked == []


@pytest.mark.parametrize("is_whole_wanted", [False, True])
def test_who_asks_in_another_way_than_before_gets_all_of_the_period(
    is_whole_wanted: bool, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    del portal.lists[PATHS["page"]][5:]
    assert collect(paths, WITHIN).row_count == 5
    portal.lists[PATHS["page"]][5:] = changed(35)[5:]
    if not is_whole_wanted:
        write_settings(paths, portal, old="page_size = 10", new="page_size = 20")
    later_night = WITHIN.replace(day=11)
    result = collect(paths, later_night, is_whole_wanted=is_whole_wanted)
    assert (result.failures, result.row_count) == ([], 35)
    assert deliveries(paths)[-1].name == "api.json"
    # The night after asks for changes again.
    assert collect(paths, later_night.replace(day=12)).row_count == 0


def test_a_journal_of_an_earlier_version_is_read_and_all_asked_for_once(
    paths: Paths, portal: Portal
) -> None:
    """Ways were not noted, but moments that nobody read."""
    write_settings(paths, portal)
    collect(paths, WITHIN)
    file = journal_file(paths, "mau", "hoso", KEY)
    (line,) = file.read_text("utf-8").splitlines()
    said = json.loads(line) | {"completed_at": WITHIN.isoformat()}
    del said["way"]
    file.write_text(json.dumps(said) + "\n", "utf-8")
    portal.faults.switch_on("forbidden", after=2)
    assert len(collect(paths, WITHIN.replace(day=11)).failures) == 1
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    moment = {"fetched_at": WITHIN.isoformat()}
    lines = [line | moment if line["what"] == "page" else line for line in lines]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    result = collect(paths, WITHIN.replace(day=11))
    assert (result.page_count, len(codes(paths))) == (2, 35)
    assert collect(paths, WITHIN.replace(day=12)).row_count == 0


def test_why_a_period_could_not_be_collected_is_known_until_it_is(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("forbidden", after=1)
    (failure,) = collect(paths).failures
    collect(paths, later(72), key=NEXT_KEY)
    journal = read_journal(paths, "mau", "hoso", KEY)
    assert journal.begun is None
    assert journal.failed is not None
    assert journal.failed.said == failure


def test_what_failed_is_noted_until_it_succeeds(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("forbidden", after=1)
    (failure,) = collect(paths).failures
    ((_, _, _, journal),) = journals(paths)
    assert journal.failed is not None
    assert (journal.failed.run_id, journal.failed.said) == ("a-run", failure)
    collect(paths)
    assert read_journal(paths, "mau", "hoso", KEY).failed is None


def test_a_failure_of_an_export_that_is_no_longer_asked_is_forgotten(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    collect(paths)
    portal.faults.switch_on("forbidden", after=2)
    assert len(collect(paths, later(24)).failures) == 1
    (paths.sources / "mau.toml").unlink()
    write_settings(paths, portal, name="khac")
    collect(paths, later(26))
    journal = read_journal(paths, "mau", "hoso", KEY)
    assert (journal.failed, journal.begun) == (None, None)
    assert journal.completed is not None
    assert left_over(paths.data) == []


def test_a_collection_that_takes_too_long_makes_room_and_goes_on_with_the_next_run(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, more="max_collection_minutes = 1e-9")
    for _ in range(3):
        (failure,) = collect(paths).failures
        assert "found no end after 1e-09 minutes, " in failure
        assert "The next run goes on behind the last page. Raise page_size" in failure
    assert collect(paths).failures == []
    assert len(portal.asked) == 4
    assert codes(paths) == ALL


def test_pages_that_nobody_goes_on_from_are_let_go_of(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("forbidden", after=2)
    collect(paths)
    assert len(left_over(paths.data)) == 2
    (paths.sources / "mau.toml").unlink()
    write_settings(paths, portal, name="khac")
    collect(paths, later(37))
    assert left_over(paths.data) == []


def test_pages_that_a_kill_left_behind_their_delivery_are_let_go_of(
    paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal)
    collect(paths)
    folder = journal_file(paths, "mau", "hoso", KEY).with_suffix("")
    folder.mkdir()
    (folder / "000001.json").write_bytes(b"{}")
    (paths.sources / "mau.toml").unlink()
    write_settings(paths, portal, name="khac")
    collect(paths)
    assert left_over(paths.data) == []
    assert read_journal(paths, "mau", "hoso", KEY).completed is not None


def test_what_the_raw_store_holds_of_a_portal_is_private(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("forbidden", after=2)
    collect(paths)
    files = [file for file in (paths.data / "raw").rglob("*") if file.is_file()]
    assert len(files) == 3  # two pages, journal
    for file in (paths.data / "raw").rglob("*"):
        assert file.stat().st_mode & 0o777 == (0o600 if file.is_file() else 0o700), file


def test_no_secret_is_kept_anywhere(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    portal.faults.switch_on("expired", after=2)
    collect(paths)
    collect(paths)
    for file in (*paths.data.rglob("*"), *paths.settings.rglob("*")):
        if file.is_file():
            assert TOKEN.encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "misfit"),
    [
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
        ('kind = "dossier"', 'kind = "dossier"\nis_snapshot = true', "since_param"),
        ('from_param = "accepted-from"', "", "exports.hoso.api.from_param: is missing"),
        ("page_size = 10", "pagesize = 10", "did you mean page_size?"),
        ("max_attempts = 3", 'user_variable = "A"', "user_variable"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_named(
    old: str, new: str, misfit: str, paths: Paths, portal: Portal
) -> None:
    write_settings(paths, portal, old=old, new=new)
    with pytest.raises(SettingsError) as error:
        load_sources(paths.sources)
    assert misfit in str(error.value)
    assert "khoa" not in str(error.value)


def test_the_page_names_every_setting_of_an_api() -> None:
    text = (PROJECT / "docs" / "portals.md").read_text("utf-8")
    page = text[text.index("## Collecting from a portal's API") :]
    for name in (*ApiSource.model_fields, *ApiExport.model_fields):
        assert f"`{name}`" in page, name


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


def test_a_run_without_time_asks_nobody(paths: Paths, portal: Portal) -> None:
    write_settings(paths, portal)
    result = collect(paths, give_up_at=time.monotonic() - 1)
    assert len(result.failures) == 1
    assert portal.asked == []
