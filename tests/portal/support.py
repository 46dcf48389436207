"""An installation beside a portal of a few invented records, for tests of collecting."""

import json
import math
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from assets.engine.collect import Delivery, blob_of, read_manifest
from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.paths import Paths
from assets.engine.portal import FromPortals, collect_portals
from assets.engine.settings import load_sources
from pipelines.commands.demo_portal.portal import Portal
from pipelines.commands.demo_portal.records import Listed
from tests.support import CALENDAR, SETTINGS

KEY = "2022-12-15"
TOKEN = "mau-token-khong-duoc-lo"
VARIABLE = "MOTCUA_TEST_TOKEN"
PATHS = {"page": "/pa/dossier/search", "offset": "/api/HoSo", "cursor": "/api/YeuCauThanhToan"}
RECORDS = {"page": "content", "offset": "data", "cursor": "data"}
# After the period, so that it is whole; within it.
LATER = datetime(2023, 2, 1, 1, 30, tzinfo=ZoneInfo(TIMEZONE))
WITHIN = datetime(2023, 1, 10, 1, 30, tzinfo=ZoneInfo(TIMEZONE))
RECEIVED = datetime(2023, 1, 5, 8, 0, tzinfo=ZoneInfo(TIMEZONE))

SETTINGS_TEXT = """
title = "Cổng Mẫu"
[api]
base_url = "{address}"
token_variable = "MOTCUA_TEST_TOKEN"
requests_per_second = 1000
connect_timeout = 5
read_timeout = 1
max_reply_bytes = 1000000
max_attempts = 3
max_total_seconds = 20
{more}
[values.dossier.state]
in_process = ["Đang xử lý"]
returned = ["Đã trả kết quả"]
[exports.hoso]
kind = "dossier"
records = "{records}"
[exports.hoso.columns]
dossier_code = "code"
state = "state"
[exports.hoso.api]
path = "{path}"
paging = "{paging}"
page_size = 10
total = "{total}"
{paging_lines}
from_param = "{from_param}"
to_param = "{to_param}"
"""
_LINES = {
    "page": 'last = "last"\ndate_format = "%Y-%m-%dT%H:%M:%S.000Z"\ndate_zone = "UTC"',
    "offset": 'size_param = "limit"\ndate_format = "%Y%m%d%H%M%S"',
    "cursor": 'size_param = "limit"\nnext_cursor = "next"\ndate_format = "%Y%m%d%H%M%S"',
}


def code(number: int) -> str:
    return f"000.06.33.H22-230105-{number:04}"


def record(number: int, state: str = "Đang xử lý") -> dict[str, Any]:
    return {"code": code(number), "state": state, "owner": f"Lò Thị Mẫu {number:05}"}


def listed(count: int) -> list[Listed]:
    return [Listed(RECEIVED, record(number)) for number in range(1, count + 1)]


def write_settings(
    paths: Paths, portal: Portal, paging: str = "page", *, more: str = "", old: str = "",
    new: str = "", name: str = "mau",
) -> None:  # fmt: skip
    """Write the settings of a portal; `more` is added to `[api]`, `old` replaced by `new`."""
    is_page = paging == "page"
    text = SETTINGS_TEXT.format(
        address=portal.address, more=more, paging=paging, path=PATHS[paging],
        records=RECORDS[paging], total="totalElements" if is_page else "total",
        paging_lines=_LINES[paging],
        from_param="accepted-from" if is_page else "TuNgay",
        to_param="accepted-to" if is_page else "DenNgay",
    )  # fmt: skip
    assert old in text
    paths.sources.mkdir(parents=True, exist_ok=True)
    (paths.sources / f"{name}.toml").write_text(text.replace(old, new) if old else text, "utf-8")


def collect(
    paths: Paths, now: datetime = LATER, said: Callable[[str], None] = lambda _: None,
    key: str = KEY, *, is_anew: bool = False, give_up_at: float = math.inf,
) -> FromPortals:  # fmt: skip
    """Collect a period from the portals."""
    return collect_portals(
        paths, load_sources(paths.sources), CALENDAR.month_from_key(key), now=now, run_id="a-run",
        progress=said, is_anew=is_anew, give_up_at=give_up_at,
    )  # fmt: skip


def deliveries(paths: Paths) -> list[Delivery]:
    return read_manifest(paths)


def delivered(paths: Paths, number: int = -1) -> str:
    """Return the text of a delivery."""
    return blob_of(paths, deliveries(paths)[number]).read_text("utf-8")


def left_over(folder: Path) -> list[str]:
    """Return the pages that still lie in the raw store."""
    return sorted(str(file.relative_to(folder)) for file in folder.glob("raw/api/*/*/*/*"))


def later(hours: float) -> datetime:
    return LATER + timedelta(hours=hours)


def codes(paths: Paths, paging: str = "page", number: int = -1) -> list[str]:
    """Return the codes of a delivery's records."""
    return [item["code"] for item in json.loads(delivered(paths, number))[RECORDS[paging]]]


def copy_references(paths: Paths) -> None:
    """Give an installation its inbox and the reference tables of the sample."""
    paths.inbox.mkdir(parents=True)
    shutil.copytree(SETTINGS / "reference", paths.reference)
