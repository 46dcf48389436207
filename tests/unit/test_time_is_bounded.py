"""Times that a file bears are bounded by its arrival: what it states, its own time, a portal's."""

import os
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from defect_lists import csv_list

from assets.engine.collect import Delivery, believed_extraction, coverage, widest_coverage
from assets.engine.collect.covered_days import Coverage
from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.paths import Paths
from assets.engine.warehouse import warehouse
from tests.support import CALENDAR, SETTINGS, compute_all, take_in
from tests.unit.deliveries import JANUARY, ask, deliver_csv, deliver_workbook, dossier
from tests.unit.nights import DOSSIER_COLUMNS, Start, new_start

MONTH = CALENDAR.month_from_key(JANUARY)  # 15/12/2022 to 14/01/2023
WHOLE_MONTH = "Từ ngày 15/12/2022 đến ngày 14/01/2023"


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    return new_start(tmp_path_factory.mktemp("start"), SETTINGS / "reference")


def _at(day: int, hour: int = 10, month: int = 1, year: int = 2023) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZoneInfo(TIMEZONE))


def _arrival(written: datetime, collected: datetime, covers_to: date | None = None) -> Delivery:
    return Delivery(
        "mau", "adds", JANUARY, "a.csv", "0" * 64, 1, written.isoformat(), collected.isoformat(),
        covers_to=covers_to.isoformat() if covers_to else None,
    )  # fmt: skip


def _written(file: Path, moment: datetime) -> Path:
    os.utime(file, (moment.timestamp(),) * 2)
    return file


def _load(paths: Paths, now: datetime) -> None:
    with warehouse(paths) as connection:
        take_in(paths, [JANUARY], connection, now)
        compute_all(connection)


def test_a_file_whose_time_lies_after_its_collection_is_warned_of_where_that_decides() -> None:
    """Its time is wrong, or the clock was behind at its collection."""
    found = coverage(_arrival(_at(12), _at(10)), MONTH)
    assert found.day == date(2023, 1, 9)
    assert found.warning == (
        "covers the days until 09/01/2023 only: its time, 12/01/2023 10:00, lies after its "
        "collection, 10/01/2023 10:00"
    )
    for arrival, stated_to in (
        (_arrival(_at(10, 11), _at(10, 10)), date(2023, 1, 10)),
        (_arrival(_at(12), _at(10), date(2023, 1, 8)), None),
        (_arrival(_at(28), _at(25)), None),
        (_arrival(_at(10), _at(10)), None),
    ):
        assert coverage(arrival, MONTH, stated_to).warning is None


@pytest.mark.parametrize(
    ("written", "collected", "stated", "covered"),
    [
        pytest.param(_at(10), _at(10), 14, 9, id="a line that ends ahead"),
        pytest.param(_at(10), _at(10), 11, 9, id="one day ahead"),
        pytest.param(_at(10), _at(10), 10, 10, id="today is normal"),
        pytest.param(_at(10), _at(10), 9, 9, id="a line that ends before"),
        pytest.param(_at(10), _at(18), 14, 9, id="written ahead of its line, collected later"),
        pytest.param(_at(14, 23), _at(15, 1), 14, 14, id="the last evening"),
        pytest.param(_at(10, month=7), _at(10), 14, 9, id="both ahead, line and time"),
        pytest.param(_at(1, month=12, year=2022), _at(18), 14, 14, id="a time before the period"),
        pytest.param(_at(10, month=7), _at(10), None, 9, id="a time to come, no line"),
        pytest.param(_at(10), _at(10), None, 9, id="no line"),
        pytest.param(_at(18), _at(18), None, 14, id="no line, after the close"),
    ],
)
def test_no_file_covers_days_that_had_not_come(
    written: datetime, collected: datetime, stated: int | None, covered: int
) -> None:
    stated_to = date(2023, 1, stated) if stated else None
    found = coverage(_arrival(written, collected), MONTH, stated_to)
    assert found.day == date(2023, 1, covered)
    is_ahead = stated > covered if stated else written > collected
    assert bool(found.warning) == is_ahead


@pytest.mark.parametrize(("day", "covered"), [(9, 9), (13, 9), (14, 9)])
def test_a_portal_covers_no_day_after_it_was_asked(day: int, covered: int) -> None:
    arrival = _arrival(_at(10), _at(10), date(2023, 1, day))
    assert coverage(arrival, MONTH).day == date(2023, 1, covered)


@pytest.mark.parametrize(
    ("extracted", "covered"),
    [
        pytest.param(_at(6), 5, id="written again by a copy"),
        pytest.param(_at(14), 14, id="on the stated day"),
        pytest.param(_at(10, year=2019), 14, id="before the period says nothing"),
    ],
)
def test_a_file_covers_no_day_after_its_stated_extraction(
    extracted: datetime, covered: int
) -> None:
    moment = extracted.replace(tzinfo=None)
    found = coverage(_arrival(_at(18), _at(18)), MONTH, date(2023, 1, 14), moment)
    assert found.day == date(2023, 1, covered)


