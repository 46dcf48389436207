"""`docs/columns.md`: what an export can hold, as `schemas.rows.exports` has it.

The opening words stand in the page itself and stay.
"""

from assets.engine.common.paths import PROJECT
from schemas.rows import KINDS, ExportColumn, Kind, labels_of

PAGE = PROJECT / "docs" / "columns.md"
CELLS = {
    "code": "code", "procedure_code": "code", "unit": "code or name of a unit", "date": "day",
    "flag": "`true`, `false`", "amount": "whole amount", "name": "text",
}  # fmt: skip


def columns_page(written: str) -> str:
    """Return the page with its tables made anew."""
    opening, *_ = written.partition("\n## ")
    return "\n".join([opening, *(line for kind in KINDS.values() for line in _table_of(kind))])


def _table_of(kind: Kind) -> list[str]:
    return [f"## {kind.name}", "", "| Column | Vietnamese | Needed | Holds |", "|---|---|---|---|",
            *map(_line, kind.columns), ""]  # fmt: skip


def _line(column: ExportColumn) -> str:
    holds = CELLS.get(column.reading) or ", ".join(f"`{value}`" for value in column.values)
    holds += ", several in a cell" if column.is_list else ""
    needed = "yes" if column.needed else ""
    return f"| `{column.name}` | {labels_of(column)[0]} | {needed} | {holds} |"
