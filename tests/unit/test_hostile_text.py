"""Delimited text is read in the run itself: what would fill its memory is refused before."""

import duckdb
import pytest

from assets.engine.common.errors import FileRefused
from assets.engine.common.paths import Paths
from assets.engine.extract import delimited_text, lines
from tests.unit.deliveries import JANUARY, cells, csv_text, deliver_workbook, dossier, load, place

LIST = csv_text(cells([dossier(number) for number in range(1, 21)]))
SOME = 300


@pytest.fixture(autouse=True)
def _few_cells_may_be_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MOST_LACKING_CELLS", SOME * 10)
    monkeypatch.setattr(lines, "_LONGEST_RECORD_LINES", SOME // 2)


def _deliver(paths: Paths, text: str) -> None:
    place(paths, "dossiers_commune", JANUARY, "a.csv").write_text(LIST + text, newline="")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x\r\n" * SOME, "very many lines that have too few cells"),
        ("x;" * 3 + "\r\n" + "x;x\r\n" * SOME, "very many lines that have too few cells"),
        ('"' + "x\r\n" * SOME, "a stray or open quotation mark near row 22"),
        ('"' + "x\r\n" * SOME + '"\r\n', "a stray or open quotation mark near row 22"),
        ('"' + "x\r\n" * 1_500_000, "a cell of more than 4 MB"),
    ],
)
def test_lines_that_lack_very_many_cells_refuse_the_file(
    text: str, found: str, installation: Paths
) -> None:
    _deliver(installation, text)
    deliver_workbook(installation, [dossier(99)])
    loaded = {file.delivery.export: file for file in load(installation)}
    assert found in (loaded["dossiers_commune"].reason or "")
    assert loaded["dossiers_district"].state == "loaded"


def test_lines_within_quotation_marks_lack_no_cells(installation: Paths) -> None:
    rows = [dossier(number, person='"a\n' + "b\n" * 9 + '"') for number in range(30, 30 + SOME)]
    _deliver(installation, "".join(";".join(row) + "\r\n" for row in cells(rows)))
    (loaded,) = load(installation)
    assert (loaded.state, loaded.accepted) == ("loaded", 20 + SOME)


def test_text_that_exceeds_the_memory_of_its_reader_is_refused() -> None:
    """It ended the run, as if the machine had no memory."""
    with duckdb.connect(config={"memory_limit": "20MB", "temp_directory": ""}) as connection:
        rows = connection.sql("SELECT repeat('x', 1000) || range AS text FROM range(100_000)")
        with pytest.raises(FileRefused, match="more memory than any list"), lines.reading_errors():
            connection.sql("SELECT list(text) FROM rows").fetchall()
    assert rows is not None


@pytest.mark.parametrize("chunk", [1 << 18, 7])
@pytest.mark.parametrize(
    "ends",
    [("\n", "\r\n", "\r\n"), ("\r\n", "\n", "\n"), ("\r\n", "\r\n", "\n"), ("\n", "\n", "\r\n"),
     ("\r", "\r", "\r")],
)  # fmt: skip
def test_lines_that_end_in_two_ways_are_all_read(
    ends: tuple[str, str, str], chunk: int, installation: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB found no row where the title ended otherwise than the rows, and nobody noticed."""
    monkeypatch.setattr(delimited_text, "COPIED_BYTES", chunk)
    above, first, second = ends
    lines_of_list = LIST.split("\r\n")[:-1]
    half = len(lines_of_list) // 2
    text = "DANH SÁCH HỒ SƠ" + above
    text += "".join(line + first for line in lines_of_list[:half])
    text += "".join(line + second for line in lines_of_list[half:])
    file = place(installation, "dossiers_commune", JANUARY, "a.csv")
    file.write_bytes(text.encode())
    (loaded,) = load(installation)
    assert (loaded.state, loaded.accepted, loaded.warnings) == ("loaded", 20, [])
