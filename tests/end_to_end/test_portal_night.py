"""A night with a portal that fails: everything else goes on, and the run says what failed."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, time, timedelta
from pathlib import Path
from time import sleep
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from assets.engine.common.calendar import TIMEZONE, Period, local_now
from assets.engine.common.locks import locked
from assets.engine.common.paths import Paths, private_folder
from assets.engine.portal.checkpoint import read_checkpoint
from assets.resources import Installation
from pipelines.commands.demo_portal.portal import Portal
from pipelines.commands.demo_portal.records import Listed
from pipelines.commands.demo_portal.server import served
from pipelines.schedules import RUN_TAG, nightly_schedule
from schemas.settings import Operations
from tests.assets.runs import QUIET, failures, metadata_of, real_instance, run_job
from tests.code_location import defs
from tests.portal.support import (
    KEY,
    PATHS,
    RECEIVED,
    TOKEN,
    VARIABLE,
    deliveries,
    listed,
    record,
    write_settings,
)
from tests.support import CALENDAR, SETTINGS
from tests.unit.deliveries import ask, deliver_csv, dossier


@pytest.fixture
def portal() -> Iterator[Portal]:
    with served(Portal(TOKEN, {path: listed(35) for path in PATHS.values()})) as portal:
        yield portal


@pytest.fixture
def paths(tmp_path: Path, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv(VARIABLE, TOKEN)
    paths = Paths(tmp_path / "data", tmp_path / "settings")
    paths.inbox.mkdir(parents=True)
    paths.settings.mkdir()
    for name in ("reference", "sources"):
        (paths.settings / name).mkdir()
    for file in (SETTINGS / "reference").glob("*.csv"):
        (paths.reference / file.name).write_bytes(file.read_bytes())
    text = (SETTINGS / "sources" / "xin_man.toml").read_text("utf-8")
    (paths.sources / "xin_man.toml").write_text(text, "utf-8")
    write_settings(paths, portal, name="a")
    write_settings(paths, portal, "offset", name="b")
    return paths


def test_a_portal_that_fails_costs_the_night_nothing_else(
    paths: Paths, portal: Portal, tmp_path: Path
) -> None:
    deliver_csv(paths, [dossier(9001)])
    portal.faults.switch_on("expired")
    with real_instance(tmp_path / "home") as instance:
        result = run_job(paths, instance, "nightly", KEY)
        assert not result.success
        (step,) = failures(result)
        assert step == "raw__delivery_portals_answered"
        said = failures(result)[step]
        assert "HTTP status 401" in said
        assert f"environment variable {VARIABLE}" in said
        assert "found Cổng Mẫu: Asking the portal of a for hoso" in said
        logged = [event.user_message for event in instance.all_logs(result.run_id)]
        assert "asking Cổng Mẫu (a), Cổng Mẫu (b)" in logged
        found = metadata_of(result, "raw/delivery", KEY)
        assert (found["portal_failure_count"], found["new_file_count"]) == (1, 2)
        assert (found["fetched_page_count"], found["fetched_row_count"]) == (4, 35)
        metadata_of(result, "publish/motcua", None)
        assert _loaded(paths) == [("b", 35), ("xin_man", 1)]
        assert not [e for e in instance.all_logs(result.run_id) if TOKEN in str(e)]

        again = run_job(paths, instance, "nightly", KEY)
        assert again.success
        assert _loaded(paths) == [("a", 35), ("b", 35), ("xin_man", 1)]


def test_portals_that_take_the_whole_of_their_time_leave_the_run_its_own(
    paths: Paths, portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver_csv(paths, [dossier(9001)])
    assert Operations(max_run_minutes=90).portal_minutes == 45
    monkeypatch.setattr(Operations, "portal_minutes", 0)
    with real_instance(tmp_path / "home") as instance:
        result = run_job(paths, instance, "nightly", KEY)
        (step,) = failures(result)
        assert step == "raw__delivery_portals_answered"
        assert "the other exports took half of max_run_minutes" in failures(result)[step]
        metadata_of(result, "publish/motcua", None)
    assert portal.asked == []
    assert _loaded(paths) == [("xin_man", 1)]


def test_what_a_run_waited_for_another_is_off_the_time_of_its_portals(
    paths: Paths, portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Operations, "portal_minutes", 1 / 60)
    with real_instance(tmp_path / "home") as instance, ExitStack() as held:
        held.enter_context(locked(private_folder(private_folder(paths.data) / "warehouse")))

        def release() -> None:
            begun = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
            while not instance.get_runs(begun):
                sleep(0.1)
            sleep(2)
            held.close()

        threading.Thread(target=release, daemon=True).start()
        result = run_job(paths, instance, "take_in", KEY)
    assert "found no time left" in failures(result)["raw__delivery_portals_answered"]
    assert portal.asked == []


def test_a_period_is_redone_from_what_is_stored(
    paths: Paths, portal: Portal, tmp_path: Path
) -> None:
    with real_instance(tmp_path / "home") as instance:
        assert run_job(paths, instance, "take_in", KEY).success
        asked, before = len(portal.asked), deliveries(paths)
        portal.lists[PATHS["page"]].pop()
        folders = {"data_folder": str(paths.data), "settings_folder": str(paths.settings)}
        result = defs.resolve_job_def("take_in").execute_in_process(
            partition_key=KEY,
            instance=instance,
            run_config=QUIET
            | {
                "resources": {"installation": {"config": folders}},
                "ops": {"raw__delivery": {"config": {"api": "stored"}}},
            },
            asset_selection=[dg.AssetKey(["raw", "delivery"])],
        )
        assert result.success
        assert metadata_of(result, "raw/delivery", KEY)["fetched_page_count"] == 0
    assert len(portal.asked) == asked
    assert deliveries(paths) == before


def test_a_closing_run_comes_after_old_periods_that_only_their_own_asking_would_update(
    paths: Paths, portal: Portal, tmp_path: Path
) -> None:
    running = CALENDAR.month_of(local_now().date())
    closing = _night_after(running)  # still to come, so nothing was asked for since
    night = [(running.key, "closing"), (CALENDAR.month_of(closing.date()).key, "nightly")]
    (paths.sources / "b.toml").unlink()
    write_settings(paths, portal, name="a")
    file = paths.sources / "a.toml"
    columns = 'state = "state"\nfinished_date = "finished"\n'
    file.write_text(file.read_text("utf-8").replace('state = "state"\n', columns), "utf-8")
    rows = portal.lists[PATHS["page"]]
    rows[:] = [Listed(RECEIVED, item.record | {"finished": None}) for item in rows]
    assert _asked_at(paths, closing) == night  # nothing is published
    with real_instance(tmp_path / "home") as instance:
        assert run_job(paths, instance, "nightly", KEY).success
        assert _asked_at(paths, closing) == [(KEY, "still_open"), *night]
        assert _asked_at(paths, _night_after(CALENDAR.month_from_key(KEY))) == [
            (KEY, "closing"), ("2023-01-15", "nightly"),
        ]  # fmt: skip
        rows[:] = [
            Listed(RECEIVED, record(number, "Đã trả kết quả") | {"finished": "05/01/2023"})
            for number in range(1, 36)
        ]
        assert run_job(paths, instance, "nightly", KEY).success
        assert _asked_at(paths, closing) == night
        (paths.published / "motcua.duckdb").chmod(0o644)
        (paths.published / "motcua.duckdb").write_bytes(b"none")
        assert _asked_at(paths, closing) == night
        # No run of it went well since the close: the second night is the closing run as well.
        assert _asked_at(paths, closing + timedelta(days=1), instance) == night


def test_an_old_period_is_asked_for_until_its_portal_has_answered_since_the_close(
    paths: Paths, portal: Portal, tmp_path: Path
) -> None:
    running = CALENDAR.month_of(local_now().date())
    before = CALENDAR.previous_month(running)
    nights = [_night_after(running) + timedelta(days=days) for days in range(5)]
    (paths.sources / "b.toml").unlink()
    write_settings(paths, portal, name="a")

    def with_old_periods() -> list[bool]:
        return [(KEY, "still_open") in _asked_at(paths, night, instance) for night in nights]

    with real_instance(tmp_path / "home") as instance:
        assert run_job(paths, instance, "nightly", KEY).success
        assert with_old_periods() == [True] * 5
        # The close before lies behind: that run asked for it.
        assert (KEY, "still_open") not in _asked_at(paths, _night_after(before))
        portal.faults.switch_on("expired")
        assert not run_job(paths, instance, "nightly", KEY).success
        assert with_old_periods() == [True] * 5
        checkpoint = read_checkpoint(paths, "a", "hoso", KEY)
        assert checkpoint.completed is not None
        later = checkpoint.completed.model_copy(update={"started_at": nights[0]})
        checkpoint.complete(later)
        assert with_old_periods() == [False] * 5
        # What cannot be read is dropped: nobody knows whether the portal has answered.
        checkpoint.file.write_bytes(b"none\n")
        assert with_old_periods() == [True] * 5


def _night_after(period: Period) -> datetime:
    """Return the tick of the first night after a period's close."""
    night = period.end + timedelta(days=1)
    return datetime.combine(night, time(1, 30), ZoneInfo(TIMEZONE))


def _asked_at(
    paths: Paths, tick: datetime, instance: dg.DagsterInstance | None = None
) -> list[tuple[str | None, str]]:
    """Return what a night asks for; only one later than the first after a close looks at runs."""
    folders = {"data_folder": str(paths.data), "settings_folder": str(paths.settings)}
    with dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=tick,
        repository_def=defs.get_repository_def(),
        resources={"installation": Installation(**folders)},
    ) as context:
        requests = nightly_schedule.evaluate_tick(context).run_requests or []
    return [(request.partition_key, request.tags[RUN_TAG]) for request in requests]


def _loaded(paths: Paths) -> list[tuple[object, ...]]:
    return ask(paths, "SELECT source, accepted_count FROM ops.delivery ORDER BY ALL")
