"""SQL as tokens, each knowing how deep in parentheses and in which clause it stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?\*/)
    |(?P<blank>\s+)
    |(?P<string>'(?:''|[^'])*')
    |(?P<slot>\{\{.*?\}\}|\$\w+)
    |(?P<name>"[^"]+"|[^\W\d]\w*)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<mark><=|>=|<>|!=|\|\||//|::|->|.)""",
    re.VERBOSE | re.DOTALL,
)
_CLAUSES = {"SELECT", "FROM", "JOIN", "WHERE", "ON", "USING", "GROUP", "ORDER", "HAVING", "WITH",
            "MACRO"}  # fmt: skip
# What ends a whole WHERE, and what ends one condition of it.
_CLAUSE_STOPS = {
    "GROUP", "ORDER", "HAVING", "QUALIFY", "WINDOW", "UNION", "EXCEPT", "INTERSECT", "LIMIT", ";",
}  # fmt: skip
_CONDITION_STOPS = _CLAUSE_STOPS | {
    "AND", "OR", "WHEN", "THEN", "ELSE", "END", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "SEMI",
    "ANTI", "JOIN", "ON", "WHERE", "FROM", "SELECT", "AS", "ASC", "DESC", ",",
}  # fmt: skip


@dataclass(frozen=True)
class Token:
    """A name, number, string or mark; `query`: where the SELECT begins that it belongs to."""

    kind: str
    text: str
    start: int
    depth: int
    clause: str
    query: int

    @property
    def end(self) -> int:
        """Place behind the last letter."""
        return self.start + len(self.text)

    @property
    def word(self) -> str:
        """The text in upper case: keywords are compared by it. A string is none."""
        return "" if self.kind == "string" else self.text.upper()


def tokens(sql: str) -> list[Token]:
    """Return the tokens of a text; comments and blanks are none."""
    found: list[Token] = []
    clauses, queries = [""], [0]
    for match in _TOKEN.finditer(sql):
        kind, text = str(match.lastgroup), match.group()
        if kind in {"comment", "blank"}:
            continue
        if text in {")", "]"} and len(clauses) > 1:
            clauses.pop()
            queries.pop()
        # "IS DISTINCT FROM" compares, it begins no clause.
        if text.upper() in _CLAUSES and not (found and found[-1].word == "DISTINCT"):
            clauses[-1] = text.upper()
        if text.upper() == "AS" and clauses[-1] == "MACRO":
            clauses[-1] = ""
        if text.upper() == "SELECT":
            queries[-1] = match.start()
        depth = len(clauses) - 1
        found.append(Token(kind, text, match.start(), depth, clauses[-1], queries[-1]))
        if text in {"(", "["}:
            clauses.append("")
            queries.append(queries[-1])
    return found


def clause_end(found: Sequence[Token], first: int) -> int:
    """Return the place in `found` behind the clause that begins at `first`."""
    depth = found[first].depth
    for place in range(first, len(found)):
        token = found[place]
        if token.depth < depth or (token.depth == depth and token.word in _CLAUSE_STOPS):
            return place
    return len(found)


def condition_end(found: Sequence[Token], first: int) -> int:
    """Return the place in `found` behind the condition that begins at `first`."""
    depth = found[first].depth
    for place in range(first, len(found)):
        if found[place].depth < depth or _ends_condition(found, place, depth):
            return place
    return len(found)


def condition_start(found: Sequence[Token], behind: int) -> int:
    """Return where the condition begins that ends before `behind` (an AND or OR)."""
    depth = found[behind].depth
    for place in range(behind - 1, -1, -1):
        if found[place].depth < depth or _ends_condition(found, place, depth):
            return place + 1
    return 0


def _ends_condition(found: Sequence[Token], place: int, depth: int) -> bool:
    token = found[place]
    return (
        token.depth == depth
        and token.word in _CONDITION_STOPS
        and not closes_between(found, place)
        and not (token.word == "FROM" and found[place - 1].word == "DISTINCT")
    )


def closes_between(found: Sequence[Token], place: int) -> bool:
    """Return whether this token is the AND of a BETWEEN."""
    if found[place].word != "AND":
        return False
    depth = found[place].depth
    for token in reversed(found[:place]):
        if token.depth < depth or (token.depth == depth and token.word in _CONDITION_STOPS):
            return False
        if token.depth == depth and token.word == "BETWEEN":
            return True
    return False


def arguments(found: Sequence[Token], opening: int) -> list[tuple[int, int]]:
    """Return the arguments of a call as (first, behind the last) places in `found`."""
    depth, begun = found[opening].depth, opening + 1
    parts = []
    for place in range(opening + 1, len(found)):
        token = found[place]
        closes = token.text == ")" and token.depth == depth
        if closes or (token.text == "," and token.depth == depth + 1):
            parts.append((begun, place))
            begun = place + 1
        if closes:
            break
    return parts
