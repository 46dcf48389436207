"""A process of its own: puts the mutant in place of its file before anything reads it, and judges.

python -m tests.mutation.child FOLDER FILE TEXT: what `prepare` of `run.py` made, a file of the
project, what to read instead. Prints the verdict as JSON.
"""

import importlib
import json
import pickle
import sys
from pathlib import Path

from assets.engine.common.paths import PROJECT
from assets.engine.warehouse import connection as warehouse


def main(folder: str, file: str, text: str) -> None:
    """Judge one mutant."""
    read = warehouse.sql_file

    def mutated(path: Path) -> str:
        return read(Path(text) if path == PROJECT / file else path)

    warehouse.sql_file = mutated
    # Imported only now: every module that takes `sql_file` by name takes the mutated one.
    judge = importlib.import_module("tests.mutation.judge")
    cases = pickle.loads((Path(folder) / "cases.pickle").read_bytes())
    verdict, check = judge.verdict(cases, Path(folder) / "empty")
    print(json.dumps({"verdict": verdict, "check": check}))


if __name__ == "__main__":
    main(*sys.argv[1:])
