"""A browser, and the UI on a copy of the loaded sample."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from assets.engine.common.paths import Paths
from tests.browser.operator import CHROMIUM, Operator, opened_browser, opened_page
from tests.end_to_end.server import Server, served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; without it these tests are left out, save where it is required."""
    if CHROMIUM is None:
        reason = "no program chromium: apt-get install chromium"
        if os.environ.get("MOTCUA_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    with opened_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def ui(
    browser: Browser, sample: Paths, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Webserver and daemon on a copy of the loaded sample, which tests may change."""
    folder = tmp_path_factory.mktemp("browser")
    shutil.copytree(sample.data, folder / "data")
    with served(folder / "data", folder / "home", folder / "ui.log") as server:
        yield server


@pytest.fixture
def operator(browser: Browser, ui: Server) -> Iterator[Operator]:
    """Somebody before an empty page."""
    with opened_page(browser) as page:
        yield Operator(page, ui.site)
