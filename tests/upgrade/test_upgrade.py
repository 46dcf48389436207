"""An installation of 63cb62e, its raw files purged, goes on as it was under every later version."""

import tarfile
from pathlib import Path

import duckdb
import pytest

from assets.engine.common.calendar import local_now
from assets.engine.common.errors import WarehouseError
from assets.engine.common.paths import Paths
from assets.engine.indicators import compute_table, count_dossiers
from assets.engine.load import check_nothing_lacks
from assets.engine.publish import check_not_fewer
from assets.engine.settings import load_sources
from assets.engine.upkeep import begin_anew, rebuild
from assets.engine.warehouse import warehouse
from schemas.tables import DURABLE_TABLES, MEASURED_TABLES, WAREHOUSE_TABLES, Table
from tests.end_to_end.tables import Tables, columns_by_table, rows_of
from tests.support import process
from tests.unit.deliveries import ask, deliver_csv, dossier

FIXTURE = Path(__file__).with_name("installation.tar.xz")
PERIODS = ["2022-12-15", "2023-01-15", "2023-02-15"]
# Published columns that 63cb62e did not have.
ADDED_SINCE = frozenset({"is_coverage_stated", "refused_version", "stated_to"})
TO_DEFINE_ANEW = "UPDATE ops.schema_version SET definitions = ''"


@pytest.fixture
def old(tmp_path: Path) -> Paths:
    """The installation as 63cb62e left it."""
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(tmp_path / "old", filter="data")
    paths = Paths(tmp_path / "old" / "data", tmp_path / "old" / "settings")
    paths.inbox.mkdir()
    return paths


def _log(paths: Paths) -> list[tuple[object, ...]]:
    return ask(paths, "FROM ops.revision ORDER BY ALL")


def _published(paths: Paths) -> Tables:
    return {
        f"{name} {table}": rows
        for name in ("motcua.duckdb", "dossiers.duckdb")
        for table, rows in rows_of(paths.published / name, without=ADDED_SINCE).items()
    }


def _columns(connection: duckdb.DuckDBPyConnection, table: Table) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT column_name, data_type, is_nullable FROM duckdb_columns() "
        "WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
        [table.layer, table.name],
    ).fetchall()


def _reported(paths: Paths) -> list[tuple[object, ...]]:
    with duckdb.connect(str(paths.published / "motcua.duckdb"), read_only=True) as reader:
        return [
            row
            for table in MEASURED_TABLES
            for row in reader.execute(
                f"FROM ops.as_reported('{table.name}', DATE '9999-12-30') ORDER BY ALL"
            ).fetchall()
        ]


def test_the_first_night_after_the_upgrade_publishes_the_same(old: Paths) -> None:
    csv = (old.published / "by_unit.csv").read_bytes()
    log, published, reported = _log(old), _published(old), _reported(old)
    process(old, PERIODS)
    assert (old.published / "by_unit.csv").read_bytes() == csv
    assert _log(old) == log
    assert _reported(old) == reported
    after = _published(old)
    assert {name for name in published if after[name] != published[name]} == set()


def test_the_second_night_changes_nothing_either(old: Paths) -> None:
    process(old, PERIODS[-1:])
    first, log = _published(old), _log(old)
    process(old, PERIODS)
    assert (_published(old), _log(old)) == (first, log)


def test_accepting_the_loss_of_one_delivery_keeps_the_others(old: Paths) -> None:
    """The lost one is of one dossier; the payments of the others stay too."""
    with warehouse(old) as connection:
        ((lost,),) = connection.execute(
            "SELECT delivery_id FROM core.dossier_version "
            "GROUP BY ALL ORDER BY count(*), delivery_id LIMIT 1"
        ).fetchall()
        for table in ("ops.delivery", "core.dossier_version"):
            connection.execute(f"DELETE FROM {table} WHERE delivery_id = ?", [lost])
        sources = load_sources(old.sources)
        with pytest.raises(WarehouseError, match=r"1 delivery .*make rebuild ACCEPT_LOSS=yes"):
            check_nothing_lacks(connection, old, sources)
    assert begin_anew(old, sources, local_now(), is_loss_accepted=True) is None
    process(old, PERIODS)
    with warehouse(old) as connection:
        check_nothing_lacks(connection, old, sources)
        refused = connection.execute(
            "SELECT delivery_id FROM ops.delivery WHERE reason LIKE '%loss%'"
        )
        assert refused.fetchall() == [(lost,)]
    with duckdb.connect(str(old.published / "dossiers.duckdb"), read_only=True) as reader:
        ((dossiers,),) = reader.execute("SELECT count(*) FROM core.dossier").fetchall()
        assert dossiers >= 91
        assert reader.execute("SELECT count(*) FROM core.payment_request").fetchall() == [(18,)]


