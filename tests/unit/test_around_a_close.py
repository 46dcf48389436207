"""Undated lists in the hours around a close belong to the day that they cover."""

import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assets.engine.collect import (
    Clock,
    Delivery,
    Placing,
    Unplaced,
    collect_period,
    placing,
    read_inbox,
    read_manifest,
    row_days,
)
from assets.engine.collect.inbox import Inbox
from assets.engine.collect.placing import InboxFile
from assets.engine.common.calendar import TIMEZONE, Calendar
from assets.engine.common.paths import Paths
from assets.engine.settings import load_sources
from assets.engine.status import inbox_findings
from assets.engine.warehouse import warehouse
from schemas.settings import Export
from tests.support import CALENDAR, compute_all, take_in
from tests.unit.deliveries import (
    FEBRUARY,
    JANUARY,
    ask,
    deliver_csv,
    deliver_payments,
    deliver_workbook,
    dossier,
    payment,
)

ZONE = ZoneInfo(TIMEZONE)
BEFORE, AFTER = CALENDAR.month_from_key(JANUARY), CALENDAR.month_from_key(FEBRUARY)
CLOSE = datetime(2023, 1, 15, tzinfo=ZONE)  # the first moment of the new period
OLD, LAST, NEW = "05/01/2023", "14/01/2023", "15/01/2023"


def _written(file: Path, moment: datetime) -> Path:
    os.utime(file, (moment.timestamp(),) * 2)
    return file


def _period(paths: Paths, file: Path, now: datetime, export: str = "dossiers_commune") -> date:
    placed = Placing(paths, load_sources(paths.sources), CALENDAR, Clock.right(now))
    found = InboxFile("xin_man", export, file, file.name, None)
    return placed.period_of(found, None).start


def _list(paths: Paths, received: Sequence[str]) -> Path:
    rows = [dossier(number, received_date=day) for number, day in enumerate(received, start=1)]
    return deliver_csv(paths, rows, period="")


@pytest.mark.parametrize("days_before", [0, 5, 14, 27])
@pytest.mark.parametrize("newest", [None, -300, -32, -20, -1, 0])
@pytest.mark.parametrize("is_known", [False, True])
def test_a_list_of_every_hour_belongs_to_the_day_that_it_covers(
    newest: int | None, days_before: int, *, is_known: bool
) -> None:
    """`newest` is the last day of its rows, counted from the first day of the new period.

    On that day the list goes back only if a row is of the closed period, and none of the new one.
    """
    calendar, wrong = Calendar(days_before), []
    period = calendar.month(2023, 6)
    close = datetime.combine(period.start, datetime.min.time(), ZONE)
    last_day = None if newest is None else period.start + timedelta(days=newest)
    for hour in range(0 if newest == 0 else -24, 72):
        written = close + timedelta(hours=hour, minutes=10)
        is_new = newest == 0 or hour >= (24 if newest in {-20, -1} else 0)
        for collected in (written, close + timedelta(hours=80)):
            placed = Placing(Paths.from_environment(), {}, calendar, Clock.right(collected))
            try:
                found = placed.covering(written.date(), last_day, is_known=is_known)
            except Unplaced:
                found = None
            expected = period if is_new else calendar.previous_month(period)
            is_too_old = not is_known and (newest == -300 or (newest == -32 and is_new))
            if found != (None if is_too_old else expected):
                wrong.append((hour, collected, found))
    assert wrong == []


@pytest.mark.parametrize(
    ("received", "hours"),
    [
        pytest.param((OLD, LAST), {-1: JANUARY, 1: JANUARY, 23: JANUARY, 25: FEBRUARY}, id="last"),
        pytest.param((OLD, NEW), {1: FEBRUARY, 23: FEBRUARY, 25: FEBRUARY}, id="of the new day"),
        pytest.param((OLD,), {1: JANUARY, 25: FEBRUARY}, id="old rows"),
        pytest.param((), {-1: JANUARY, 1: FEBRUARY, 25: FEBRUARY}, id="no rows"),
        pytest.param(("05/12/2022",), {-1: JANUARY}, id="rows of the period before"),
        pytest.param((OLD, "01/02/2032"), {1: JANUARY, 25: FEBRUARY}, id="mistyped"),
    ],
)
def test_rows_of_a_list_say_which_day_it_covers(
    received: Sequence[str], hours: dict[int, str], installation: Paths
) -> None:
    file = _list(installation, received)
    for hour, key in hours.items():
        written = CLOSE + timedelta(hours=hour, minutes=10)
        found = _period(installation, _written(file, written), CLOSE + timedelta(hours=50))
        assert found.isoformat() == key, hour


