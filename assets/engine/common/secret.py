"""Secrets, from the environment variables that settings name.

What a variable holds is in no message.
"""

import os

from assets.engine.common.errors import MotcuaError


def secret(
    variable: str, doing: str, error: type[MotcuaError], *, may_have_marks: bool = True
) -> str:
    """Return what an environment variable holds; `doing` says what for, in messages.

    Raises
    ------
    MotcuaError
        An `error`: the variable is not set, or holds no text, more than one line, or letters with
        marks where nothing can carry them.
    """
    text = os.environ.get(variable, "").strip()
    if not text:
        found = f"no environment variable {variable}"
    elif not text.isprintable():
        found = f"more than one line in the environment variable {variable}"
    elif not (may_have_marks or text.isascii()):
        found = f"letters with marks in the environment variable {variable}"
    else:
        return text
    raise error(
        doing, found, "the secret that the settings name",
        f"Set {variable} where Dagster is started, and start it again.",
    )  # fmt: skip
