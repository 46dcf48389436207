"""Reading the settings of the statistic.

Belongs here: finding `statistic.toml`, and what may stand in it. Does not belong here: the model
(`schemas.statistic`).
"""

from pathlib import Path

from assets.engine import settings_file
from schemas.statistic import Statistic

_EXPECTED = (
    'closing_day 1 to 27 or "last", end_basis "finished" or "returned", '
    'closed_other "separate" or "resolved"'
)


def load_statistic(settings: Path) -> Statistic:
    """Return the settings of the statistic; the defaults where there is no `statistic.toml`.

    Raises SettingsError where the file is not TOML, or says something else than the model knows.
    """
    return settings_file.load(settings / "statistic.toml", Statistic, _EXPECTED)
