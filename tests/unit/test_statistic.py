"""The settings of the statistic: what fits, and the sentence for what does not."""

from pathlib import Path

import pytest

from assets.engine.common.errors import SettingsError
from assets.engine.settings import load_statistic
from schemas.settings import Statistic
from tests.support import SETTINGS


def _written(folder: Path, text: str) -> Path:
    (folder / "statistic.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_the_defaults_are_in_force(tmp_path: Path) -> None:
    assert load_statistic(tmp_path) == load_statistic(SETTINGS) == Statistic()


@pytest.mark.parametrize("day", ["1", "27", '"last"'])
def test_every_closing_day_that_a_month_can_have_is_taken(tmp_path: Path, day: str) -> None:
    settings = load_statistic(_written(tmp_path, f"closing_day = {day}"))
    assert settings.closing_day == (int(day) if day.isdecimal() else "last")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("closing_day = 28", "closing_day: is more than 27 and is not 'last'"),
        ("closing_day = 0", "closing_day: is less than 1 and is not 'last'"),
        ('closing_day = "end"', "closing_day: is no whole number and is not 'last'"),
        ('end_basis = "done"', "end_basis: is not 'finished' or 'returned'"),
        ("closed_other = 2", "closed_other: is not 'separate' or 'resolved'"),
        ("closing_days = 14", "closing_days: is no setting"),
        (
            'closing_day = 99\nend_basis = ""',
            "closing_day: is more than 27 and is not 'last'; "
            "end_basis: is not 'finished' or 'returned'",
        ),
    ],
)
def test_a_misfit_is_told_in_four_parts_of_our_own_words(
    tmp_path: Path, text: str, found: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_statistic(_written(tmp_path, text))
    assert str(caught.value) == (
        f"Reading {tmp_path / 'statistic.toml'}: found {found}; "
        'expected closing_day 1 to 27 or "last", end_basis "finished" or "returned", '
        'closed_other "separate" or "resolved". '
        "Correct these settings, or remove a line for its default."
    )


def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_statistic(_written(tmp_path, "closing_day 14"))
    assert caught.value.doing == "Reading settings file statistic.toml"
    assert caught.value.found.startswith("no TOML: ")
    assert "line 1" in caught.value.found
