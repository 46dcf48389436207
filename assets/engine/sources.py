"""Reading the settings of the sources.

Belongs here: finding `sources/*.toml`, fitting them to their model and wording what does not fit.
Does not belong here: the model (`schemas.settings`).
"""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from assets.engine.errors import SettingsError
from schemas.settings import Source


def load_sources(folder: Path) -> dict[str, Source]:
    """Return the sources of `folder` by name, which is the stem of their file.

    Raises
    ------
    SettingsError
        No settings file, one that is not TOML, or one that does not fit the model; every
        misfit of the file is listed.
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
    doing = f"Reading source settings {file.name}"
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            doing, str(error), "a TOML file in UTF-8", "Correct that line."
        ) from None
    try:
        return Source.model_validate(data)
    except ValidationError as error:
        misfits = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}" for item in error.errors()
        )
        raise SettingsError(
            doing, misfits, "settings as the README describes them", "Correct these settings."
        ) from None
