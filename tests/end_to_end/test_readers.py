"""Readers keep the published file open while a run replaces it."""

import duckdb

from assets.engine.common.paths import Paths
from tests.assets.runs import real_instance, run_job
from tests.end_to_end.tables import level_figures

QUERY = "SELECT sum(resolved_count) FROM indicators.by_unit WHERE scope = 'own'"


def test_a_reader_neither_stops_a_run_nor_is_stopped(own_sample: Paths) -> None:
    file = own_sample.published / "motcua.duckdb"
    old = file.stat().st_ino
    with (
        duckdb.connect(str(file), read_only=True) as first,
        duckdb.connect(str(own_sample.published / "dossiers.duckdb"), read_only=True) as second,
        real_instance(own_sample.data / "home") as instance,
    ):
        said = first.execute(QUERY).fetchall()
        result = run_job(own_sample, instance, "nightly", "2023-10-15")
        assert result.success
        assert first.execute(QUERY).fetchall() == said
        assert second.execute("SELECT count(*) > 10000 FROM core.dossier").fetchall() == [(True,)]
        # The file in place is a new one, and whoever opens it now is served too.
        assert file.stat().st_ino != old
    assert level_figures(own_sample, "year_to_date", "2023-11-14")["resolved_count"] == 10687