def test_a_rebuild_copies_what_was_purged_from_the_old_file(old: Paths) -> None:
    process(old, PERIODS)
    csv, log, published = (old.published / "by_unit.csv").read_bytes(), _log(old), _published(old)
    assert begin_anew(old, load_sources(old.sources), local_now(), is_loss_accepted=False)
    process(old, PERIODS)
    assert ((old.published / "by_unit.csv").read_bytes(), _log(old)) == (csv, log)
    after = _published(old)
    # Deliveries carry when they were counted, which is now.
    differing = {name for name in published if after[name] != published[name]}
    assert differing <= {"motcua.duckdb ops.delivery"}


def test_a_rebuild_that_was_ended_is_done_again(
    old: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until its new warehouse is whole, the old one is in its place."""
    process(old, PERIODS)
    log, sources = _log(old), load_sources(old.sources)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rebuild, "take_over", dies)
        with pytest.raises(KeyboardInterrupt):
            begin_anew(old, sources, local_now(), is_loss_accepted=False)
    assert _log(old) == log
    assert begin_anew(old, sources, local_now(), is_loss_accepted=False)
    assert _log(old) == log
    process(old, PERIODS)
    assert _log(old) == log


def test_a_correction_after_the_upgrade_names_the_dossiers_that_changed(old: Paths) -> None:
    moved = len(ask(old, "FROM ops.moved_dossier"))
    deliver_csv(old, [dossier(900, received_date="20/12/2022 08:00:00")], name="more.csv")
    process(old, PERIODS[:1])
    assert len(ask(old, "FROM ops.moved_dossier")) == moved + 1


def test_a_new_warehouse_has_the_durable_tables_of_a_migrated_one(
    old: Paths, installation: Paths
) -> None:
    with warehouse(old) as migrated, warehouse(installation) as new:
        for table in DURABLE_TABLES:
            assert _columns(migrated, table) == _columns(new, table), table.qualified_name


def test_every_table_is_as_it_is_defined(installation: Paths) -> None:
    """A durable table that differs wants one more file in `assets/engine/warehouse/migrations`."""
    with warehouse(installation) as connection:
        for table in WAREHOUSE_TABLES:
            found = _columns(connection, table)
            defined = [(column.name, column.type, column.nullable) for column in table.columns]
            assert sorted(found) == sorted(defined), table.qualified_name
        known = {table.qualified_name for table in WAREHOUSE_TABLES}
        assert set(columns_by_table(connection)) == known


def test_a_warehouse_of_a_newer_version_is_refused_in_one_sentence(installation: Paths) -> None:
    with warehouse(installation) as connection:
        connection.execute("UPDATE ops.schema_version SET version = 999, definitions = 'newer'")
    before = ask(installation, "FROM ops.schema_version")
    with (
        pytest.raises(WarehouseError, match=r"newer version of Motcua, after migration 999"),
        warehouse(installation),
    ):
        pass
    assert ask(installation, "FROM ops.schema_version") == before


def test_the_published_file_of_an_older_version_is_not_replaced_by_less(old: Paths) -> None:
    with warehouse(old) as connection:
        check_not_fewer(connection, old)
        connection.execute(
            "DELETE FROM ops.delivery WHERE delivery_id IN (SELECT min(delivery_id) "
            "FROM ops.delivery)"
        )
        with pytest.raises(WarehouseError, match=r"1 delivery of .* missing"):
            check_not_fewer(connection, old)


def test_columns_that_no_migration_knows_are_refused(old: Paths) -> None:
    with duckdb.connect(str(old.warehouse_file)) as connection:
        connection.execute("ALTER TABLE ops.delivery ADD COLUMN told VARCHAR")
    with (
        pytest.raises(WarehouseError, match=r"other columns in ops\.delivery.*make rebuild"),
        warehouse(old),
    ):
        pass
    assert "ops.schema_version" not in columns_by_table(duckdb.connect(str(old.warehouse_file)))


def test_a_derived_table_of_another_definition_is_made_anew(old: Paths) -> None:
    process(old, PERIODS)
    before, log = _published(old), _log(old)
    with warehouse(old) as connection:
        connection.execute(TO_DEFINE_ANEW)
        connection.execute("ALTER TABLE indicators.by_unit ADD COLUMN of_before BIGINT")
        connection.execute("ALTER TABLE indicators.own_count DROP COLUMN paused_count")
        connection.execute("CREATE TABLE ops.of_before AS SELECT 1")
        connection.execute("DROP TABLE quarantine.outside")
    process(old, PERIODS)
    assert (_published(old), _log(old)) == (before, log)


def test_a_new_measure_is_a_revision_and_no_change_of_a_closed_period(old: Paths) -> None:
    process(old, PERIODS)
    with warehouse(old) as connection:
        connection.execute("UPDATE ops.revision SET resolved_early_count = NULL")
        connection.execute(TO_DEFINE_ANEW)
        for table in MEASURED_TABLES:
            connection.execute(f"DROP TABLE {table.qualified_name}")
    before = len(_log(old))
    with warehouse(old) as connection:
        count_dossiers(connection, "upgrade")
        changes = [compute_table(connection, table, "upgrade") for table in MEASURED_TABLES]
    assert [change.closed for change in changes] == [[]] * len(changes)
    assert len(_log(old)) > before
