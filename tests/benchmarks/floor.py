"""The floor: run `floor.sql` on a file in a process of its own; print seconds and peak memory.

Usage: python -m tests.benchmarks.floor FILE FOLDER naive|sharp
"""

import json
import sys
import time
from pathlib import Path
from string import Template

import duckdb

from assets.engine.warehouse.connection import MEMORY_LIMIT
from tests.benchmarks.memory import peak_bytes

HERE = Path(__file__).parent
ACCEPTED = (
    "dossier_code IS NOT NULL AND state IS NOT NULL AND NOT (bad_channel OR bad_procedure "
    "OR bad_submitted OR bad_received OR bad_due OR bad_supplement OR bad_finished "
    "OR bad_returned OR bad_refused OR bad_result OR bad_flag)"
)
# Two ways to keep each dossier's latest row: over everything, and only where codes repeat.
LATEST = {
    "naive": f"""CREATE TABLE latest AS SELECT * FROM typed WHERE {ACCEPTED}
        QUALIFY row_number() OVER (PARTITION BY dossier_code ORDER BY received_date DESC) = 1""",
    "sharp": f"""CREATE TABLE repeated AS SELECT dossier_code FROM typed
        GROUP BY dossier_code HAVING count(*) > 1;
        CREATE VIEW latest AS SELECT * FROM typed
        WHERE {ACCEPTED} AND dossier_code NOT IN (FROM repeated)
        UNION ALL
        SELECT * FROM typed WHERE {ACCEPTED} AND dossier_code IN (FROM repeated)
        QUALIFY row_number() OVER (PARTITION BY dossier_code ORDER BY received_date DESC) = 1""",
}


def main(file: str, folder: str, variant: str) -> None:
    """Run every step and print one JSON line."""
    text = Template((HERE / "floor.sql").read_text(encoding="utf-8")).substitute(
        file=file,
        units=HERE.parents[1] / "data" / "reference" / "unit.csv",
        columns=", ".join(f"'c{index}': 'VARCHAR'" for index in range(24)),
        latest=LATEST[variant],
    )
    database = Path(folder) / "floor.duckdb"
    database.unlink(missing_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": f"{folder}/tmp",
    }
    steps = {}
    with duckdb.connect(str(database), config=config) as connection:
        for part in text.split("-- step: ")[1:]:
            name, _, statement = part.partition("\n")
            started = time.perf_counter()
            connection.execute(statement).fetchall()
            steps[name] = round(time.perf_counter() - started, 2)
    database.unlink()
    print(json.dumps({"seconds": sum(steps.values()), "steps": steps, "peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
