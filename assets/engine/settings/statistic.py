"""The settings of the statistic, and the calendar that follows from them."""

from pathlib import Path

from assets.engine.common.calendar import Calendar
from assets.engine.settings import file as settings_file
from schemas.settings import Statistic

_EXPECTED = (
    'closing_day 1 to 27 or "last", end_basis "finished" or "returned", '
    'closed_other "separate" or "resolved"'
)


def load_statistic(settings: Path) -> Statistic:
    """Return the settings of the statistic; the defaults where there is no `statistic.toml`.

    Raises SettingsError where the file is not TOML, or says something else than the model knows.
    """
    return settings_file.load(settings / "statistic.toml", Statistic, _EXPECTED)


def load_calendar(settings: Path) -> Calendar:
    """Return the calendar of an installation, by the closing day of its `statistic.toml`.

    Raises SettingsError as `load_statistic` does.
    """
    return Calendar(load_statistic(settings).days_before)
