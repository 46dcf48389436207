"""The secret that a portal is asked with, from the environment into each request.

Belongs here: looking up what `[api]` names, and the header that carries it. Does not belong here:
asking (`portal_client`). What a variable holds is in no message.
"""

import os

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from assets.engine.errors import PortalError
from schemas.api import ApiSource


class _Token(AuthBase):
    """A token in a header."""

    def __init__(self, header: str, text: str) -> None:
        self.header = header
        self.text = text

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[self.header] = self.text
        return request


class _NoLogIn(AuthBase):
    """No log-in; without it, requests would look for one in ~/.netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def log_in(settings: ApiSource, doing: str) -> AuthBase:
    """Return what puts the secret into each request; `doing` says what for, in messages.

    Raises
    ------
    PortalError
        An environment variable that the settings name is not set, or holds no secret.
    """
    if settings.token_variable:
        token = _secret(settings.token_variable, doing)
        if not token.isascii():  # no header can carry it
            found = f"letters with marks in the environment variable {settings.token_variable}"
            raise _unset(settings.token_variable, found, doing)
        is_bearer = settings.token_header.lower() == "authorization"
        return _Token(settings.token_header, f"Bearer {token}" if is_bearer else token)
    if settings.user_variable and settings.password_variable:
        return HTTPBasicAuth(
            _secret(settings.user_variable, doing).encode(),
            _secret(settings.password_variable, doing).encode(),
        )
    return _NoLogIn()


def _secret(variable: str, doing: str) -> str:
    text = os.environ.get(variable, "").strip()
    if not text or not text.isprintable():
        found = (
            f"an environment variable {variable} of more than one line"
            if text
            else f"no text in the environment variable {variable}"
        )
        raise _unset(variable, found, doing)
    return text


def _unset(variable: str, found: str, doing: str) -> PortalError:
    return PortalError(
        doing, found, "the secret that [api] names",
        f"Set {variable} where Dagster is started, and start it again.",
    )  # fmt: skip
