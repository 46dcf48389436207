"""Names, addresses, phone and identity numbers stay in the inbox and the raw store.

The sample and hand-made broken files go through a run that the UI launches; then every byte of
Dagster's folder, the warehouse, the published files and the output is searched, and every cell.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from generate import marked_people

from tests.end_to_end.hostile_files import NAMED_FILE, write_hostile_files
from tests.end_to_end.marks import BYTE_MARK, TEXT_MARK, marks_in_bytes, marks_in_cells
from tests.end_to_end.server import Server

KEY = "2023-06-15"


@dataclass(frozen=True)
class Searched:
    """What the run left: the folders to search and the raw store to compare with."""

    server: Server
    hostile_count: int


@pytest.fixture(scope="module")
def searched(ui: Server) -> Searched:
    count = write_hostile_files(ui.paths, KEY)
    ui.materialise("nightly", KEY)
    return Searched(ui, count)


def test_the_search_knows_every_marked_text() -> None:
    people = marked_people()
    assert len(people) > 10_000
    for text in people:
        assert TEXT_MARK.search(text), text
        assert BYTE_MARK.search(text.encode()), text


def test_the_search_finds_them_in_the_raw_store(searched: Searched) -> None:
    found = marks_in_bytes(searched.server.paths.raw)
    assert len(found) >= 22
    assert sum(len(marks) for marks in found.values()) > 30_000
    assert "manifest.jsonl" in found
    texts = b"".join(mark for marks in found.values() for mark in marks)
    for part in ("Mẫu".encode(), b"0990000", b"000990"):
        assert part in texts


def test_the_search_finds_a_mark_in_a_duckdb_file(tmp_path: Path) -> None:
    file = tmp_path / "x.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT 'Lý Thị Mẫu 0000' || i AS a FROM range(9) r(i)"
        )
    assert list(marks_in_cells(file)) == ["main.t.a"]


def test_the_hostile_files_were_read_and_their_rows_rejected(searched: Searched) -> None:
    with duckdb.connect(str(searched.server.paths.warehouse_file), read_only=True) as connection:
        states = dict(
            connection.execute(
                "SELECT state, count(*) FROM ops.delivery WHERE delivery_period = ? GROUP BY ALL",
                [KEY],
            ).fetchall()
        )
        rejected = connection.execute(
            "SELECT count(*), count(found) FROM quarantine.rejected_row "
            "JOIN ops.delivery USING (delivery_id) WHERE delivery_period = ?",
            [KEY],
        ).fetchall()
    assert sum(states.values()) == searched.hostile_count + 3
    assert states["refused"] >= 6
    assert states["loaded"] >= 4
    assert rejected[0][0] > 30
    assert rejected[0][1] > 10


@pytest.mark.parametrize("place", ["home", "warehouse", "published"])
def test_no_byte_of_a_file_holds_a_person(searched: Searched, place: str) -> None:
    server = searched.server
    folder = server.home if place == "home" else getattr(server.paths, place)
    assert sum(1 for file in folder.rglob("*") if file.is_file()) >= 2
    assert marks_in_bytes(folder) == {}


def test_nothing_else_below_the_installation_holds_a_person(searched: Searched) -> None:
    found = marks_in_bytes(searched.server.paths.data)
    assert {name.split("/")[0] for name in found} == {"inbox", "raw"}


def test_no_cell_of_a_table_holds_a_person(searched: Searched) -> None:
    paths = searched.server.paths
    for file in (paths.warehouse_file, *sorted(paths.published.glob("*.duckdb"))):
        assert marks_in_cells(file) == {}, file


def test_no_line_of_the_output_holds_a_person(searched: Searched) -> None:
    output = searched.server.output.read_bytes()
    assert len(output) > 1000
    assert BYTE_MARK.findall(output) == []


def test_a_file_s_name_stays_in_the_manifest(searched: Searched) -> None:
    server = searched.server
    assert NAMED_FILE in (server.paths.raw / "manifest.jsonl").read_text(encoding="utf-8")
    for folder in (server.home, server.paths.warehouse, server.paths.published):
        for file in folder.rglob("*"):
            assert not file.is_file() or NAMED_FILE.encode() not in file.read_bytes(), file


def test_dagster_keeps_logs_of_the_steps(searched: Searched) -> None:
    """Otherwise the search above would have had nothing to search."""
    logs = [file for file in searched.server.home.rglob("compute_logs/*") if file.is_file()]
    assert sum(file.stat().st_size for file in logs) > 0
