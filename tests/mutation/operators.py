"""What a mutant changes: each operator is a slip that somebody could make in SQL.

Operators keep SQL that runs: an error proves little.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.mutation.tokens import (
    Token,
    arguments,
    clause_end,
    closes_between,
    condition_end,
    condition_start,
)


@dataclass(frozen=True)
class Edit:
    """Put `text` between two places of the SQL."""

    start: int
    end: int
    text: str


Operator = Callable[[Sequence[Token]], Iterator[Edit]]

_OTHER_SIGN = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "=", "!=": "="}
_OTHER_JOIN = {"INNER": "LEFT", "LEFT": "INNER", "SEMI": "ANTI", "ANTI": "SEMI"}
_OTHER_SUMMARY = {
    "SUM": ("max", "count"), "MAX": ("min",), "MIN": ("max",), "AVG": ("max",),
    "MEDIAN": ("max",), "BOOL_OR": ("bool_and",), "BOOL_AND": ("bool_or",),
}  # fmt: skip
_COLUMN = re.compile(r"\w+_(date|month|day|count)")
_LABEL = re.compile(r"'[a-z_]+'")
# What may stand before a label that a condition or an expression uses.
_BEFORE_LABEL = {"=", "<>", "THEN", "ELSE", "WHEN", "SELECT", ",", "("}
_NO_SUMMAND = set("+-*/%<>=") | {"//", "<=", ">=", "<>", "||", "IS", "NOT", "BETWEEN", "IN"}


def boundary(found: Sequence[Token]) -> Iterator[Edit]:
    """Swap < and <=, > and >=, = and <>."""
    for token in found:
        if token.kind == "mark" and token.text in _OTHER_SIGN:
            yield _replaced(token, _OTHER_SIGN[token.text])


def between(found: Sequence[Token]) -> Iterator[Edit]:
    """Move a bound of BETWEEN: the lower one a step up, the upper one a step up and down."""
    for place, _ in enumerate(found):
        if closes_between(found, place):
            yield _inserted(found[place - 1].end, " + 1")
            upper = found[condition_end(found, place + 1) - 1].end
            yield _inserted(upper, " + 1")
            yield _inserted(upper, " - 1")


def and_or(found: Sequence[Token]) -> Iterator[Edit]:
    """Swap AND and OR."""
    for place in _junctions(found):
        yield _replaced(found[place], "OR" if found[place].word == "AND" else "AND")


def drop_condition(found: Sequence[Token]) -> Iterator[Edit]:
    """Leave out one condition of an AND or OR: the one behind it, or the first of all."""
    for place in _junctions(found):
        yield Edit(found[place - 1].end, found[condition_end(found, place + 1) - 1].end, "")
        first = condition_start(found, place)
        if found[first - 1].word not in {"AND", "OR"}:
            yield Edit(found[first].start, found[place + 1].start, "")


def _junctions(found: Sequence[Token]) -> list[int]:
    return [
        place
        for place, token in enumerate(found)
        if token.word in {"AND", "OR"}
        and not closes_between(found, place)
        and found[place - 1].word != "CREATE"
    ]


def drop_filter(found: Sequence[Token]) -> Iterator[Edit]:
    """Leave out a FILTER, or a whole WHERE."""
    for place, token in enumerate(found):
        if token.word == "FILTER":
            yield Edit(found[place - 1].end, found[clause_end(found, place + 2)].end, "")
        elif token.word == "WHERE" and found[place - 2].word != "FILTER":
            yield Edit(found[place - 1].end, found[clause_end(found, place) - 1].end, "")


def swap_column(found: Sequence[Token]) -> Iterator[Edit]:
    """Read another date, month, day or count: the nearest one."""
    columns = [place for place in range(len(found)) if _is_column(found, place)]
    for place in columns:
        others = [
            other
            for other in columns
            if found[other].text != found[place].text
            and found[other].query == found[place].query
            and _suffix(found[other]) == _suffix(found[place])
            and _qualifier(found, other) == _qualifier(found, place)
        ]
        if others:
            text = found[_nearest(place, others)].text
            if _names_an_output(found, place):
                text += f" AS {found[place].text}"
            yield _replaced(found[place], text)


def _suffix(token: Token) -> str:
    return token.text.rpartition("_")[2]


def _qualifier(found: Sequence[Token], place: int) -> str:
    return found[place - 2].text if place > 1 and found[place - 1].text == "." else ""


def _nearest(place: int, others: Sequence[int]) -> int:
    return min(others, key=lambda other: abs(other - place))


def _is_column(found: Sequence[Token], place: int) -> bool:
    token = found[place]
    outer = next((t for t in reversed(found[:place]) if t.depth < token.depth), None)
    after = found[place + 1].text if place + 1 < len(found) else ""
    return (
        token.kind == "name"
        and _COLUMN.fullmatch(token.text) is not None
        and found[place - 1].word != "AS"
        and after not in {".", "("}
        and token.clause not in {"FROM", "JOIN", "USING", "GROUP", "ORDER", "WITH"}
        and (outer is None or outer.clause not in {"USING", "MACRO"} or token.clause != "")
    )


def _names_an_output(found: Sequence[Token], place: int) -> bool:
    """Return whether this column stands alone in a SELECT list and so names a result."""
    first = place - 2 if _qualifier(found, place) else place
    after = found[place + 1].word if place + 1 < len(found) else ""
    return (
        found[place].clause == "SELECT"
        and found[first - 1].word in {"SELECT", "DISTINCT", ","}
        and after in {",", "FROM"}
    )


def drop_not(found: Sequence[Token]) -> Iterator[Edit]:
    """Leave out NOT, or put one behind IS."""
    for place, token in enumerate(found):
        if token.word == "NOT":
            yield Edit(token.start, found[place + 1].start, "")
        elif token.word == "IS" and found[place + 1].word != "NOT":
            yield _inserted(token.end, " NOT")


def forget_null(found: Sequence[Token]) -> Iterator[Edit]:
    """Compare by = and <> where NULL is to be a value; leave out what coalesce falls back on."""
    for place, token in enumerate(found):
        words = [t.word for t in found[place : place + 4]]
        if words[:3] == ["IS", "DISTINCT", "FROM"]:
            yield Edit(token.start, found[place + 2].end, "<>")
        elif words == ["IS", "NOT", "DISTINCT", "FROM"]:
            yield Edit(token.start, found[place + 3].end, "=")
        elif words[:2] == ["COALESCE", "("]:
            (_, first_end), *_, (_, last_end) = arguments(found, place + 1)
            yield Edit(found[first_end - 1].end, found[last_end - 1].end, "")


def coalesce_order(found: Sequence[Token]) -> Iterator[Edit]:
    """Swap the first two arguments of coalesce."""
    yield from _swapped_arguments(found, "COALESCE")


def swap_rate(found: Sequence[Token]) -> Iterator[Edit]:
    """Divide the denominator by the numerator."""
    yield from _swapped_arguments(found, "RATE_PCT")


def _swapped_arguments(found: Sequence[Token], function: str) -> Iterator[Edit]:
    for place, token in enumerate(found[:-1]):
        if token.word == function and found[place + 1].text == "(":
            (first, first_end), (second, second_end) = arguments(found, place + 1)[:2]
            text = f"{_text(found[second:second_end])}, {_text(found[first:first_end])}"
            yield Edit(found[first].start, found[second_end - 1].end, text)


def _text(part: Sequence[Token]) -> str:
    return " ".join(token.text for token in part).replace(" . ", ".")


def in_list(found: Sequence[Token]) -> Iterator[Edit]:
    """Leave one value out of an IN list."""
    for place, token in enumerate(found[:-2]):
        if token.word != "IN" or found[place + 2].kind != "string":
            continue
        values = [found[first] for first, _ in arguments(found, place + 1)]
        for before, value in pairwise(values):
            yield Edit(before.end, value.end, "")
        if len(values) > 1:
            yield Edit(values[0].start, values[1].start, "")


def other_label(found: Sequence[Token]) -> Iterator[Edit]:
    """Name another state, outcome or scope: the nearest that is called otherwise."""
    labels = [
        place
        for place, token in enumerate(found)
        if _LABEL.fullmatch(token.text) and found[place - 1].word in _BEFORE_LABEL
    ]
    for place in labels:
        others = [other for other in labels if found[other].text != found[place].text]
        if others:
            yield _replaced(found[place], found[_nearest(place, others)].text)


def aggregate(found: Sequence[Token]) -> Iterator[Edit]:
    """Summarise otherwise: sum to max and count, min to max, count(DISTINCT x) to count(x)."""
    for token, after in pairwise(found):
        if token.word == "DISTINCT" and after.word != "FROM":
            yield Edit(token.start, after.start, "")
        elif after.text == "(":
            for other in _OTHER_SUMMARY.get(token.word, ()):
                yield _replaced(token, other)


def summand(found: Sequence[Token]) -> Iterator[Edit]:
    """Swap + and -, or leave out what is added or taken away."""
    for place, token in enumerate(found[:-1]):
        if token.text not in {"+", "-"}:
            continue
        yield _replaced(token, "-" if token.text == "+" else "+")
        before = found[place - 1]
        if before.word in {"THEN", "ELSE", "WHEN", "SELECT", ",", "("}:
            continue  # A sign: without its number nothing is left.
        end = place + 1
        while end < condition_end(found, place + 1) and not (
            found[end].depth == token.depth and found[end].word in _NO_SUMMAND
        ):
            end += 1
        yield Edit(before.end, found[end - 1].end, "")


def join_kind(found: Sequence[Token]) -> Iterator[Edit]:
    """Swap INNER and LEFT, SEMI and ANTI."""
    for token, after in pairwise(found):
        if after.word == "JOIN" and token.word in _OTHER_JOIN:
            yield _replaced(token, _OTHER_JOIN[token.word])


def union_kind(found: Sequence[Token]) -> Iterator[Edit]:
    """Swap UNION ALL and UNION."""
    for token, after in pairwise(found):
        if token.word == "UNION" and after.word == "ALL":
            yield Edit(token.start, after.end, "UNION")
        elif token.word == "UNION":
            yield _replaced(token, "UNION ALL")


def constant(found: Sequence[Token]) -> Iterator[Edit]:
    """Swap true and false; move the last digit of a number by one."""
    for place, token in enumerate(found):
        if token.word in {"TRUE", "FALSE"}:
            yield _replaced(token, "false" if token.word == "TRUE" else "true")
        # The size of a type is no figure: DECIMAL(9, 2).
        elif token.kind == "number" and "DECIMAL" not in {
            t.word for t in found[max(place - 4, 0) : place]
        }:
            yield _replaced(token, token.text[:-1] + str((int(token.text[-1]) + 1) % 10))


def _replaced(token: Token, text: str) -> Edit:
    return Edit(token.start, token.end, text)


def _inserted(place: int, text: str) -> Edit:
    return Edit(place, place, text)


OPERATORS: dict[str, Operator] = {
    function.__name__: function
    for function in (
        boundary, between, and_or, drop_condition, drop_filter, swap_column, drop_not, forget_null,
        coalesce_order, swap_rate, in_list, other_label, aggregate, summand, join_kind,
        union_kind, constant,
    )
}  # fmt: skip
