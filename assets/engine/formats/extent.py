"""How far the cells of a sheet may reach.

A cell far away from all others is a slip of whoever filled the sheet in; libraries make a grid of
blanks up to it. The child survives that, but this sentence helps more than that of its bounds.
"""

from assets.engine.common.errors import FileRefused

# No list of a portal comes near it; forms of the national reports have 60 at most.
MAX_COLUMNS = 256
# Blank cells that a sheet may have without any reason, and for each cell that is there.
FREE_CELLS, CELLS_PER_CELL = 100_000 * MAX_COLUMNS, 10


def check_extent(doing: str, rows: int, columns: int, cells: int) -> None:
    """Refuse a sheet that reaches much further than its cells explain.

    Parameters
    ----------
    doing
        What begins the sentence of a refusal.
    rows, columns
        How far the sheet reaches.
    cells
        How many cells it has, or can have at most.

    Raises
    ------
    FileRefused
        It reaches too far.
    """
    if columns > MAX_COLUMNS:
        raise _too_far(
            doing, f"cells beyond column {MAX_COLUMNS}",
            "Delete what stands far to the right of the list, and save it again.",
        )  # fmt: skip
    if rows * columns > FREE_CELLS + CELLS_PER_CELL * cells:
        raise _too_far(
            doing, "a cell far below or far right of all others",
            "Delete what stands far away from the list, and save it again.",
        )  # fmt: skip


def _too_far(doing: str, found: str, to_do: str) -> FileRefused:
    return FileRefused(doing, found, "one list from column A on", to_do)
