"""The settings of operation: what fits, and the sentence for what does not."""

import re
from pathlib import Path

import pytest

from assets.engine.common.errors import SettingsError
from assets.engine.common.paths import PROJECT
from assets.engine.settings import load_operations, operations_or_defaults
from assets.engine.status.health import named_variables
from schemas.settings import Alerts, Mail, Operations
from tests.support import SETTINGS

MAIL = """
[alerts.mail]
host = "localhost"
from = "motcua@example.vn"
to = ["truc@example.vn"]
"""


def _written(folder: Path, text: str) -> Path:
    (folder / "operations.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_the_defaults_are_in_force(tmp_path: Path) -> None:
    assert load_operations(tmp_path) == Operations()


def test_the_file_of_the_project_shows_the_defaults() -> None:
    text = (SETTINGS / "operations.toml").read_text(encoding="utf-8")
    assert load_operations(SETTINGS) == Operations()
    for name in Operations.model_fields.keys() - {"alerts"}:
        assert re.search(rf"^{name} = ", text, re.MULTILINE), name


def test_what_the_project_s_file_shows_in_comments_fits(tmp_path: Path) -> None:
    text = (SETTINGS / "operations.toml").read_text(encoding="utf-8")
    example = text[text.index("# [alerts]") :].replace("# ", "").replace("#\n", "\n")
    operations = load_operations(_written(tmp_path, example))
    assert named_variables(operations) == [
        "MOTCUA_WEBHOOK_URL", "MOTCUA_MAIL_USER", "MOTCUA_MAIL_PASSWORD",
    ]  # fmt: skip
    assert operations.alerts.mail is not None
    assert operations.alerts.mail.sender == "motcua@example.gov.vn"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("days_after_clos = 3", "days_after_clos: "),
        ("days_after_close = 28", "days_after_close: "),
        ('days_after_close = "5"', "days_after_close: is no whole number"),
        ("max_run_minutes = 0", "max_run_minutes: "),
        ("keep_runs_days = 1", "keep_runs_days: "),
        ('ui_url = "ftp://motcua"', "ui_url: "),
        ('ui_url = "https://mau:mat-khau@motcua"', "ui_url: "),
        (MAIL + 'password = "mat-khau"', "alerts.mail.password: "),
        (MAIL + 'user_variable = "MAIL_USER"', "both or not at all"),
        (
            MAIL + 'user_variable = "U"\npassword_variable = "P"\nstarttls = false',
            "a password needs starttls",
        ),
        (
            MAIL + 'user_variable = "U"\npassword_variable = "mat-khau"',
            "alerts.mail.password_variable: ",
        ),
        ('[alerts]\nwebhook_url_variable = "https://chat.vn/mat-khau"', "webhook_url_variable: "),
        (MAIL.replace('["truc@example.vn"]', "[]"), "alerts.mail.to: "),
    ],
)
def test_a_misfit_is_named_and_no_value_quoted(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_operations(_written(tmp_path, text))
    message = str(caught.value)
    assert said in message
    assert "mat-khau" not in message
    assert "operations.toml" in message
    assert "Correct these settings" in message


def test_a_slip_does_not_cost_a_night(tmp_path: Path) -> None:
    told: list[str] = []
    _written(tmp_path, "days_after_close = 'five'")
    assert operations_or_defaults(tmp_path, told.append) == Operations()
    (line,) = told
    assert "days_after_close: " in line
    assert "defaults are in force" in line
    assert operations_or_defaults(SETTINGS, told.append) == Operations()
    assert len(told) == 1


def test_the_page_says_what_every_setting_means() -> None:
    text = (PROJECT / "docs" / "nights.md").read_text(encoding="utf-8")
    night = text[text.index("## The night") : text.index("## When something is wrong")]
    for name in (Operations.model_fields.keys() - {"alerts"}) | Alerts.model_fields.keys():
        assert name in night, name
    for name, field in Mail.model_fields.items():
        assert f"`{field.alias or name}`" in night or f".{field.alias or name}`" in night, name
