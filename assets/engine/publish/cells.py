"""Cells of the CSV files that we write: text that a spreadsheet would compute stays text.

https://owasp.org/www-community/attacks/CSV_Injection
"""

import re
from collections.abc import Iterable

from assets.engine.common.text import INVISIBLE

# A program with other regional settings separates cells at another mark, so a cell may begin there.
_FORMULA = re.compile(rf"(?:^|(?<=[,;|\t\r\n]))(?=[\s{INVISIBLE}]*[=+\-@＝＋－＠])|^(?=[\t\r\n])")


def text_cells(row: Iterable[object]) -> list[object]:
    """Return the cells of a row; text that would be computed has an apostrophe before it.

    Numbers are numbers, negative ones too.
    """
    return [_FORMULA.sub("'", cell) if isinstance(cell, str) else cell for cell in row]
