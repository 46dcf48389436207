"""Reference tables as CSV: what fits is loaded, what does not is named with its row."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets.engine.common.errors import SettingsError
from assets.engine.indicators import load_indicators, rate_formulas
from assets.engine.reference import load_reference, read_reference
from assets.engine.warehouse import warehouse
from schemas.tables import FIRST_DUE_RATE, PERIOD_COLUMNS, PUBLISHED_TABLES, RATES, Column
from schemas.tables.indicators import FIELD_CODE
from tests.support import SETTINGS, new_installation

UNITS = """unit_code,unit_name,unit_level,parent_unit_code,valid_from,valid_to,source
02,UBND tỉnh Mẫu,province,,2004-07-08,2099-12-31,mẫu
033,UBND huyện Mẫu,district,02,2004-07-08,2099-12-31,mẫu
"""
PROCEDURES = """procedure_code,procedure_name,field_code,field_name,service_level,has_paper_result,\
has_fee,source
1.001193,Thủ tục Mẫu,MAU,Mẫu,full,true,,mẫu
"""
HOLIDAYS = """day,is_working,holiday_name,source,valid_from,is_certain
2024-04-29,false,Nghỉ Mẫu,mẫu,2024-01-01,true
2024-05-04,true,Làm bù Mẫu,mẫu,2024-01-01,true
"""
# 02 goes on as 03, 033 as itself.
SUCCESSIONS = """unit_code,successor_code,changed_on,source
02,03,2025-07-01,mẫu
033,033,2025-07-01,mẫu
"""
CHANGED_UNITS = """unit_code,unit_name,unit_level,parent_unit_code,valid_from,valid_to,source
02,UBND tỉnh Mẫu,province,,2004-07-08,2025-06-30,mẫu
03,UBND tỉnh Mẫu Hai,province,,2004-07-08,,mẫu
033,UBND huyện Mẫu,district,02,2004-07-08,2025-06-30,mẫu
033,UBND huyện Mẫu,district,03,2025-07-01,,mẫu
"""
# Beside their key, tables of figures say these of a row.
WITHOUT_FIGURES: tuple[Column, ...] = (*PERIOD_COLUMNS, FIELD_CODE)
TEXTS = {"unit": UNITS, "procedure": PROCEDURES, "holiday": HOLIDAYS}


@pytest.fixture(scope="module")
def connection(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    paths = new_installation(tmp_path_factory.mktemp("reference") / "data")
    with warehouse(paths) as opened:
        yield opened


def _load(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, text: str) -> int:
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return load_reference(connection, folder, name)


def test_a_reference_file_replaces_the_table(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert load_reference(connection, SETTINGS / "reference", "unit") == 28
    assert _load(connection, tmp_path, "unit", "\ufeff" + UNITS) == 2
    rows = connection.execute(
        "SELECT unit_code, parent_unit_code, valid_to::VARCHAR FROM reference.unit ORDER BY ALL"
    ).fetchall()
    assert rows == [("02", None, "2099-12-31"), ("033", "02", "2099-12-31")]


def test_unknown_flags_of_a_procedure_stay_unknown(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert _load(connection, tmp_path, "procedure", PROCEDURES) == 1
    found = connection.execute("SELECT has_paper_result, has_fee FROM reference.procedure")
    assert found.fetchall() == [(True, None)]


@pytest.mark.parametrize(
    "case",
    [
        ("unit", ",district,", ",huyện,", ["unit_level of row 3 is none of", "province"]),
        ("unit", "033,", ",", ["unit_code of row 3 is empty"]),
        ("unit", "02,UBND", "hà giang,UBND", ["unit_code of row 2 is no code"]),
        ("unit", "2004-07-08,2099-12-31,mẫu\n033", "08/07/2004,2099-12-31,mẫu\n033",
         ["valid_from of row 2 is no date YYYY-MM-DD"]),
        ("unit", "033,UBND huyện", "02,UBND huyện", ["unit_code"]),
        ("unit", "district,02", "district,99", ["0 records of parent 99", "unit 033, row 3"]),
        ("unit", "province,,", "province,033,", ["above itself"]),
        ("unit", "district,02", "district,033", ["unit 033 above itself"]),
        ("procedure", "1.001193", "1001193", ["procedure_code of row 2 is no code such as"]),
        ("procedure", ",full,", ",4,", ["service_level of row 2 is none of"]),
        ("procedure", ",true,", ",có,", ["has_paper_result of row 2 is neither true nor false"]),
        ("procedure", "\n1.", "\n1.001193,Mẫu,MAU,Mẫu,full,true,true,mẫu\n1.",
         ["procedure_code of row 3 stands in another row, too"]),
        ("holiday", "2024-05-04,true", "04/5/2024,true", ["day of row 3 is no date YYYY-MM-DD"]),
        ("holiday", "2024-04-29,false", "2024-05-04,false",
         ["day of row 3 stands in another row, too"]),
        ("holiday", "2024-04-29,false", "2024-04-29,true",
         ["row 2: is_working is true on a day from Monday to Friday"]),
        ("holiday", "2024-01-01,true", "2024-01-01,", ["is_certain of row 2 is empty"]),
    ],
)  # fmt: skip
def test_each_misfit_is_named_with_its_row(
    case: tuple[str, str, str, list[str]], tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    name, old, new, misfits = case
    text = TEXTS[name].replace(old, new, 1)
    assert text != TEXTS[name]
    with pytest.raises(SettingsError) as error:
        _load(connection, tmp_path, name, text)
    for part in (f"{name}.csv", *misfits):
        assert part in str(error.value)


@pytest.mark.parametrize("name", ["unit_name", "source"])
def test_a_column_of_another_name_is_told_by_its_name(
    name: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=f"{name}.*ten_khac|ten_khac.*{name}"):
        _load(connection, tmp_path, "unit", UNITS.replace(name, "ten_khac", 1))


def test_another_separator_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "unit.csv").write_text(UNITS.replace(",", ";"), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"found no column .*valid_to.* expected the comma-sep"):
        read_reference(tmp_path / "unit.csv", "unit")


def test_an_empty_cell_is_called_empty_and_nothing_follows_from_it(tmp_path: Path) -> None:
    (tmp_path / "unit.csv").write_text(UNITS.replace("2004-07-08", "", 1), encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        read_reference(tmp_path / "unit.csv", "unit")
    assert error.value.found == "valid_from of row 2 is empty"


def test_parents_are_checked_whoever_reads_the_file(tmp_path: Path) -> None:
    units = UNITS.replace("district,02", "district,99")
    (tmp_path / "unit.csv").write_text(units, encoding="utf-8")
    with pytest.raises(SettingsError, match="0 records of parent 99"):
        read_reference(tmp_path / "unit.csv", "unit")


def _read_successions(folder: Path, units: str, successions: str) -> int:
    (folder / "unit.csv").write_text(units, encoding="utf-8")
    (folder / "unit_succession.csv").write_text(successions, encoding="utf-8")
    return len(read_reference(folder / "unit_succession.csv", "unit_succession"))


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_successions_between_records_are_taken(rows: int, tmp_path: Path) -> None:
    text = "".join(SUCCESSIONS.splitlines(keepends=True)[: 1 + rows])
    assert _read_successions(tmp_path, CHANGED_UNITS, text) == rows


@pytest.mark.parametrize(
    "case",
    [
        ("02,03,2025-07-01", "02,03,2025-07-02",
         "no record of unit 02 that ends the day before 2025-07-02, row 2"),
        ("02,03,2025-07-01", "03,03,2025-07-01",
         "no record of unit 03 that ends the day before 2025-07-01, row 2"),
        ("02,03,", "02,02,", "no record of successor 02 that is valid on 2025-07-01, row 2"),
        ("02,03,", "02,99,", "no record of successor 99 that is valid on 2025-07-01, row 2"),
        ("033,033,2025-07-01", "02,03,2025-07-01", "row 3: says what another row says"),
        ("033,033,2025-07-01", "033,033,01/7/2025", "changed_on of row 3 is no date YYYY-MM-DD"),
    ],
)  # fmt: skip
def test_a_succession_that_leads_nowhere_is_named_with_its_row(
    case: tuple[str, str, str], tmp_path: Path
) -> None:
    old, new, sentence = case
    assert old in SUCCESSIONS
    with pytest.raises(SettingsError) as error:
        _read_successions(tmp_path, CHANGED_UNITS, SUCCESSIONS.replace(old, new, 1))
    assert f"unit_succession.csv: found {sentence}" in str(error.value)


def test_the_two_changes_of_xin_man_are_stated(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """19 communes until 2020, 18 until 2025, then 6; the district itself has no successor."""
    for name, rows in (("unit", 28), ("unit_succession", 20)):
        assert load_reference(connection, SETTINGS / "reference", name) == rows
    found = connection.execute(
        "SELECT changed_on::VARCHAR, count(*), count(DISTINCT successor_code), "
        "bool_or(unit_code = '033') FROM reference.unit_succession GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert found == [("2020-01-01", 2, 1, False), ("2025-07-01", 18, 6, False)]
    communes = connection.execute(
        "SELECT day, count(*) FROM reference.unit, (VALUES (DATE '2019-12-31'), "
        "(DATE '2020-01-01'), (DATE '2025-06-30'), (DATE '2025-07-01')) AS days(day) "
        "WHERE unit_level = 'commune' AND day BETWEEN valid_from AND valid_to "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert [count for _, count in communes] == [19, 18, 18, 6]


def test_a_misfit_leaves_the_table_as_it_was(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    _load(connection, tmp_path, "unit", UNITS)
    with pytest.raises(SettingsError):
        _load(connection, tmp_path, "unit", UNITS.replace("district", "huyện"))
    assert connection.execute("SELECT count(*) FROM reference.unit").fetchone() == (2,)


def test_a_missing_file_says_where_it_was_looked_for(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=r"no file .*unit\.csv"):
        load_reference(connection, tmp_path, "unit")


def test_bytes_that_are_not_utf_8_are_told(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "unit.csv").write_bytes(UNITS.encode("utf-16"))
    with pytest.raises(SettingsError, match="no CSV in UTF-8"):
        load_reference(connection, tmp_path, "unit")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("2004-07-08", "2004-02-30", id="a day that no calendar has"),
        pytest.param("2099-12-31", "2003-12-31", id="an end before the beginning"),
        pytest.param(
            "033,UBND", "02,UBND tỉnh Mẫu,province,,2020-01-01,2099-12-31,mẫu\n033,UBND",
            id="two records of a unit valid on the same day: its dossiers would count twice",
        ),
        pytest.param(
            "02,UBND tỉnh Mẫu,province,,2004-07-08,2099-12-31,mẫu",
            "02,UBND tỉnh Mẫu,province,,2004-07-08,2022-12-31,mẫu\n"
            "02,UBND tỉnh Mẫu,province,,2023-01-01,2099-12-31,mẫu",
            id="two records of the parent within one of the unit: it would count below both",
        ),
    ],
)  # fmt: skip
def test_units_that_cannot_be_meant_are_told(
    old: str, new: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError):
        _load(connection, tmp_path, "unit", UNITS.replace(old, new, 1))


def test_every_rate_has_its_formula_in_the_indicator_table(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    load_indicators(connection)
    rows = connection.execute(
        "SELECT indicator_name, numerator, denominator FROM reference.indicator "
        "WHERE denominator IS NOT NULL"
    ).fetchall()
    assert {name: (above, below) for name, above, below in rows} == rate_formulas()
    assert {rate.name for rate in (*RATES, FIRST_DUE_RATE)} == {name for name, _, _ in rows}
    assert rate_formulas()["online_pct"] == ("received_online_count", "received_count")


def test_every_published_figure_is_defined_once_and_alike(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    load_indicators(connection)
    rows = connection.execute(
        "SELECT indicator_name, vietnamese_name, english_name, numerator, source "
        "FROM reference.indicator"
    ).fetchall()
    said = {name: (vi, en) for name, vi, en, *_ in rows}
    assert len(said) == len(rows)
    assert all(all(row) for row in rows)
    figures = [column for table in PUBLISHED_TABLES if table.layer == "indicators"
               for column in table.columns
               if column.name not in table.key and column not in WITHOUT_FIGURES]  # fmt: skip
    assert {"first_due_on_time_pct", "left_out_count", "request_count", "column_3"} <= {
        column.name for column in figures
    }
    assert {column.name for column in figures} == said.keys()
    for column in figures:
        assert (column.vi, column.en.removesuffix(" (percent)")) == said[column.name]
