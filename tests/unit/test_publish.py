"""The readers' files: whole, read-only, described, and replaced only by a good one."""

import csv
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets.engine.common.errors import WarehouseError
from assets.engine.common.paths import Paths
from assets.engine.publish import publish_dossiers, publish_motcua
from assets.engine.publish.files import _check_opens, _new_file
from assets.engine.warehouse import warehouse
from schemas.tables import BY_UNIT, PUBLISHED_DOSSIER_TABLES, PUBLISHED_TABLES
from schemas.tables.registry import PUBLISHED_VIEWS
from tests.unit.deliveries import ask

VIEWS = {"motcua.duckdb": PUBLISHED_VIEWS}
FILES = {"motcua.duckdb": PUBLISHED_TABLES, "dossiers.duckdb": PUBLISHED_DOSSIER_TABLES}


@pytest.fixture(params=FILES)
def published(request: pytest.FixtureRequest, sample: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    file = sample.published / request.param
    with duckdb.connect(str(file), read_only=True) as connection:
        yield connection


def _name(connection: duckdb.DuckDBPyConnection) -> str:
    ((name,),) = connection.execute("SELECT current_database() || '.duckdb'").fetchall()
    return str(name)


def _read(file: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute("FROM indicators.by_level ORDER BY ALL").fetchall()


@pytest.mark.parametrize(
    ("name", "mode"),
    [("motcua.duckdb", 0o444), ("dossiers.duckdb", 0o440), ("by_unit.csv", 0o444)],
)
def test_published_files_can_be_read_by_those_they_are_for(
    name: str, mode: int, sample: Paths
) -> None:
    assert stat.S_IMODE((sample.published / name).stat().st_mode) == mode


def test_nothing_else_is_left_in_the_published_folder(sample: Paths) -> None:
    names = {file.name for file in sample.published.iterdir()}
    assert names == {"motcua.duckdb", "dossiers.duckdb", "by_unit.csv"}


def test_clients_of_duckdb_1_5_can_open_it(published: duckdb.DuckDBPyConnection) -> None:
    ((tags,),) = published.execute(
        "SELECT tags FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchall()
    assert str(tags["storage_version"]).startswith("v1.5.0")


def test_it_holds_the_allowed_tables_and_columns_and_no_others(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.execute(
        "SELECT schema_name || '.' || table_name, list(column_name ORDER BY column_index) "
        "FROM duckdb_columns() WHERE NOT internal GROUP BY ALL"
    ).fetchall()
    views = published.execute(
        "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    expected = VIEWS.get(_name(published), ())
    assert views == [(view.qualified_name,) for view in expected]
    assert {name: tuple(columns) for name, columns in rows} == {
        table.qualified_name: table.column_names for table in (*FILES[_name(published)], *expected)
    }


def test_every_table_and_column_carries_its_meaning(published: duckdb.DuckDBPyConnection) -> None:
    silent = published.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND coalesce(comment, '') = '' "
        "UNION ALL SELECT view_name FROM duckdb_views() "
        "WHERE NOT internal AND coalesce(comment, '') = '' "
        "UNION ALL SELECT table_name || '.' || column_name FROM duckdb_columns() "
        "WHERE NOT internal AND coalesce(comment, '') = ''"
    ).fetchall()
    assert silent == []


def test_row_level_tables_hold_every_record_once_under_a_hash(sample: Paths) -> None:
    with duckdb.connect(str(sample.published / "dossiers.duckdb"), read_only=True) as connection:
        for table, key, source in (
            ("core.dossier", "dossier_key", "core.dossier"),
            ("core.payment_request", "request_key", "core.payment_request"),
        ):
            ((rows, keys),) = connection.execute(
                f"SELECT count(*), count(DISTINCT {key}) FROM {table}"
            ).fetchall()
            assert [(rows,)] == ask(sample, f"SELECT count(*) FROM {source}")
            assert rows == keys > 0
        orphans = connection.execute(
            "SELECT count(*) FROM core.payment_request ANTI JOIN core.dossier USING (dossier_key)"
        ).fetchall()
    assert orphans == ask(
        sample, "SELECT record_count FROM quarantine.outside WHERE record_kind = 'payment'"
    )


def test_no_dossier_code_is_published(sample: Paths) -> None:
    ((code,), *_) = ask(sample, "SELECT dossier_code FROM core.dossier ORDER BY 1 LIMIT 1")
    with duckdb.connect(str(sample.published / "dossiers.duckdb"), read_only=True) as connection:
        texts = connection.execute(
            "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() "
            "WHERE NOT internal AND data_type = 'VARCHAR'"
        ).fetchall()
        for table, column in texts:
            query = f"SELECT count(*) FROM {table} WHERE {column} LIKE '%.H22-%'"
            assert connection.execute(query).fetchone() == (0,), (table, column)
    for file in sample.published.iterdir():
        assert str(code).encode() not in file.read_bytes(), file.name


def test_the_spreadsheet_says_what_the_table_says(sample: Paths) -> None:
    with (sample.published / "by_unit.csv").open(encoding="utf-8", newline="") as handle:
        assert handle.read(1) == "\ufeff"
        header, *rows = csv.reader(handle)
    assert tuple(header) == BY_UNIT.column_names
    with duckdb.connect(str(sample.published / "motcua.duckdb"), read_only=True) as connection:
        table = connection.execute("FROM indicators.by_unit ORDER BY ALL").fetchall()
    as_text = sorted(["" if value is None else str(value) for value in row] for row in table)
    assert sorted(rows) == as_text


def test_a_log_that_a_writing_reader_left_is_removed(own_sample: Paths) -> None:
    target = own_sample.published / "motcua.duckdb"
    before = _read(target)
    log = target.with_name("motcua.duckdb.wal")
    log.write_bytes(b"left by a reader")
    with warehouse(own_sample) as connection:
        publish_motcua(connection, own_sample)
    assert not log.exists()
    assert _read(target) == before


def test_a_reader_keeps_the_file_it_opened(own_sample: Paths) -> None:
    target = own_sample.published / "motcua.duckdb"
    inode = target.stat().st_ino
    with duckdb.connect(str(target), read_only=True) as analyst, target.open("rb") as opened:
        bytes_before = target.read_bytes()
        before = analyst.execute("SELECT count(*) FROM indicators.by_unit").fetchall()
        with warehouse(own_sample) as connection:
            connection.execute("DELETE FROM indicators.by_unit")
            publish_motcua(connection, own_sample)
        assert analyst.execute("SELECT count(*) FROM indicators.by_unit").fetchall() == before
        # DuckDB may answer from memory: the opened file itself holds what it held.
        assert opened.read() == bytes_before
    assert target.stat().st_ino != inode
    with duckdb.connect(str(target), read_only=True) as analyst:
        found = analyst.execute("SELECT count(*) FROM indicators.by_unit").fetchall()
    assert found == [(0,)] != before


def test_the_file_of_before_stays_if_the_new_one_cannot_be_written(own_sample: Paths) -> None:
    target = own_sample.published / "motcua.duckdb"
    bytes_before = target.read_bytes()
    with warehouse(own_sample) as connection:
        connection.execute("ALTER TABLE indicators.by_level RENAME TO by_level_away")
        with pytest.raises(duckdb.CatalogException):
            publish_motcua(connection, own_sample)
        assert target.read_bytes() == bytes_before
        connection.execute("ALTER TABLE indicators.by_level_away RENAME TO by_level")
        publish_motcua(connection, own_sample)
    assert {file.name for file in own_sample.published.iterdir()} == {
        "motcua.duckdb", "dossiers.duckdb", "by_unit.csv",
    }  # fmt: skip


def test_a_file_is_built_where_nobody_else_may_look(installation: Paths) -> None:
    new = _new_file(installation.published / "dossiers.duckdb")
    assert stat.S_IMODE(new.parent.stat().st_mode) == 0o700


def test_a_file_that_does_not_hold_what_was_written_is_not_let_through(sample: Paths) -> None:
    with pytest.raises(WarehouseError, match=r"expected 1 row\. The published file of before"):
        _check_opens(sample.published / "motcua.duckdb", {"indicators.by_level": 1})


def test_publishing_twice_gives_the_same_rows(own_sample: Paths) -> None:
    file = own_sample.published / "dossiers.duckdb"

    def rows() -> list[tuple[object, ...]]:
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute("FROM core.dossier ORDER BY ALL").fetchall()

    before = rows()
    with warehouse(own_sample) as connection:
        publish_dossiers(connection, own_sample)
    assert rows() == before
