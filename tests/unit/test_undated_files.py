"""The same bytes again: undated files stay in their period, dated ones cover more of theirs."""

import os
import shutil
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assets.engine.collect import collect_period, pending_files, read_inbox, read_manifest
from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.paths import Paths
from assets.engine.settings import load_sources
from assets.engine.warehouse import warehouse
from tests.support import CALENDAR, take_in
from tests.unit.deliveries import (
    FEBRUARY,
    JANUARY,
    ask,
    code,
    deliver_csv,
    deliver_payments,
    deliver_workbook,
    dossier,
    register_of,
)

RETURNED = {
    "state": "Đã trả kết quả", "finished_date": "13/01/2023 08:00:00",
    "returned_date": "13/01/2023 09:00:00",
}  # fmt: skip


def _night(day: int, month: int = 1) -> datetime:
    return datetime(2023, month, day, 1, 30, tzinfo=ZoneInfo(TIMEZONE))


def _written(file: Path, day: int) -> Path:
    moment = _night(day).timestamp()
    os.utime(file, (moment, moment))
    return file


def _undated(paths: Paths, day: int, name: str = "a.csv", sequence: int = 1) -> Path:
    """Deliver a list with a row of the day on which it was written; the 10th has one before."""
    row = dossier(sequence, received_date=f"{5 if day == 10 else day:02}/01/2023")
    return _written(deliver_csv(paths, [row], period="", name=name), day)


def _taken(paths: Paths, key: str, now: datetime) -> list[str]:
    """Collect a period; return the names of what was new."""
    inbox = read_inbox(paths, load_sources(paths.sources), now)
    new = collect_period(inbox, CALENDAR.month_from_key(key)).new
    assert {item.period for item in new} <= {key}
    return [item.name for item in new]


def _load(paths: Paths, keys: list[str], now: datetime) -> None:
    """Collect and load the periods of a night."""
    with warehouse(paths) as connection:
        take_in(paths, keys, connection, now)


def test_a_list_of_the_period_before_does_not_win_over_a_later_one(installation: Paths) -> None:
    """From the 15th on it would be a delivery of the new period, and its old rows the latest."""
    _undated(installation, day=10)
    _load(installation, [JANUARY], _night(11))
    assert register_of(installation) == {code(1): "in_process"}
    later = deliver_csv(installation, [dossier(1, **RETURNED)], period=JANUARY, name="b.csv")
    _written(later, day=14)
    for day in (14, 15, 16):
        _load(installation, [JANUARY, FEBRUARY][: 1 + (day > 14)], _night(day))
        assert register_of(installation) == {code(1): "returned"}
    reach = "SELECT delivery_period, covers_to FROM ops.delivery ORDER BY covers_to"
    assert [(str(key), str(day)) for key, day in ask(installation, reach)] == [
        (JANUARY, "2023-01-09"), (JANUARY, "2023-01-13"),
    ]  # fmt: skip


def test_a_changed_or_new_list_belongs_to_the_running_period(installation: Paths) -> None:
    _undated(installation, day=10)
    assert _taken(installation, JANUARY, _night(14)) == ["a.csv"]
    _undated(installation, day=15, sequence=2)
    _undated(installation, day=15, name="c.csv")
    assert _taken(installation, JANUARY, _night(16)) == []
    assert _taken(installation, FEBRUARY, _night(16)) == ["a.csv", "c.csv"]
    assert _taken(installation, FEBRUARY, _night(17)) == []


@pytest.mark.parametrize("kind", ["a new time", "a copy put back", "a new time to come"])
def test_the_bytes_decide_and_not_their_time(kind: str, installation: Paths) -> None:
    file = _undated(installation, day=10)
    assert _taken(installation, JANUARY, _night(14)) == ["a.csv"]
    if kind == "a copy put back":
        shutil.copyfile(file, file.with_suffix(".bak"))
        file.unlink()
        file.with_suffix(".bak").rename(file)
    else:
        _written(file, day=16 if kind == "a new time" else 30)
    # It stays where it is, and covers the days of its period until then.
    for key, taken in ((FEBRUARY, []), (JANUARY, ["a.csv"]), (JANUARY, []), (FEBRUARY, [])):
        assert _taken(installation, key, _night(20)) == taken


@pytest.mark.parametrize(
    ("name", "folder"), [("a.xls", JANUARY), ("b.xls", JANUARY), ("a.xls", "")]
)
def test_a_list_without_rows_covers_the_rest_of_its_period_once_it_is_delivered_again(
    name: str, folder: str, installation: Paths
) -> None:
    """It is the same bytes before and after the close, under the same name or another one."""
    _written(deliver_payments(installation, [], period=folder), day=10)
    _load(installation, [JANUARY], _night(11))
    _written(deliver_payments(installation, [], period=folder, name=name), day=16)
    _load(installation, [JANUARY], _night(17))
    reach = "SELECT covers_to FROM ops.delivery WHERE state = 'loaded'"
    assert ask(installation, reach) == [(date(2023, 1, 14),)]
    assert _taken(installation, JANUARY, _night(18)) == []


