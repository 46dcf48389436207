"""Asking a portal, one request at a time: trouble that may pass is met again, the rest fails.

No secret, address or text of a reply is in any message: errors of requests, urllib3 and the system,
which quote them, are worded anew.
"""

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import requests
from urllib3.exceptions import HTTPError, InvalidHeader, ReadTimeoutError
from urllib3.util import Retry

from assets.engine.common.calendar import TIMEZONE
from assets.engine.common.errors import PortalError
from assets.engine.portal.session import Session, log_in
from schemas.settings import ApiSource

Read = TypeVar("Read")
CHUNK = 64 << 10
LONGEST_WAIT = 60  # seconds between attempts, where the portal asks for no more
_TOO_OFTEN, _TOO_SLOW = 429, 408
_UNKNOWN = (400, 404, 410)
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"


class MayPass(Exception):
    """Trouble that another attempt may not meet."""

    def __init__(self, found: str, to_do: str, wait_seconds: float = 0) -> None:
        self.found = found
        self.to_do = to_do
        self.wait_seconds = wait_seconds
        super().__init__(found)


class RequestRefused(PortalError):
    """The portal does not know what it was asked for; who asks is not the trouble."""


class Rate:
    """Keeps the requests to one portal apart, whichever of its exports they are for."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._next_request = 0.0

    def wait(self) -> None:
        """Return when the next request may be sent."""
        time.sleep(max(0.0, self._next_request - time.monotonic()))
        self._next_request = time.monotonic() + self._gap


class PortalClient:
    """One portal, asked over one session; `rate` is shared by all exports of its source.

    `portal_time` is when the last reply came by the portal's own clock, if it says so.
    """

    def __init__(
        self, settings: ApiSource, source: str, export: str, *,
        rate: Rate, progress: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.settings = settings
        self.doing = f"Asking the portal of {source} for {export}"
        self.rate = rate
        self.progress = progress
        self.portal_time: datetime | None = None
        self.session = Session()
        # A proxy stands between this machine and others, not before the machine itself.
        self.session.trust_env = not settings.is_on_this_machine
        self.session.headers["Accept"] = "application/json"
        self.session.auth = log_in(settings, self.doing)

    def ask(self, path: str, params: Mapping[str, str], read: Callable[[bytes], Read]) -> Read:
        """Return what `read` makes of the reply to a GET: of no bytes, if HTTP says no content.

        `read` raises MayPass where the reply is broken: the page is then asked for again.

        Raises
        ------
        PortalError
            The portal refuses, or trouble that may pass did not within `max_attempts` and
            `max_total_seconds`.
        """
        started = time.monotonic()
        most = self.settings.max_total_seconds
        self.session.ends_at = started + most
        attempt = 0
        while True:
            attempt += 1
            try:
                return read(self._get(path, params))
            except MayPass as trouble:
                found, to_do, wish = trouble.found, trouble.to_do, trouble.wait_seconds
            pause = max(wish, random.uniform(0, min(LONGEST_WAIT, 2**attempt / 4)))  # noqa: S311
            seconds = time.monotonic() - started
            if attempt == self.settings.max_attempts or seconds + pause >= most:
                raise self._refused(
                    f"{found} (attempts: {attempt}, {seconds:.0f} s)",
                    "a whole reply",
                    f"{to_do} The next run goes on after the last whole page.",
                )
            self.progress(f"attempt {attempt}: {found}; the next in {pause:.1f} s")
            time.sleep(pause)

    def _get(self, path: str, params: Mapping[str, str]) -> bytes:
        """Return the body of the reply; a redirect is none, or its target would get the secret."""
        self.rate.wait()
        left = self.session.ends_at - time.monotonic()
        if left <= 0:
            raise _not_in_time()
        with (
            self._wire_trouble(),
            self.session.get(
                f"{self.settings.base_url}/{path.lstrip('/')}",
                params=params,
                stream=True,
                allow_redirects=False,
                timeout=(min(self.settings.connect_timeout, left), self.settings.read_timeout),
                # Of the session's own, requests would rather take REQUESTS_CA_BUNDLE.
                verify=self.settings.ca_bundle or True,
            ) as reply,
        ):
            self._check_status(reply)
            self.portal_time = _time_of(reply.headers.get("Date"))
            if reply.status_code == requests.codes.no_content:
                return b""
            return self._body(reply)

    def _body(self, reply: requests.Response) -> bytes:
        media_type = reply.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if media_type != "application/json" and not media_type.endswith("+json"):
            named = media_type if _MEDIA_TYPE.fullmatch(media_type) else "none"
            raise self._refused(
                f"a reply of content type {named}",
                "application/json",
                "Look at base_url and path: a page to log in or a notice of maintenance is no API.",
            )
        body = bytearray()
        # As it comes: to fill a chunk, a reply that drips would be waited for beyond all bounds.
        while chunk := reply.raw.read1(CHUNK, decode_content=True):
            body += chunk
            if len(body) > self.settings.max_reply_bytes:
                raise self._refused(
                    f"a reply of more than {self.settings.max_reply_bytes:,} bytes",
                    "a page",
                    "Ask for smaller pages by page_size, or raise max_reply_bytes of [api].",
                )
            if time.monotonic() > self.session.ends_at:
                raise _not_in_time()
        if not body:
            raise MayPass("an empty reply", "Ask the portal's operator.")
        return bytes(body)

    def _check_status(self, reply: requests.Response) -> None:
        status = reply.status_code
        if status in (requests.codes.ok, requests.codes.no_content):
            return
        if status in (_TOO_SLOW, _TOO_OFTEN) or status >= requests.codes.server_error:
            raise MayPass(
                f"HTTP status {status}",
                "Lower requests_per_second of [api]."
                if status == _TOO_OFTEN
                else "Ask the portal's operator.",
                _retry_after(reply.headers.get("Retry-After")),
            )
        if reply.is_redirect:
            raise self._refused(
                "a redirect",
                "replies from base_url and path themselves",
                "Where the portal has moved, correct base_url of [api] or path of "
                "[exports.<name>.api]; nothing was sent there.",
            )
        kind = RequestRefused if status in _UNKNOWN else PortalError
        raise kind(self.doing, f"HTTP status {status}", "200", self._to_do(status))

    def _to_do(self, status: int) -> str:
        settings = self.settings
        secret = settings.token_variable or settings.password_variable
        account = f" ({settings.token_variable or settings.user_variable})" if secret else ""
        return {
            401: f"Renew the secret in the environment variable {secret}."
            if secret
            else "Name the environment variable of a secret by token_variable of [api].",
            403: f"Ask the portal's operator to let this account read{account}.",
            404: "Look at base_url of [api] and path of [exports.<name>.api].",
        }.get(status, "Look at path, params, the names of parameters and date_format of "
              "[exports.<name>.api].")  # fmt: skip

    @contextmanager
    def _wire_trouble(self) -> Iterator[None]:
        """Raise MayPass or PortalError for what breaks while a request is sent and answered."""
        try:
            yield
        except requests.exceptions.SSLError as error:
            if _UNTRUSTED not in str(error):
                raise MayPass(
                    "no encrypted connection, or one that broke off",
                    "Does the portal speak https, and show a certificate? Look at base_url.",
                ) from None
            raise self._refused(
                "a certificate that is not trusted",
                "one of a known authority",
                "Where the authority is the province's own, name its certificates by ca_bundle of "
                "[api].",
            ) from None
        except (requests.ConnectionError, requests.Timeout, HTTPError) as error:
            is_late = time.monotonic() >= self.session.ends_at
            raise (_not_in_time() if is_late else _broken_off(error)) from None
        except OSError as error:
            is_file = self.settings.ca_bundle and not isinstance(error, requests.RequestException)
            found, expected, to_do = (
                ("certificates that cannot be read", "a file", "Look at ca_bundle of [api].")
                if is_file
                else ("a request that cannot be made", "an address", "Look at base_url and path.")
            )
            raise self._refused(found, expected, to_do) from None

    def _refused(self, found: str, expected: str, to_do: str) -> PortalError:
        return PortalError(self.doing, found, expected, to_do)


def _not_in_time() -> MayPass:
    return MayPass("a reply that did not end in time", "Look at max_total_seconds of [api].")


def _broken_off(error: Exception) -> MayPass:
    if isinstance(error, ReadTimeoutError):
        return MayPass("no more of a reply in time", "Look at read_timeout of [api].")
    if isinstance(error, HTTPError):
        return MayPass(
            "a reply that broke off or cannot be decompressed",
            "Ask for smaller pages by page_size.",
        )
    is_slow = isinstance(error, requests.Timeout)
    return MayPass(
        "no reply in time" if is_slow else "no connection, or one that broke off",
        "Is the portal up? Look at base_url, connect_timeout and read_timeout.",
    )


def _retry_after(text: str | None) -> float:
    """Return the seconds of a Retry-After header, which may name a time instead."""
    try:
        return Retry().parse_retry_after(text) if text else 0
    except (InvalidHeader, ValueError, OverflowError):
        return 0


def _time_of(text: str | None) -> datetime | None:
    """Return the moment of a Date header, if there is one."""
    try:
        moment = parsedate_to_datetime(text or "")
        # The last hours of the year 9999 have no name here.
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(ZoneInfo(TIMEZONE))
    except (ValueError, OverflowError):
        return None
