"""`docs/analysts.md`: the SQL of the page, and the answers printed below each."""

import re
from pathlib import Path
from typing import NamedTuple

from assets.engine.common.paths import PROJECT
from tests.docs.answers import Answer, ask

PAGE = PROJECT / "docs" / "analysts.md"
SHOWN_ROWS = 8
# The first line of a question names its file; its answer follows it, and says of which sample.
_QUESTION = re.compile(
    r"^```sql\n(?P<sql>-- (?P<file>\w+\.duckdb)\n.*?)^```\n\n"
    r"```text(?P<of> corrected)?\n(?P<printed>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Samples(NamedTuple):
    """The published files that are asked: the sample's, and those after a correction of it."""

    sample: Path
    corrected: Path


def answers(written: str, samples: Samples, python_path: Path | None = None) -> list[Answer]:
    """Return the answer to each question of the page; see `ask` for `python_path`."""
    found = list(_QUESTION.finditer(written))
    said = {
        of: iter(ask(folder, [(q["file"], q["sql"]) for q in found if q["of"] == of], python_path))
        for of, folder in ((None, samples.sample), (" corrected", samples.corrected))
    }
    return [next(said[question["of"]]) for question in found]


def analysts_page(written: str, samples: Samples) -> str:
    """Return the page with the answers that the published files give."""
    said = iter(answers(written, samples))
    return _QUESTION.sub(
        lambda question: (
            f"```sql\n{question['sql']}```\n\n"
            f"```text{question['of'] or ''}\n{printed(next(said))}```"
        ),
        written,
    )


def printed(answer: Answer) -> str:
    """Return an answer as text: a line of names, the first rows, how many more there are."""
    cells = [answer.columns, *([value or "" for value in row] for row in answer.rows[:SHOWN_ROWS])]
    columns = list(zip(*cells, strict=True))
    widths = [max(map(len, column)) for column in columns]
    is_right = [
        not name.endswith("_code") and all(not cell or _NUMBER.fullmatch(cell) for cell in cells)
        for name, *cells in columns
    ]
    lines = [_line(row, widths, is_right) for row in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    left_out = len(answer.rows) - SHOWN_ROWS
    lines += [f"({left_out} more)"] if left_out > 0 else []
    return "".join(f"{line}\n" for line in lines)


def _line(row: list[str], widths: list[int], is_right: list[bool]) -> str:
    cells = (
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(row, widths, is_right, strict=True)
    )
    return "  ".join(cells).rstrip()
