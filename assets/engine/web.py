"""A session of requests that does nothing unasked, and whose replies end when they must.

Belongs here: what portals and webhooks are asked with. Does not belong here: what they are asked
(`portal_client`, `pipelines.alerts`).
"""

import io
import math
import socket
import time
from collections.abc import Callable
from http.client import HTTPResponse
from typing import Any

import requests
from requests.adapters import HTTPAdapter


class Session(requests.Session):
    """A session that leaves redirects, and the bodies of all replies, to the one who asks.

    Even with `allow_redirects=False` requests reads the whole body of a redirect, however long,
    and parses where it points, to say what the next request would be.

    Attributes
    ----------
    ends_at
        Moment of the monotonic clock after which no byte of a reply is read. The time-out of a
        request begins anew with every byte; headers and trailers that drip would never end.
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
