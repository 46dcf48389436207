"""A settings file: its TOML as data, and fitted to a model of which every line has a default."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from assets.engine.common.errors import SettingsError
from assets.engine.common.messages import misfits

_Model = TypeVar("_Model", bound=BaseModel)
# What the parser says of a table or key that stands twice, and what to do about it.
_TWICE = {
    "Cannot declare": "Merge the two tables of that name into one.",
    "Cannot overwrite": "Keep one of the two lines or tables of that name.",
}


def read_settings(file: Path) -> dict[str, Any]:
    """Return a settings file as data; SettingsError if it is no TOML."""
    doing = f"Reading settings file {file.name}"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        said = str(error)
        to_do = next((_TWICE[sign] for sign in _TWICE if sign in said), "Correct that line.")
        raise SettingsError(doing, f"no TOML: {said}", "a TOML file in UTF-8", to_do) from None
    except OSError as error:
        raise SettingsError(
            doing,
            error.strerror or "no such file",
            "a file that can be read",
            "Correct its path or its permissions.",
        ) from None


def load(file: Path, model: type[_Model], expected: str) -> _Model:
    """Return the settings of a file; the defaults of `model` where there is no such file.

    Raises
    ------
    SettingsError
        The file is not TOML, or says something else than the model knows, which `expected` tells;
        no value is quoted, for it may be a secret.
    """
    if not file.exists():
        return model()
    data = read_settings(file)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise SettingsError(
            f"Reading {file}",
            misfits(data, error),
            expected,
            "Correct these settings, or remove a line for its default.",
        ) from None
