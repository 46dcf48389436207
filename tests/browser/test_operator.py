"""An operator redoes periods in a real browser, and reads there what came of it."""

import re

import dagster as dg
import duckdb
from dagster._core.scheduler.instigation import ScheduleInstigatorData
from playwright.sync_api import expect

from assets.engine.common.paths import Paths
from tests.assets.deliveries import COMMUNE, withdraw_one
from tests.browser.operator import Operator
from tests.end_to_end.server import Server
from tests.end_to_end.tables import level_figures

KEY, END = "2023-05-15", "2023-06-14"
LABEL = "Tháng 06/2023 (15/05/2023–14/06/2023)"
DAY_SECONDS = 86_400
# The daemon looks at schedules once a minute.
TICK_WAIT = 180_000.0
SHOWN = ("received_count", "resolved_count", "closed_other_count", "pending_count")


def _shown_figures(operator: Operator) -> dict[str, int]:
    operator.open_period("indicators/by_level", KEY)
    expect(operator.page.get_by_text(LABEL).first).to_be_visible()
    return {name: int(operator.told(name)) for name in SHOWN}


def _published_figures(paths: Paths) -> dict[str, int]:
    figures = level_figures(paths, "month", END)
    return {name: figures[name] for name in SHOWN}


def _revisions(paths: Paths, run_id: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(paths.published / "motcua.duckdb"), read_only=True) as reader:
        return reader.execute(
            "SELECT resolved_count, closed_other_count FROM ops.revision WHERE run_id = ? "
            "AND table_name = 'by_level' AND unit_level = 'all' AND period_kind = 'month' "
            "AND period_end = ?",
            [run_id, END],
        ).fetchall()


def test_a_period_is_found_and_redone(operator: Operator, ui: Server) -> None:
    before = _published_figures(ui.paths)
    run_id = operator.redo(KEY)
    assert _shown_figures(operator) == before == _published_figures(ui.paths)
    rates = operator.page.get_by_role("table").filter(has_text="Cấp / Level").last
    expect(rates.get_by_role("row")).to_have_count(4)
    expect(rates.get_by_role("row").nth(1)).to_contain_text("Toàn bộ / All")
    expect(rates.get_by_role("row").nth(1)).to_contain_text(f"{before['resolved_count']:,}")
    # Once more changes nothing.
    assert operator.told("moved_month_count") == "0"
    assert _revisions(ui.paths, run_id) == []


def test_the_rejected_rows_of_a_period_are_listed_with_what_to_do(
    operator: Operator, ui: Server
) -> None:
    operator.open_period("core/dossier_version", KEY)
    rules = operator.page.get_by_role("table").filter(has_text="Quy tắc / Rule").last
    expect(rules.get_by_role("row")).to_have_count(3)
    expect(rules).to_contain_text("column_count")
    expect(rules).to_contain_text("Số ô của dòng khác số cột của tiêu đề")


def test_a_corrected_file_moves_the_figures_and_leaves_a_revision(
    operator: Operator, ui: Server
) -> None:
    before = _published_figures(ui.paths)
    withdraw_one(ui.paths, KEY)
    run_id = operator.redo(KEY)
    resolved = before["resolved_count"]
    told = f"{LABEL}, all: resolved_count {resolved} -> {resolved - 1}"
    expect(operator.find_in_log(told)).to_contain_text("A closed period changed.")
    moved = {
        "resolved_count": before["resolved_count"] - 1,
        "closed_other_count": before["closed_other_count"] + 1,
    }
    assert _shown_figures(operator) == before | moved == _published_figures(ui.paths)
    # The month, and the year to date up to it and to each of the five later ones.
    assert operator.told("moved_month_count") == "6"
    assert _revisions(ui.paths, run_id) == [tuple(moved.values())]


def test_a_broken_file_is_refused_with_a_sentence_and_stops_nothing_else(
    operator: Operator, ui: Server
) -> None:
    before = _published_figures(ui.paths)
    broken = ui.paths.inbox / "xin_man" / COMMUNE / KEY / "danh-sach-hong.csv"
    broken.write_text("Tên;Tuổi\nMẫu;1\n", encoding="utf-8")
    operator.redo(KEY)
    sentence = re.compile(rf"xin_man/{COMMUNE}/{KEY}.*expected a row with 'Mã hồ sơ'")
    operator.open_period("core/dossier_version", KEY)
    assert operator.told("refused_file_count") == "1"
    expect(operator.page.get_by_text(sentence).first).to_be_visible()
    operator.open_asset("core/dossier_version", "Checks")
    operator.page.get_by_text("files_loaded").first.click()
    expect(operator.page.get_by_text(sentence).first).to_be_visible()
    assert broken.name not in operator.page.content()
    assert _shown_figures(operator) == before == _published_figures(ui.paths)


def _as_if_switched_on_yesterday(ui: Server) -> None:
    """Let the daemon find that last night's tick is due: no test can wait until 01:30."""
    with dg.DagsterInstance.from_config(str(ui.home)) as instance:
        (state,) = (
            state
            for state in instance.all_instigator_state()
            if state.instigator_name == "nightly_schedule"
        )
        data = state.instigator_data
        assert isinstance(data, ScheduleInstigatorData)
        assert data.start_timestamp is not None
        began = data.start_timestamp - DAY_SECONDS
        instance.update_instigator_state(state.with_data(data._replace(start_timestamp=began)))


def test_a_schedule_switched_on_ticks(operator: Operator, ui: Server) -> None:
    operator.switch_on("nightly_schedule")
    _as_if_switched_on_yesterday(ui)
    latest = operator.page.get_by_role("row").filter(has_text="Latest tick")
    expect(latest).to_contain_text(re.compile(r"1:30.*\d runs? requested"), timeout=TICK_WAIT)
    operator.page.goto(f"{ui.site}/runs")
    expect(operator.page.get_by_text("nightly_schedule").first).to_be_visible()
