"""A session of requests that does nothing unasked, and whose replies end by a deadline."""

import io
import math
import socket
import time
from collections.abc import Callable
from http.client import HTTPResponse
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

from assets.engine.common.errors import PortalError
from assets.engine.common.secret import secret
from schemas.settings import ApiSource

LogIn = Callable[[requests.PreparedRequest], requests.PreparedRequest]


class Session(requests.Session):
    """A session that reads no byte of a reply after `ends_at` of the monotonic clock.

    The time-out of a request begins anew with every byte; headers and trailers that drip would
    never end. Redirects are left to the caller: even with `allow_redirects=False` requests reads
    the whole body of one, however long.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ends_at = math.inf
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(lambda: self.ends_at))

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Return that there is none."""
        return None


class _Adapter(HTTPAdapter):
    """Makes connections, to a portal or to a proxy before it, whose replies end in time."""

    def __init__(self, ends_at: Callable[[], float]) -> None:
        super().__init__()
        self._ends_at = ends_at

    def get_connection_with_tls_context(self, *arguments: Any, **named: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*arguments, **named)
        kind = pool.ConnectionCls
        if not hasattr(kind, "is_timed"):
            timed = {"response_class": staticmethod(self._reply), "is_timed": True}
            pool.ConnectionCls = type(kind.__name__, (kind,), timed)
        return pool

    def _reply(self, connected: socket.socket, *arguments: Any, **named: Any) -> HTTPResponse:
        reply = HTTPResponse(connected, *arguments, **named)
        reply.fp = io.BufferedReader(_Timed(reply.fp.detach(), connected, self._ends_at))
        return reply


class _Timed(io.RawIOBase):
    """What a socket gives until a moment; each read waits no longer than until then."""

    def __init__(
        self, raw: io.RawIOBase, connected: socket.socket, ends_at: Callable[[], float]
    ) -> None:
        self._raw = raw
        self._socket = connected
        self._ends_at = ends_at
        self._longest_wait = connected.gettimeout() or math.inf

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends_at() - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(min(left, self._longest_wait))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def log_in(settings: ApiSource, doing: str) -> LogIn:
    """Return what puts the secret that `[api]` names into each request.

    Raises
    ------
    PortalError
        An environment variable that the settings name is not set, or holds no secret.
    """
    if settings.token_variable:
        # No header can carry diacritics.
        token = secret(settings.token_variable, doing, PortalError, may_have_marks=False)
        header = settings.token_header
        text = f"Bearer {token}" if header.lower() == "authorization" else token

        def with_token(request: requests.PreparedRequest) -> requests.PreparedRequest:
            request.headers[header] = text
            return request

        return with_token
    if settings.user_variable and settings.password_variable:
        return HTTPBasicAuth(
            secret(settings.user_variable, doing, PortalError).encode(),
            secret(settings.password_variable, doing, PortalError).encode(),
        )
    return lambda request: request  # without it, requests would look into ~/.netrc
