"""`docs/analysts.md`: the SQL of the page, and the answers printed below each.

Belongs here: finding the questions in the page and putting what the sample answers below them.
Does not belong here: the questions, which stand in the page itself.
"""

import re
from pathlib import Path

from assets.engine.paths import PROJECT
from tests.docs.answers import Answer, ask

PAGE = PROJECT / "docs" / "analysts.md"
SHOWN_ROWS = 8
# A question names its file in its first line; its answer follows it.
_QUESTION = re.compile(
    r"^```sql\n(?P<sql>-- (?P<file>\w+\.duckdb)\n.*?)^```\n\n```text\n(?P<printed>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def questions(written: str) -> list[tuple[str, str]]:
    """Return file name and SQL of every question of the page."""
    return [(found["file"], found["sql"]) for found in _QUESTION.finditer(written)]


def analysts_page(written: str, published: Path) -> str:
    """Return the page with the answers that the files in `published` give."""
    answers = iter(ask(published, questions(written)).answers)
    return _QUESTION.sub(
        lambda found: f"```sql\n{found['sql']}```\n\n```text\n{printed(next(answers))}```", written
    )


def printed(answer: Answer) -> str:
    """Return an answer as text: a line of names, the first rows, how many more there are."""
    cells = [answer.columns, *([value or "" for value in row] for row in answer.rows[:SHOWN_ROWS])]
    columns = list(zip(*cells, strict=True))
    widths = [max(map(len, column)) for column in columns]
    is_right = [all(not cell or _NUMBER.fullmatch(cell) for cell in c[1:]) for c in columns]
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
