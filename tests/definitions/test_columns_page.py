"""`docs/columns.md` names every column that an export can hold, as `schemas.exports` has them."""

import pytest

from assets.engine.paths import PROJECT
from schemas.exports import KINDS, ExportColumn, Kind
from schemas.rules import labels_of

PAGE = PROJECT / "docs" / "columns.md"
CELLS = {
    "code": "code", "procedure_code": "code", "unit": "code or name of a unit", "date": "day",
    "flag": "`true`, `false`", "amount": "whole amount", "name": "text",
}  # fmt: skip


def table_of(kind: Kind) -> list[str]:
    """Return the lines of the page about a kind of export."""
    return [f"## {kind.name}", "", "| Column | Vietnamese | Needed | Holds |", "|---|---|---|---|",
            *map(_line, kind.columns)]  # fmt: skip


def _line(column: ExportColumn) -> str:
    holds = CELLS.get(column.reading) or ", ".join(f"`{value}`" for value in column.values)
    holds += ", several in a cell" if column.is_list else ""
    needed = "yes" if column.needed else ""
    return f"| `{column.name}` | {labels_of(column)[0]} | {needed} | {holds} |"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_page_has_the_columns_of_a_kind(kind: Kind) -> None:
    page = PAGE.read_text(encoding="utf-8")
    lines = table_of(kind)
    assert "\n".join(lines) in page, "\n".join(lines)
    assert page.count("\n## ") == len(KINDS)
