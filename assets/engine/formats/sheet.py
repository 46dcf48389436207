"""The cells of a sheet or of a page's table, as the run holds them: columns of text."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assets.engine.formats.detect import Cells
from assets.engine.formats.encodings import repair

_COUNTS = "text_count"
# No header is as long by far, and the search for it reads every text many times.
_LONGEST_HEAD_TEXT = 10_000


@dataclass(frozen=True)
class Sheet:
    """The cells of a sheet: blank ones are null, and every row is as wide as the widest.

    Attributes
    ----------
    columns
        The text of each column. Row 0 is the one a spreadsheet shows as 1, column 0 is A.
    text_counts
        How many different texts each row has.
    """

    columns: list[pa.ChunkedArray]
    text_counts: pa.ChunkedArray

    @property
    def row_count(self) -> int:
        """How many rows there are, blank ones among them."""
        return len(self.text_counts)

    def head(self, count: int) -> list[Cells]:
        """Return the first rows, for who looks for a header: of a very long text its beginning."""
        columns = [column.slice(0, count) for column in self.columns]
        cut = [pc.utf8_slice_codeunits(column, 0, _LONGEST_HEAD_TEXT) for column in columns]
        return Sheet(cut, self.text_counts)._rows(0, count)

    def column(self, index: int) -> pa.ChunkedArray:
        """Return one column; it may stand right of all that the sheet has."""
        if index < len(self.columns):
            return self.columns[index]
        return pa.chunked_array([pa.nulls(self.row_count, pa.string())])

    def row(self, number: int) -> Cells:
        """Return one row, counted from 0."""
        return self._rows(number, 1)[0]

    def lead_texts(self) -> pa.ChunkedArray:
        """Return the first text of each row; null where it has none."""
        return pc.coalesce(*(self.columns or [self.column(0)]))

    def most_filled(self) -> int:
        """Return how many cells the row with the most of them has."""
        filled = np.zeros(self.row_count, np.int32)
        for column in self.columns:
            filled += column.is_valid().to_numpy()
        return int(filled.max(initial=0))

    def repaired(self, spelling: str) -> "Sheet":
        """Return the sheet with the letters of an old font, or of UTF-8 misread, put right."""
        columns = [
            pa.chunked_array([[text and repair(text, spelling) for text in column.to_pylist()]])
            for column in self.columns
        ]
        return Sheet([column.cast(pa.string()) for column in columns], self.text_counts)

    def _rows(self, first: int, count: int) -> list[Cells]:
        count = max(0, min(count, self.row_count - first))
        if not self.columns:
            return [[] for _ in range(count)]
        columns = [column.slice(first, count).to_pylist() for column in self.columns]
        return [list(row) for row in zip(*columns, strict=True)]


def block_of(columns: list[list[str | None]], text_counts: list[int]) -> pa.Table:
    """Return some rows of a sheet, which `sheet_of` joins with the others."""
    texts = {str(number): pa.array(column, pa.string()) for number, column in enumerate(columns)}
    return pa.table(texts | {_COUNTS: pa.array(text_counts, pa.int32())})


def sheet_of(blocks: list[pa.Table]) -> Sheet:
    """Return the sheet that blocks of rows make; a block has no columns beyond its last cell."""
    empty = pa.table({_COUNTS: pa.array([], pa.int32())})
    table = pa.concat_tables([*blocks, empty], promote_options="default")
    names = [name for name in table.column_names if name != _COUNTS]
    return Sheet([table[name] for name in sorted(names, key=int)], table[_COUNTS])