@pytest.mark.parametrize("export", ["payments", "dossiers_district"])
def test_other_kinds_and_containers_belong_there_too(export: str, installation: Paths) -> None:
    for day, is_new in (("14/01/2023", False), ("15/01/2023", True)):
        if export == "payments":
            file = deliver_payments(installation, [payment(1, collected_date=day)], period="")
        else:
            row = dossier(1, state="Đã trả kết quả", finished_date=day, due_date="20/01/2023")
            file = deliver_workbook(installation, [row], period="", line="")
        night = CLOSE + timedelta(minutes=10)
        found = _period(installation, _written(file, night), CLOSE + timedelta(hours=2), export)
        assert found == (AFTER if is_new else BEFORE).start


@pytest.mark.parametrize(
    ("written", "collected", "expected"),
    [
        pytest.param("2023-01-10", "2023-02-17", JANUARY, id="its time and its rows agree"),
        pytest.param("2062-01-10", "2023-01-10", JANUARY, id="a time to come"),
        pytest.param("1980-01-01", "2023-01-10", JANUARY, id="a time before all periods"),
        pytest.param("2022-12-20", "2023-03-20", JANUARY, id="rows later than its time"),
        pytest.param("2023-01-20", "2023-02-10", FEBRUARY, id="a quiet unit"),
        pytest.param("2023-04-10", "2023-04-10", None, id="rows of months ago, written today"),
        pytest.param("2023-01-10", "2023-04-25", JANUARY, id="a clock that runs ahead"),
        pytest.param("2023-04-25", "2023-04-25", None, id="a clock ahead that wrote it, too"),
    ],
)
def test_its_time_and_its_rows_say_which_period(
    written: str, collected: str, expected: str | None, installation: Paths
) -> None:
    moments = [datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=ZONE)
               for day in (written, collected)]  # fmt: skip
    file = _written(_list(installation, [OLD]), moments[0])
    if expected:
        assert _period(installation, file, moments[1]) == date.fromisoformat(expected)
    else:
        with pytest.raises(Unplaced, match=f"put it into a folder .* such as {JANUARY}"):
            _period(installation, file, moments[1])


@pytest.mark.parametrize(("modified", "expected"), [(9, JANUARY), (12, FEBRUARY)])
def test_other_bytes_of_a_name_were_written_after_it_was_collected(
    modified: int, expected: str, installation: Paths
) -> None:
    """Unless their own time is later than that of the bytes before: it says so by itself."""
    file = _written(_list(installation, [OLD]), CLOSE.replace(day=10))
    found = InboxFile("xin_man", "dossiers_commune", file, file.name, None)
    source, export, name = found.place
    before = Delivery(
        source, export, JANUARY, name, "0" * 64, 1,
        modified_at=CLOSE.replace(day=modified).isoformat(),
        collected_at=CLOSE.replace(day=20).isoformat(),
    )  # fmt: skip
    placed = Placing(
        installation, load_sources(installation.sources), CALENDAR,
        Clock.right(CLOSE.replace(day=25)), {found.place: before},
    )  # fmt: skip
    assert placed.period_of(found, None).key == expected


def _inbox(paths: Paths, now: datetime) -> Inbox:
    return read_inbox(paths, load_sources(paths.sources), now)


def test_the_closed_month_is_whole_by_the_list_of_the_night_after_it(installation: Paths) -> None:
    for day in (14, 15):
        written = CLOSE.replace(day=day) + timedelta(minutes=10)
        _written(_list(installation, [OLD, f"{day - 1}/01/2023"]), written)
        with warehouse(installation) as connection:
            take_in(installation, [JANUARY, FEBRUARY][: day - 13], connection, written)
            compute_all(connection)
    reach = "SELECT delivery_period, covers_to FROM ops.delivery WHERE state = 'loaded'"
    assert ask(installation, reach) == [(BEFORE.start, BEFORE.end)]
    closed = "SELECT DISTINCT is_provisional FROM indicators.by_level WHERE period_kind = 'month'"
    assert ask(installation, closed) == [(False,)]
    assert _inbox(installation, CLOSE.replace(day=20)).new == {}


