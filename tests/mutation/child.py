"""A process of its own: puts the mutant in place of its file before anything reads it, and judges.

python -m tests.mutation.child FOLDER FILE TEXT: what `prepare` of `run.py` made, a file of the
project, what to read instead. Prints the verdict as JSON.
"""

import importlib
import json
import pickle
import sys
from pathlib import Path
from unittest.mock import patch

from assets.engine.common.paths import PROJECT


def main(folder: str, file: str, text: str) -> None:
    """Judge one mutant."""
    read = Path.read_text

    def mutated(path: Path, encoding: str | None = None) -> str:
        return read(Path(text) if path == PROJECT / file else path, encoding=encoding)

    # Whatever reads the file, when it is imported or later, reads the mutant.
    with patch.object(Path, "read_text", mutated):
        judge = importlib.import_module("tests.mutation.judge")
        cases = pickle.loads((Path(folder) / "cases.pickle").read_bytes())
        verdict, check = judge.verdict(cases, Path(folder) / "empty")
    print(json.dumps({"verdict": verdict, "check": check}))


if __name__ == "__main__":
    main(*sys.argv[1:])