def test_bytes_that_come_again_cover_what_whichever_arrival_covers() -> None:
    arrivals = [_arrival(_at(8), _at(8)), _arrival(_at(16), _at(16)), _arrival(_at(9), _at(17))]
    found = widest_coverage(arrivals, MONTH, date(2023, 1, 14))
    assert found == Coverage(date(2023, 1, 14))


def test_a_list_whose_line_ends_ahead_counts_no_day_to_come(installation: Paths) -> None:
    """A dossier that is due before the line ends is not overdue yet."""
    row = dossier(1, due_date="12/01/2023")
    _written(deliver_workbook(installation, [row], line=WHOLE_MONTH), _at(10))
    _load(installation, _at(10, 11))
    figures = (
        "SELECT cutoff_date, is_provisional, pending_overdue_count FROM indicators.by_level "
        "WHERE unit_level = 'all' AND period_kind = 'month'"
    )
    assert ask(installation, figures) == [(date(2023, 1, 9), True, 0)]
    ((warnings,),) = ask(installation, "SELECT warnings::VARCHAR FROM ops.delivery")
    assert "it states 14/01/2023" in str(warnings)


def test_the_same_list_delivered_after_the_close_covers_what_its_line_says(
    installation: Paths,
) -> None:
    file = deliver_workbook(installation, [dossier(1)], line=WHOLE_MONTH)
    for moment in (_at(10), _at(16)):
        _written(file, moment)
        _load(installation, moment)
    found = ask(installation, "SELECT covers_to, warnings FROM ops.delivery")
    assert found == [(date(2023, 1, 14), [])]


def test_a_time_to_come_does_not_reach_ahead_of_the_collection(installation: Paths) -> None:
    _written(deliver_csv(installation, [dossier(1)]), _at(10, year=2030))
    _load(installation, _at(10))
    assert ask(installation, "SELECT covers_to FROM ops.delivery") == [(date(2023, 1, 9),)]


@pytest.mark.parametrize(
    ("stated", "is_believed", "is_named"),
    [
        ("2023-01-10T09:59:00", True, False),
        ("2023-01-10T10:14:00", False, False),
        ("2023-01-10T10:16:00", False, True),
        ("2042-01-10T09:00:00", False, True),
        ("2022-12-15T00:05:00", True, False),
        ("2022-12-14T23:59:00", False, True),
        ("2000-01-01T00:05:00", False, True),
    ],
)
def test_an_extraction_after_the_arrival_or_before_the_period_is_not_believed(
    stated: str, is_believed: bool, is_named: bool
) -> None:
    moment = datetime.fromisoformat(stated)
    found, warning = believed_extraction(moment, _arrival(_at(10), _at(10)), MONTH)
    assert (found == moment, warning is not None) == (is_believed, is_named)


@pytest.mark.parametrize("export", ["adds", "whole"])
@pytest.mark.parametrize("stated", ["15/11/2042 08:30", "11/01/2023 08:30"])
def test_a_list_that_states_a_time_to_come_does_not_win_over_later_ones(
    stated: str, export: str, start: Start, tmp_path: Path
) -> None:
    paths = start.installation(tmp_path / "data")
    for number, state in enumerate(("in_process", "finished"), start=1):
        row = {
            "dossier_code": "H22.1.1-230105-0001", "unit_code": "UBND xã Chí Cà",
            "received_date": "05/01/2023", "state": state,
        }  # fmt: skip
        above = f"Thời điểm xuất: {stated}" if state == "in_process" else "DANH SÁCH HỒ SƠ"
        file = paths.inbox / "mau" / export / JANUARY / f"{number}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(csv_list(DOSSIER_COLUMNS, [row], above))
        _written(file, _at(8 + number))
        _load(paths, _at(8 + number, 11))
    assert ask(paths, "SELECT state FROM core.dossier") == [("finished",)]
    said = ask(paths, "SELECT warnings::VARCHAR FROM ops.delivery ORDER BY collected_at")
    assert ["extracted" in str(warnings) for (warnings,) in said] == [True, False]


@pytest.mark.parametrize("export", ["adds", "whole"])
def test_a_list_of_a_clock_that_was_reset_is_no_older_than_those_before(
    export: str, start: Start, tmp_path: Path
) -> None:
    paths = start.installation(tmp_path / "data")
    for number, (state, moment) in enumerate(
        (("in_process", "09/01/2023 08:30"), ("finished", "01/01/2000 00:05")), start=1
    ):
        row = {
            "dossier_code": "H22.1.1-230105-0001", "unit_code": "UBND xã Chí Cà",
            "received_date": "05/01/2023", "state": state,
        }  # fmt: skip
        file = paths.inbox / "mau" / export / JANUARY / f"{number}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(csv_list(DOSSIER_COLUMNS, [row], f"Thời điểm xuất: {moment}"))
        _written(file, _at(8 + number))
        _load(paths, _at(8 + number, 11))
    assert ask(paths, "SELECT state FROM core.dossier") == [("finished",)]
    said = ask(paths, "SELECT warnings::VARCHAR FROM ops.delivery ORDER BY collected_at")
    assert ["before its period began" in str(warnings) for (warnings,) in said] == [False, True]
