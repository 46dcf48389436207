"""Whether the installation that a command means is there, and is the one that its settings fit."""

from datetime import date

from assets.engine.collect import read_manifest
from assets.engine.common.calendar import Calendar
from assets.engine.common.errors import MotcuaError
from assets.engine.common.paths import Paths

# Without an installation these have nothing to do.
_OF_AN_INSTALLATION = ("backup", "rebuild", "withdraw")


def check_place(paths: Paths, command: str) -> None:
    """Say that a new installation begins, where one may; a mistyped MOTCUA_DATA is refused.

    Raises
    ------
    MotcuaError
        There is no installation to work on, or not even the folder that a new one goes into.
    """
    if paths.data.exists() or command == "check-source":
        return
    if command in _OF_AN_INSTALLATION or not paths.data.parent.is_dir():
        raise MotcuaError(
            f"Looking for the installation {paths.data}",
            "no such folder",
            "the folder of an installation, or for a new one its name in a folder that is there",
            f"Correct MOTCUA_DATA; for a new installation: mkdir -p {paths.data}",
        )
    print(f"New installation in {paths.data}")


def closing_day_changed(paths: Paths, calendar: Calendar, key: str) -> MotcuaError | None:
    """Return the error of a key that was right before closing_day changed; None for others."""
    delivered = {delivery.period for delivery in read_manifest(paths)}
    days = {date.fromisoformat(period).day for period in delivered}
    try:
        day = date.fromisoformat(key)
    except ValueError:
        return None
    if day.day == calendar.first_day_of_month or day.day not in days:
        return None
    former = day.day - 1 or '"last"'
    return MotcuaError(
        f"Reading PERIOD={key}",
        f"another closing_day in statistic.toml than the {former} that deliveries came under: "
        f"periods begin on day {calendar.first_day_of_month} of a month now",
        "the closing_day of the first delivery",
        f"Set closing_day back to {former} and give the command once more. Or begin in an empty "
        f"MOTCUA_DATA: there that day lies in PERIOD={calendar.month_of(day).key}.",
    )
