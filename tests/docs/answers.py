"""Running SQL on published files in a process of its own, as an analyst's client does."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import duckdb

VERSION = ("motcua.duckdb", "SELECT version()")


class Answer(NamedTuple):
    """The columns of a result and its rows, each value as text; None is empty."""

    columns: list[str]
    rows: list[list[str | None]]


def ask(
    folder: Path, questions: list[tuple[str, str]], python_path: Path | None = None
) -> list[Answer]:
    """Run each SQL on its file of `folder`, read-only; return an answer a question.

    Parameters
    ----------
    folder
        The published files; relative names in the SQL are of this folder.
    questions
        File name and SQL of each; of several statements the last one answers.
    python_path
        Where the process finds its DuckDB; None for the project's own.
    """
    extra = {} if python_path is None else {"PYTHONPATH": str(python_path)}
    done = subprocess.run(
        [sys.executable, __file__],
        cwd=folder,
        env=os.environ | {"PYTHONUTF8": "1"} | extra,
        input=json.dumps(questions),
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [Answer(*answer) for answer in json.loads(done.stdout)]


def _answer(file: str, sql: str) -> Answer:
    with duckdb.connect(file, read_only=True) as connection:
        cursor = connection.execute(sql)
        columns = [column[0] for column in cursor.description]
        return Answer(columns, [[_text(value) for value in row] for row in cursor.fetchall()])


def _text(value: object) -> str | None:
    """Return a value as SQL writes it."""
    if value is None or isinstance(value, bool):
        return {None: None, True: "true", False: "false"}[value]
    return str(value)


if __name__ == "__main__":
    json.dump([_answer(file, sql) for file, sql in json.load(sys.stdin)], sys.stdout)
