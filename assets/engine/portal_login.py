"""The secret that a portal is asked with, in each request.

Belongs here: the header that carries what `[api]` names. Does not belong here: looking a variable
up (`secret`) and asking (`portal_client`).
"""

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from assets.engine.common.errors import PortalError
from assets.engine.common.secret import secret
from schemas.settings import ApiSource


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
        # No header can carry marks.
        token = secret(settings.token_variable, doing, PortalError, may_have_marks=False)
        is_bearer = settings.token_header.lower() == "authorization"
        return _Token(settings.token_header, f"Bearer {token}" if is_bearer else token)
    if settings.user_variable and settings.password_variable:
        return HTTPBasicAuth(
            secret(settings.user_variable, doing, PortalError).encode(),
            secret(settings.password_variable, doing, PortalError).encode(),
        )
    return _NoLogIn()