@pytest.mark.parametrize("folder", [JANUARY, ""], ids=["in its folder", "undated"])
def test_a_version_that_comes_back_covers_the_days_until_then(
    folder: str, installation: Paths
) -> None:
    for day, sequence in ((8, 1), (10, 2), (12, 1)):
        _written(deliver_csv(installation, [dossier(sequence)], period=folder), day=day)
        _load(installation, [JANUARY], _night(day + 1))
    reach = "SELECT covers_to FROM ops.delivery WHERE state = 'loaded'"
    assert ask(installation, reach) == [(date(2023, 1, 11),)]
    assert register_of(installation) == {code(1): "in_process"}


def test_a_stated_day_stays_when_the_same_bytes_are_delivered_again(installation: Paths) -> None:
    line = "Từ ngày 15/12/2022 đến ngày 09/01/2023"
    file = _written(deliver_workbook(installation, [dossier(1)], line=line), day=10)
    _load(installation, [JANUARY], _night(11))
    _written(file, day=16)
    _load(installation, [JANUARY], _night(17))
    assert ask(installation, "SELECT covers_to FROM ops.delivery") == [(date(2023, 1, 9),)]


def test_bytes_that_come_back_after_a_correction_are_new(installation: Paths) -> None:
    """The newest delivery of the name says what it stands for, whatever lay there before."""
    for day, sequence in ((10, 1), (15, 2), (10, 1)):
        _undated(installation, day=day, sequence=sequence)
        key = JANUARY if len(read_manifest(installation)) == 0 else FEBRUARY
        assert _taken(installation, key, _night(14 if key == JANUARY else 17)) == ["a.csv"]
    assert [item.period for item in read_manifest(installation)] == [JANUARY, FEBRUARY, FEBRUARY]
    assert _taken(installation, JANUARY, _night(18)) == []


def test_running_its_period_again_much_later_finds_it_there(installation: Paths) -> None:
    _undated(installation, day=10)
    _load(installation, [JANUARY], _night(14))
    _load(installation, [JANUARY, "2023-03-15"], _night(17, month=3))
    assert [item.period for item in read_manifest(installation)] == [JANUARY]
    assert register_of(installation) == {code(1): "in_process"}


@pytest.mark.parametrize("correcting", [(11, 1), (16, 1)], ids=["in the period", "after its close"])
def test_a_correction_in_the_folder_of_its_period_is_the_word_for_good(
    correcting: tuple[int, int], installation: Paths
) -> None:
    """The file that it corrects still lies beside that folder, under the same name."""
    _undated(installation, day=10)
    _load(installation, [JANUARY], _night(11))
    day, month = correcting
    corrected = deliver_csv(installation, [dossier(1, **RETURNED)], period=JANUARY, name="a.csv")
    _written(corrected, day)
    sources = load_sources(installation.sources)
    for now in (_night(day + 1, month), _night(day + 2, month), _night(17, 2), _night(17, 3)):
        keys = [key for key in (JANUARY, FEBRUARY, "2023-02-15") if key <= f"{now:%Y-%m-%d}"]
        _load(installation, keys, now)
        assert register_of(installation) == {code(1): "returned"}
        assert pending_files(installation, sources) == []
    assert [item.period for item in read_manifest(installation)] == [JANUARY, JANUARY]


def test_a_manifest_put_back_that_lists_fewer_arrivals_is_warned_of(installation: Paths) -> None:
    manifest = installation.raw / "manifest.jsonl"
    for day in (10, 16):
        _written(deliver_payments(installation, [], period=JANUARY), day=day)
        _load(installation, [JANUARY], _night(day + 1))
    first, second = manifest.read_bytes().splitlines(keepends=True)
    less = "array_to_string(warnings, ' ') LIKE '%lists fewer arrivals%'"
    what = f"SELECT covers_to, {less} FROM ops.delivery"
    assert ask(installation, what) == [(date(2023, 1, 14), False)]
    for path in installation.inbox.rglob("*.xls"):
        path.unlink()
    for listed, expected in (
        (first, (date(2023, 1, 9), True)),
        (first, (date(2023, 1, 9), True)),
        (first + second, (date(2023, 1, 14), False)),
    ):
        manifest.write_bytes(listed)
        _load(installation, [JANUARY], _night(18))
        assert ask(installation, what) == [expected]
