"""DuckDB 1.5 opens the published files, reads all of them and answers the analysts' questions."""

from pathlib import Path

import duckdb

from assets.engine.common.paths import Paths
from assets.engine.publish.files import STORAGE_VERSION
from pipelines.commands.pages.dictionary import FILES
from tests.docs.analysts_page import PAGE, Samples, answers
from tests.docs.answers import VERSION, ask
from tests.docs.conftest import OLD_DUCKDB
from tests.docs.test_dictionary import CALLS

READ = "SELECT count(*), count(COLUMNS(*)), min(COLUMNS(*)::VARCHAR), max(COLUMNS(*)::VARCHAR) FROM"


def test_the_old_reader_is_the_oldest_that_the_files_are_written_for() -> None:
    text = OLD_DUCKDB.read_text(encoding="utf-8")
    assert f"\nduckdb=={STORAGE_VERSION.removeprefix('v')} \\\n" in text
    assert "://" not in text
    assert "index" not in text


def test_the_readers_are_two_versions(sample: Paths, old_duckdb: Path) -> None:
    (old,) = ask(sample.published, [VERSION], old_duckdb)
    (own,) = ask(sample.published, [VERSION])
    assert old.rows == [[STORAGE_VERSION]]
    assert own.rows == [[f"v{duckdb.__version__}"]] != old.rows


def test_an_old_reader_reads_every_table_view_and_macro(sample: Paths, old_duckdb: Path) -> None:
    asked = [
        (file, f"{READ} {source}") for file in FILES for source in _sources(sample.published / file)
    ]
    assert len(asked) > sum(map(len, FILES.values()))
    assert ask(sample.published, asked, old_duckdb) == ask(sample.published, asked)


def test_an_old_reader_answers_the_questions_of_the_page(
    samples: Samples, old_duckdb: Path
) -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert answers(written, samples, old_duckdb) == answers(written, samples)


def _sources(file: Path) -> list[str]:
    """Return what can stand behind FROM: tables and views, and calls of table macros."""
    with duckdb.connect(str(file), read_only=True) as reader:
        stored = reader.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal "
            "UNION ALL "
            "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        macros = reader.execute(
            "SELECT CASE schema_name WHEN 'main' THEN '' ELSE schema_name || '.' END "
            "|| function_name FROM duckdb_functions() "
            "WHERE NOT internal AND function_type = 'table_macro'"
        ).fetchall()
    return [name for (name,) in stored] + [CALLS[name] for (name,) in macros]
