"""`docs/dictionary.md` and the comments in the published files: nothing is left unexplained."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets.engine.paths import Paths
from schemas.measures import MEASURES
from schemas.rules import RULES
from tests.docs.dictionary import FILES, PAGE, dictionary

each_file = pytest.mark.parametrize("name", FILES)


@pytest.fixture
def reader(name: str, sample: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    """A published file of the sample."""
    with duckdb.connect(str(sample.published / name), read_only=True) as connection:
        yield connection


def test_the_page_is_what_make_docs_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == dictionary(), "make docs, and read the difference"


def test_every_published_file_has_its_part_of_the_page(sample: Paths) -> None:
    assert {file.name for file in sample.published.glob("*.duckdb")} == set(FILES)


@each_file
def test_every_column_of_the_file_stands_in_the_page(
    reader: duckdb.DuckDBPyConnection, name: str
) -> None:
    parts = _sections(_part(PAGE, f"\n## {name}\n", "\n## "))
    measures = _part(PAGE, "\n## Measures\n", "\n## ")
    columns = reader.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type, is_nullable "
        "FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()
    assert {table for table, *_ in columns} == set(parts)
    for table, column, data_type, is_nullable in columns:
        line = f"\n| `{column}` | {data_type}{'?' if is_nullable else ''} | "
        has_measures = "[measures](#measures)" in parts[table]
        assert line in parts[table] or (has_measures and line in measures), (table, column)
        assert parts[table].count(f"\n| `{column}` | ") <= 1, (table, column)


def test_the_page_has_every_measure_and_every_rule() -> None:
    measures, rules = _part(PAGE, "\n## Measures\n", "\n## "), _part(PAGE, "\n## Rules\n", "\n## ")
    for measure in MEASURES:
        assert measures.count(f"\n| `{measure.name}` | ") == 1
    for rule_id in RULES:
        assert rules.count(f"\n| `{rule_id}` | ") == 1


@each_file
def test_everything_in_the_file_has_a_comment(reader: duckdb.DuckDBPyConnection, name: str) -> None:
    for listing, names in (
        ("duckdb_tables()", "schema_name, table_name"),
        ("duckdb_views()", "schema_name, view_name"),
        ("duckdb_columns()", "schema_name, table_name, column_name"),
        ("duckdb_functions()", "schema_name, function_name"),
    ):
        found = reader.execute(
            f"SELECT comment, {names} FROM {listing} "
            "WHERE NOT internal AND database_name = current_database()"
        ).fetchall()
        assert found or listing in ("duckdb_views()", "duckdb_functions()"), listing
        for comment, *name_parts in found:
            assert comment is not None, (listing, name_parts)
            assert " | " in comment, (listing, name_parts)  # Vietnamese | English


@each_file
def test_a_column_holds_none_but_its_values(reader: duckdb.DuckDBPyConnection, name: str) -> None:
    described = [(t, c) for t in FILES[name] for c in t.columns if c.values]
    assert described
    for table, column in described:
        one = f"unnest({column.name})" if column.type.endswith("[]") else column.name
        rows = reader.execute(f"SELECT DISTINCT {one} FROM {table.qualified_name}").fetchall()
        found = {value for (value,) in rows if value is not None}
        assert found <= set(column.values), (table.qualified_name, column.name)


def _part(page: Path, opening: str, closing: str) -> str:
    text = page.read_text(encoding="utf-8")
    assert text.count(opening) == 1, opening
    return text.partition(opening)[2].partition(closing)[0]


def _sections(part: str) -> dict[str, str]:
    """Return the text about each table of a part by the table's name."""
    _, *sections = part.split("\n### ")
    return {section.partition("\n")[0]: section for section in sections}
