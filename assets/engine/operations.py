"""Reading the settings of operation.

Belongs here: finding `operations.toml`, fitting it to its model. Does not belong here: the model
(`schemas.operations`), the secrets it names (`secret`) and what the settings steer (`pipelines`).
"""

from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from assets.engine.errors import SettingsError
from assets.engine.settings_mend import read_settings
from assets.engine.wording import misfits
from schemas.operations import Operations


def load_operations(settings: Path) -> Operations:
    """Return the settings of operation; the defaults where there is no `operations.toml`.

    Raises
    ------
    SettingsError
        The file is not TOML, or says something else than the model knows; no value is quoted, for
        it may be a secret.
    """
    file = settings / "operations.toml"
    if not file.exists():
        return Operations()
    data = read_settings(file)
    try:
        return Operations.model_validate(data)
    except ValidationError as error:
        raise SettingsError(
            f"Reading {file}",
            misfits(data, error),
            "settings as the README's part on the night describes them",
            "Correct these settings, or remove a line for its default.",
        ) from None


def operations_or_defaults(settings: Path, tell: Callable[[str], object]) -> Operations:
    """Return the settings, or the defaults after telling what does not fit.

    A slip in this file must not cost a night: it steers when and whom, never a figure.
    """
    try:
        return load_operations(settings)
    except SettingsError as error:
        tell(f"{error} Until then the defaults are in force.")
        return Operations()
