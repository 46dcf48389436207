"""The pictures of `docs/operator.md`: `python -m tests.browser.screenshots` takes them anew.

The sample is taken in by the command `run`, so that every period has its history.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Page

from assets.engine.common.paths import PROJECT, Paths
from tests.assets.deliveries import COMMUNE, withdraw_one
from tests.browser.operator import Operator, opened_browser, opened_page
from tests.end_to_end.commands import motcua
from tests.end_to_end.server import served
from tests.support import SETTINGS

IMAGES = PROJECT / "docs" / "images"
KEY = "2023-05-15"
# Drawings move into place, notices go, and what is under the pointer is marked.
SETTLED = 2_500.0


def main() -> None:
    """Take every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(Path(folder) / "data", SETTINGS)
        assert motcua(paths.data, "run").returncode == 0
        with (
            served(paths.data, paths.data / "dagster", Path(folder) / "ui.log") as server,
            opened_browser() as browser,
            opened_page(browser) as page,
        ):
            _take_all(Operator(page, server.site), paths)


def _take_all(operator: Operator, paths: Paths) -> None:
    page = operator.page
    page.goto(f"{operator.site}/asset-groups")
    page.get_by_text("publish", exact=True).last.wait_for()
    _take(page, "graph")

    operator.open_job("nightly")
    operator.pick_period(KEY)
    _take(page, "launch")

    withdraw_one(paths, KEY)
    broken = paths.inbox / "xin_man" / COMMUNE / KEY / "khac.csv"
    broken.write_text("Tên;Tuổi\nMẫu;1\n", encoding="utf-8")
    operator.redo(KEY)
    operator.find_in_log("A closed period changed.").wait_for()
    _take(page, "run")

    operator.open_period("indicators/by_level", KEY)
    _take(page, "period")

    operator.open_period("core/dossier_version", KEY)
    _take(page, "rejected")

    operator.open_asset("core/dossier_version", "Checks")
    page.get_by_text("files_loaded").first.click()
    _take(page, "refused")

    operator.open_asset("indicators/by_level", "Checks")
    page.get_by_text("period_whole").first.click()
    _take(page, "checks")

    operator.open_plots("indicators/by_level", "on_time_pct")
    _take(page, "plots")

    page.goto(f"{operator.site}/automation")
    page.get_by_role("link").filter(has_text="nightly_schedule").wait_for()
    _take(page, "automation")


def _take(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.get_by_text("Launched run").wait_for(state="hidden")
    page.wait_for_timeout(SETTLED)
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
