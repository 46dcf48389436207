"""Which old periods have dossiers that their portal may still change."""

import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.paths import Paths
from assets.engine.portal import periods_still_open
from assets.engine.publish import files as publish
from assets.engine.settings import load_sources
from assets.engine.warehouse import warehouse
from pipelines.commands.demo_portal.portal import Portal
from pipelines.commands.demo_portal.records import Listed
from pipelines.commands.demo_portal.server import served
from schemas.settings import Statistic
from tests.portal.support import LATER, PATHS, TOKEN, VARIABLE, collect, record, write_settings
from tests.support import CALENDAR, SETTINGS, compute_all, take_in

CLOSED = CALENDAR.month_from_key("2023-12-15")
NOW = LATER.replace(month=12, day=20)
STATES = {
    "new": "Mới đăng ký", "not_accepted": "Không được tiếp nhận", "finished": "Đã xử lý xong",
    "withdrawn": "Rút", "refused_after_acceptance": "Từ chối", "paused_other": "Dừng xử lý",
}  # fmt: skip
COLUMNS = ("finished_date", "returned_date", "refused_date")
DAY = "05/01/2023"
# State, day by column, and whether the portal may still change it: by the day of the result, by
# the day of its handing over.
CASES = [
    ("new", {"finished_date": DAY}, True, True),
    ("in_process", {"returned_date": DAY}, True, True),
    ("not_accepted", {}, False, False),
    ("paused_other", {}, True, True),
    ("paused_other", {"finished_date": DAY}, False, False),
    ("withdrawn", {}, False, False),
    ("withdrawn", {"finished_date": DAY}, False, False),
    ("refused_after_acceptance", {"refused_date": DAY}, False, False),
    ("returned", {}, True, True),
    ("returned", {"finished_date": DAY}, False, False),
    ("finished", {"finished_date": DAY}, False, True),
    ("finished", {"returned_date": DAY}, False, False),
]
KEYS = ["2022-12-15", *(f"2023-{number:02}-15" for number in range(1, 12))]


def rows() -> list[Listed]:
    """Return a dossier of each case, each received in a month of its own."""
    told = STATES | {"in_process": "Đang xử lý", "returned": "Đã trả kết quả"}
    return [
        Listed(
            datetime.fromisoformat(key).replace(day=20, tzinfo=ZoneInfo(TIMEZONE)),
            record(number, told[state]) | dict.fromkeys(COLUMNS) | days,
        )
        for number, (key, (state, days, *_)) in enumerate(zip(KEYS, CASES, strict=True))
    ]


def test_a_period_is_asked_for_again_while_a_dossier_of_it_may_still_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN)
    paths = Paths(tmp_path / "data", tmp_path / "settings")
    paths.inbox.mkdir(parents=True)
    shutil.copytree(SETTINGS / "reference", paths.reference)
    with served(Portal(TOKEN, {PATHS["page"]: rows()})) as portal:
        write_settings(paths, portal)
        file = paths.sources / "mau.toml"
        states = "".join(f'{name} = ["{told}"]\n' for name, told in STATES.items())
        columns = "".join(f'{name} = "{name}"\n' for name in COLUMNS)
        text = file.read_text("utf-8").replace('state = "state"\n', 'state = "state"\n' + columns)
        file.write_text(text.replace("[exports.hoso]\n", states + "[exports.hoso]\n"), "utf-8")
        for key in KEYS:
            result = collect(paths, NOW, key=key)
            assert (result.failures, result.row_count) == ([], 1)
    with warehouse(paths) as connection:
        taken = take_in(paths, KEYS, connection)
        assert [item.reason for item in taken] == [None] * len(KEYS)
        for statistic, wanted in ((Statistic(), 2), (Statistic(end_basis="returned"), 3)):
            compute_all(connection, statistic)
            publish.publish_motcua(connection, paths)
            publish.publish_dossiers(connection, paths)
            found = [
                month.key
                for month in periods_still_open(paths, load_sources(paths.sources), CLOSED)
            ]
            assert found == [key for key, case in zip(KEYS, CASES, strict=True) if case[wanted]]
