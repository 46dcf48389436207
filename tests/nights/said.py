"""What an installation says: every table, every file for readers, and which files there are."""

from pathlib import Path

import duckdb

from assets.engine.collect import read_manifest
from assets.engine.common.paths import Paths
from tests.end_to_end.tables import TIMES, Tables, all_tables, columns_by_table

PUBLISHED = ("motcua.duckdb", "dossiers.duckdb")


def all_said(paths: Paths) -> Tables:
    """Return the rows of every table and file, and what was delivered."""
    said = all_tables(paths, without=TIMES)
    for file in paths.returns.glob("*.csv"):
        said[f"returns/{file.name}"] = [(file.read_bytes(),)]
    said["raw/manifest.jsonl"] = sorted(
        (item.source, item.export, item.period, item.name, item.sha256)
        for item in read_manifest(paths)
    )
    return said


def published_by(file: Path) -> Tables:
    """Return the rows of every table of a file for readers."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return {
            name: connection.execute(
                f"SELECT {', '.join(c for c in columns if c not in TIMES)} FROM {name} ORDER BY ALL"
            ).fetchall()
            for name, columns in columns_by_table(connection).items()
        }


def files_of(paths: Paths) -> set[str]:
    """Return every file of an installation but those of Dagster's instance."""
    files = {file.relative_to(paths.data) for file in paths.data.rglob("*") if file.is_file()}
    return {str(file) for file in files if file.parts[0] != "home"}
