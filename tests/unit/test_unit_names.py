"""Which unit a name means: names outlive territories, and went from one commune to another."""

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest

from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.paths import Paths
from assets.engine.reference import load_reference
from assets.engine.settings import load_sources
from assets.engine.validate import unit_labels
from assets.engine.warehouse import warehouse
from schemas.settings import Source
from tests.support import SETTINGS, new_installation, take_in
from tests.unit.deliveries import ask, deliver_csv, deliver_workbook, dossier, load

# The last days of reporting months before and after the two changes.
IN_2019, IN_2020 = date(2019, 12, 14), date(2020, 1, 14)
BEFORE, AFTER = date(2025, 6, 14), date(2025, 7, 14)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    paths = new_installation(tmp_path_factory.mktemp("names") / "data")
    with warehouse(paths) as opened:
        load_reference(opened, SETTINGS / "reference", "unit")
        yield opened


@pytest.fixture(scope="module")
def source() -> Source:
    return load_sources(SETTINGS / "sources")["xin_man"]


def _meant(
    connection: duckdb.DuckDBPyConnection, source: Source, text: str, day: date
) -> str | None:
    export = source.exports["dossiers_commune"].model_copy(update={"units": "either"})
    return unit_labels(connection, source, export, day).code_of(text)[0]


@pytest.mark.parametrize(
    ("name", "day", "code"),
    [
        pytest.param("UBND xã Pà Vầy Sủ", BEFORE, "01120", id="the commune of that name"),
        pytest.param("UBND xã Pà Vầy Sủ", AFTER, "01096", id="the name went to the old town"),
        pytest.param("UBND xã Khuôn Lùng", BEFORE, "01150", id="the old Khuôn Lùng"),
        pytest.param("UBND xã Khuôn Lùng", AFTER, "01147", id="the name went to Nà Chì's code"),
        pytest.param("UBND xã Xín Mần", BEFORE, "01108", id="the small Xín Mần"),
        pytest.param("UBND xã Xín Mần", AFTER, "01108", id="the large Xín Mần, one code"),
        pytest.param("UBND xã Trung Thịnh", IN_2019, "01111", id="Trung Thịnh before the merger"),
        pytest.param("UBND xã Trung Thịnh", IN_2020, "01117", id="Trung Thịnh after it"),
        pytest.param("UBND xã Ngán Chiên", IN_2019, "01117", id="01117 under its first name"),
        pytest.param("UBND xã Ngán Chiên", AFTER, "01117", id="a name that is no more"),
        pytest.param("UBND xã Nàn Ma", AFTER, "01129", id="an abolished commune still listed"),
        pytest.param("UBND huyện Xín Mần", AFTER, "033", id="the abolished district"),
        pytest.param("UBND tỉnh Tuyên Quang", BEFORE, None, id="a unit that is not yet"),
        pytest.param("UBND tỉnh Tuyên Quang", AFTER, "08", id="the province from its day on"),
        pytest.param("01120", AFTER, "01120", id="a code of an abolished unit means itself"),
        pytest.param("08", BEFORE, None, id="a code of a unit that is not yet"),
        pytest.param("08", AFTER, "08", id="from its day on"),
        pytest.param("1096", BEFORE, "01096", id="a code without its zeros, too"),
    ],
)
def test_a_name_means_the_unit_that_bears_it_or_bore_it_last(
    name: str, day: date, code: str | None, connection: duckdb.DuckDBPyConnection, source: Source
) -> None:
    assert _meant(connection, source, name, day) == code


@pytest.mark.parametrize(
    ("name", "day", "code"),
    [
        pytest.param("Pà Vầy Sủ", BEFORE, "01120", id="another name of the old unit"),
        pytest.param("Pà Vầy Sủ", AFTER, "01096", id="is the new one's later"),
        pytest.param("Cũ", AFTER, "01120", id="unless only the old one has it"),
        pytest.param("Lạ", AFTER, "99999", id="of a code that no record has"),
    ],
)
def test_the_other_names_of_a_unit_are_borne_as_long_as_its_own(
    name: str, day: date, code: str, connection: duckdb.DuckDBPyConnection, source: Source
) -> None:
    named = {"01120": ["Pà Vầy Sủ", "Cũ"], "01096": ["Pà Vầy Sủ"], "99999": ["Lạ"]}
    # The town bears 01096 before: on its days the name would be of two units.
    if day == BEFORE:
        del named["01096"]
    assert _meant(connection, source.model_copy(update={"unit_names": named}), name, day) == code


def test_a_name_that_two_units_bear_on_one_day_says_nothing(
    connection: duckdb.DuckDBPyConnection, source: Source
) -> None:
    named = {"01096": ["Pà Vầy Sủ"], "01120": ["Pà Vầy Sủ"]}
    both = source.model_copy(update={"unit_names": named})
    assert _meant(connection, both, "Pà Vầy Sủ", BEFORE) is None
    assert _meant(connection, both, "Pà Vầy Sủ", AFTER) == "01096"


def test_a_list_is_read_by_its_period_whenever_it_comes(installation: Paths) -> None:
    """Both lists come together, years later; the second holds a dossier from before the change."""
    rows = [
        dossier(1, unit_code="UBND xã Pà Vầy Sủ", received_date="05/06/2025"),
        dossier(2, unit_code="UBND xã Nàn Ma", received_date="06/06/2025"),
    ]
    deliver_csv(installation, rows, period="2025-05-15")
    deliver_csv(installation, [rows[0]], period="2025-06-15")
    load(installation, "2025-05-15", "2025-06-15")
    found = ask(
        installation,
        "SELECT delivery_period::VARCHAR, row_number, unit_code FROM core.dossier_version "
        "ORDER BY ALL",
    )
    assert found == [
        ("2025-05-15", 2, "01120"), ("2025-05-15", 3, "01129"), ("2025-06-15", 2, "01096"),
    ]  # fmt: skip


