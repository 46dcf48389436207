"""What an operator does in Dagster's UI, click by click, and reads there."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from assets.engine.common.calendar import TIMEZONE

CHROMIUM = shutil.which("chromium")
# As root in a container there is no sandbox; the rest keeps Chromium from calling home.
SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Bounds against hanging, in milliseconds.
PAGE_WAIT = 60_000.0
RUN_WAIT = 240_000.0


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Run Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened_page(browser: Browser) -> Iterator[Page]:
    """Open an empty page on a desk in Viet Nam."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, timezone_id=TIMEZONE, locale="en-GB"
    )
    context.set_default_timeout(PAGE_WAIT)
    expect.set_options(timeout=PAGE_WAIT)
    try:
        yield context.new_page()
    finally:
        context.close()


@dataclass(frozen=True)
class Operator:
    """Somebody before a browser; `site` is the UI's address."""

    page: Page
    site: str

    def open_job(self, name: str) -> None:
        """Go to a job through the list of jobs."""
        self.page.goto(self.site)
        self.page.get_by_role("navigation").get_by_text("Jobs", exact=True).click()
        self.page.wait_for_url("**/jobs")
        # The name of an icon is part of a link's name, but not of its text.
        self.page.get_by_role("link").filter(has_text=re.compile(f"^{name}")).click()

    def pick_period(self, key: str) -> Locator:
        """Ask for one period of the job on the page; return the dialog that would launch it."""
        self.page.get_by_role("button", name=re.compile("Materialize all")).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_text("Show all partitions").click()
        dialog.get_by_role("textbox").fill(key)
        dialog.get_by_role("textbox").press("Enter")
        expect(dialog.get_by_role("button", name="Launch 1 run")).to_be_enabled()
        return dialog

    def redo(self, key: str) -> str:
        """Redo a period by the job `nightly`, stay on its run until it has ended well.

        Returns the id of the run.
        """
        self.open_job("nightly")
        self.pick_period(key).get_by_role("button", name="Launch 1 run").click()
        notice = self.page.get_by_role("region", name="Notifications")
        notice.filter(has_text="Launched run").get_by_text("View", exact=True).click()
        self.page.wait_for_url("**/runs/*")
        ended = self.page.get_by_text(re.compile("^(Success|Failure|Canceled)$")).first
        ended.wait_for(timeout=RUN_WAIT)
        expect(ended).to_have_text("Success")
        return self.page.url.rstrip("/").split("/")[-1].split("?")[0]

    def find_in_log(self, words: str) -> Locator:
        """Filter the log of the run on the page; return the line that holds the words."""
        self.page.get_by_placeholder("Filter…").fill(words)
        return self.page.get_by_text(words).first

    def open_asset(self, name: str, tab: str) -> None:
        """Go to a tab of an asset through the catalog's address."""
        self.page.goto(f"{self.site}/assets/{name}")
        self.page.get_by_role("tab", name=tab, exact=True).click()

    def open_period(self, asset: str, key: str) -> None:
        """Find a period among those of an asset."""
        self.open_asset(asset, "Partitions")
        self.page.get_by_placeholder("Filter by name…").fill(key)
        self.page.get_by_text(key, exact=True).first.click()
        self.page.get_by_text("Latest materialization").wait_for()

    def told(self, label: str) -> str:
        """Return what the materialisation on the page says under a label."""
        named = self.page.get_by_role("cell", name=label, exact=True)
        row = self.page.get_by_role("row").filter(has=named).last
        return row.get_by_role("cell").nth(1).inner_text().strip()

    def switch_on(self, schedule: str) -> None:
        """Switch a schedule on, on its page, and stay there."""
        self.page.goto(f"{self.site}/automation")
        self.page.get_by_role("link").filter(has_text=re.compile(f"^{schedule}")).click()
        running = self.page.get_by_role("row").filter(has_text="Running").get_by_role("checkbox")
        expect(running).not_to_be_checked()
        # What looks like a switch is an image; the box itself is out of sight.
        running.press("Space")
        expect(running).to_be_checked()

    def open_plots(self, asset: str, measure: str) -> None:
        """Plot what an asset tells by period, and scroll to a measure."""
        self.open_asset(asset, "Overview")
        self.page.get_by_role("button", name="Plots").click()
        self.page.get_by_role("button", name="Events").wait_for()
        titles = self.page.get_by_text(measure, exact=True)
        # One among the columns, one over the plot.
        expect(titles).to_have_count(2)
        titles.last.evaluate("title => title.scrollIntoView({ block: 'center' })")