def test_a_list_without_rows_supersedes_nothing_of_the_closed_month(installation: Paths) -> None:
    """A list of the month to date is empty on the first day of a month."""
    for day, received in ((14, [OLD, LAST]), (15, [])):
        written = CLOSE.replace(day=day) + timedelta(hours=1)
        _written(_list(installation, received), written)
        with warehouse(installation) as connection:
            take_in(installation, [JANUARY, FEBRUARY][: day - 13], connection, written)
            compute_all(connection)
    received_count = (
        "SELECT received_count FROM indicators.by_level WHERE period_kind = 'month' "
        f"AND unit_level = 'all' AND period_start = '{JANUARY}'"
    )
    assert ask(installation, received_count) == [(2,)]
    assert [item.period for item in read_manifest(installation)] == [JANUARY, FEBRUARY]


@pytest.mark.parametrize("corrected", [False, True])
def test_the_list_of_a_quiet_export_is_collected_each_night(
    installation: Paths, *, corrected: bool
) -> None:
    """Its newest row may be months old; only a name that was never delivered waits for a folder."""
    for number, month in enumerate((1, 2, 3, 4, 5), start=1):
        now = datetime(2023, month, 20, 1, 30, tzinfo=ZONE)
        rows = [payment(1, amount=f"{number}0.000" if corrected else "30.000")]
        rows += [payment(2, collected_date="06/01/2023")] * (number % 2)
        _written(deliver_payments(installation, rows, period=""), now)
        inbox = _inbox(installation, now)
        period = CALENDAR.month_of(now.date())
        assert (list(inbox.new), inbox.strays) == ([period.key], {})
        assert len(collect_period(inbox, period).new) == 1


def test_what_a_list_says_is_read_once(
    installation: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def newest_day(paths: Paths, exports: list[Export], file: Path, until: date) -> date | None:
        read.append(file)
        return row_days.newest_day(paths, exports, file, until)

    monkeypatch.setattr(placing, "newest_day", newest_day)
    file = _list(installation, [OLD])
    for day in (10, 11, 12):
        _written(file, CLOSE.replace(month=4, day=day))
        assert list(_inbox(installation, CLOSE.replace(month=4, day=20)).strays.values()) == [1]
    assert read == [file]
    _written(_list(installation, [OLD, LAST]), CLOSE.replace(month=4))
    assert list(_inbox(installation, CLOSE.replace(month=4, day=20)).strays.values()) == [1]
    assert read == [file] * 2


def test_doctor_names_what_waits_for_a_folder_without_opening_it(
    installation: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = CLOSE.replace(month=4, day=20)
    _written(_list(installation, [OLD]), now)
    _inbox(installation, now)
    for name in ("newest_day", "period_line"):
        monkeypatch.delattr(placing, name)
    (found,) = inbox_findings(installation, now)
    assert found.level == "look"
    assert "1 item, in xin_man/dossiers_commune/, dated by neither folder nor line" in found.said
    assert JANUARY in found.to_do


def test_a_file_waits_while_the_clock_is_behind(installation: Paths) -> None:
    for day in (16, 17, 18):
        file = deliver_csv(installation, [dossier(day)], period=FEBRUARY, name=f"{day}.csv")
        _written(file, CLOSE.replace(day=day))
        inbox = _inbox(installation, CLOSE.replace(day=day))
        assert len(collect_period(inbox, AFTER).new) == 1
    _written(_list(installation, [NEW]), CLOSE.replace(day=18))
    inbox = _inbox(installation, CLOSE.replace(year=2022, month=12))
    assert inbox.new == {}
    (reason,) = inbox.strays
    assert "15/12/2022" in reason
    assert "18/01/2023" in reason
    assert "timedatectl" in reason
    assert list(_inbox(installation, CLOSE.replace(day=19)).new) == [FEBRUARY]


def test_a_file_that_a_clock_ahead_put_into_a_period_to_come_is_put_right(
    installation: Paths,
) -> None:
    """Its rows are of the month before, as those of a quiet unit may be."""
    keys = []
    for number, (day, month) in enumerate(((16, 1), (20, 2), (17, 1), (18, 1)), start=1):
        now = datetime(2023, month, day, 1, 30, tzinfo=ZONE)
        _written(_list(installation, ["16/01/2023"] * number), now)
        inbox = _inbox(installation, now)
        for key in inbox.new:
            keys += [item.period for item in
                     collect_period(inbox, CALENDAR.month_from_key(key)).new]  # fmt: skip
    assert keys == [FEBRUARY, "2023-02-15", FEBRUARY, FEBRUARY]
    assert [item.period for item in read_manifest(installation)] == [FEBRUARY] * 3
