"""Words that messages share: a count with its noun, deliveries, what does not fit a model.

No value of a setting is quoted: it may be a secret.
"""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

# More labels than this nobody reads in a sentence.
SHOWN = 5
# What pydantic calls a misfit, by the first word of its type and else the whole of it.
_NO_SUCH = {
    "int": "is no whole number",
    "float": "is no number",
    "bool": "is no boolean: true or false, without quotation marks",
    "string": "is no text in quotation marks",
    "list": "is no list",
    "dict": "is no table",
    "model": "is no table",
    "date": "is no day such as 2023-10-15",
}
_MISFITS = {
    "missing": "is missing",
    "extra_forbidden": "is no setting",
    "literal_error": "is not {expected}",
    "string_too_short": "is empty",
    "too_short": "is empty",
    "string_pattern_mismatch": "is not of the form {pattern}",
    "greater_than": "is not more than {gt:g}",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
    "value_error": "{error}",
}


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is one: 1 row, 2,000 rows."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def joined(sentences: Iterable[str]) -> str:
    """Return sentences as parts of a longer one, which has a full stop at its own end only."""
    return "; ".join(sentence.removesuffix(".") for sentence in sentences)


def deliveries_of(keys: list[str]) -> str:
    """Return how many deliveries of these periods, one key each, there are, and of which."""
    periods = sorted(set(keys))
    more = f" and {len(periods) - SHOWN} more" if len(periods) > SHOWN else ""
    count = f"{len(keys):,} {'delivery' if len(keys) == 1 else 'deliveries'}"
    return f"{count} of {', '.join(periods[:SHOWN])}{more}"


def misfit(item: ErrorDetails) -> str:
    """Return what pydantic says of one setting, as the rest of a sentence that names it."""
    kind = item["type"]
    if kind in _MISFITS:
        return _MISFITS[kind].format_map(item.get("ctx", {}))
    return _NO_SUCH.get(kind.partition("_")[0]) or item["msg"]


def misfits(data: dict[str, Any], error: ValidationError) -> str:
    """Return what does not fit, each with its place: `closing_day: is more than 27`.

    Where a setting may be one thing or another, it is none of them.
    """
    said: dict[str, dict[str, None]] = {}
    for item in error.errors():
        place = [str(step) for step in existing(data, item["loc"])]
        if item["type"] == "missing":
            place.append(str(item["loc"][-1]))
        said.setdefault(".".join(place) or "the file", {})[misfit(item)] = None
    return "; ".join(f"{place}: {' and '.join(parts)}" for place, parts in said.items())


def existing(data: Any, place: tuple[int | str, ...]) -> list[int | str]:
    """Return the part of `place` that there is in `data`; pydantic adds names of types to it."""
    path: list[int | str] = []
    for step in place:
        inner = dict(enumerate(data)) if isinstance(data, list) else data
        if not isinstance(inner, dict) or step not in inner:
            break
        data = inner[step]
        path.append(step)
    return path
