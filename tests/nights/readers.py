"""Readers of the published files, in processes of their own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb

from tests.nights.child import forking
from tests.nights.said import PUBLISHED

# The same dossiers, added up along four ways.
DISAGREEING = """
WITH told AS (
    SELECT 'level' AS way, period_kind, period_end, sum(received_count) AS received,
           sum(resolved_count) AS resolved
    FROM indicators.by_level WHERE unit_level = 'all' GROUP BY ALL
    UNION ALL SELECT 'unit', period_kind, period_end, sum(received_count), sum(resolved_count)
    FROM indicators.by_unit WHERE scope = 'own' GROUP BY ALL
    UNION ALL SELECT 'field', period_kind, period_end, sum(received_count), sum(resolved_count)
    FROM indicators.by_unit_field GROUP BY ALL
    UNION ALL SELECT 'procedure', period_kind, period_end, sum(received_count), sum(resolved_count)
    FROM indicators.by_unit_procedure GROUP BY ALL)
SELECT period_kind, period_end FROM told GROUP BY ALL
HAVING count(*) <> 4 OR count(DISTINCT (received, resolved)) > 1
"""
# Each dossier once, under its key.
STRANGE = """
SELECT count(*) FROM core.dossier WHERE dossier_key IS NULL
UNION ALL SELECT count(*) - count(DISTINCT dossier_key) FROM core.dossier
"""
PATIENCE = 120.0


@contextmanager
def reading_without_pause(published: Path) -> Iterator[dict[str, object]]:
    """Read both files without pause meanwhile; what came of it stands in the answer afterwards."""
    answer: dict[str, object] = {}
    hears, says = forking.Pipe(duplex=False)
    is_over = forking.Event()
    child = forking.Process(target=_read, args=(published, is_over, says))
    child.start()
    try:
        yield answer
    finally:
        is_over.set()
        if hears.poll(PATIENCE):
            answer.update(hears.recv())
        child.join(PATIENCE)


def _read(published: Path, is_over: Event, says: Connection) -> None:
    reads = 0
    versions: set[int] = set()
    troubles: list[str] = []
    while not is_over.is_set():
        try:
            versions.add(_one_look(published, troubles))
        except duckdb.Error as error:
            troubles.append(str(error))
        reads += 1
    says.send({"reads": reads, "versions": len(versions), "troubles": troubles[:5]})


def _one_look(published: Path, troubles: list[str]) -> int:
    """Ask each file, opened anew; return which version of the figures it was."""
    figures, dossiers = (str(published / name) for name in PUBLISHED)
    with duckdb.connect(figures, read_only=True) as reader:
        troubles += [f"tables disagree: {row}" for row in reader.execute(DISAGREEING).fetchall()]
        said = reader.execute("SELECT sum(hash(b)) FROM indicators.by_unit AS b").fetchall()
    with duckdb.connect(dossiers, read_only=True) as reader:
        if any(count for (count,) in reader.execute(STRANGE).fetchall()):
            troubles.append("a dossier twice, or without key")
    return hash(said[0])


def write_and_die(file: Path) -> None:
    """Open a file for writing, as only its owner may, write, and die before it is on the disk."""
    child = forking.Process(target=_write_and_die, args=(file,))
    child.start()
    child.join(PATIENCE)


def _write_and_die(file: Path) -> None:
    file.chmod(0o644)
    writer = duckdb.connect(str(file))
    writer.execute("CREATE TABLE mine AS SELECT 1 AS one")
    os._exit(1)
