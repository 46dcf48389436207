"""Reading the settings of operation."""

from collections.abc import Callable
from pathlib import Path

from assets.engine.common.errors import SettingsError
from assets.engine.settings import file as settings_file
from schemas.settings import Operations

_EXPECTED = "settings as docs/nights.md describes them"


def load_operations(settings: Path) -> Operations:
    """Return the settings of operation; the defaults where there is no `operations.toml`.

    Raises SettingsError where the file is not TOML, or says something else than the model knows.
    """
    return settings_file.load(settings / "operations.toml", Operations, _EXPECTED)


def operations_or_defaults(settings: Path, tell: Callable[[str], object]) -> Operations:
    """Return the settings, or the defaults after telling what does not fit.

    A slip in this file must not cost a night: it steers when and whom, never a figure.
    """
    try:
        return load_operations(settings)
    except SettingsError as error:
        tell(f"{error} Until then the defaults are in force.")
        return Operations()
