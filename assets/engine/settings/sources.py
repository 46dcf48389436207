"""Reading the settings of the sources."""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from assets.engine.common.errors import SettingsError
from assets.engine.common.messages import existing, joined, misfit
from assets.engine.settings.file import read_settings
from schemas.settings import ApiExport, ApiSource, Change, Export, Marks, Misfits, Source

_DESCRIBED = "settings as docs/portals.md describes them"
_CORRECT = "Correct this line."
# Settings of versions that asked portals for changes.
_REMOVED = ("since_param", "overlap_minutes")
_REMOVE = "Remove it: every period is asked for whole now."


@dataclass(frozen=True)
class Mistake:
    """Something to correct: its key or file, what was found there, what is expected, what to do."""

    place: str
    found: str
    expected: str
    to_do: str

    def __str__(self) -> str:
        """Return the four parts as a sentence."""
        return f"{self.place}: found {self.found}; expected {self.expected}. {self.to_do}"


def load_sources(folder: Path) -> dict[str, Source]:
    """Return the sources of `folder` by name, which is the stem of their file.

    Raises
    ------
    SettingsError
        No settings file, one that is not TOML, or one that does not fit the model; every
        mistake that the model finds is listed.
    """
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise SettingsError(
            "Reading source settings",
            f"no .toml file in {folder}",
            "one settings file a portal",
            "Copy data/sources/xin_man.toml there and fit it, or set MOTCUA_SETTINGS.",
        )
    return {file.stem: _load_source(file) for file in files}


def _load_source(file: Path) -> Source:
    data = read_settings(file)
    try:
        return Source.model_validate(data)
    except ValidationError as error:
        raise SettingsError(
            f"Reading source settings {file.name}",
            joined([_shortly(item) for item in mistakes(data, error)]),
            _DESCRIBED,
            f"Correct these settings.{_check_on_a_sample(file, data)}",
        ) from None


def _check_on_a_sample(file: Path, data: dict[str, Any]) -> str:
    """Return how to try an export of the settings on a file of it; nothing where none is named."""
    exports = data.get("exports")
    if not isinstance(exports, dict) or not exports:
        return ""
    return (
        " To try them, with the path of a file as the portal delivers it for FILE: make "
        f"check-source SETTINGS={quote(str(file))} EXPORT={quote(next(iter(exports)))} "
        "FILE=sample.csv"
    )


def _shortly(mistake: Mistake) -> str:
    to_do = mistake.to_do
    meant = (
        f"; {to_do[0].lower()}{to_do[1:]}" if "Did you mean" in to_do or to_do == _REMOVE else ""
    )
    found = re.sub("^(a [a-z]+ )?that (it )?", "", mistake.found)
    return f"{mistake.place}: {found}{meant}"


def mistakes(data: dict[str, Any], error: ValidationError) -> list[Mistake]:
    """Return what the model finds in the data of a settings file, each mistake once."""
    listed: dict[Mistake, None] = {}
    for item in error.errors():
        path = existing(data, item["loc"])
        place = ".".join(map(str, path)) or "the file"
        cause = item.get("ctx", {}).get("error")
        if isinstance(cause, Misfits):
            found = [Mistake(place, text, _DESCRIBED, _CORRECT) for text in cause.problems]
        elif item["type"] == "missing":
            missing = ".".join(map(str, [*path, item["loc"][-1]]))
            found = [Mistake(missing, "that it is missing", "this setting", "Add it.")]
        elif item["type"] == "extra_forbidden":
            found = [_misspelt(place, path)]
        else:
            text = misfit(item) if cause else f"{_kind_of(item)} that {misfit(item)}"
            found = [Mistake(place, text, _DESCRIBED, _CORRECT)]
        listed |= dict.fromkeys(found)
    return list(listed)


def _kind_of(item: ErrorDetails) -> str:
    """Return what stands there without quoting it: it may be a secret."""
    return {"str": "a text", "bool": "a boolean", "list": "a list", "dict": "a table"}.get(
        type(item["input"]).__name__, "a value"
    )


def _misspelt(place: str, path: list[int | str]) -> Mistake:
    if path[-1] in _REMOVED:
        return Mistake(place, "a setting by which portals were asked for changes", "none", _REMOVE)
    known = sorted(_model_at(path).model_fields)
    close = difflib.get_close_matches(str(path[-1]), known, 1)
    to_do = f"Did you mean {close[0]}?" if close else _CORRECT
    return Mistake(place, "a key that is no setting", f"one of {', '.join(known)}", to_do)


def _model_at(path: list[int | str]) -> type[BaseModel]:
    """Return the model of the table in which `path` ends."""
    if "changes" in path:
        return Change
    if "marks" in path:
        return Marks
    if "api" in path[:-1]:
        return ApiSource if path[0] == "api" else ApiExport
    return Export if len(path) > 1 else Source
