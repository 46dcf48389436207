"""`docs/dictionary.md` and the comments in the published files: nothing is left unexplained."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets.engine.common.paths import Paths
from pipelines.commands.pages.dictionary import FILES, PAGE, dictionary
from schemas.rows import RULES
from schemas.tables import PUBLISHED_MEASURES

# How each table macro is called; one that is missing here fails the tests.
CALLS = {
    "ops.as_reported": "ops.as_reported('by_unit', TIMESTAMP '9999-12-31')",
    "explain": "explain('pending_count', 'year_to_date', DATE '2023-11-14')",
    "explain_change": "explain_change('pending_count', 'year_to_date', DATE '2023-11-14')",
}
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
    columns = reader.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type, "
        "is_nullable AND table_oid IN (SELECT table_oid FROM duckdb_tables()) "
        "FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()
    tables = {table for table, *_ in columns}
    assert tables == {part for part in parts if "." in part and "(" not in part}
    for table, column, data_type, is_nullable in columns:
        _assert_described(parts[table], column, data_type + ("?" if is_nullable else ""))


@each_file
def test_every_macro_of_the_file_stands_in_the_page(
    reader: duckdb.DuckDBPyConnection, name: str
) -> None:
    parts = _sections(_part(PAGE, f"\n## {name}\n", "\n## "))
    macros = reader.execute(
        "SELECT CASE schema_name WHEN 'main' THEN '' ELSE schema_name || '.' END || function_name, "
        "function_type, parameters FROM duckdb_functions() WHERE NOT internal"
    ).fetchall()
    assert macros
    for macro, kind, parameters in macros:
        if kind == "macro":
            assert macro in parts
            continue
        part = parts[f"{macro}({', '.join(parameters)})"]
        for column, data_type, *_ in reader.execute(f"DESCRIBE FROM {CALLS[macro]}").fetchall():
            _assert_described(part, column, data_type)


def _assert_described(part: str, column: str, data_type: str) -> None:
    line = f"\n| `{column}` | {data_type}"
    has_measures = "[measures](#measures)" in part
    assert line in part or (has_measures and line in MEASURE_PART), (part, line)


def test_the_page_has_every_measure_and_every_rule() -> None:
    rules = _part(PAGE, "\n## Rules\n", "\n## ")
    for measure in PUBLISHED_MEASURES:
        assert MEASURE_PART.count(f"\n| `{measure.name}` | ") == 1
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
        assert found or (listing, name) == ("duckdb_views()", "dossiers.duckdb")
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


MEASURE_PART = _part(PAGE, "\n## Measures\n", "\n## ")
