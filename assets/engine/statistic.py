"""Reading the settings of the statistic.

Belongs here: finding `statistic.toml` and fitting it to its model. Does not belong here: the model
(`schemas.statistic`).
"""

from pathlib import Path

from pydantic import ValidationError

from assets.engine.errors import SettingsError
from assets.engine.settings_mend import read_settings
from assets.engine.wording import misfits
from schemas.statistic import Statistic


def load_statistic(settings: Path) -> Statistic:
    """Return the settings of the statistic; the defaults where there is no `statistic.toml`.

    Raises
    ------
    SettingsError
        The file is not TOML, or says something else than the model knows.
    """
    file = settings / "statistic.toml"
    if not file.exists():
        return Statistic()
    data = read_settings(file)
    try:
        return Statistic.model_validate(data)
    except ValidationError as error:
        raise SettingsError(
            f"Reading {file}",
            misfits(data, error),
            'closing_day 1 to 27 or "last", end_basis "finished" or "returned", '
            'closed_other "separate" or "resolved"',
            "Correct these settings, or remove a line for its default.",
        ) from None