def test_files_are_read_again_where_the_days_of_a_unit_were_corrected(
    installation: Paths,
) -> None:
    row = dossier(1, unit_code="UBND xã Pà Vầy Sủ", received_date="05/06/2025")
    deliver_csv(installation, [row], period="2025-06-15")
    load(installation, "2025-06-15")
    settings = installation.data.parent / "settings" / "reference"
    settings.mkdir(parents=True)
    for file in (SETTINGS / "reference").iterdir():
        text = file.read_text(encoding="utf-8")
        # The change comes a month later.
        (settings / file.name).write_text(
            text.replace("2025-06-30", "2025-07-31").replace("2025-07-01", "2025-08-01"),
            encoding="utf-8",
        )
    (settings.parent / "sources").symlink_to(SETTINGS / "sources")
    found = "SELECT unit_code FROM core.dossier"
    assert ask(installation, found) == [("01096",)]
    load(Paths(installation.data, settings.parent), "2025-06-15")
    assert ask(installation, found) == [("01120",)]


def test_a_code_without_its_zeros_that_fits_two_units_means_none(
    connection: duckdb.DuckDBPyConnection, source: Source
) -> None:
    connection.begin()
    connection.execute(
        "INSERT INTO reference.unit BY NAME "
        "SELECT * REPLACE ('001096' AS unit_code) FROM reference.unit WHERE unit_code = '01096'"
    )
    meant = [_meant(connection, source, text, AFTER) for text in ("1096", "01096", "001096")]
    connection.rollback()
    assert meant == [None, "01096", "001096"]


def _read_on(
    paths: Paths, day: datetime, *rows: dict[str, str], line: str = ""
) -> list[tuple[object, ...]]:
    """Deliver a list on a day within the month of the change; return units and flags of rows."""
    if line:
        file = deliver_workbook(paths, list(rows), period="2025-06-15", line=line)
    else:
        file = deliver_csv(paths, list(rows), period="2025-06-15")
    os.utime(file, (day.timestamp(),) * 2)
    with warehouse(paths) as opened:
        take_in(paths, ["2025-06-15"], opened, day)
    found = "SELECT unit_code, list_contains(coalesce(flags, []), 'unit_name_moved') "
    return ask(paths, f"{found} FROM core.dossier_version ORDER BY delivery_id, row_number")


MOVED, KEPT = "UBND xã Pà Vầy Sủ", "UBND xã Chí Cà"


@pytest.mark.parametrize(
    ("day", "line", "expected"),
    [
        pytest.param(25, "", ("01120", False), id="before the change"),
        pytest.param(30, "", ("01120", False), id="on its eve"),
        pytest.param(31, "", ("01120", False), id="written on its day, covers the eve"),
        pytest.param(32, "", ("01096", True), id="the day after"),
        pytest.param(44, "", ("01096", True), id="at the end of the period"),
        pytest.param(25, "14/07/2025", ("01120", False), id="a line that ends ahead"),
        pytest.param(44, "30/06/2025", ("01120", False), id="a line that ends on the eve"),
        pytest.param(44, "01/07/2025", ("01096", True), id="a line that ends on the day"),
    ],
)
def test_a_name_is_read_as_of_the_last_day_that_the_list_covers(
    day: int, line: str, expected: tuple[str, bool], installation: Paths
) -> None:
    moment = datetime(2025, 6, 1, 10, tzinfo=ZoneInfo(TIMEZONE)) + timedelta(days=day - 1)
    line = line and f"Từ ngày 15/06/2025 đến ngày {line}"
    rows = [dossier(1, unit_code=MOVED, received_date="16/06/2025"), dossier(2, unit_code=KEPT)]
    moved, kept = _read_on(installation, moment, *rows, line=line)
    assert moved == expected
    assert kept[1] is False


def test_the_same_bytes_after_the_change_mean_what_they_meant(installation: Paths) -> None:
    """Their names were written before it, whatever days they cover since."""
    row = dossier(1, unit_code=MOVED, received_date="16/06/2025")
    for day in (datetime(2025, 6, 25, 10), datetime(2025, 7, 10, 10)):  # noqa: DTZ001
        moment = day.replace(tzinfo=ZoneInfo(TIMEZONE))
        assert _read_on(installation, moment, row) == [("01120", False)]
    assert ask(installation, "SELECT covers_to FROM ops.delivery") == [(date(2025, 7, 9),)]


def test_a_name_that_begins_or_ends_within_the_period_has_not_moved(
    connection: duckdb.DuckDBPyConnection, source: Source
) -> None:
    export = source.exports["dossiers_commune"]
    moved = unit_labels(connection, source, export, AFTER, since=date(2025, 6, 15)).moved
    assert "ubnd xã pà vầy sủ" in moved
    assert "ubnd xã khuôn lùng" in moved
    for name in ("ubnd xã xín mần", "ubnd tỉnh tuyên quang", "ubnd xã nàn ma", "01096"):
        assert name not in moved
    later = unit_labels(connection, source, export, AFTER, since=date(2025, 7, 1))
    assert later.moved == frozenset()
