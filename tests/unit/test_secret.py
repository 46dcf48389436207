"""What an environment variable may hold as a secret, and the sentence for what it may not."""

import pytest

from assets.engine.common.errors import MotcuaError, PortalError, SettingsError
from assets.engine.common.secret import secret

NAME = "MOTCUA_TEST_SECRET"


@pytest.mark.parametrize("text", ["https://chat.vn/x", "mật khẩu", " x y\n"])
def test_a_line_of_text_is_a_secret(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, text)
    assert secret(NAME, "Sending", SettingsError) == text.strip()


@pytest.mark.parametrize("error", [SettingsError, PortalError])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, "no environment variable"),
        ("", "no environment variable"),
        ("\t ", "no environment variable"),
        ("bi-mat\nhai", "more than one line in the environment variable"),
        ("mật", "letters with marks in the environment variable"),
    ],
)
def test_what_is_none_is_named_and_not_quoted(
    text: str | None, found: str, error: type[MotcuaError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(NAME, raising=False)
    if text is not None:
        monkeypatch.setenv(NAME, text)
    with pytest.raises(error) as caught:
        secret(NAME, "Sending", error, may_have_marks=False)
    assert str(caught.value) == (
        f"Sending: found {found} {NAME}; expected the secret that the settings name. "
        f"Set {NAME} where Dagster is started, and start it again."
    )
